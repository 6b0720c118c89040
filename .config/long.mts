import { defineConfig } from 'vitest/config'
import quick from '../test/vitest.config.ts'

// Stories told to the real program that take more time than a newcomer should wait.
export default defineConfig({
  ...quick,
  test: {
    ...quick.test,
    include: ['test/long/**/*.test.ts', 'test/**/*.long.test.ts'],
    exclude: ['**/node_modules/**'],
  },
})
