import { readDuration } from '../../core/duration.ts'
import {
  expiresAt,
  latestInstant,
  neverExpires,
  unknownExpiry,
  type Expiry,
} from '../../core/expiry.ts'
import type * as Dates from './dates.ts'
import type { ExpiryPlan } from '../schema/definition.ts'
import { epochBySize, instantGivenAsLength, isNever, longLife, plausibleInstant } from './epoch.ts'
import { asList } from '../schema/as-list.ts'
import { findAt, listPlaces, type PlaceObject, type ReplyView } from './place.ts'

/** How the instants of one reply are to be understood. */
export interface Timing {
  /** Epoch milliseconds that durations count from. */
  readonly now: number
  /** What to add to the provider's instants to have ours. */
  readonly skew: number
  /** Whether the token is new, so that a number which means the last century is in another unit. */
  readonly fresh?: boolean
  readonly sliding?: boolean
  /** The module that reads dates in unusual forms; without it these are not read. */
  readonly dates?: typeof Dates | undefined
}

/** An expiry, and the value that it was read from. */
export interface FoundExpiry {
  readonly expiry: Expiry
  /** The value that it was read from. */
  readonly value?: FoundValue | undefined
  /** Of a value that should be a length: `instant`: it was read as one; `long`: it is very long. */
  readonly oddity?: ExpiryOddity | undefined
  /** A value before it that could not be read. */
  readonly unread?: FoundValue | undefined
  /** Whether the value is a length of zero or less. */
  readonly isZero?: boolean | undefined
}

/** A value of a reply, and where it was. */
export interface FoundValue {
  readonly place: PlaceObject
  readonly value: unknown
}

export type ExpiryOddity = 'instant' | 'long'

/** What one value means. */
interface Reading {
  readonly expiry: Expiry
  readonly oddity?: ExpiryOddity | undefined
  readonly isZero?: boolean | undefined
}

const day = 86_400_000
const units: Readonly<Record<string, number>> = {
  seconds: 1_000,
  milliseconds: 1,
  minutes: 60_000,
  hours: 3_600_000,
  days: day,
}

/**
 * The expiry in a reply, by the first plan that finds one. What cannot be read is `unknown`; `never`
 * only for a value, or an absence, that a plan names.
 */
export function readExpiry(
  plans: ExpiryPlan | readonly ExpiryPlan[] | undefined,
  view: ReplyView,
  timing: Timing,
): FoundExpiry {
  let unread: FoundValue | undefined
  let zero: FoundExpiry | undefined
  for (const plan of asList(plans)) {
    const places = listPlaces(plan.from)
    const found = places.map((place) => ({ place, value: findAt(place, view) }))
    for (const value of found) {
      if (value.value === undefined) continue
      if (plan.never?.some((never) => same(never, value.value))) return { expiry: neverExpires }
      const reading = readValue(value.value, plan, timing)
      // Zero may mean that the server does not know: another place may say more.
      if (reading?.isZero === true) zero ??= { ...reading, value }
      else if (reading !== undefined) return { ...reading, value, unread }
      else if (value.value !== null && value.value !== '') unread ??= value
    }
    if (plan.absent === 'never' && found.every(({ value }) => value === undefined)) {
      return { expiry: neverExpires }
    }
  }
  return zero === undefined ? { expiry: unknownExpiry, unread } : { ...zero, unread }
}

/**
 * The result of `read`; if it meets a date in an unusual form (`missed`), it runs again with the date
 * library, which takes longer to load than everything else here.
 */
export async function withDateLibrary<Result>(
  timing: Timing,
  read: (timing: Timing) => Result,
  missed: (result: Result) => boolean,
): Promise<Result> {
  const found = read(timing)
  if (!missed(found)) return found
  return read({ ...timing, dates: await import('./dates.ts') })
}

function readValue(value: unknown, plan: ExpiryPlan, timing: Timing): Reading | undefined {
  const { as, format } = plan
  if (as === 'words') return endAt(wordsFromNow(value, timing), timing)
  const number = format === undefined ? numberOf(value) : undefined
  const unit = units[as]
  if (unit !== undefined) {
    return number === undefined ? undefined : readLength(number, number * unit, timing)
  }
  const at = number === undefined ? dateOf(value, plan, timing) : epochOf(number, plan, timing)
  if (at === undefined || !Number.isFinite(at)) return undefined
  if (at > 0) return endAt(isNever(at) ? at : at + timing.skew, timing)
  return timing.fresh === true
    ? { expiry: expiresAt(timing.now, timing.sliding), isZero: true }
    : undefined
}

function readLength(number: number, length: number, timing: Timing): Reading | undefined {
  const { now, skew, fresh, sliding } = timing
  if (length <= 0) return { expiry: expiresAt(now, sliding), isZero: true }
  const instant = fresh === true ? instantGivenAsLength(number, length, now - skew) : undefined
  if (instant !== undefined)
    return { expiry: expiresAt(instant + skew, sliding), oddity: 'instant' }
  // Nobody means a length of centuries: the number is in another unit.
  const end = now + length > latestInstant ? undefined : endAt(now + length, timing)
  return end && { ...end, oddity: fresh === true && length > longLife ? 'long' : undefined }
}

/** A date in the far future means "never"; one that no calendar has cannot be read. */
function endAt(at: number | undefined, { sliding }: Timing): Reading | undefined {
  if (at === undefined) return undefined
  const expiry = isNever(at) ? neverExpires : expiresAt(at, sliding)
  return expiry.state === 'unknown' ? undefined : { expiry }
}

function wordsFromNow(value: unknown, timing: Timing): number | undefined {
  if (typeof value !== 'string') return undefined
  const duration = readDuration(value) ?? timing.dates?.readLength(value)
  return duration === undefined ? undefined : timing.now + duration
}

/** Milliseconds since 1970: in the unit of the definition; without one, or if implausible, by size. */
function epochOf(number: number, { as }: ExpiryPlan, timing: Timing): number | undefined {
  const sized = epochBySize(number)
  if (as === 'instant' && sized === number && sized > latestInstant) {
    // Fourteen digits are more likely a date than a millisecond of a far century.
    if (timing.dates === undefined) return undefined
    const written = timing.dates.readDate(String(number))
    if (written !== undefined) return written
  }
  const counted =
    as === 'instant-milliseconds' ? number : as === 'instant-seconds' ? number * 1_000 : sized
  return timing.fresh === true ? plausibleInstant(counted, number) : counted
}

/** A finite number, or the plain decimal text of one. */
function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined
  if (typeof value !== 'string' || !/^-?[0-9]{1,20}(\.[0-9]{1,20})?$/.test(value)) return undefined
  return Number(value)
}

const isoDate =
  /^([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[Tt ]([0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?)( ?[Zz]| ?(?:UTC|GMT)| ?[+-][0-9]{2}:?[0-9]{2})?)?$/
const httpDate =
  /^[A-Z][a-z]{2,8}, [0-9]{2}[ -][A-Z][a-z]{2}[ -][0-9]{2,4} [0-9]{2}:[0-9]{2}:[0-9]{2} (?:GMT|UTC|[+-][0-9]{4})$/

/** A date; without a zone it is UTC, without a time its beginning. */
function dateOf(value: unknown, plan: ExpiryPlan, { dates }: Timing): number | undefined {
  if (plan.format !== undefined) {
    const written = typeof value === 'number' ? String(value) : value
    return typeof written === 'string' ? dates?.readDate(written, plan) : undefined
  }
  if (typeof value !== 'string') return undefined
  const text = value.trim()
  return (plan.zone === undefined ? usualDate(text) : undefined) ?? dates?.readDate(text, plan)
}

/** ISO 8601 and RFC 1123 as nearly everybody writes them. */
function usualDate(text: string): number | undefined {
  if (httpDate.test(text)) return finite(Date.parse(text.replace(/([0-9])-([A-Z])/, '$1 $2')))
  const match = isoDate.exec(text)
  if (match === null) return undefined
  const [, date = '', time = '00:00', zone = 'Z'] = match
  return finite(Date.parse(`${date}T${milliseconds(time)}${offset(zone.trim())}`))
}

function milliseconds(time: string): string {
  return time.replace(/(\.[0-9]{3})[0-9]+$/, '$1')
}

function offset(zone: string): string {
  if (/^(z|utc|gmt)$/i.test(zone)) return 'Z'
  return zone.includes(':') ? zone : `${zone.slice(0, 3)}:${zone.slice(3)}`
}

function finite(value: number): number | undefined {
  return Number.isFinite(value) ? value : undefined
}

function same(never: string | number | null, value: unknown): boolean {
  if (never === null || value === null) return never === value
  return (typeof value === 'string' || typeof value === 'number') && String(never) === String(value)
}
