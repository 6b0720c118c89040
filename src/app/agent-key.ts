import type { GivenKey, StoreKey } from '../agent/store-key.ts'
import { isToknError, ToknError } from '../core/errors.ts'
import type { Profile, StoreKind } from '../core/profile.ts'
import type { Secret } from '../core/secret.ts'
import { words } from '../messages/words.ts'
import { readableProfiles } from '../session/choose-profile.ts'
import type { Ports } from '../session/ports.ts'

/** What opens a store, as ports take it. */
export interface Opening {
  storeKey(): Secret | undefined
  passphrase(): Promise<Secret | undefined>
}

export interface AgentKeyOptions {
  /** What the agent was started with. */
  readonly given: () => GivenKey
  /** Ports that open stores in this way alone. */
  open(opening: Opening): Ports
  /** Whether a profile is served. */
  serves(name: string): boolean
  /** Where sessions are looked for; absent: where each profile says. */
  readonly store?: StoreKind | undefined
}

/** The key of the store that has one, for an agent; with what its ports take from it. */
export interface AgentKey extends StoreKey {
  readonly opening: Opening
  /** Makes the key of a passphrase that it was started with, once for all uses. Never rejects. */
  prepare(): Promise<void>
}

export function openAgentKey({ given, open, serves, store: chosen }: AgentKeyOptions): AgentKey {
  let held: Secret | undefined
  let seen: { readonly stamp: string | undefined; readonly found: readonly Profile[] } | undefined
  let dropped = false
  const looks = open({ storeKey: () => undefined, passphrase: async () => undefined })
  let start: GivenKey | undefined
  const fromStart = (): GivenKey => (dropped ? {} : (start ??= given()))
  const isThere = () => {
    if (held !== undefined) return true
    const { key, passphrase } = fromStart()
    return key !== undefined || passphrase !== undefined
  }
  return {
    opening: {
      storeKey: () => held ?? fromStart().key,
      passphrase: async () => {
        const { passphrase } = fromStart()
        if (passphrase === undefined) throw new ToknError('store', words.agentLock.storeClosed())
        return passphrase
      },
    },
    isMissing: () => isSo(() => !isThere() && inStoreWithKey() !== undefined),
    isMissingFor: (name) =>
      isSo(() => {
        if (isThere()) return false
        const profile = looks.profiles.get(name)
        return profile !== undefined && looks.stores.traits(chosen ?? profile.store).needsPassphrase
      }),
    open: async (wanted) => hold(await keyOf(wanted)),
    prepare: async () => {
      try {
        const { key, passphrase } = fromStart()
        if (key !== undefined || passphrase === undefined) return
        if (inStoreWithKey() === undefined) return
        const made = await keyOf({ passphrase })
        if (!dropped) hold(made)
      } catch (error) {
        // Whoever asks for a session is told.
        if (!isToknError(error)) throw error
      }
    },
    drop: () => {
      dropped = true
      start = undefined
      held = undefined
    },
  }

  function hold(key: Secret): void {
    dropped = true
    start = undefined
    held = key
  }

  /** A session that takes the key, if there is one. */
  function inStoreWithKey(): Profile | undefined {
    return profilesWithKey().find(isLoggedIn)
  }

  function isLoggedIn({ id }: Profile): boolean {
    return looks.index.get(id) !== undefined
  }

  /** Read again when the profiles have changed: an agent is asked for its state often. */
  function profilesWithKey(): readonly Profile[] {
    const { profiles, stores } = looks
    const stamp = profiles.stamp?.()
    if (seen !== undefined && stamp !== undefined && seen.stamp === stamp) return seen.found
    const found = readableProfiles(profiles).filter(
      ({ name, store }) => serves(name) && stores.traits(chosen ?? store).needsPassphrase,
    )
    seen = { stamp, found }
    return found
  }

  /** Proves it with a session that is there, and gives it in the form that other processes take. */
  async function keyOf({ key, passphrase }: GivenKey): Promise<Secret> {
    let asked = false
    const ports = open({
      storeKey: () => key,
      // Once: the same would be refused again.
      passphrase: async () => (asked ? undefined : ((asked = true), passphrase)),
    })
    for (const { id, store: kind } of profilesWithKey().filter(isLoggedIn)) {
      const store = await ports.store(chosen ?? kind, id)
      // What is not there proves nothing.
      if ((await store.read(id)) === undefined) continue
      const proven = key ?? (await store.openingKey?.())
      if (proven !== undefined) return proven
    }
    throw new ToknError('store', words.agentLock.nothingToOpen())
  }
}

/** Profiles that cannot be read are told of by what uses them. */
function isSo(look: () => boolean): boolean {
  try {
    return look()
  } catch (error) {
    if (isToknError(error)) return false
    throw error
  }
}
