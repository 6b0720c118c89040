import type { ToknError } from '../../core/errors.ts'
import type { FleetRole } from '../../core/fleet.ts'
import type { Profile, StoreKind } from '../../core/profile.ts'
import type { ReaderAct } from '../../core/reader-refusal.ts'

/** What a store for many machines has of one session. */
export interface HomeEntry {
  readonly id: string
  readonly name: string
  /** 0 without a record. */
  readonly generation: number
  /** Absent: nobody finds the session by its name. */
  readonly profile?: Profile | undefined
  /** Why its profile is not trusted. */
  readonly fault?: ToknError | undefined
}

/** The profiles of a store for many machines. Throws what the engine does, and `store` for a wrong key. */
export interface SharedHome {
  readonly kind: StoreKind
  /** Its address, as a profile may have it: without a password. */
  readonly url: string
  describe(): string
  role(): Promise<FleetRole>
  /** Why what is stored may have gone back to an earlier time, as far as who only looks can see. */
  doubt(id: string): Promise<string | undefined>
  /** Throws `forbidden` with a reader's key, with which `act` cannot be done there. */
  refuseReader(act: ReaderAct): Promise<void>
  /** Throws where it is not reached, or the key does not fit. */
  reach(): Promise<void>
  list(): Promise<readonly HomeEntry[]>
  /** As `list`, a few at a time; to read the session of each as it comes asks nobody once more. */
  each(): AsyncIterable<HomeEntry>
  find(name: string): Promise<HomeEntry | undefined>
  read(id: string): Promise<HomeEntry | undefined>
  /** What no other row has, and each change of this one changes; nothing is verified. */
  version(id: string): Promise<string | undefined>
  /** Makes room for a session that nobody finds by its name yet. */
  reserve(profile: Profile): Promise<void>
  /** Writes the profile beside its session, with the definition of its provider, where that is the user's own. */
  publish(profile: Profile): Promise<void>
  /** With all that it holds; whether it was there. */
  remove(id: string): Promise<boolean>
  /**
   * The session as it is stored counts from now on, whatever was known of a later one. Gives its
   * generation. Throws `not_found`.
   */
  accept(id: string): Promise<number>
}
