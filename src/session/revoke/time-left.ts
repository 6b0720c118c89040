import type { Expiry } from '../../core/expiry.ts'
import type { SessionRecord } from '../../core/record.ts'
import { words } from '../../messages/words.ts'

/** What is left of a session, going by its expiries alone. Epoch milliseconds. */
export interface Remains {
  /** When the last of the tokens ends, as far as it is known; `undefined`: unknown, or never. */
  readonly until: number | undefined
  /** Whether `until` is of the access token, with the end of the refresh token not known. */
  readonly partial: boolean
  readonly accessUntil: number | undefined
  readonly refreshUntil: number | undefined
  /** Whether the access token has expired. */
  readonly accessOver: boolean
  /** Whether all of them have expired, or are known to be dead. */
  readonly over: boolean
  /** How they have ended, in words, where they have. */
  readonly ended: string | undefined
  /** Whether they are only not known to have ended: nothing says that any of them is alive. */
  readonly doubtful: boolean
}

/** When the tokens of a session end, as far as that is known at `now`. */
export function remains(record: SessionRecord, now: number): Remains {
  const { expiry, standing } = record
  // A refresh token that the provider is known not to take is none.
  const renews = record.refresh !== undefined && standing === undefined
  const refreshExpiry = renews ? record.refreshExpiry : undefined
  const accessUntil = endOf(expiry, now)
  const refreshUntil = endOf(refreshExpiry, now)
  const accessOver = isPast(expiry, now)
  const past = accessOver && (!renews || isPast(refreshExpiry, now))
  const known = [accessUntil, refreshUntil].filter((end) => end !== undefined)
  const until = known.length === 0 ? undefined : Math.max(...known)
  const over = past || standing?.state === 'dead'
  const lives = accessUntil !== undefined || refreshUntil !== undefined
  return {
    until: expiry.state === 'never' ? undefined : until,
    partial: renews && refreshUntil === undefined && accessUntil !== undefined,
    accessUntil,
    refreshUntil,
    accessOver,
    over,
    ended: over ? howEnded(record) : undefined,
    doubtful: !over && !lives && expiry.state !== 'never',
  }
}

function howEnded({ standing, expiry }: SessionRecord): string {
  if (standing !== undefined) return words.logout.overBecause(standing.why)
  return expiry.state === 'at' ? words.logout.expiredAt(expiry.at) : words.logout.over()
}

function endOf(expiry: Expiry | undefined, now: number): number | undefined {
  return expiry?.state === 'at' && expiry.at > now ? expiry.at : undefined
}

/** Whether a token has expired; one that use prolongs may have been used elsewhere. */
export function isPast(expiry: Expiry | undefined, now: number): boolean {
  return expiry?.state === 'at' && expiry.sliding !== true && expiry.at <= now
}
