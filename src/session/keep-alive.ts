import { isFailure } from '../core/errors.ts'
import type { IndexEntry } from '../core/ports.ts'
import type { SessionRecord } from '../core/record.ts'
import { aheadOf, planAhead, type AheadOfNeed } from './ahead.ts'
import { indexedEntry } from './amend-index.ts'
import { lifeOf } from './refresh-request.ts'
import type { Session } from './session.ts'

/** What renews a session is not renewed for its own sake where it lives shorter, in milliseconds. */
const shortestRenewal = 120_000

/**
 * When something has to be done for a session to stay alive, whether or not anybody asks for it:
 * `planAhead`, also before the end of what renews it, and where use alone prolongs it. By what the index
 * says; by `held`, what was held last, where the session is known to an agent alone.
 */
export function planKeepAlive(
  session: Session,
  share: number,
  held?: SessionRecord,
): AheadOfNeed | undefined {
  const { ports, profile } = session
  const entry = indexedEntry(ports, profile)
  if (entry === undefined) return held && planHeld(held, share)
  const plans = [planAhead(session, share), planRenewal(entry, share), planUse(entry, share)]
  return plans.reduce((first, next) => (next && (!first || next.at < first.at) ? next : first))
}

/**
 * Uses the token of a session that lives longer with each use; whether that has helped. Not where the
 * API has nothing that would only look.
 */
export async function prolongByUse(session: Session): Promise<boolean> {
  const provider = await session.provider()
  const way = provider.info === undefined ? 'list' : 'info'
  const asks = provider.asks?.[way] ?? []
  if (provider.traits?.sliding !== true || provider[way] === undefined || asks.length > 0)
    return false
  const end = () => {
    const expiry = indexedEntry(session.ports, session.profile)?.expiry
    return expiry?.state === 'at' ? expiry.at : 0
  }
  const before = end()
  try {
    await session.check({ minTtl: 0, scopes: [], online: true })
  } catch (error) {
    // A refresh is left, which says better what is wrong.
    if (!isFailure(error)) throw error
  }
  return end() > before
}

/** A refresh that gets another refresh token too, where the end of that comes first. */
function planRenewal(entry: IndexEntry, share: number): AheadOfNeed | undefined {
  const { renewal, refreshExpiry, renewalEnd, obtainedAt, standing, generation } = entry
  if (renewal !== 'refresh' || standing !== undefined) return undefined
  const end = refreshExpiry?.state === 'at' ? refreshExpiry.at : renewalEnd?.at
  if (end === undefined || end - obtainedAt < shortestRenewal) return undefined
  const wanted = { refresh: 'force', reason: 'min-ttl', beyond: generation } as const
  // It counts as little as it can: once in the life of what renews the session.
  return { generation, at: end - aheadOf(end - obtainedAt, share), wanted, alsoCounted: true }
}

function planUse(entry: IndexEntry, share: number): AheadOfNeed | undefined {
  const { expiry, generation, standing } = entry
  if (expiry.state !== 'at' || expiry.sliding !== true || standing !== undefined) return undefined
  const ahead = aheadOf(lifeOf(entry), share)
  const canRenew = entry.renewal !== undefined && entry.renewal !== 'none'
  const wanted = canRenew ? { minTtl: ahead } : undefined
  // A moment before a refresh would be due.
  return { generation, at: expiry.at - ahead - 1, wanted, byUse: true }
}

/** Whether that is one of a number, the agent knows. */
function planHeld(held: SessionRecord, share: number): AheadOfNeed | undefined {
  const { expiry, generation, standing } = held
  if (expiry.state !== 'at' || standing !== undefined) return undefined
  const minTtl = aheadOf(lifeOf(held), share)
  return { generation, at: expiry.at - minTtl, wanted: { minTtl }, alsoCounted: true }
}
