import type { Secret } from './secret.ts'

/** How the keys of a store for many machines stand. Names of keys, nothing secret. */
export interface KeysSeen {
  /** The one at hand. */
  readonly own: string
  /** One, or two while a change is under way: the older one first. */
  readonly inUse: readonly string[]
  /** The one that is about to go, where the end of a change was begun. */
  readonly leaving?: string | undefined
  readonly rows: number
  /** Rows that are not sealed for all of them yet, or not for the one at hand alone. */
  readonly toShare: number
  readonly toKeep: number
}

/** What a step of a change has done. */
export interface Rekeyed {
  /** Names of keys; `from` is empty where there was nothing to end. */
  readonly from: string
  readonly to: string
  readonly rows: number
  readonly resealed: number
  /** Names of sessions that open with no key, and were left as they are. */
  readonly unreadable: readonly string[]
}

/** The keys of a store for many machines, and what changes them. Everything throws `store`, `network`. */
export interface StoreKeyring {
  /** For a person: `PostgreSQL at db.example:5432/tokn`. */
  readonly where: string
  look(): Promise<KeysSeen>
  /** The key for those who read, of the key at hand, once that is seen to be in use. */
  readerKey(): Promise<{ readonly key: Secret; readonly kid: string; readonly leaving: boolean }>
  /** `TOKN_STORE_NEW_KEY`. */
  newKey(): Secret | undefined
  makeKey(): Secret
  nameKey(key: Secret): string
  /** Takes `next` into use beside the key at hand; `undefined`: goes on with what was begun. */
  begin(next: Secret | undefined): Promise<Rekeyed>
  /** The key at hand stays, alone: the new one, or with `cancel` the old one. */
  end(cancel: boolean): Promise<Rekeyed>
  close(): Promise<void>
}
