import { expect, it } from 'vitest'
import { isEnding, renewedBelow } from '../../../src/core/ending.ts'

const [second, minute, hour, day] = [1_000, 60_000, 3_600_000, 86_400_000]

it.each([
  [5 * minute, 30 * second],
  [10 * minute, minute],
  [90 * day, minute],
  [0, 0],
  [-hour, 0],
])('of a life of %d ms, another token is got below %d ms', (life, least) => {
  expect(renewedBelow(life)).toBe(least)
})

it.each<readonly [left: number, life: number | undefined, ending: boolean]>([
  // A token that is fresh is not ending, however short its life is.
  [5 * minute, 5 * minute, false],
  [30 * second, 5 * minute, false],
  [30 * second - 1, 5 * minute, true],
  [9 * day, 90 * day, false],
  [9 * day - 1, 90 * day, true],
  // Nobody wants to hear for a whole year that ten end.
  [15 * day, 3_650 * day, false],
  [14 * day - 1, 3_650 * day, true],
  [5 * minute, undefined, false],
  [5 * minute - 1, undefined, true],
  [1, 0, false],
  [1, -hour, false],
])('%d ms left of %s: %s', (left, life, ending) => {
  expect(isEnding(left, life)).toBe(ending)
})
