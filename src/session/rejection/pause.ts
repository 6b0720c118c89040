import { beginsAnew } from '../../core/record.ts'
import type { HistoryEntry } from '../../core/session-history.ts'

/** How long a new token is not replaced because it is refused, at first and at most, in milliseconds. */
const shortest = 60_000
const longest = 4 * 3_600_000

/** After so long, in milliseconds, a refusal is no longer taken for one of the same kind. */
const forgotten = 86_400_000

/**
 * Milliseconds in which a session is not refreshed because its token was refused. A server that refuses
 * whatever it is sent would have it refreshed at every use, however seldom that is: so each token that
 * takes the place of a refused one stands at least twice as long as the one before, up to some hours. 0:
 * it may be replaced. A login begins anew; that a token had expired in between is no sign that it was
 * any good.
 */
export function pauseOf(history: readonly HistoryEntry[], now: number): number {
  let last: { readonly at: number; readonly pause: number } | undefined
  for (const { reason, at } of history) {
    if (beginsAnew(reason)) last = undefined
    // Who wishes for another one may say, true or not, that this one was refused.
    if (reason !== 'rejected' && reason !== 'wished') continue
    const again = last !== undefined && at - last.at < forgotten
    last = { at, pause: again ? Math.min(longest, 2 * (last?.pause ?? 0)) : shortest }
  }
  // The clock may have been set back.
  return last === undefined ? 0 : Math.max(0, Math.min(last.pause, last.at + last.pause - now))
}
