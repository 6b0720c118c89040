import { expect, test } from 'vitest'
import {
  dueAt,
  nextLook,
  type DurationLimits,
  type Moments,
} from '../../../src/agent/duration-limits.ts'

const hour = 3_600_000
const moments: Moments = {
  now: 10 * hour,
  opened: 9 * hour,
  used: 9 * hour,
  busy: false,
  locked: false,
  guarded: false,
}
const lifetime: DurationLimits = { lifetime: hour }
const idle: DurationLimits = { idle: hour }

test.each<[string, DurationLimits, Partial<Moments>, ReturnType<typeof dueAt>]>([
  ['nothing without limits', {}, { opened: 0, used: 0 }, undefined],
  ['a lock when its life is over', lifetime, {}, 'lock'],
  ['nothing a millisecond before', lifetime, { opened: 9 * hour + 1 }, undefined],
  ['nothing more where it is locked', lifetime, { locked: true }, undefined],
  ['its end when nobody has asked for long', idle, {}, 'end'],
  ['its end although it is locked', idle, { locked: true }, 'end'],
  ['nothing where a passphrase has locked it', idle, { locked: true, guarded: true }, undefined],
  ['nothing while it answers', idle, { busy: true }, undefined],
  ['a lock at once when the clock was set back', lifetime, { opened: 11 * hour }, 'lock'],
  ['nothing for a clock that was set right', lifetime, { opened: 10 * hour + 30_000 }, undefined],
  ['the end before the lock', { ...lifetime, ...idle }, {}, 'end'],
])('the limits want %s', (_, limits, given, due) => {
  expect(dueAt(limits, { ...moments, ...given })).toBe(due)
})

test('the next look is when the first of them is due', () => {
  const both = { lifetime: 2 * hour, idle: hour + 5_000 }
  expect(nextLook(both, moments, 30_000)).toBe(5_000)
  expect(nextLook(both, { ...moments, busy: true }, 30_000)).toBe(30_000)
  expect(nextLook({}, moments, 30_000)).toBe(30_000)
  expect(nextLook(idle, { ...moments, used: 0 }, 30_000)).toBe(0)
})
