import { isToknError, ToknError } from '../core/errors.ts'
import type { Profile, StoreKind } from '../core/profile.ts'
import { words } from '../messages/words.ts'
import { fleetOfReader, refuseReader } from './fleet/reader.ts'
import { openSession, type Session } from './session.ts'
import { chooseProfile, outlineOf } from './choose-profile.ts'
import { erase, readCondition, type Condition } from './usable.ts'
import type { Ports } from './ports.ts'

export interface Removal {
  /** What may stay alive at the provider, in one sentence. */
  readonly alive?: string | undefined
}

/**
 * Forgets a profile: its session first, so that nothing is left that no profile reaches. A session
 * that can be used is not thrown away so: that is `usage`. Throws `store`, `busy`, `not_found`.
 */
export async function removeProfile(ports: Ports, name: string): Promise<Removal> {
  const profile = readProfile(ports, name)
  if (profile === undefined) return await removeDamaged(ports, name)
  const session = openSession(ports, profile)
  if (await isReadersOwn(session)) {
    await ports.profiles.remove(profile.name, profile.id)
    return {}
  }
  return await session.locked(async () => {
    // Another profile may have this very session, by a fault of an earlier version; it keeps it.
    const alive = isShared(ports, profile) ? undefined : await eraseUnusable(session)
    await ports.profiles.remove(profile.name, profile.id)
    return { alive }
  })
}

/** Throws what `removeProfile` would throw of a profile that must not be removed; changes nothing. */
export async function checkRemovable(ports: Ports, name: string): Promise<void> {
  const profile = readProfile(ports, name)
  if (profile === undefined || isShared(ports, profile)) return
  const session = openSession(ports, profile)
  if (!(await isReadersOwn(session))) await lookUnusable(session)
}

/**
 * Whether it is a profile of this machine for a session that this process may only use: that stays where
 * it is. Throws `forbidden` for one that is kept beside such a session.
 */
async function isReadersOwn(session: Session): Promise<boolean> {
  const { place } = session.ports.profiles
  if (place?.keeps?.(session.name) === true) await refuseReader(session, 'change')
  return (await fleetOfReader(session)) !== undefined
}

async function eraseUnusable(session: Session): Promise<string | undefined> {
  const { ports, profile } = session
  const condition = await lookUnusable(session)
  const known = ports.index.get(profile.id) !== undefined
  try {
    await erase(session)
  } catch (error) {
    // A store that is out of reach has most likely nothing, where nobody knows of a session.
    if (!isToknError(error, 'store', 'usage') || known) throw error
    tellUnseen(ports, profile, error)
    return undefined
  }
  return 'why' in condition ? condition.why.message : undefined
}

/** The condition of a session that may be thrown away. Throws `usage` for one that can be used. */
async function lookUnusable(session: Session): Promise<Condition> {
  const condition = await readCondition(session)
  if (condition.state === 'usable' && condition.record.standing?.state !== 'dead') {
    throw new ToknError('usage', words.session.stillLoggedIn(session.name))
  }
  return condition
}

function isShared(ports: Ports, { name, id }: Profile): boolean {
  return ports.profiles.outlines().some((other) => other.name !== name && other.id === id)
}

/** `undefined` for one that is damaged. Throws `not_found`. */
function readProfile(ports: Ports, name: string): Profile | undefined {
  try {
    return chooseProfile(ports.profiles, { positional: name })
  } catch (error) {
    if (isToknError(error, 'usage') && outlineOf(ports.profiles, name) !== undefined)
      return undefined
    throw error
  }
}

/** Erases what a profile that cannot be read may have, wherever that can be. */
async function removeDamaged(ports: Ports, name: string): Promise<Removal> {
  const { id, store } = outlineOf(ports.profiles, name) ?? {}
  let erased = false
  for (const kind of store === undefined ? ports.stores.kinds : [store]) {
    if (id === undefined || !ports.stores.traits(kind).outlivesProcess) continue
    erased = (await eraseDamaged(ports, name, id, kind)) || erased
  }
  await ports.profiles.remove(name, id)
  return { alive: erased ? words.session.damagedProfileRemoved() : undefined }
}

async function eraseDamaged(
  ports: Ports,
  name: string,
  id: string,
  store: StoreKind,
): Promise<boolean> {
  const profile: Profile = { name, id, store, provider: '', settings: {} }
  const session = openSession(ports, profile)
  return await session.locked(async () => {
    try {
      return await erase(session)
    } catch (error) {
      if (!isToknError(error, 'store', 'usage')) throw error
      tellUnseen(ports, profile, error)
      return false
    }
  })
}

function tellUnseen(ports: Ports, { store }: Profile, error: ToknError): void {
  ports.warn(words.session.storeUnseen(store, error.message))
}
