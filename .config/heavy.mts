import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { LongestFirst } from './longest-first.mts'

const all = 'test/heavy/**/*.test.ts'
// Dozens of processes at once, a limit of half a second above what is waited for, or a clock that is
// wrong, in a home where all leave their locks: whatever runs beside them would be late, or would
// make them so.
const alone = [
  'clock',
  'concurrency',
  'exfat',
  'fleet',
  'fleet-kills',
  'keychain',
  'lock',
  'waiters',
].map((name) => `test/heavy/${name}.test.ts`)

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    globalSetup: ['test/support/global-setup.ts'],
    setupFiles: ['test/support/messages.ts'],
    testTimeout: 600_000,
    hookTimeout: 120_000,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        test: {
          name: 'side by side',
          include: [all],
          exclude: alone,
          // Each runs two processes at a time, and waits for a deadline now and then: two of them fill
          // two processors, whatever there are.
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'one at a time',
          include: alone,
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
