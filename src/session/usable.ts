import { isFailure, isToknError, type ToknError } from '../core/errors.ts'
import type { Provider } from '../core/provider.ts'
import type { SessionRecord } from '../core/record.ts'
import type { Session } from './session.ts'
import { checkBinding, checkProvider } from './stored-record.ts'
import { forgetReplies } from './unfinished/find.ts'

/**
 * What can be done with the session of a profile. `foreign`: it is there, and the profile or its
 * provider has been changed so that nothing may be sent with it. `unreadable`: there may be one.
 */
export type Condition =
  | { readonly state: 'none' }
  | { readonly state: 'usable'; readonly record: SessionRecord; readonly provider: Provider }
  | { readonly state: 'foreign'; readonly why: ToknError }
  | { readonly state: 'unreadable'; readonly why: ToknError }

/** Looks at the session of a profile, in whatever condition it is. */
export async function readCondition(session: Session): Promise<Condition> {
  try {
    const record = await session.readRecord()
    return await conditionOf(session, record)
  } catch (error) {
    if (!isFailure(error)) throw error
    // Under such an id nothing was ever stored.
    if (error.details.fault === 'unusable-id') return { state: 'none' }
    if (error.code !== 'reauth_required') return { state: 'unreadable', why: error }
    const there = (await session.findRecord()) !== undefined
    return there ? { state: 'foreign', why: error } : { state: 'none' }
  }
}

/** As `readCondition`, of a record that is at hand. */
export async function conditionOf(session: Session, record: SessionRecord): Promise<Condition> {
  try {
    checkBinding(record, session.profile)
    const provider = await session.provider()
    checkProvider(record, session.profile, provider)
    return { state: 'usable', record, provider }
  } catch (error) {
    if (!isFailure(error)) throw error
    return { state: 'foreign', why: error }
  }
}

/**
 * Erases the session of a profile and all that is remembered of it; tells whether there was one. Whoever
 * calls holds the lock of the entry. Throws `store` where something of it stays.
 */
export async function erase(session: Session): Promise<boolean> {
  const { ports, profile } = session
  // First, since what was cut off would bring the session back.
  await (await ports.journal()).remove(session.entry)
  await forgetReplies(ports, profile.id)
  const erased = await eraseStored(session)
  // The index is of the store that the profile names.
  if (profile.usualStore === undefined) ports.index.remove(profile.id)
  return erased
}

async function eraseStored(session: Session): Promise<boolean> {
  const { ports, profile } = session
  const store = await session.store()
  try {
    if (await store.remove(profile.id)) return true
  } catch (error) {
    if (isToknError(error) && error.details.fault === 'unusable-id') return false
    throw error
  }
  // A locked keychain says of what it has that it is not there; this throws, and says that it is locked.
  const { hidesWhenLocked } = ports.stores.traits(profile.store)
  if (hidesWhenLocked && ports.index.get(profile.id) !== undefined) {
    await store.sealingKey()
  }
  return false
}
