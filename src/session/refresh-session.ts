import { isFailure, isToknError, type ToknError } from '../core/errors.ts'
import type { SessionRecord } from '../core/record.ts'
import { indexedEntry } from './amend-index.ts'
import { refreshThrough } from './fresh.ts'
import { refuseUnrenewable } from './not-renewed.ts'
import { withOutside } from './outside.ts'
import { reasonToRenew, satisfies } from './refresh-request.ts'
import type { Session } from './session.ts'
import { refuseEnded } from './standing.ts'

/** A refresh that somebody asks for by name. */
export interface RefreshOptions {
  /** Milliseconds that a token has to live to be kept; absent: it is refreshed anyway. */
  readonly minTtl: number | undefined
  /** Spend the last unit of a budget. */
  readonly force: boolean
  /** What can never be refreshed is skipped, and no error. */
  readonly skip?: boolean | undefined
}

export interface Refreshed {
  readonly record: SessionRecord
  readonly refreshed: boolean
  /** Why it can never be refreshed, where it was skipped for that. */
  readonly skipped?: ToknError | undefined
}

/** Refreshes unless the tokens live long enough. `planRefresh` says what this does. */
export async function refreshSession(
  session: Session,
  { minTtl, force, skip = false }: RefreshOptions,
): Promise<Refreshed> {
  const { clock } = session.ports
  const unread = minTtl === undefined ? await refreshUnread(session, force) : undefined
  if (unread !== undefined) return { record: unread, refreshed: true }
  const before = await session.readRecord()
  const needs =
    minTtl === undefined
      ? ({ reason: 'forced', beyond: before.generation, force } as const)
      : { reason: reasonToRenew(before, clock.now()), minTtl, force }
  if (minTtl !== undefined && satisfies(before, needs, clock.now())) {
    return { record: before, refreshed: false }
  }
  const renewable = await withOutside(session, before)
  refuseEnded(session.profile, renewable)
  try {
    await refuseUnrenewable(session, renewable)
  } catch (error) {
    if (!skip || !isFailure(error)) throw error
    return { record: before, refreshed: false, skipped: error }
  }
  const record = await refreshThrough(session, needs)
  return { record, refreshed: record.generation > before.generation }
}

/**
 * Refreshes a session without reading it first, where the index says of which generation it is and
 * that it can be renewed: reading takes as long as starting the process that refreshes, and that one
 * reads it all the same, and refuses what is refused here. `undefined` where the index does not say.
 */
async function refreshUnread(session: Session, force: boolean): Promise<SessionRecord | undefined> {
  const { ports, profile } = session
  const known = indexedEntry(ports, profile)
  const renews = known?.renewal === 'refresh' || known?.renewal === 'credentials'
  if (!renews || known.standing !== undefined) return undefined
  const { outlivesProcess, needsPassphrase, shared } = ports.stores.traits(profile.store)
  // Of a session that another machine may have refreshed, the index here need not know.
  if (!outlivesProcess || shared === true) return undefined
  const askedAt = ports.clock.now()
  const refreshBeyond = async (beyond: number) =>
    await refreshThrough(session, { reason: 'forced', beyond, force })
  try {
    const record = await refreshBeyond(known.generation)
    // The index was behind: what it took for a new generation had been there before we were asked.
    const isOld = record.obtainedAt < askedAt && record.generation > known.generation
    const isTold = indexedEntry(ports, profile)?.generation === record.generation
    return isOld && !isTold ? await refreshBeyond(record.generation) : record
  } catch (error) {
    // A person who is asked for the passphrase can give another one, and only here.
    if (needsPassphrase && isToknError(error, 'store')) {
      await session.readRecord()
      if (error.details.fault === 'wrong-passphrase') return undefined
    }
    throw error
  }
}
