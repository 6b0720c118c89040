import { readDuration } from '../core/duration.ts'
import { expiresAt, neverExpires, unknownExpiry, type Expiry } from '../core/expiry.ts'
import type { ExpiryPlan } from './definition.ts'
import { asList } from './lists.ts'
import { findOne, listPlaces, type Sight } from './place.ts'

/** How the instants of one reply are to be understood. */
export interface Timing {
  /** Epoch milliseconds that durations count from. */
  readonly now: number
  /** To be added to the provider's instants to have ours. */
  readonly skew: number
  /** Whether the token was made just now, so that an end long past is a misread value. */
  readonly fresh?: boolean
  readonly sliding?: boolean
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
export function readEnd(
  plans: ExpiryPlan | readonly ExpiryPlan[] | undefined,
  sight: Sight,
  timing: Timing,
): Expiry {
  for (const plan of asList(plans)) {
    const values = listPlaces(plan.from).map((place) => findOne(place, sight))
    for (const value of values) {
      if (value === undefined) continue
      if (plan.never?.some((never) => same(never, value))) return neverExpires
      const at = instantOf(value, plan.as, timing)
      if (at !== undefined) return expiresAt(at, timing.sliding)
    }
    if (plan.absent === 'never' && values.every((value) => value === undefined)) return neverExpires
  }
  return unknownExpiry
}

/** As `readEnd`, for an instant that only informs: `undefined` where it is not known. */
export function readInstant(
  plans: ExpiryPlan | readonly ExpiryPlan[] | undefined,
  sight: Sight,
  timing: Timing,
): number | undefined {
  const end = readEnd(plans, sight, timing)
  return end.state === 'at' ? end.at : undefined
}

function instantOf(value: unknown, as: ExpiryPlan['as'], timing: Timing): number | undefined {
  if (as === 'words') return wordsFromNow(value, timing)
  const unit = units[as]
  const number = numberOf(value)
  if (unit !== undefined) {
    return number === undefined ? undefined : timing.now + Math.max(0, number * unit)
  }
  const at = number === undefined ? dateOf(value) : epochOf(number, as)
  if (at === undefined || !Number.isFinite(at)) return undefined
  if (at <= 0) return timing.fresh === true ? timing.now : undefined
  const ours = at + timing.skew
  return timing.fresh === true && ours < timing.now - day ? undefined : ours
}

function wordsFromNow(value: unknown, timing: Timing): number | undefined {
  const duration = typeof value === 'string' ? readDuration(value) : undefined
  return duration === undefined ? undefined : timing.now + duration
}

function epochOf(number: number, as: ExpiryPlan['as']): number {
  const milliseconds = as === 'instant-milliseconds' || (as === 'instant' && number > 1e11)
  return milliseconds ? number : number * 1_000
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

/** ISO 8601 or RFC 1123; a date without a zone is UTC, a date without a time is its beginning. */
function dateOf(value: unknown): number | undefined {
  if (typeof value !== 'string') return undefined
  const text = value.trim()
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
