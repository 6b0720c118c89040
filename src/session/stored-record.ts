import type { Session } from './session.ts'
import { isToknError, ToknError } from '../core/errors.ts'
import { bindingOf, changedBinding, type Profile, type StoreKind } from '../core/profile.ts'
import type { Provider } from '../core/provider.ts'
import { parseRecord, type SessionRecord } from '../core/record.ts'
import { byThisClock } from './moment.ts'
import { naming } from './named-hint.ts'

/** The name under which a session is locked and journalled: the store entry, not the profile. */
export function entryOf(profile: Profile): string {
  return `${profile.store}:${profile.id}`
}

/**
 * The session held for `profile`. Throws `reauth_required` when there is none or when the profile
 * was changed since the login, `store` when it cannot be read.
 */
export async function readHeld(session: Session): Promise<SessionRecord> {
  const { ports, profile } = session
  const record = await findHeld(session)
  if (record !== undefined) return checkBinding(record, profile)
  if (profile.usualStore !== undefined) throw elsewhere(profile, profile.usualStore)
  // The secret service answers "nothing" for a locked collection too; the index knows better.
  const { hidesWhenLocked } = ports.stores.traits(profile.store)
  if (hidesWhenLocked && ports.index.get(profile.id) !== undefined) {
    // Throws for a locked one, and then says so.
    await (await ports.store(profile.store)).sealingKey()
    throw new ToknError(
      'store',
      `the entry of "${profile.name}" was removed from the ${profile.store}, or the ${profile.store} was locked a moment ago`,
      { hint: `try again; if that does not help: tokn login ${profile.name}` },
    )
  }
  throw new ToknError('reauth_required', `"${profile.name}" is not logged in`, {
    hint: `tokn login ${profile.name}`,
  })
}

/** The error for a session that is not in the store looked in, though its profile names another. */
export function elsewhere({ name, store }: Profile, usual: StoreKind): ToknError {
  return new ToknError(
    'reauth_required',
    `there is no session of "${name}" in the ${store} store; by its profile it is in the ${usual} store`,
    {
      hint: `leave out --store and TOKN_STORE; or to keep one there: tokn login ${name} --store ${store}`,
    },
  )
}

/** The session held, unchecked against the profile; `undefined` when there is none. */
export async function findHeld(session: Session): Promise<SessionRecord | undefined> {
  const { ports, profile } = session
  const store = await ports.store(profile.store)
  const text = await naming(profile, async () => await store.read(profile.id))
  if (text === undefined) return undefined
  try {
    return byThisClock(parseRecord(text, profile.id), ports.clock)
  } catch (error) {
    if (!isToknError(error, 'store')) throw error
    throw new ToknError('store', `the stored session of "${profile.name}" is damaged`, {
      hint: `tokn login ${profile.name}`,
    })
  }
}

/** Returns `record`; throws `reauth_required` when the profile was changed since its login. */
export function checkBinding(record: SessionRecord, profile: Profile): SessionRecord {
  const change = changedBinding(record.binding, bindingOf(profile))
  if (change === undefined) return record
  const now = change.current === undefined ? 'has no' : `now has "${change.current}" as`
  const then = change.kept === undefined ? 'was made without one' : `belongs to "${change.kept}"`
  throw new ToknError(
    'reauth_required',
    `profile "${profile.name}" ${now} ${change.part}, but its session ${then}`,
    { hint: `if you made this change: tokn login ${profile.name}` },
  )
}

/** Throws `reauth_required` when the provider would now be spoken to elsewhere than at login. */
export function checkProvider(record: SessionRecord, profile: Profile, provider: Provider): void {
  const foreign = provider.origins.find((origin) => !record.origins.includes(origin))
  if (provider.digest === record.definition && foreign === undefined) return
  throw new ToknError(
    'reauth_required',
    foreign === undefined
      ? `the definition of provider "${profile.provider}" has changed since "${profile.name}" logged in`
      : `provider "${profile.provider}" now uses ${foreign}, which the session of "${profile.name}" is not bound to`,
    { hint: `if this change is right: tokn login ${profile.name}` },
  )
}
