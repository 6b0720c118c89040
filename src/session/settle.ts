import { isToknError, type ToknError } from '../core/errors.ts'
import type { Held, Store } from '../core/ports.ts'
import type { Profile } from '../core/profile.ts'
import type { Provider } from '../core/provider.ts'
import { serializeRecord, type SessionRecord } from '../core/record.ts'
import { findHeld } from './held.ts'
import { indexRecord } from './history.ts'
import type { Ports } from './ports.ts'
import type { Attempt } from './recovery.ts'
import { retireOld } from './succession.ts'
import type { RefreshWanted } from './wanted.ts'
import { writeAndReadBack } from './write.ts'

/** A refresh that got its answer, on the way into the store. */
export interface Turn {
  readonly record: SessionRecord
  readonly next: SessionRecord
  /** Absent, or why the answer is not in the journal. */
  readonly kept: ToknError | undefined
  readonly attempt: Attempt
  readonly provider: Provider
  readonly wanted: RefreshWanted
}

/** Stores the next record, or adopts the one that another process stored meanwhile. */
export async function storeNext(
  ports: Ports,
  profile: Profile,
  store: Store,
  held: Held,
  { record, next, kept, attempt, provider, wanted }: Turn,
): Promise<SessionRecord> {
  if (!held.stillHeld()) {
    // Someone took over while this process slept. Theirs is the later generation, if they made one.
    const newer = await findNewer(ports, profile, record)
    if (newer !== undefined) return newer
  }
  try {
    await writeAndReadBack(store, next)
  } catch (error) {
    if (!isToknError(error, 'store')) throw error
    const newer = await findNewer(ports, profile, record)
    if (newer !== undefined && !newer.access.equals(next.access)) {
      attempt.finish()
      return newer
    }
    if (kept !== undefined && (await commitAnswer(attempt, next)) !== undefined) throw error
    // The provider has already turned the old tokens in; the new ones are safe in the journal.
    ports.warn(
      `the new token could not be stored yet (${error.message}); it is kept and stored by the next command`,
    )
    return next
  }
  attempt.finish()
  await indexRecord(ports, next, wanted.reason)
  await retireOld(ports, profile, provider, record, next)
  return next
}

/** Why the answer could not be made durable. The store is then the place that is left for it. */
export async function commitAnswer(
  attempt: Attempt,
  next: SessionRecord,
): Promise<ToknError | undefined> {
  try {
    await attempt.commit(serializeRecord(next))
    return undefined
  } catch (error) {
    if (isToknError(error, 'store')) return error
    throw error
  }
}

/** What another process stored meanwhile; `undefined` also where the store cannot be read. */
export async function findNewer(
  ports: Ports,
  profile: Profile,
  record: SessionRecord,
): Promise<SessionRecord | undefined> {
  try {
    const found = await findHeld(ports, profile)
    return found !== undefined && found.generation > record.generation ? found : undefined
  } catch (error) {
    if (isToknError(error, 'store')) return undefined
    throw error
  }
}

/** What becomes of a refresh that failed: another's newer record, or the error. */
export async function adoptOrGiveUp(
  ports: Ports,
  profile: Profile,
  record: SessionRecord,
  attempt: Attempt,
  error: unknown,
): Promise<SessionRecord> {
  if (isToknError(error, 'reauth_required', 'forbidden', 'provider_refused', 'busy')) {
    const newer = await findNewer(ports, profile, record)
    if (newer !== undefined) {
      attempt.finish()
      return newer
    }
  }
  // Unknown outcomes stay in the journal: the next attempt must know that one went before it.
  if (!isToknError(error, 'network') || error.details.sent === false) attempt.finish()
  throw error
}
