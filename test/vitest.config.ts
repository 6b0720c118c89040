import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { LongestFirst } from '../.config/longest-first.mts'

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    setupFiles: ['test/support/messages.ts'],
    // Suites that need minutes or installed daemons; the project's own check names them itself.
    exclude: ['test/heavy/**', 'test/long/**', '**/*.long.test.ts', '**/node_modules/**'],
    // Half of the time goes to waiting for other processes: one worker more than there are cores.
    maxWorkers: Math.min(availableParallelism() + 1, 8),
    sequence: { sequencer: LongestFirst },
    // Only what hangs takes this long; a busy machine makes everything slow.
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
})
