import { readDuration } from '../core/duration.ts'
import {
  expiresAt,
  latestInstant,
  neverExpires,
  unknownExpiry,
  type Expiry,
} from '../core/expiry.ts'
import type * as Dates from './dates.ts'
import type { ExpiryPlan } from './definition.ts'
import { asList } from './lists.ts'
import { findOne, listPlaces, type PlaceObject, type Sight } from './place.ts'

/** How the instants of one reply are to be understood. */
export interface Timing {
  /** Epoch milliseconds that durations count from. */
  readonly now: number
  /** To be added to the provider's instants to have ours. */
  readonly skew: number
  /** Whether the token was made just now, so that an end long past is a misread value. */
  readonly fresh?: boolean
  readonly sliding?: boolean
  /** What reads dates in unusual forms; without it they are not understood. */
  readonly dates?: typeof Dates | undefined
}

/** An end, and what became of the value that it was read from. */
export interface Ending {
  readonly expiry: Expiry
  /** A value was there before it, and it means nothing that is known. */
  readonly unread?: Unread | undefined
  /** The value says that there is no time at all: zero, or less. */
  readonly nothing?: boolean | undefined
}

/** A value that was not understood. */
export interface Unread {
  readonly place: PlaceObject
  readonly value: unknown
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
 * The end that a reply tells, by the first plan that finds one. What cannot be understood is
 * `unknown`; `never` only for a value, or an absence, that a plan names.
 */
export function readEnding(
  plans: ExpiryPlan | readonly ExpiryPlan[] | undefined,
  sight: Sight,
  timing: Timing,
): Ending {
  let unread: Unread | undefined
  let nothing: Expiry | undefined
  for (const plan of asList(plans)) {
    const places = listPlaces(plan.from)
    const values = places.map((place) => findOne(place, sight))
    for (const [index, value] of values.entries()) {
      if (value === undefined) continue
      if (plan.never?.some((never) => same(never, value))) return { expiry: neverExpires }
      const at = instantOf(value, plan, timing)
      const expiry = at === undefined ? unknownExpiry : expiresAt(at, timing.sliding)
      // No time at all may be no more than a way to say nothing: another place may say more.
      if (expiry.state === 'at' && !isNothing(value, plan)) return { expiry, unread }
      if (expiry.state === 'at') {
        nothing ??= expiry
        continue
      }
      const place = places[index]
      if (place !== undefined && value !== null && value !== '') unread ??= { place, value }
    }
    if (plan.absent === 'never' && values.every((value) => value === undefined)) {
      return { expiry: neverExpires }
    }
  }
  return nothing === undefined
    ? { expiry: unknownExpiry, unread }
    : { expiry: nothing, unread, nothing: true }
}

/**
 * What `read` makes of a reply; where it meets a date in an unusual form (`missed`), once more with
 * the library that knows such, which takes longer to load than everything else here.
 */
export async function withDates<Result>(
  timing: Timing,
  read: (timing: Timing) => Result,
  missed: (result: Result) => boolean,
): Promise<Result> {
  const found = read(timing)
  if (!missed(found)) return found
  return read({ ...timing, dates: await import('./dates.ts') })
}

function instantOf(value: unknown, plan: ExpiryPlan, timing: Timing): number | undefined {
  const { as } = plan
  if (as === 'words') return wordsFromNow(value, timing)
  const unit = units[as]
  const number = plan.format === undefined ? numberOf(value) : undefined
  if (unit !== undefined) {
    return number === undefined ? undefined : timing.now + Math.max(0, number * unit)
  }
  const at = number === undefined ? dateOf(value, plan, timing) : epochOf(number, plan, timing)
  if (at === undefined || !Number.isFinite(at)) return undefined
  if (at <= 0) return timing.fresh === true ? timing.now : undefined
  const ours = at + timing.skew
  return timing.fresh === true && ours < timing.now - day ? undefined : ours
}

function isNothing(value: unknown, { as, format }: ExpiryPlan): boolean {
  const number = format === undefined && as !== 'words' ? numberOf(value) : undefined
  return number !== undefined && number <= 0
}

function wordsFromNow(value: unknown, timing: Timing): number | undefined {
  if (typeof value !== 'string') return undefined
  const duration = readDuration(value) ?? timing.dates?.readLength(value)
  return duration === undefined ? undefined : timing.now + duration
}

/**
 * Milliseconds since 1970. Where the definition does not say of what a number counts, its size does:
 * seconds, milliseconds, microseconds and nanoseconds of the years 1973 to 5138 do not overlap.
 */
function epochOf(number: number, { as }: ExpiryPlan, { dates }: Timing): number | undefined {
  if (as === 'instant-milliseconds') return number
  if (as === 'instant-seconds' || number <= 1e11) return number * 1_000
  if (number > 1e17) return number / 1e6
  if (number > 1e14) return number / 1e3
  // Fourteen digits are more likely a date than a millisecond of a far century.
  return number > latestInstant ? dates?.readDate(String(number)) : number
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
