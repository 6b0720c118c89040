import { isToknError, ToknError } from '../core/errors.ts'
import { bindingOf, changedBinding, type Profile, type StoreKind } from '../core/profile.ts'
import type { Provider } from '../core/provider.ts'
import { parseRecord, type SessionRecord } from '../core/record.ts'
import { words } from '../messages/words.ts'
import type { Session } from './session.ts'
import { byThisClock } from './moment.ts'
import { withNamedHints } from './naming.ts'

/** The name under which a session is locked and journalled: the store entry, not the profile. */
export function entryOf(profile: Pick<Profile, 'id' | 'store'>): string {
  return `${profile.store}:${profile.id}`
}

/**
 * The stored session. Throws `reauth_required` when there is none or when the profile
 * was changed since the login, `store` when it cannot be read.
 */
export async function readRecord(session: Session): Promise<SessionRecord> {
  const { ports, profile } = session
  const record = await findRecord(session)
  if (record !== undefined) return checkBinding(record, profile)
  if (profile.usualStore !== undefined) throw elsewhere(profile, profile.usualStore)
  // The secret service answers "nothing" for a locked collection too; the index knows better.
  const { hidesWhenLocked } = ports.stores.traits(profile.store)
  if (hidesWhenLocked && ports.index.get(profile.id) !== undefined) {
    // Throws for a locked one, and then says so.
    await (await ports.store(profile.store, profile.id)).sealingKey()
    throw new ToknError('store', words.session.removedOrLocked(profile.name, profile.store))
  }
  throw new ToknError('reauth_required', words.session.notLoggedIn(profile.name))
}

/** The error for a session that is not in the store looked in, though its profile names another. */
export function elsewhere({ name, store }: Profile, usual: StoreKind): ToknError {
  return new ToknError('reauth_required', words.session.inAnotherStore(name, store, usual))
}

/** The stored session, unchecked against the profile; `undefined` when there is none. */
export async function findRecord(session: Session): Promise<SessionRecord | undefined> {
  const { ports, profile } = session
  const store = await ports.store(profile.store, profile.id)
  const text = await withNamedHints(profile, async () => await store.read(profile.id))
  if (text === undefined) return undefined
  try {
    return byThisClock(parseRecord(text, profile.id), ports.clock)
  } catch (error) {
    if (!isToknError(error, 'store')) throw error
    throw new ToknError('store', words.session.damaged(profile.name))
  }
}

/** Returns `record`; throws `reauth_required` when the profile was changed since its login. */
export function checkBinding(record: SessionRecord, profile: Profile): SessionRecord {
  const change = changedBinding(record.binding, bindingOf(profile))
  if (change === undefined) return record
  const { part, kept, current } = change
  const said = words.session.profileChanged(profile.name, part, kept, current)
  throw new ToknError('reauth_required', said)
}

/** Throws `reauth_required` when the provider would now be spoken to elsewhere than at login. */
export function checkProvider(record: SessionRecord, profile: Profile, provider: Provider): void {
  const foreign = provider.origins.find((origin) => !record.origins.includes(origin))
  if (provider.digest === record.definition && foreign === undefined) return
  throw new ToknError(
    'reauth_required',
    foreign === undefined
      ? words.session.definitionChanged(profile.provider, profile.name)
      : words.session.originAdded(profile.provider, foreign, profile.name),
  )
}
