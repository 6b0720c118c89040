import { describe, expect, it } from 'vitest'
import { readGrant } from '../../../src/commands/flags/grant.ts'
import type { ToknError } from '../../../src/core/errors.ts'

const now = Date.UTC(2026, 10, 20)

function failure(expiresAt: string): Pick<ToknError, 'message' | 'details'> {
  try {
    readGrant({ expiresAt }, now)
  } catch (error) {
    return error as ToknError
  }
  return { message: 'taken', details: {} }
}

describe('--expires-at', () => {
  it.each([
    ['2026-11-30T00:00:00Z', Date.UTC(2026, 10, 30)],
    ['2028-02-29T12:00:00+03:00', Date.UTC(2028, 1, 29, 9)],
    ['2026-12-31T23:59:59.5Z', Date.UTC(2026, 11, 31, 23, 59, 59, 500)],
  ])('%s is taken', (expiresAt, until) => {
    expect(readGrant({ expiresAt }, now)).toMatchObject({ until, lifetime: until - now })
  })

  it.each([
    ['2026-11-31T00:00:00Z', 'is not a day of the calendar'],
    ['2027-02-30T10:00:00Z', 'is not a day of the calendar'],
    ['2027-02-29T10:00:00+03:00', 'is not a day of the calendar'],
    ['2027-13-01T00:00:00Z', 'is not a day of the calendar'],
    ['2027-04-31', 'is not a day of the calendar'],
    ['2027-00-10T00:00:00Z', 'is not a day of the calendar'],
    ['2026-12-01', 'needs a time of day as well'],
    ['2028-02-29', 'needs a time of day as well'],
    ['2026-12-01T25:00:00Z', 'is not a valid time'],
    ['2026-12-01Tnoon', 'is not a valid time'],
    ['tomorrow', 'is not a valid time'],
    ['', 'is not a valid time'],
    ['2026-11-19T23:59:59Z', 'is in the past'],
    ['2026-11-20T00:00:00Z', 'is in the past'],
  ])('%j %s', (expiresAt, why) => {
    expect(failure(expiresAt).message).toBe(`--expires-at "${expiresAt}" ${why}`)
  })

  it('says how to write a day with its time', () => {
    expect(failure('2026-12-01').details.hint).toBe('write it as 2026-12-01T00:00:00Z')
    expect(failure('2026-11-31').details.hint).toBe('write it as 2026-11-21T00:00:00Z')
  })
})
