import { openSession, type Session } from '../session.ts'
import { isFailure, isToknError, ToknError } from '../../core/errors.ts'
import { bindingOf, type Profile, type StoreKind } from '../../core/profile.ts'
import type { Reason, SessionRecord } from '../../core/record.ts'
import { outlineOf } from '../choose-profile.ts'
import { fit } from '../fit-record.ts'
import { entryOf, findHeld } from '../stored-record.ts'
import { indexRecord } from '../history.ts'
import type { Ports } from '../ports.ts'
import { writeAndReadBack } from '../write-record.ts'

export interface PlaceOptions {
  readonly reason: Reason
  /** The profile that issued it, where one did. */
  readonly by?: string | undefined
  /**
   * Whether a name that has gone to another id meanwhile is the same profile all the same: so for a
   * login, which says what its name stands for. Otherwise that is `busy`.
   */
  readonly adopt: boolean
}

/** A session where it is kept: under the name and id that its profile has by now. */
export interface Placed {
  readonly profile: Profile
  readonly record: SessionRecord
  /** Another store, which held the session until now and still has its entry. */
  readonly former?: StoreKind | undefined
}

/** Pauses before what failed is tried once more, in milliseconds: the tokens cannot be had again. */
const pauses = [50, 250]

/**
 * Keeps a session that a provider has just given: the profile first, then the secret, both with the
 * lock of the store entry held, so that a kill leaves nothing that no profile reaches. A session
 * held before is replaced, whether or not it can be read. Throws `store`, `busy`, `usage`.
 */
export async function place(
  ports: Ports,
  profile: Profile,
  record: SessionRecord,
  options: PlaceOptions,
): Promise<Placed> {
  let wanted = profile
  for (let failures = 0; ;) {
    try {
      const placed = await placeAt(ports, wanted, record, options)
      if ('record' in placed) return placed
      if (placed.instead.id !== profile.id && !options.adopt) throw taken(placed.instead)
      // Renamed meanwhile, or another login of a new name was first: theirs is the id.
      wanted = placed.instead
    } catch (error) {
      const pause = pauses[failures++]
      if (pause === undefined || !isToknError(error, 'store', 'usage')) throw error
      await ports.clock.wait(pause)
    }
  }
}

function taken({ name }: Profile): ToknError {
  return new ToknError('busy', `there is another profile "${name}" by now`, {
    hint: `tokn profile rename ${name} OTHER, then: tokn doctor --fix`,
  })
}

async function placeAt(
  ports: Ports,
  profile: Profile,
  record: SessionRecord,
  { reason, by }: PlaceOptions,
): Promise<Placed | { readonly instead: Profile }> {
  const former = formerStore(ports, profile)
  const store = await ports.store(profile.store)
  const held = await (await ports.lock())(entryOf(profile), ports.timeout)
  const next = fit({ ...record, profileId: profile.id, binding: bindingOf(profile) }, ports.warn)
  try {
    const settled = await ports.profiles.settle(profile)
    if (settled.name !== profile.name || settled.id !== profile.id) return { instead: settled }
    const kept = { ...next, generation: (await generationBefore(openSession(ports, profile))) + 1 }
    await writeAndReadBack(store, kept)
    await forgetRefresh(openSession(ports, profile))
    await indexRecord(ports, profile, kept, reason, { by })
    return { profile, record: kept, former }
  } finally {
    await held.release()
  }
}

/** Erases what another store than the profile's holds under its id. Throws `store`, `busy`. */
export async function eraseEntry(session: Session, kind: StoreKind): Promise<void> {
  const { ports, profile } = session
  const elsewhere = { ...profile, store: kind }
  const held = await (await ports.lock())(entryOf(elsewhere), ports.timeout)
  try {
    await (await ports.store(kind)).remove(profile.id)
    ;(await ports.journal()).remove(entryOf(elsewhere))
  } finally {
    await held.release()
  }
}

/** The store that holds the session so far, where it is another one. */
export function formerStore(ports: Ports, { name, id, store }: Profile): StoreKind | undefined {
  const before = outlineOf(ports.profiles, name)
  const moved = before?.id === id && before.store !== store
  const former = moved ? before.store : undefined
  return former !== undefined && ports.stores.traits(former).outlivesProcess ? former : undefined
}

/** The generation to follow. A record that cannot be read is no reason not to log in anew. */
async function generationBefore(session: Session): Promise<number> {
  const { ports, profile } = session
  const indexed = ports.index.get(profile.id)?.generation ?? 0
  try {
    return Math.max(indexed, (await findHeld(session))?.generation ?? 0)
  } catch (error) {
    if (isToknError(error, 'store')) return indexed
    throw error
  }
}

/** What a refresh of the session before has left is of no use any more, and does no harm. */
async function forgetRefresh(session: Session): Promise<void> {
  const { ports, profile } = session
  try {
    ;(await ports.journal()).remove(entryOf(profile))
  } catch (error) {
    if (!isFailure(error)) throw error
    ports.warn(error.message)
  }
}
