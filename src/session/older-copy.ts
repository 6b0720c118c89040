import type { SessionRecord } from '../core/record.ts'
import { words } from '../messages/words.ts'
import { indexStanding } from './history.ts'
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

/**
 * As `withoutSpentTokens`; that the record is an older copy is told to the index as well, which is
 * all that some look at.
 */
export async function readOlderCopy(
  session: Session,
  record: SessionRecord,
): Promise<SessionRecord> {
  const usable = await withoutSpentTokens(session, record)
  if (usable !== record) indexStanding(session.ports, session.profile, usable.standing)
  return usable
}
