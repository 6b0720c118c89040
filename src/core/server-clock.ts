import type { HttpReply } from './ports.ts'

/**
 * How far the clock of a server is ahead of ours, in milliseconds: somewhere between the two.
 * Without an upper end it is a least value, which a cache may have made too small.
 */
export interface Ahead {
  readonly least: number
  readonly most: number
}

/** When a request went out and when its answer was there: epoch milliseconds by our clock. */
export interface Journey {
  readonly sentAt: number
  readonly receivedAt: number
}

const second = 1_000
// What takes longer is a clock that was set meanwhile, and no journey.
const longestJourney = 60_000

/**
 * What a reply says of the clock of its server, by `Date` (RFC 9110 section 6.6.1) and `Age` (RFC
 * 9111 section 5.1); `undefined` where it says nothing. A date of a reply that was kept on the way
 * is as old as the reply: it is a least value, and so is that of any reply that may have been kept
 * (`mayBeKept`) unless it forbids that.
 */
export function readAhead(
  headers: HttpReply['headers'],
  { sentAt, receivedAt }: Journey,
  mayBeKept: boolean,
): Ahead | undefined {
  const date = Date.parse(valueOf(headers, 'date') ?? '')
  if (!Number.isFinite(date)) return undefined
  const age = valueOf(headers, 'age')?.trim()
  const seconds = age !== undefined && /^[0-9]{1,10}$/.test(age) ? Number(age) : 0
  const least = date + seconds * second - receivedAt
  const kept = (age !== undefined && age !== '0') || (mayBeKept && !isForbidden(headers))
  if (kept) return { least, most: Number.POSITIVE_INFINITY }
  const journey = receivedAt - sentAt
  const likely = journey >= 0 && journey <= longestJourney ? journey : 0
  // A date is cut to whole seconds, and was written at some moment of the journey.
  return { least, most: least + likely + second }
}

/**
 * What is to be added to our time to have the server's: nothing where both may be the same, else
 * what its date says. There is no offset that is neither within the error of this nor corrected.
 */
export function aheadOf(ahead: Ahead | undefined): number {
  if (ahead === undefined || (ahead.least <= 0 && ahead.most >= 0)) return 0
  return ahead.least
}

/** Whether it is known from both sides. */
export function isExact({ most }: Ahead): boolean {
  return Number.isFinite(most)
}

function valueOf(headers: HttpReply['headers'], wanted: string): string | undefined {
  return headers.find(([name]) => name === wanted)?.[1]
}

function isForbidden(headers: HttpReply['headers']): boolean {
  return /\b(no-store|no-cache)\b/i.test(valueOf(headers, 'cache-control') ?? '')
}
