import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    include: ['test/heavy/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    setupFiles: ['test/support/messages.ts'],
    testTimeout: 600_000,
    hookTimeout: 120_000,
    // They measure what happens under kills and many processes: one at a time.
    fileParallelism: false,
  },
})
