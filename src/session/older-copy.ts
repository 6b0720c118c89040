import type { SessionRecord } from '../core/record.ts'
import { words } from '../messages/words.ts'
import { amendIndex, amendIndexLocked } from './amend-index.ts'
import type { Session } from './session.ts'

/**
 * The record as one that its own tokens cannot renew, where the index knows of a later generation: it
 * is out of a backup, or the store has lost what it took. Its refresh token is spent, and a provider
 * that sees it again may end the session of whoever holds the later one. Kept credentials can still
 * log in; where a refresh token is never replaced, nothing is spent, and it goes on as it is.
 */
export async function withoutSpentTokens(
  session: Session,
  record: SessionRecord,
): Promise<SessionRecord> {
  const { ports, profile } = session
  const known = profile.usualStore === undefined ? ports.index.get(profile.id) : undefined
  if (known === undefined || known.generation <= record.generation) return record
  if (record.standing !== undefined || (await session.provider()).rotation === 'none') return record
  const why = words.refresh.olderCopy(record.generation, known.generation)
  return { ...record, standing: { state: 'unrenewable', at: known.obtainedAt, why } }
}

/** As `withoutSpentTokens`; the index is told as well, which is all that some look at. The lock is held. */
export async function readOlderCopy(
  session: Session,
  record: SessionRecord,
): Promise<SessionRecord> {
  const usable = await withoutSpentTokens(session, record)
  const known = knownGeneration(session)
  if (usable !== record && known !== undefined) {
    amendIndex(session.ports, session.profile, known, () => ({ standing: usable.standing }))
  }
  return usable
}

/**
 * As `readOlderCopy`, without the lock: the record is read once more, since another process may have
 * stored the next one before the index was looked at.
 */
export async function findOlderCopy(
  session: Session,
  record: SessionRecord,
): Promise<SessionRecord> {
  const usable = await withoutSpentTokens(session, record)
  if (usable === record) return record
  const again = await session.readRecord()
  if (again.generation !== record.generation) return await findOlderCopy(session, again)
  const known = knownGeneration(session)
  if (known !== undefined) {
    await amendIndexLocked(session, known, () => ({ standing: usable.standing }))
  }
  return usable
}

function knownGeneration({ ports, profile }: Session): number | undefined {
  return ports.index.get(profile.id)?.generation
}
