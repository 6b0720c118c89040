import type { Expiry } from '../core/expiry.ts'
import type { SessionRecord } from '../core/record.ts'

/** What of a session is left by its time alone. Epoch milliseconds. */
export interface Remains {
  /** When the last of the tokens ends; `undefined`: unknown, or never. */
  readonly until: number | undefined
  readonly accessUntil: number | undefined
  readonly refreshUntil: number | undefined
  /** Whether the access token has ended by its time. */
  readonly accessOver: boolean
  /** Whether all of them have ended by their time, or are known to be dead. */
  readonly over: boolean
}

/** When the tokens of a session end, as far as that is known at `now`. */
export function remains(record: SessionRecord, now: number): Remains {
  const { expiry, refreshExpiry, refresh, standing } = record
  const accessUntil = endOf(expiry, now)
  const refreshUntil = endOf(refreshExpiry, now)
  const accessOver = isPast(expiry, now)
  const past = accessOver && (refresh === undefined || isPast(refreshExpiry, now))
  const until = refresh === undefined ? accessUntil : refreshUntil
  const over = past || standing?.state === 'dead'
  return { until, accessUntil, refreshUntil, accessOver, over }
}

function endOf(expiry: Expiry | undefined, now: number): number | undefined {
  return expiry?.state === 'at' && expiry.at > now ? expiry.at : undefined
}

/** Whether a token has ended by its time; one that use prolongs may have been used elsewhere. */
export function isPast(expiry: Expiry | undefined, now: number): boolean {
  return expiry?.state === 'at' && expiry.sliding !== true && expiry.at <= now
}
