import { DateTime, Duration, FixedOffsetZone } from 'luxon'
import { dateOptions, type DateForm } from '../schema/date-form.ts'

const longest = 80
const month = '(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*'

// With the month by name, or the year first: anything else, like 1/2/2026, is ambiguous, and only a
// definition can say which day is meant.
const formats = [
  ...withTimes('LLL d yyyy', 'LLL d, yyyy', 'LLLL d yyyy', 'LLLL d, yyyy'),
  ...withTimes('d LLL yyyy', 'd LLLL yyyy', 'd-LLL-yyyy', 'd-LLL-yy', 'd LLL yy'),
  ...withTimes('yyyy/M/d', 'yyyy-M-d', 'yyyy.M.d', 'yyyy LLL d'),
  ...['LLL d HH:mm:ss yyyy', 'LLL d HH:mm yyyy', 'yyyyMMddHHmmss', "yyyyMMdd'T'HHmmss"],
]

function withTimes(...dates: readonly string[]): readonly string[] {
  const times = ['H:mm:ss', 'H:mm:ss.u', 'H:mm', 'h:mm:ss a', 'h:mm a']
  return dates.flatMap((date) => [date, ...times.map((time) => `${date} ${time}`)])
}

/**
 * The instant, in epoch milliseconds, of a date as some server writes it; `undefined` for what could
 * mean several, or none. A date without a zone is UTC, one without a time is its beginning, and the
 * day of the week is not looked at.
 */
export function readDate(text: string, { format, zone }: DateForm = {}): number | undefined {
  const trimmed = text.trim().replace(/\s+/g, ' ')
  if (trimmed === '' || trimmed.length > longest) return undefined
  if (format !== undefined)
    return instantOf(DateTime.fromFormat(trimmed, format, dateOptions(zone)))
  const dotNet = /^\\?\/?Date\((-?[0-9]{1,16})(?:[+-][0-9]{4})?\)\\?\/?$/.exec(trimmed)
  if (dotNet !== null) return Number(dotNet[1])
  const { bare, offset } = splitOffset(trimmed)
  return readIso(bare, offset ?? zone) ?? readFormats(bare, offset ?? zone) ?? readMail(trimmed)
}

/** Milliseconds of a length of time in ISO 8601 (`PT1H30M`) or as Go writes it (`1h30m0s`). */
export function readLength(text: string): number | undefined {
  const go = /^(?:([0-9]{1,6})h)?(?:([0-9]{1,6})m)?(?:([0-9]{1,9}(?:\.[0-9]{1,9})?)s)?$/.exec(
    text.trim(),
  )
  const [hours, minutes, seconds] = (go?.slice(1) ?? []).map((part) => Number(part ?? 0))
  const length =
    text.trim() !== '' && go !== null
      ? Duration.fromObject({ hours, minutes, seconds })
      : Duration.fromISO(text.trim())
  const milliseconds = length.isValid ? Math.trunc(length.toMillis()) : 0
  return milliseconds > 0 ? milliseconds : undefined
}

/** The text without redundant parts, and its UTC offset if it has one. */
function splitOffset(text: string): {
  readonly bare: string
  readonly offset?: string | undefined
} {
  const plain = text
    // Of Go: the reading of a monotonic clock.
    .replace(/ m=[+-][0-9.]+$/, '')
    // Of Go: the name of the offset after the offset.
    .replace(/ ([+-][0-9]{4}) (?:[A-Z]{1,5}|[+-][0-9]{2,4})$/, ' $1')
    // Of JavaScript: the zone in words.
    .replace(/ \([^()]*\)$/, '')
    .replace(/^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? /, '')
    // Of `date`: the zone before the year.
    .replace(
      new RegExp(`^(${month} .*:[0-9]{2}) ([A-Z]{1,3}|[+-][0-9]{4}) ([0-9]{4})$`),
      '$1 $3 $2',
    )
    // A leap second, which JavaScript does not have.
    .replace(/([0-9]{2}:[0-9]{2}):60(?![0-9])/, '$1:59')
  const suffix = /^(.*[0-9APMapm]) ?(Z|z|UTC|GMT|(?:UTC|GMT)?[+-][0-9]{2}(?::?[0-9]{2})?)$/.exec(
    plain,
  )
  // The hyphens of an ISO 8601 date are not an offset.
  if (suffix === null || !/[0-9]:[0-9]{2}/.test(suffix[1] ?? '')) return { bare: plain }
  const [, bare = '', said = ''] = suffix
  const zone = FixedOffsetZone.parseSpecifier(/[0-9]/.test(said) ? `UTC${shorten(said)}` : 'UTC')
  return zone === null ? { bare: plain } : { bare, offset: zone.name }
}

function shorten(offset: string): string {
  const [, hours = '', minutes = ''] = /([+-][0-9]{2}):?([0-9]{2})?$/.exec(offset) ?? []
  return minutes === '' ? hours : `${hours}:${minutes}`
}

/** ISO 8601 with at least a whole date, and what SQL makes of it. */
function readIso(text: string, zone: string | undefined): number | undefined {
  if (!/^[0-9]{4}(-?[0-9]{2}-?[0-9]{2}|-?W[0-9]{2}-?[0-9]|-[0-9]{3})/.test(text)) return undefined
  return (
    instantOf(DateTime.fromISO(text, dateOptions(zone))) ??
    instantOf(DateTime.fromSQL(text, dateOptions(zone)))
  )
}

function readFormats(text: string, zone: string | undefined): number | undefined {
  for (const format of formats) {
    const at = instantOf(DateTime.fromFormat(text, format, dateOptions(zone)))
    if (at !== undefined) return at
  }
  return undefined
}

/** RFC 2822 for its zones by name: EST is an hour of its own there. */
function readMail(text: string): number | undefined {
  const undated = text.replace(/^[A-Z][a-z]{2}, /, '')
  return instantOf(DateTime.fromRFC2822(undated, dateOptions(undefined)))
}

function instantOf(date: DateTime): number | undefined {
  return date.isValid ? date.toMillis() : undefined
}
