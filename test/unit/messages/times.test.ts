import { describe, expect, it } from 'vitest'
import * as times from '../../../src/messages/en/times.ts'

const now = Date.UTC(2026, 1, 20, 10, 53, 31)
const minute = 60_000
const day = 86_400_000

describe('when something ends', () => {
  it.each<readonly [times.End, string, string, string]>([
    [{ state: 'never' }, 'never', 'does not expire', 'does not expire'],
    [{ state: 'unknown' }, 'unknown', 'expiry unknown', 'expiry unknown'],
    [
      { state: 'at', at: now + 125 * minute },
      'in 2h 5m',
      'expires in 2h 5m',
      'expires in 2h 5m (2026-02-20T12:58:31Z)',
    ],
    [
      { state: 'at', at: now + 5 * minute, sliding: true },
      'in 5m',
      'expires in 5m',
      'expires in 5m (2026-02-20T10:58:31Z); use prolongs it',
    ],
    [{ state: 'at', at: now }, '0s ago', 'expired 0s ago', 'expired 0s ago (2026-02-20T10:53:31Z)'],
    [
      { state: 'at', at: now - 3 * day },
      '3d ago',
      'expired 3d ago',
      'expired 3d ago (2026-02-17T10:53:31Z)',
    ],
  ])('%j', (end, when, expires, exactly) => {
    expect(times.when(end, now)).toBe(when)
    expect(times.expires(end, now)).toBe(expires)
    expect(times.expiresExactly(end, now)).toBe(exactly)
  })

  it('is not known where nothing is said of it', () => {
    expect(times.expires(undefined, now)).toBe('expiry unknown')
  })
})

it.each([
  [0, '0s'],
  [41_000, '41s'],
  [7_500_000, '2h 5m'],
  [-90_061_000, '1d 1h'],
  [31_536_000_000 + day, '1y 1d'],
])('a duration of %d: %s', (time, said) => {
  expect(times.duration(time)).toBe(said)
})

it('what is left of a life', () => {
  expect(times.remaining(7_500_000)).toBe('2h 5m left')
  expect(times.remaining(-1)).toBe('expired')
  expect(times.wholeSeconds(1_200)).toBe('2s')
})

describe('duration', () => {
  it.each([
    [0, '0s'],
    [41_000, '41s'],
    [7_500_000, '2h 5m'],
    [3_600_000, '1h'],
    [-90_061_000, '1d 1h'],
    [31_536_000_000 + 86_400_000, '1y 1d'],
  ])('says %d as %j', (time, expected) => {
    expect(times.duration(time)).toBe(expected)
  })
})
