import type { Secret } from '../core/secret.ts'

/** What opens the store of a session, where that takes a key: one of the two. */
export interface GivenKey {
  readonly key?: Secret | undefined
  readonly passphrase?: Secret | undefined
}

/** The key of the store that has one; held in memory, so that nobody has to be asked. */
export interface StoreKey {
  /** Whether there are sessions that nothing opens without it, and it is not there. */
  isMissing(): boolean
  /** Whether the session of this profile is one of them. */
  isMissingFor(profile: string): boolean
  /** Tries what is given, and holds the key that comes of it. Throws `store`. */
  open(given: GivenKey): Promise<void>
  /** Forgets it, and whatever the environment says of it. */
  drop(): void
}
