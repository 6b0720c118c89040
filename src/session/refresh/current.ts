import type { ToknError } from '../../core/errors.ts'
import { isGood } from '../../core/expiry.ts'
import type { HeldLock, Store } from '../../core/ports.ts'
import type { SessionRecord } from '../../core/record.ts'
import { words } from '../../messages/words.ts'
import { holderInWords } from '../naming.ts'
import { satisfies, type RefreshRequest } from '../refresh-request.ts'
import type { Session } from '../session.ts'
import { shortLived } from '../short-lived.ts'
import { refuseEnded } from '../standing.ts'
import { readHeld } from '../stored-record.ts'
import { readEarlierRun, removeFinishedRun, type EarlierRun } from './journal-entry.ts'
import { replayRecord } from './replay.ts'

/** A provider that answers with dead tokens is not asked again for this long, in milliseconds. */
const stormGuard = 5_000

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
  const store = await ports.store(profile.store)
  const replayed = await replayRecord(session, store, lock)
  const record = replayed?.record ?? (await readHeld(session))
  const unstored = replayed?.unstored
  if (unstored !== undefined) return { store, record, unstored }
  const earlier = await readEarlierRun(session, store, record)
  if (earlier === undefined) await removeFinishedRun(session, lock, record)
  return { store, record, earlier }
}

/**
 * Whether the record is what is asked for, and no reply is still to be read. Where it is not, throws
 * what is known already, instead of asking the provider in vain.
 */
export function isEnough(
  { ports, profile }: Session,
  request: RefreshRequest,
  { record, unstored, earlier }: Current,
): boolean {
  // The provider has replied, and the reply is in the journal and nowhere else.
  if (earlier !== undefined && earlier.replies.length > 0) return false
  const now = ports.clock.now()
  if (satisfies(record, request, now)) {
    if (earlier !== undefined) ports.warn(words.refresh.mayBeReplaced(holderInWords(profile)))
    return true
  }
  if (unstored !== undefined) throw unstored
  refuseEnded(profile, record)
  const age = now - record.obtainedAt
  const isNew = record.generation > 1 && age >= 0 && age < stormGuard
  const expired = request.reason === 'expired' && !isGood(record.expiry, now, 0)
  if (isNew && expired) throw shortLived(profile, record)
  return false
}
