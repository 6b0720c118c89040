import type { IndexEntry } from '../core/ports.ts'
import { lifeOf } from './refresh-request.ts'
import type { FreshOptions } from './fresh.ts'
import { indexedFromHere } from './outside.ts'
import { isOnlyRejected } from './rejection/reject.ts'
import type { Session } from './session.ts'

/** Before its end a token is replaced ahead of need: so long, in milliseconds, or a tenth of its life. */
const atLeast = 60_000

/**
 * The life, in milliseconds, that a token must have left not to be replaced ahead of need: a tenth of
 * its life, at least a minute, and never more than half of it. `share` from 0 to 1 makes it up to a
 * fifth longer, so that those who began together do not go on together.
 */
export function aheadOf(life: number, share: number): number {
  return Math.min(life / 2, Math.max(life / 10, atLeast) * (1 + share / 5))
}

/** When the token of a session is to be replaced ahead of need; `undefined` for one that is not. */
export interface AheadOfNeed {
  readonly generation: number
  readonly at: number
  /** What a refresh has to be asked for then; absent: there is none. */
  readonly wanted?: FreshOptions | undefined
  /** Use prolongs it, which is tried first. */
  readonly byUse?: true | undefined
  /** Also where each refresh is one of a number. */
  readonly alsoCounted?: true | undefined
}

/**
 * By what the index says; nothing is unlocked. A session with nothing to renew it is left alone, as is
 * one whose end nobody knows. At least `least` milliseconds are left then, where its life allows.
 */
export function planAhead(
  { ports, profile }: Session,
  share: number,
  least = 0,
): AheadOfNeed | undefined {
  const entry = indexedFromHere(ports, profile)
  if (entry === undefined || !isRenewable(entry) || entry.expiry.state !== 'at') return undefined
  const life = lifeOf(entry)
  const minTtl = Math.max(aheadOf(life, share), Math.min(life / 2, least))
  return { generation: entry.generation, at: entry.expiry.at - minTtl, wanted: { minTtl } }
}

function isRenewable({ renewal, standing, fixed }: IndexEntry): boolean {
  const isDoubted = standing !== undefined && !isOnlyRejected(standing)
  return renewal !== undefined && renewal !== 'none' && !isDoubted && fixed !== true
}

/** Whether a refresh costs one of a number that is never given back: then each waits until it must be. */
export async function isCounted(session: Session): Promise<boolean> {
  return (await session.provider()).budget !== undefined
}
