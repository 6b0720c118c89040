import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readDate } from '../../../src/providers/replies/dates.ts'
import { isReadable, isZone } from '../../../src/providers/schema/date-form.ts'

const at = Date.UTC(2026, 10, 25, 10, 0, 0)
const hour = 3_600_000

describe('a date as servers write it', () => {
  it.each([
    // Go's time.Time.String
    ['2026-11-25 10:00:00 +0000 UTC', at],
    ['2026-11-25 10:00:00.123456789 +0000 UTC', at + 123],
    ['2026-11-25 10:00:00 +0000 UTC m=+0.1', at],
    ['2026-11-25 10:00:00.5 +0000 UTC m=+3600.000123', at + 500],
    ['2026-11-25 13:00:00 +0300 MSK', at],
    ['2026-11-25 13:00:00 +0300 +03', at],
    ['2026-11-25 04:30:00 -0530 -0530', at],
    // asctime, date(1), Ruby, Java
    ['Wed Nov 25 10:00:00 2026', at],
    ['Wed Nov  4 10:00:00 2026', at - 21 * 24 * hour],
    ['Wed Nov 25 10:00:00 UTC 2026', at],
    ['Wed Nov 25 13:00:00 +0300 2026', at],
    ['Nov 25, 2026 10:00:00 AM', at],
    ['Nov 25, 2026, 10:00:00 PM', undefined],
    ['November 25, 2026 10:00', at],
    // JavaScript
    ['Wed Nov 25 2026 13:00:00 GMT+0300 (Moscow Standard Time)', at],
    // RFC 2822, RFC 1123, RFC 850
    ['Wed, 25 Nov 2026 10:00:00 +0000', at],
    ['Wed, 25 Nov 2026 13:00:00 +0300', at],
    ['25 Nov 2026 10:00:00 GMT', at],
    ['25 Nov 2026 05:00 EST', at],
    ['Thu, 25 Nov 2026 10:00:00 GMT', at],
    ['Wednesday, 25-Nov-26 10:00:00 GMT', at],
    // SQL
    ['2026-11-25 10:00:00', at],
    ['2026-11-25 10:00:00.123', at + 123],
    ['2026-11-25 10:00:00.123456', at + 123],
    ['2026-11-25 10:00:00+00', at],
    ['2026-11-25 13:00:00.000000+03', at],
    ['2026-11-25 13:00:00 +03:00', at],
    ['2026-11-25 10:00', at],
    ['2026-11-25 10:00:00 UTC', at],
    ['2026-11-25 05:00:00 America/New_York', at],
    // ISO 8601
    ['2026-11-25T10:00:00Z', at],
    ['2026-11-25t10:00:00z', at],
    ['2026-11-25T10:00Z', at],
    ['2026-11-25T10:00:00,250Z', at + 250],
    ['2026-11-25T13:00:00+03', at],
    ['2026-11-25T13:00:00+0300', at],
    ['2026-11-25T13:00:00+03:00[Europe/Moscow]', at],
    ['2026-11-25T10:00:00', at],
    ['20261125T100000Z', at],
    ['20261125T100000', at],
    ['2026-W48-3T10:00:00Z', at],
    ['2026-329T10:00:00Z', at],
    ['2026-11-25', at - 10 * hour],
    ['2026-11-25T23:59:60Z', at + 14 * hour - 1_000],
    // .NET
    ['/Date(1795600800000)/', 1_795_600_800_000],
    ['/Date(1795600800000+0300)/', 1_795_600_800_000],
    ['\\/Date(1795600800000)\\/', 1_795_600_800_000],
    ['/Date(-1)/', -1],
    // other ways that mean one thing
    ['2026/11/25 10:00:00', at],
    ['20261125100000', at],
    ['  2026-11-25 10:00:00  ', at],
    // what means several things, or none
    ['11/12/2026 10:00:00', undefined],
    ['25.11.2026 10:00', undefined],
    ['January 15', undefined],
    ['2026', undefined],
    ['2026-11', undefined],
    ['10:00:00', undefined],
    ['tomorrow', undefined],
    ['in 2 hours', undefined],
    ['Wed Nov 31 10:00:00 2026', undefined],
    ['2026-13-01 10:00:00', undefined],
    ['2026-11-25 25:00:00', undefined],
    ['2026-11-25 10:00:00 XYZ', undefined],
    ['', undefined],
    ['9'.repeat(200), undefined],
  ])('%j', (text, instant) => {
    expect(readDate(text)).toBe(instant)
  })

  it('is read back from every way to write it, to the second', () => {
    const writers: ReadonlyArray<(date: Date) => string> = [
      (date) => date.toISOString(),
      (date) => date.toUTCString(),
      (date) => `${date.toISOString().slice(0, 19).replace('T', ' ')} +0000 UTC`,
      (date) => `${date.toISOString().slice(0, 23).replace('T', ' ')} +0000 UTC m=+12.5`,
      (date) => date.toISOString().slice(0, 19).replace('T', ' '),
      (date) => `/Date(${date.getTime()})/`,
      (date) => date.toISOString().replace(/[-:]|\.\d+/g, ''),
      (date) => {
        const [week, day, month, year, time] = date.toUTCString().replace(',', '').split(' ')
        return `${week} ${month} ${Number(day)} ${time} ${year}`
      },
      (date) => date.toUTCString().replace('GMT', '+0000'),
    ]
    const instants = fc.integer({ min: 0, max: 4_102_444_799 }).map((seconds) => seconds * 1_000)
    fc.assert(
      fc.property(instants, fc.constantFrom(...writers), (instant, write) => {
        expect(readDate(write(new Date(instant)))).toBe(instant)
      }),
      { numRuns: 500 },
    )
  })

  it('never throws, and gives nothing but instants', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 90, unit: 'binary' }), (text) => {
        const instant = readDate(text)
        expect(instant === undefined || Number.isFinite(instant)).toBe(true)
      }),
    )
  })
})

describe('a date in the way that a definition names', () => {
  it.each([
    ['25.11.2026 13:00', { format: 'dd.MM.yyyy HH:mm', zone: 'Europe/Moscow' }, at],
    ['25.11.2026 10:00', { format: 'dd.MM.yyyy HH:mm' }, at],
    ['11/25/2026 05:00 AM', { format: 'MM/dd/yyyy hh:mm a', zone: 'America/New_York' }, at],
    ['25/11/26', { format: 'dd/MM/yy', zone: 'UTC' }, at - 10 * hour],
    ['2026-11-25 13:00', { format: 'yyyy-MM-dd HH:mm', zone: 'UTC+3' }, at],
    ['2026-11-25T10:00:00Z', { format: 'yyyy-MM-dd HH:mm' }, undefined],
    ['11/25/2026', { format: 'dd/MM/yyyy' }, undefined],
  ])('%j by %j', (text, form, instant) => {
    expect(readDate(text, form)).toBe(instant)
  })

  it.each(['dd.MM.yyyy HH:mm', 'yyyy-MM-dd', "yyyy-MM-dd'T'HH:mm:ss.SSSZZ", 'd LLL yyyy, H:mm'])(
    'can be %j',
    (format) => {
      expect(isReadable({ format })).toBe(true)
    },
  )

  it.each(['', 'HH:mm', 'yyyy', 'nonsense', 'dd', 'X', 'MM/dd'])('cannot be %j', (format) => {
    expect(isReadable({ format })).toBe(false)
  })

  it.each([
    ['Europe/Minsk', true],
    ['UTC', true],
    ['UTC+3', true],
    ['local', false],
    ['system', false],
    ['Nowhere/City', false],
    ['', false],
  ])('zone %j', (zone, valid) => {
    expect(isZone(zone)).toBe(valid)
  })
})
