import { describe, expect, it } from 'vitest'
import * as dates from '../../../src/providers/replies/dates.ts'
import type { ExpiryPlan } from '../../../src/providers/schema/definition.ts'
import { readExpiry, withDateLibrary } from '../../../src/providers/replies/expiry.ts'
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
  }
  const ends = [{}, { dates }].map(
    (known) => readExpiry({ from: 'x', ...plan }, sight, { now, skew, fresh, ...known }).expiry,
  )
  const [usual = unknown, informed] = ends
  // What is understood without the library is understood with it, and alike.
  if (usual.state !== 'unknown') expect(informed).toEqual(usual)
  return informed
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
    ['instant', now - 2 * day, at(now - 2 * day)],
    ['instant', (now - 400 * day) / 1_000, at(now - 400 * day)],
    ['instant', '2025-11-20T10:00:00Z', at(Date.UTC(2025, 10, 20, 10))],
    ['instant', '2004-02-29 10:00:00', at(Date.UTC(2004, 1, 29, 10))],
    ['instant', '1998-01-01T00:00:00Z', at(Date.UTC(1998, 0, 1))],
    ['instant', 'Thu Nov 20 10:00:00 2025', at(Date.UTC(2025, 10, 20, 10))],
    ['instant', 3_600, unknown],
    ['instant', 315_532_800, unknown],
    ['instant', '0001-01-01T00:00:00Z', at(now)],
    ['instant', 253_402_300_799, never],
    ['instant', 253_402_300_799_000, never],
    ['instant', '253402214400', never],
    ['instant', 32_503_680_000, never],
    ['instant', 32_503_680_000_000, never],
    ['instant', 64_092_211_200, never],
    ['instant', '9223372036854775807', never],
    ['instant', '9999-12-31T23:59:59Z', never],
    ['instant', '9999-12-31', never],
    ['instant', '9999-12-31T23:59:59.9999999+00:00', never],
    ['instant', '3000-01-01 00:00:00', never],
    ['instant-seconds', 253_402_300_799, never],
    ['instant-seconds', now + 900_000, at(now + 900_000)],
    ['instant-milliseconds', now / 1_000 + 900, at(now + 900_000)],
    ['seconds', 3_153_600_000, at(now + 3_153_600_000_000)],
    ['seconds', now / 1_000 + 900, at(now + 900_000)],
    ['seconds', String(now / 1_000 + 900), at(now + 900_000)],
    ['seconds', now + 900_000, at(now + 900_000)],
    ['milliseconds', now + 900_000, at(now + 900_000)],
    ['minutes', now / 1_000 + 900, at(now + 900_000)],
    ['seconds', 2_147_483_647, at(now + 2_147_483_647_000)],
    ['seconds', 315_360_000, at(now + 315_360_000_000)],
    ['instant', 1e308, unknown],
    ['instant', (now + 900_000) * 1_000, at(now + 900_000)],
    ['instant', String((now + 900_000) * 1_000), at(now + 900_000)],
    ['instant', (now + 900_000) * 1e6, at(now + 900_000)],
    ['instant', `${now + 900_000}000000`, at(now + 900_000)],
    ['instant', '20260115121500', at(now + 900_000)],
    ['instant', 20_260_115_121_500, at(now + 900_000)],
    ['instant', '2026-01-15 12:15:00 +0000 UTC', at(now + 900_000)],
    ['instant', '2026-01-15 12:15:00.25 +0000 UTC m=+0.1', at(now + 900_250)],
    ['instant', '2026-01-15 15:15:00 +0300 MSK', at(now + 900_000)],
    ['instant', 'Thu Jan 15 12:15:00 2026', at(now + 900_000)],
    ['instant', 'Thu, 15 Jan 2026 15:15:00 +0300', at(now + 900_000)],
    ['instant', '2026-01-15 12:15:00.123456', at(now + 900_123)],
    ['instant', '2026-01-15 12:15:00+00', at(now + 900_000)],
    ['instant', `/Date(${now + 900_000})/`, at(now + 900_000)],
    ['instant', `/Date(${now - 2 * day})/`, at(now - 2 * day)],
    ['instant', '01/02/2027', unknown],
    ['instant', '15.01.2026 12:15', unknown],
    ['words', 'PT15M', at(now + 900_000)],
    ['words', '0h15m0s', at(now + 900_000)],
    ['words', 'P1D', at(now + day)],
    ['words', 'PT0S', unknown],
    ['words', 'P', unknown],
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

  it.each([
    ['15.01.2026 15:15', { format: 'dd.MM.yyyy HH:mm', zone: 'Europe/Moscow' }],
    ['15.01.2026 12:15', { format: 'dd.MM.yyyy HH:mm' }],
    ['01/15/2026 07:15 AM', { format: 'MM/dd/yyyy hh:mm a', zone: 'America/New_York' }],
    ['2026-01-15 15:15:00', { zone: 'Europe/Moscow' }],
    ['2026-01-15T15:15', { zone: 'UTC+3' }],
    ['2026-01-15T12:15:00Z', { zone: 'Europe/Moscow' }],
    [202_601_151_215, { format: 'yyyyMMddHHmm' }],
    ['12:15 15/1/26', { format: 'H:mm d/M/yy', zone: 'UTC' }],
  ])('of %j, where the definition says %j', (value, form) => {
    expect(read(value, { as: 'instant', ...form })).toEqual(at(now + 900_000))
    expect(read('nothing of the kind', { as: 'instant', ...form })).toEqual(unknown)
  })

  it('the library is loaded for what nothing else understands, and for nothing else', async () => {
    const sight = (x: unknown) => ({
      headers: [],
      url: new URL('https://a.example'),
      body: { x },
    })
    const readings = async (value: unknown) => {
      let times = 0
      const plan = { from: 'x', as: 'instant' } as const
      const ending = await withDateLibrary(
        { now, skew: 0, fresh: true },
        (timing) => {
          times++
          return readExpiry(plan, sight(value), timing)
        },
        ({ unread }) => unread !== undefined,
      )
      return [times, ending.expiry.state]
    }
    for (const value of [now + 1, String(now + 1), '2026-01-15T12:15:00Z', null, '', undefined]) {
      expect((await readings(value))[0], String(value)).toBe(1)
    }
    expect(await readings('Thu Jan 15 12:15:00 2026')).toEqual([2, 'at'])
    expect(await readings('soon')).toEqual([2, 'unknown'])
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
