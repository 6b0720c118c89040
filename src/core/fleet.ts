import type { ToknError } from './errors.ts'
import type { IndexEntry } from './ports.ts'
import type { Profile } from './profile.ts'
import type { HeldLease, LeaseTaken, Wish, Wished } from './shared-engine.ts'

/**
 * What a process may do in a store that many machines share, by the key that it has: a reader uses
 * sessions, and leaves wishes; a refresher changes them.
 */
export type FleetRole = 'refresher' | 'reader'

/** The key at hand, by its name and the variable that gave it. */
export interface KeyLook {
  readonly kid: string
  readonly from: string
  readonly role: FleetRole
  /** The names of those that are in use; none: the store is new. */
  readonly inUse: readonly string[]
}

/** A session of such a store, as it is seen without its record. */
export interface FleetSession {
  readonly id: string
  readonly name: string
  /** 0: none was stored so far. */
  readonly generation: number
  /** Another at each write. */
  readonly version: string
  /** Verified; absent where none is kept there, or it does not verify. */
  readonly profile?: Profile | undefined
  /** The same of what may be known without the record. */
  readonly index?: IndexEntry | undefined
  /** Why one of these is not there, in a sentence. */
  readonly fault?: string | undefined
  /** Whether a refresh is under way, or was cut off. */
  readonly pending: boolean
  /** See `SharedRow.wished`. */
  readonly wished?: boolean | undefined
}

/** The lease of the one that refreshes for others, held until it is lost or given back. */
export interface ActingLease {
  /** Resolves once it may be another's; with why it could not be prolonged, where it was not taken. */
  readonly lost: Promise<ToknError | undefined>
  /** Gives it back, where it is still ours. */
  release(): Promise<void>
}

/** What a store that many machines share is, besides a `Store`. All of it throws `network`, `store`. */
export interface Fleet {
  readonly role: FleetRole
  /** The name of the key at hand. */
  readonly kid: string
  /** For a person, without a password. */
  describe(): string
  /** Throws `store` where the key at hand is none of those that are in use now. */
  checkKey(): Promise<void>
  /** Says what takes long to a person at a terminal. Absent: nobody is there. */
  readonly tell?: ((text: string) => void) | undefined
  look(id: string): Promise<FleetSession | undefined>
  /** All, in the order of ids, as many at a time as come with one answer. */
  pages(): AsyncIterable<readonly FleetSession[]>
  addWish(id: string, generation: number, text: string): Promise<void>
  wishes(id: string): Promise<readonly Wish[]>
  /** All sessions that are wished for, asked for a page at a time. */
  wished(): AsyncIterable<Wished>
  dropWishes(id: string, generation: number): Promise<void>
  /** See `SharedEngine.watch`. */
  watch(
    what: 'rows' | 'wishes',
    heard: (id: string | undefined) => void,
  ): Promise<() => Promise<void>>
  /** Takes the lease of the one that acts, if nobody else has it. */
  takeActingLease(): Promise<ActingLease | Exclude<LeaseTaken, { readonly fence: number }>>
  leases(): Promise<readonly HeldLease[]>
  /** See `SharedEngine.incarnation`; for a reader, `SharedEngine.lifeSeen`. */
  incarnation(): Promise<string>
  /** See `SharedEngine.rest`. */
  rest(): Promise<void>
}
