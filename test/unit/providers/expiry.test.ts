import { describe, expect, it } from 'vitest'
import type { ExpiryPlan } from '../../../src/providers/definition.ts'
import { readEnd } from '../../../src/providers/expiry.ts'
import { now } from './reach.ts'

const day = 86_400_000
const unknown = { state: 'unknown' }
const never = { state: 'never' }

function read(value: unknown, plan: Omit<ExpiryPlan, 'from'>, skew = 0, fresh = true) {
  const body = value === undefined ? {} : { x: value }
  const sight = {
    headers: [],
    url: new URL('https://a.example'),
    body,
    known: { fields: [], answers: {}, context: {}, baseUrl: '', now },
  }
  return readEnd({ from: 'x', ...plan }, sight, { now, skew, fresh })
}

function at(instant: number) {
  return { state: 'at', at: instant }
}

describe('the end of a token', () => {
  it.each([
    ['seconds', 3600, at(now + 3_600_000)],
    ['seconds', '3600', at(now + 3_600_000)],
    ['seconds', 3600.9, at(now + 3_600_900)],
    ['seconds', 0, at(now)],
    ['seconds', -1, at(now)],
    ['seconds', '-1', at(now)],
    ['seconds', '3600s', unknown],
    ['seconds', 'NaN', unknown],
    ['seconds', '1e3', unknown],
    ['seconds', '', unknown],
    ['seconds', ' 5', unknown],
    ['seconds', null, unknown],
    ['seconds', true, unknown],
    ['seconds', [], unknown],
    ['seconds', [3600], unknown],
    ['seconds', {}, unknown],
    ['seconds', 1e15, unknown],
    ['seconds', Number.POSITIVE_INFINITY, unknown],
    ['seconds', Number.NaN, unknown],
    ['seconds', '90 days', unknown],
    ['seconds', undefined, unknown],
    ['milliseconds', 900_000, at(now + 900_000)],
    ['minutes', 15, at(now + 900_000)],
    ['hours', 2, at(now + 7_200_000)],
    ['days', 1, at(now + day)],
    ['words', '90 days', at(now + 90 * day)],
    ['words', '15m', at(now + 900_000)],
    ['words', 'forever', unknown],
    ['words', 5, unknown],
    ['instant', now + 900_000, at(now + 900_000)],
    ['instant', now / 1000 + 900, at(now + 900_000)],
    ['instant', String(now / 1000 + 900), at(now + 900_000)],
    ['instant', now / 1000 + 900.5, at(now + 900_500)],
    ['instant', '2026-01-15T12:15:00Z', at(now + 900_000)],
    ['instant', '2026-01-15T12:15:00.000Z', at(now + 900_000)],
    ['instant', '2026-01-15T12:15:00.000000Z', at(now + 900_000)],
    ['instant', '2026-01-15T13:15:00+01:00', at(now + 900_000)],
    ['instant', '2026-01-15T13:15:00+0100', at(now + 900_000)],
    ['instant', '2026-01-15T12:15:00', at(now + 900_000)],
    ['instant', '2026-01-15 12:15:00', at(now + 900_000)],
    ['instant', '2026-01-15 12:15:00 UTC', at(now + 900_000)],
    ['instant', '2026-01-16', at(now + day / 2)],
    ['instant', 'Thu, 15 Jan 2026 12:15:00 GMT', at(now + 900_000)],
    ['instant', 'Thu, 15-Jan-2026 12:15:00 GMT', at(now + 900_000)],
    ['instant', '2026-13-45T99:99:99Z', unknown],
    ['instant', 'January 15', unknown],
    ['instant', '2026', unknown],
    ['instant', 0, at(now)],
    ['instant', -5, at(now)],
    ['instant', now - 3_600_000, at(now - 3_600_000)],
    ['instant', now - 2 * day, unknown],
    ['instant', 253_402_300_799, unknown],
    ['instant', '9999-12-31T23:59:59Z', unknown],
    ['instant', 1e308, unknown],
    ['instant-seconds', 1_800_000_000, at(1_800_000_000_000)],
    ['instant-milliseconds', now + 1, at(now + 1)],
  ] as const)('C9, C10: %s %j is %j', (as, value, end) => {
    expect(read(value, { as })).toEqual(end)
  })

  it.each([
    [[null], null, never],
    [[null], undefined, unknown],
    [[0], 0, never],
    [[0], '0', never],
    [['0'], 0, never],
    [[-1], -1, never],
    [['never'], 'never', never],
    [[''], '', never],
    [[0], false, unknown],
    [[0], [], unknown],
    [[null], 'null', unknown],
    [['null'], null, unknown],
    [undefined, null, unknown],
    [undefined, 0, at(now)],
    [undefined, 'never', unknown],
  ])('never %j, said %j, is %j', (list, value, end) => {
    expect(
      read(value, list === undefined ? { as: 'seconds' } : { as: 'seconds', never: list }),
    ).toEqual(end)
  })

  it('an absence means never only where that is said', () => {
    expect(read(undefined, { as: 'seconds', absent: 'never' })).toEqual(never)
    expect(read('garbage', { as: 'seconds', absent: 'never' })).toEqual(unknown)
    expect(read(null, { as: 'seconds', absent: 'never' })).toEqual(unknown)
  })

  it('C11: an instant of a clock that is wrong is moved to ours, a duration is not', () => {
    expect(read(now + day, { as: 'instant' }, -day)).toEqual(at(now))
    expect(read(3600, { as: 'seconds' }, -day)).toEqual(at(now + 3_600_000))
  })

  it('of a token made long ago, a past end is one', () => {
    expect(read(now - 9 * day, { as: 'instant' }, 0, false)).toEqual(at(now - 9 * day))
    expect(read(0, { as: 'instant' }, 0, false)).toEqual(unknown)
  })
})
