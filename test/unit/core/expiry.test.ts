import { describe, expect, it } from 'vitest'
import {
  expiresAt,
  isGood,
  latestInstant,
  neverExpires,
  readExpiry,
  timeLeft,
  unknownExpiry,
} from '../../../src/core/expiry.ts'

describe('expiresAt', () => {
  it.each([
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    latestInstant + 1,
    1e30,
  ])('takes %d for unknown, never for never', (at) => {
    expect(expiresAt(at)).toEqual(unknownExpiry)
  })

  it('takes instants before 1970 for long past', () => {
    expect(expiresAt(-5)).toEqual({ state: 'at', at: 0 })
  })
})

describe('isGood', () => {
  const now = 1_000_000
  it.each([
    [{ state: 'at', at: now + 61_000 } as const, 60_000, true],
    [{ state: 'at', at: now + 60_000 } as const, 60_000, false],
    [{ state: 'at', at: now } as const, 0, false],
    [{ state: 'at', at: now + 1 } as const, -5, true],
    [neverExpires, 1e15, true],
    [unknownExpiry, 60_000, true],
  ])('%j with %d ms asked for: %s', (expiry, minTtl, expected) => {
    expect(isGood(expiry, now, minTtl)).toBe(expected)
  })
})

describe('readExpiry', () => {
  it.each([
    undefined,
    null,
    5,
    'never',
    {},
    { state: 'at' },
    { state: 'at', at: '5' },
    { state: 'forever' },
    [],
  ])('takes %j for unknown', (value) => {
    expect(readExpiry(value)).toEqual(unknownExpiry)
  })

  it('reads back what was written', () => {
    for (const expiry of [neverExpires, unknownExpiry, expiresAt(5), expiresAt(5, true)]) {
      expect(readExpiry(JSON.parse(JSON.stringify(expiry)))).toEqual(expiry)
    }
  })
})

it('has no time left where the end is not known', () => {
  expect(timeLeft(unknownExpiry, 0)).toBeUndefined()
  expect(timeLeft(neverExpires, 0)).toBeUndefined()
  expect(timeLeft(expiresAt(10), 25)).toBe(-15)
})
