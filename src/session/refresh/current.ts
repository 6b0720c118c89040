import { isKeepingFailure, isToknError, type ToknError } from '../../core/errors.ts'
import type { HeldLock, Store } from '../../core/ports.ts'
import type { SessionRecord } from '../../core/record.ts'
import { words } from '../../messages/words.ts'
import { aboutRecord } from '../about-record.ts'
import { indexRecord } from '../history.ts'
import type { Session } from '../session.ts'
import { readOlderCopy } from '../older-copy.ts'
import { withOutside } from '../outside.ts'
import { checkBinding, findRecord, readRecord } from '../stored-record.ts'
import { writeAndReadBack } from '../write-record.ts'
import {
  openJournalledRecord,
  readEarlierRun,
  readLeft,
  removeFinishedRun,
  removeLeft,
  type EarlierRun,
} from './journal-entry.ts'

/** The session as it is found with the lock held. */
export interface Current {
  readonly store: Store
  readonly record: SessionRecord
  /** Why the store does not take `record`, where the journal alone has it. */
  readonly unstored?: ToknError | undefined
  /** A run that was cut off, about the very tokens of `record`. */
  readonly earlier?: EarlierRun | undefined
}

/** Reads the session, and what earlier runs have left of it. Throws `reauth_required`, `store`. */
export async function readCurrent(session: Session, lock: HeldLock): Promise<Current> {
  const { ports, profile } = session
  const store = await ports.store(profile.store, profile.id)
  const replayed = await replayRecord(session, store, lock)
  const stored = replayed?.record ?? (await readOlderCopy(session, await readRecord(session)))
  const record = await withOutside(session, stored)
  const unstored = replayed?.unstored
  if (unstored !== undefined) return { store, record, unstored }
  const earlier = await readEarlierRun(session, store, record)
  if (earlier === undefined) await removeFinishedRun(session, lock, record)
  return { store, record, earlier }
}

/** A record out of the journal; `unstored` says why the store still does not take it. */
interface Replayed {
  readonly record: SessionRecord
  readonly unstored?: ToknError | undefined
}

/**
 * Stores a record that an earlier run made and the store did not take; where the store still does
 * not, it serves from where it is. One of a generation that the store has, or has passed, is
 * dropped. Throws `store` where the key of the store is not to be had, and leaves everything as it is.
 */
async function replayRecord(
  session: Session,
  store: Store,
  lock: HeldLock,
): Promise<Replayed | undefined> {
  const { ports, profile } = session
  const sealed = (await readLeft(session))?.record
  if (sealed === undefined) return undefined
  const stored = await findReadable(session)
  const record = await openJournalledRecord(session, store, sealed)
  if (record === undefined || (stored && record.generation <= stored.generation)) {
    await removeLeft(session, lock)
    return undefined
  }
  checkBinding(record, profile)
  if (!(await lock.stillHeld())) return undefined
  try {
    const about = await aboutRecord(ports, profile, record, 'recovered')
    await writeAndReadBack(store, record, about)
  } catch (error) {
    if (!isKeepingFailure(error)) throw error
    ports.warn(words.refresh.stillInJournal(error.message))
    return { record, unstored: error }
  }
  await removeLeft(session, lock)
  await indexRecord(ports, profile, record, 'recovered')
  return { record }
}

/** A stored session that cannot be read is older than what waits: a login would have cleared that. */
async function findReadable(session: Session): Promise<SessionRecord | undefined> {
  try {
    return await findRecord(session)
  } catch (error) {
    if (isToknError(error, 'store')) return undefined
    throw error
  }
}
