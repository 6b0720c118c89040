import { renewedBelow } from '../../core/ending.ts'
import { isGood } from '../../core/expiry.ts'
import type { IndexEntry } from '../../core/ports.ts'
import type { Wish } from '../../core/shared-engine.ts'
import { readWish } from '../../core/wish.ts'
import { lifeOf, type RefreshRequest } from '../refresh-request.ts'
import { pauseOf } from '../rejection/pause.ts'

/** What is known of the session that somebody wishes for. */
export type Wished = Pick<
  IndexEntry,
  'generation' | 'expiry' | 'obtainedAt' | 'prolongedAt' | 'standing' | 'history' | 'fixed'
>

/**
 * What becomes of the wishes for a session. `refresh`: now, so. `later`: not before so many
 * milliseconds. `none`: nothing is to be done for them, now or later.
 */
export type WishAnswer = { readonly refresh: RefreshRequest } | { readonly later: number } | 'none'

/** A token that a wish has replaced stands at least so long, in milliseconds, or a part of its life. */
const [shortestStand, longestStand, partOfLife] = [5_000, 60_000, 20]

/**
 * Whoever has a reader's key may wish, as often as he likes, and what he says need not be true. So a
 * wish is for one generation, which it can make old once; a token that is good by the usual measure is
 * not replaced before it has stood for a while, longer each time where it is said to be refused, and not
 * at all where each refresh is one of a number (`isCounted`).
 */
export function answerWishes(
  wished: Wished,
  wishes: readonly Wish[],
  { now, isCounted }: { readonly now: number; readonly isCounted: boolean },
): WishAnswer {
  const { generation, expiry, obtainedAt, standing, history = [], fixed } = wished
  const asked = wishes.filter((one) => one.generation === generation)
  const wanted = asked.flatMap(({ text }) => readWish(text) ?? [])
  const isOver = standing?.state === 'dead' || standing?.state === 'unrenewable'
  if (wanted.length === 0 || isOver || fixed === true) return 'none'
  const life = lifeOf(wished)
  const age = now - obtainedAt
  const isYoung = (least: number) => age >= 0 && age < least && generation > 1
  if (!isGood(expiry, now, renewedBelow(life))) {
    if (isYoung(shortestStand)) return { later: shortestStand - age }
    return { refresh: { reason: isGood(expiry, now, 0) ? 'min-ttl' : 'expired' } }
  }
  if (isCounted) return 'none'
  const isRejected = wanted.some(({ rejected }) => rejected === true)
  const longer = wanted.flatMap(({ minTtl }) =>
    minTtl !== undefined && minTtl <= life && !isGood(expiry, now, minTtl) ? [minTtl] : [],
  )
  if (!isRejected && longer.length === 0) return 'none'
  const stand = Math.max(shortestStand, Math.min(longestStand, life / partOfLife))
  const pause = Math.max(
    isYoung(stand) ? stand - age : 0,
    isRejected && longer.length === 0 ? pauseOf(history, now) : 0,
  )
  if (pause > 0) return { later: pause }
  const minTtl = longer.length === 0 ? undefined : Math.max(...longer)
  if (minTtl !== undefined) return { refresh: { reason: 'min-ttl', minTtl } }
  return { refresh: { reason: 'wished', beyond: generation } }
}
