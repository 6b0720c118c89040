import type { StoreKind } from './profile.ts'

/** What is to be known of a store without opening it. */
export interface StoreTraits {
  readonly kind: StoreKind
  /** Whether the next process finds what this one has stored. */
  readonly outlivesProcess: boolean
  /** Whether it opens with a key or a passphrase that the user gives to this program. */
  readonly needsPassphrase: boolean
  /** Whether it says "no such entry" of entries that are there while it is locked. */
  readonly hidesWhenLocked: boolean
  /** Whether it relies on something that a machine may not have: a service, another program. */
  readonly mayBeMissing: boolean
  /** Whether it can tell what it holds; see `Store.list`. */
  readonly listsEntries: boolean
  /** Whether its entries rest in our own folder of data, beside which processes can meet. */
  readonly restsInData: boolean
  /** Whether a variable of its own says where its entries are, so that processes may mean others. */
  readonly placedByVariable: boolean
  /**
   * Whether an engine keeps it that many machines share: lock and journal of its sessions are in it, and
   * not on this machine; see `Fleet`.
   */
  readonly shared?: true | undefined
  /** The schemes of addresses that name it, as `postgres:`; absent where it has no address. */
  readonly schemes?: readonly string[] | undefined
}

/** All stores. */
export interface StoreCatalog {
  /** In the order in which they are shown to users. */
  readonly kinds: readonly StoreKind[]
  /** The store of a profile that names none. */
  readonly usual: StoreKind
  /** The store of a session that ends with this process. */
  readonly transient: StoreKind
  /** Throws for what is not one of `kinds`: whoever has read it from outside has checked that. */
  traits(kind: StoreKind): StoreTraits
  /** The store that `value`, from outside, names; `undefined` for anything else. */
  find(value: unknown): StoreKind | undefined
}

/** What a store says of the passphrase that it asks for. */
export interface PassphraseQuestion {
  /** There was none so far: this one is chosen now. */
  readonly isNew: boolean
  /** The one that was given before does not open it. */
  readonly refused: boolean
}
