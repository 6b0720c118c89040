import type { IndexEntry } from '../core/ports.ts'
import type { SessionRecord } from '../core/record.ts'
import { words } from '../messages/words.ts'
import { amendIndex, amendIndexLocked, indexedEntry } from './amend-index.ts'
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
  const known = await findLater(session, record)
  return known === undefined ? record : asSpent(record, known)
}

/** As `withoutSpentTokens`; the index is told as well, which is all that some look at. The lock is held. */
export async function readOlderCopy(
  session: Session,
  record: SessionRecord,
): Promise<SessionRecord> {
  const known = await findLater(session, record)
  if (known === undefined) return record
  const spent = asSpent(record, known)
  amendIndex(session.ports, session.profile, known.generation, () => ({ standing: spent.standing }))
  return spent
}

/**
 * As `readOlderCopy`, without the lock: the record is read once more, since another process may have
 * stored the next one before the index was looked at.
 */
export async function findOlderCopy(
  session: Session,
  record: SessionRecord,
): Promise<SessionRecord> {
  const known = await findLater(session, record)
  if (known === undefined) return record
  const again = await session.readRecord()
  if (again.generation !== record.generation) return await findOlderCopy(session, again)
  const spent = asSpent(record, known)
  await amendIndexLocked(session, known.generation, () => ({ standing: spent.standing }))
  return spent
}

/** What the index knows of a later generation, where that has spent the refresh token of `record`. */
async function findLater(session: Session, record: SessionRecord): Promise<IndexEntry | undefined> {
  const known = indexedEntry(session.ports, session.profile)
  if (known === undefined || known.generation <= record.generation) return undefined
  if (record.standing !== undefined) return undefined
  return (await session.provider()).rotation === 'none' ? undefined : known
}

function asSpent(record: SessionRecord, known: IndexEntry): SessionRecord {
  const why = words.refresh.olderCopy(record.generation, known.generation)
  return { ...record, standing: { state: 'unrenewable', at: known.obtainedAt, why } }
}
