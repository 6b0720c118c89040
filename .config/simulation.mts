import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

// Schedules of the simulated refresh, as many as are asked for.
export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    include: ['test/simulation/simulate.ts'],
    testTimeout: 24 * 60 * 60_000,
    disableConsoleIntercept: true,
  },
})
