import { expect, test } from 'vitest'
import { defaultTimeout } from '../../../src/app/default-timeout.ts'
import { flagTable } from '../../../src/commands/flags/table.ts'
import { parseDuration } from '../../../src/core/duration.ts'
import { defaultMinTtl } from '../../../src/core/ending.ts'

test.each([
  ['timeout', defaultTimeout],
  ['minTtl', defaultMinTtl],
] as const)('the default that the help says of %s is the one that holds', (flag, holding) => {
  expect(parseDuration(flagTable[flag].default, flag)).toBe(holding)
})
