import { expect, it } from 'vitest'
import { Vain } from '../../../src/agent/vain.ts'

const minute = 60_000

/** How many generations are made by refusals of each, `step` milliseconds apart, in `time`. */
function refreshesIn(time: number, step: number): number {
  const vain = new Vain()
  let generation = 1
  for (let now = 0; now < time; now += step) {
    if (vain.pauseOf('a', generation, now) > 0) continue
    vain.note('a', generation, generation + 1, now)
    generation++
  }
  return generation - 1
}

it('a token that is new because one was refused is not replaced within a minute', () => {
  const vain = new Vain()
  expect(vain.pauseOf('a', 1, 0)).toBe(0)
  vain.note('a', 1, 2, 0)
  expect(vain.pauseOf('a', 2, 0)).toBe(minute)
  expect(vain.pauseOf('a', 2, minute - 1)).toBe(1)
  expect(vain.pauseOf('a', 2, minute)).toBe(0)
  expect(vain.pauseOf('b', 2, 0)).toBe(0)
  // One that came to be otherwise.
  expect(vain.pauseOf('a', 3, 0)).toBe(0)
})

it('one that is refused again and again is replaced less and less', () => {
  const vain = new Vain()
  let now = 0
  const pauses = Array.from({ length: 9 }, (_, index) => {
    vain.note('a', index + 1, index + 2, now)
    const pause = vain.pauseOf('a', index + 2, now)
    now += pause
    return pause / minute
  })
  expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60])
})

it('many that are refused at once are one refusal', () => {
  const vain = new Vain()
  vain.note('a', 1, 2, 0)
  for (let times = 0; times < 3; times++) vain.note('a', 2, 3, minute)
  expect(vain.pauseOf('a', 3, minute)).toBe(2 * minute)
})

it('one that served for long is replaced as if it were the first', () => {
  const vain = new Vain()
  vain.note('a', 1, 2, 0)
  vain.note('a', 2, 3, minute)
  expect(vain.pauseOf('a', 3, minute)).toBe(2 * minute)
  vain.note('a', 3, 4, 60 * minute)
  expect(vain.pauseOf('a', 4, 60 * minute)).toBe(minute)
})

it('a clock that is set back makes no pause longer', () => {
  const vain = new Vain()
  vain.note('a', 1, 2, 1_000 * minute)
  expect(vain.pauseOf('a', 2, 0)).toBe(minute)
})

it('refusals without end cost a refresh an hour, however often they come', () => {
  for (const step of [1_000, 20_000, 61_000]) {
    expect(refreshesIn(24 * 60 * minute, step)).toBeLessThanOrEqual(30)
    expect(refreshesIn(minute, Math.min(step, minute - 1))).toBe(1)
  }
})
