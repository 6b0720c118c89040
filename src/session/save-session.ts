import { aboutRecord } from './about-record.ts'
import { isFailure, isToknError, ToknError } from '../core/errors.ts'
import { bindingOf, type Profile, type StoreKind } from '../core/profile.ts'
import type { Reason, SessionRecord } from '../core/record.ts'
import { words } from '../messages/words.ts'
import type { Session } from './session.ts'
import { outlineOf } from './choose-profile.ts'
import { fit } from './fit-record.ts'
import { withHosts, withKnownHosts } from './hosts.ts'
import { indexRecord } from './history.ts'
import { writeAndReadBack } from './write-record.ts'

export interface SaveOptions {
  readonly reason: Reason
  /** The profile that issued it, where one did. */
  readonly by?: string | undefined
  /**
   * Whether a name that belongs to another id by now still means the same profile: so for a login,
   * which says what its name stands for. Otherwise that is `busy`.
   */
  readonly adopt: boolean
}

/** A session where it is stored: under the name and id that its profile has by now. */
export interface SavedSession {
  readonly profile: Profile
  readonly record: SessionRecord
  /** Another store, which held the session until now and still has its entry. */
  readonly former?: StoreKind | undefined
  /** What was held until now under the same id, as it was then; absent where nothing could be read. */
  readonly replaced?: SessionRecord | undefined
}

/** Pauses before what failed is tried once more, in milliseconds: the tokens cannot be had again. */
const pauses = [50, 250]

/** The same where a store far away is not reached: it may be moving to another machine. */
const awayPause = 500

/**
 * Keeps a session that a provider has just given: the profile first, then the secret, both with the
 * lock of the store entry held, so that a kill leaves nothing that no profile reaches. A session
 * held before is replaced, whether or not it can be read. Throws `store`, `busy`, `usage`.
 */
export async function saveSession(
  session: Session,
  record: SessionRecord,
  options: SaveOptions,
): Promise<SavedSession> {
  let target = session
  for (let failures = 0; ;) {
    try {
      const saved = await saveAt(target, record, options)
      if ('record' in saved) return saved
      if (saved.instead.id !== session.id && !options.adopt) {
        throw new ToknError('busy', words.login.nameTakenMeanwhile(saved.instead.name))
      }
      // Renamed meanwhile, or another login of the same new name was first: its id counts.
      target = session.of(saved.instead)
    } catch (error) {
      const { clock, timeLeft } = session.ports
      const isAway = isToknError(error, 'network')
      const pause = isAway && timeLeft() > awayPause ? awayPause : pauses[failures++]
      if (pause === undefined || !(isAway || isToknError(error, 'store', 'usage'))) throw error
      await clock.wait(pause)
    }
  }
}

async function saveAt(
  session: Session,
  record: SessionRecord,
  { reason, by }: SaveOptions,
): Promise<SavedSession | { readonly instead: Profile }> {
  const { ports } = session
  const former = formerStore(session)
  const store = await session.store()
  return await session.locked(async () => {
    const profile = await withKnownHosts(session)
    const origins = withHosts(record.origins, profile)
    const bound = { ...record, profileId: profile.id, binding: bindingOf(profile), origins }
    const next = fit(bound, ports.warn)
    const current = await ports.profiles.putIfCurrent(profile)
    if (current.name !== profile.name || current.id !== profile.id) return { instead: current }
    const { generation, replaced } = await findBefore(session)
    const kept = { ...next, generation: generation + 1 }
    const about = await aboutRecord(ports, profile, kept, reason, { by })
    await writeAndReadBack(store, kept, about)
    await forgetRefresh(session)
    await indexRecord(ports, profile, kept, reason, { by })
    return { profile, record: kept, former, replaced }
  })
}

/**
 * Erases what another store than the profile's holds under its id, and gives what could be read of
 * it. Throws `store`, `busy`.
 */
export async function eraseEntry(
  session: Session,
  kind: StoreKind,
): Promise<SessionRecord | undefined> {
  const { ports, profile } = session
  const former = session.of({ ...profile, store: kind })
  return await former.locked(async () => {
    const erased = await findReadable(former)
    await (await former.store()).remove(profile.id)
    await (await ports.journal()).remove(former.entry)
    return erased
  })
}

/** The store that holds the session so far, where it is another one. */
export function formerStore({ ports, profile }: Session): StoreKind | undefined {
  const { name, id, store } = profile
  const before = outlineOf(ports.profiles, name)
  const moved = before?.id === id && before.store !== store
  const former = moved ? before.store : undefined
  return former !== undefined && ports.stores.traits(former).outlivesProcess ? former : undefined
}

/** The session before, and its generation. */
async function findBefore(
  session: Session,
): Promise<{ readonly generation: number; readonly replaced: SessionRecord | undefined }> {
  const indexed = session.ports.index.get(session.id)?.generation ?? 0
  try {
    const replaced = await session.findRecord()
    return { generation: Math.max(indexed, replaced?.generation ?? 0), replaced }
  } catch (error) {
    // A record that cannot be read is no reason not to log in again.
    if (!isToknError(error, 'store')) throw error
    return { generation: Math.max(indexed, error.details.generation ?? 0), replaced: undefined }
  }
}

/** One that cannot be read is erased all the same. */
async function findReadable(session: Session): Promise<SessionRecord | undefined> {
  try {
    return await session.findRecord()
  } catch (error) {
    if (isToknError(error, 'store')) return undefined
    throw error
  }
}

/** What a refresh of the session before has left is no longer of use. */
async function forgetRefresh(session: Session): Promise<void> {
  const { ports } = session
  try {
    await (await ports.journal()).remove(session.entry)
  } catch (error) {
    if (!isFailure(error)) throw error
    ports.warn(error.message)
  }
}
