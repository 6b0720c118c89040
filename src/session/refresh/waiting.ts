import type { SessionRecord } from '../../core/record.ts'
import { fleetOfReader } from '../fleet/reader.ts'
import type { Session } from '../session.ts'
import { entryOf } from '../stored-record.ts'
import { openJournalledRecord, readEarlierRun } from './journal-entry.ts'

/**
 * What a refresh that was cut off has left for the next command: a record that the store did not take,
 * or answers that nobody has read yet (`unread`).
 */
interface Waiting {
  readonly record?: SessionRecord | undefined
  readonly unread: boolean
}

/**
 * Newer tokens than those of `held`, which the journal has and the next command that needs a token
 * adopts; `undefined` without any. Changes nothing. Throws `store` where the key is not to be had.
 */
export async function findWaiting(
  session: Session,
  held: SessionRecord,
): Promise<Waiting | undefined> {
  const { ports, profile } = session
  if (!(await ports.refreshPending(entryOf(profile)))) return undefined
  // What is under way opens for refreshers alone: a reader has what is stored.
  if ((await fleetOfReader(session)) !== undefined) return undefined
  const store = await session.store()
  const sealed = (await (await ports.journal()).read(entryOf(profile)))?.record
  const record = sealed && (await openJournalledRecord(session, store, sealed))
  if (record && record.generation > held.generation) return { record, unread: false }
  const earlier = await readEarlierRun(session, store, held)
  return earlier !== undefined && earlier.replies.length > 0 ? { unread: true } : undefined
}
