import type { Session } from '../session.ts'
import { isToknError, type ToknError } from '../../core/errors.ts'
import type { HeldLock, Store } from '../../core/ports.ts'
import { parseRecord, type SessionRecord } from '../../core/record.ts'
import { checkBinding, entryOf, findHeld } from '../stored-record.ts'
import { indexRecord } from '../history.ts'
import { writeAndReadBack } from '../write-record.ts'

/** A record that waits in the journal, because the store did not take it. */
export type Parked =
  | { readonly record: SessionRecord; readonly stored: true }
  | { readonly record: SessionRecord; readonly stored: false; readonly error: ToknError }

/**
 * Stores a record that an earlier refresh made and the store did not take; where the store still
 * does not, it serves from where it is. One of a generation that the store has, or has passed, is
 * dropped. Throws `store` where the key of the store is not to be had, and leaves everything as it is.
 */
export async function unpark(
  session: Session,
  store: Store,
  held: HeldLock,
): Promise<Parked | undefined> {
  const { ports, profile } = session
  const entry = entryOf(profile)
  const journal = await ports.journal()
  const sealed = journal.read(entry)?.record
  if (sealed === undefined) return undefined
  const current = await findReadable(session)
  const record = await openParked(session, store, sealed)
  const newer =
    record !== undefined && (current === undefined || record.generation > current.generation)
  if (!newer) {
    journal.remove(entry)
    return undefined
  }
  checkBinding(record, profile)
  if (!held.stillHeld()) return undefined
  try {
    await writeAndReadBack(store, record)
  } catch (error) {
    if (!isToknError(error, 'store')) throw error
    ports.warn(
      `the token could still not be stored (${error.message}); it is served from the journal`,
    )
    return { record, stored: false, error }
  }
  journal.remove(entry)
  await indexRecord(ports, profile, record, 'recovered')
  return { record, stored: true }
}

/** A stored session that cannot be read is older than what waits: a login would have cleared that. */
async function findReadable(session: Session): Promise<SessionRecord | undefined> {
  try {
    return await findHeld(session)
  } catch (error) {
    if (isToknError(error, 'store')) return undefined
    throw error
  }
}

async function openParked(
  session: Session,
  store: Store,
  sealed: string,
): Promise<SessionRecord | undefined> {
  const { ports, profile } = session
  const key = await store.sealingKey()
  const { open } = await ports.seal()
  try {
    return parseRecord(await open(sealed, key, entryOf(profile)), profile.id)
  } catch (error) {
    // Sealed under a key that is gone, or for a login that has been replaced: of no use any more.
    if (isToknError(error, 'store')) return undefined
    throw error
  }
}
