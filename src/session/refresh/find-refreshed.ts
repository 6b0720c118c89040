import type { SessionRecord } from '../../core/record.ts'
import { indexedEntry } from '../amend-index.ts'
import { withOutside } from '../outside.ts'
import { satisfies, type RefreshRequest } from '../refresh-request.ts'
import type { Session } from '../session.ts'
import { refuseEnded } from '../standing.ts'

/**
 * What is stored, where that is what is asked for, and nothing of a refresh that was cut off waits to
 * be read. Throws what a refresh would throw that sends nothing.
 */
export async function findRefreshed(
  session: Session,
  request: RefreshRequest,
): Promise<SessionRecord | undefined> {
  const { ports, profile, entry } = session
  if (isKnownOld(session, request)) return undefined
  if (await ports.refreshPending(entry)) return undefined
  const record = await session.readRecord()
  // One that begins while the record is read may replace it.
  if (await ports.refreshPending(entry)) return undefined
  if (satisfies(record, request, ports.clock.now())) return record
  // It takes the provider to see what is outside.
  if (record.standing !== undefined) refuseEnded(profile, await withOutside(session, record))
  return undefined
}

/**
 * Whether the index knows of no later generation than the one that is not good enough. It is told
 * before the lock is free; where it could not be, the process that refreshes finds the work done.
 */
function isKnownOld({ ports, profile }: Session, { beyond }: RefreshRequest): boolean {
  // Of what another machine has done, the index of this one knows nothing.
  if (ports.stores.traits(profile.store).shared === true) return false
  const known = indexedEntry(ports, profile)
  if (beyond === undefined || known === undefined || known.standing !== undefined) return false
  return known.generation <= beyond
}
