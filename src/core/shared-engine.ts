import type { Http } from './ports.ts'
import type { StoreKind } from './profile.ts'
import type { SharedTime } from './shared-time.ts'

// What a store for many machines is made of. An engine (PostgreSQL, Redis, etcd) keeps rows, leases,
// wishes and documents, and compares before it sets; what these mean is the same for every engine and is
// written once, in `src/stores/shared`. An engine sees nothing in clear that is secret.
//
// Every call throws `network` where the engine is not reached, does not answer in the time that is left,
// or cannot take a write now (exit 7), and `store` where it refuses (privileges, a password, no schema).
// A write whose answer was lost may have happened: who repeats it compares first.

/** One session, as the engine keeps it. */
export interface SharedRow {
  /** The id of the profile. */
  readonly id: string
  /** The name of the profile: no two rows have the same. */
  readonly name: string
  /** Another at each write, and never one again: what a writer compares. Opaque. */
  readonly version: string
  /** That of the record in it; 0 without one. */
  readonly generation: number
  readonly parts: SharedParts
  /**
   * Whether somebody wishes for more than this generation, where the same question tells; see `Wish`.
   * Absent: not known.
   */
  readonly wished?: boolean | undefined
  /** What time it was by the engine's clock when it was read, as `now` gives it. Absent: not told. */
  readonly now?: number | undefined
}

export interface SharedParts {
  /** The profile, sealed for readers and signed. */
  readonly profile?: string | undefined
  /** The record, sealed for readers and refreshers, and signed. */
  readonly record?: string | undefined
  /** A refresh under way, or cut off: intent, answers, record; sealed for refreshers. */
  readonly journal?: string | undefined
  /** What may be known without the record, and who made it so; sealed for readers and signed. */
  readonly index?: string | undefined
}

export type SharedPart = keyof SharedParts

/** What has to be so for a write to be made, compared and written in one step by the engine. */
export interface RowCondition {
  /** The version of the row; `undefined` as a value: there is none with this id. */
  readonly version?: string | undefined
  /** The lease of the session (`session:ID`) has this fencing number, whether its time is over or not. */
  readonly fence?: number | undefined
  /** The generation of the row is this. */
  readonly generation?: number | undefined
  /** The version of the document `keys`; '' where there is none. */
  readonly keys?: string | undefined
}

export interface RowChange {
  /** Needed for a new row. */
  readonly name?: string | undefined
  readonly generation?: number | undefined
  /** Parts that are set; `null` removes one. Those that are not named stay. */
  readonly parts?: { readonly [part in SharedPart]?: string | null } | undefined
  /** Keys that are there with the value `undefined` are compared too; absent ones are not. */
  readonly when: RowCondition
}

/** `written`, or what was not as it had to be. `name`: another row has that name. */
export type RowWritten =
  | { readonly written: string }
  | { readonly failed: 'version' | 'fence' | 'generation' | 'keys' | 'name' }

/** A lease by the clock of the engine. */
export type LeaseTaken =
  /** `fence` grows with each taking of this lease, by anybody, and is never used twice. */
  | { readonly fence: number }
  /** Who holds it (what was given as `holder`), and for how many milliseconds more by the engine's clock. */
  | { readonly heldBy: string; readonly left: number }

/** A lease that is held, by the clock of the engine. */
export interface HeldLease {
  /** `session:ID`, `refresher`. */
  readonly name: string
  /** What was given as `holder`. */
  readonly holder: string
  /** Milliseconds. */
  readonly left: number
}

/** What a reader leaves where a token is too old for it. */
export interface Wish {
  readonly id: string
  /** The generation that is too old. */
  readonly generation: number
  /** What is asked for, as JSON; nothing secret, and from whoever may write it. */
  readonly text: string
  /** Epoch milliseconds by the engine's clock. */
  readonly at: number
}

/** A session that somebody wishes for, whether it is there or not. */
export interface Wished {
  readonly id: string
  /** Of each of its wishes, in no order. */
  readonly generations: readonly number[]
}

/** A small text of the store as a whole: keys in use (`keys`), budgets (`ledger:...`). */
export interface SharedDocument {
  readonly version: string
  readonly text: string
}

/** What `doctor` finds about an engine. */
export interface EngineFinding {
  /** What was looked at: `durability`, `clock`, `privileges`, `latency`, `schema`, `version`. */
  readonly id: string
  readonly status: 'ok' | 'warn' | 'fail'
  readonly detail: string
  readonly fix?: string | undefined
}

export interface SharedEngine {
  readonly kind: StoreKind
  /** For a person, without a password: `PostgreSQL at db.example:5432/tokn`. */
  describe(): string
  /**
   * Makes what it needs (tables, a version), and brings older ones up to date: idempotent, and safe from
   * many clients at once. Changes nothing, and needs no more than the right to look, where all is there.
   */
  prepare(): Promise<void>
  read(id: string): Promise<SharedRow | undefined>
  find(name: string): Promise<SharedRow | undefined>
  /**
   * At most `limit` rows whose ids are behind `after`, in the order of ids; fewer where no more are
   * there. `parts`: those that are read,
   * all unless said; of another one that a row has, nothing comes but that it is there: ''.
   */
  list(
    after: string | undefined,
    limit: number,
    parts?: readonly SharedPart[],
  ): Promise<readonly SharedRow[]>
  write(id: string, change: RowChange): Promise<RowWritten>
  /** Whether there was one, and all of `when` was so. Its lease stays, so that fencing numbers grow. */
  remove(id: string, when: RowCondition): Promise<boolean>
  /** `name`: `session:ID`, `refresher`. `ttl` in milliseconds. Does not wait. */
  takeLease(name: string, holder: string, ttl: number): Promise<LeaseTaken>
  /** Prolongs it from now on; `false` where another fence has been taken, or its time was over. */
  renewLease(name: string, fence: number, ttl: number): Promise<boolean>
  /** Milliseconds left by the engine's clock of a lease with this fence; 0 where it is over, or another's. */
  leaseLeft(name: string, fence: number): Promise<number>
  releaseLease(name: string, fence: number): Promise<void>
  /** All that are held now. */
  leases(): Promise<readonly HeldLease[]>
  /**
   * Tells watchers, also of a second wish with the same text for the same generation, which is no other
   * one: of those in one second perhaps but once. Of each session no more than the last hundred are kept.
   */
  addWish(id: string, generation: number, text: string): Promise<void>
  /** Those for one session. */
  wishes(id: string): Promise<readonly Wish[]>
  /**
   * At most `limit` sessions that are wished for and whose ids are behind `after`, in an order of the
   * engine's own; fewer where no more are there.
   */
  wished(after: string | undefined, limit: number): Promise<readonly Wished[]>
  /** Those of generations up to this one. */
  dropWishes(id: string, generation: number): Promise<void>
  readDocument(name: string): Promise<SharedDocument | undefined>
  /** `version`: what it has to be, '' where there has to be none. `undefined`: it was not. `text` null removes. */
  writeDocument(name: string, version: string, text: string | null): Promise<string | undefined>
  /**
   * Calls `heard` with the id of a session whose row was written (`rows`) or that somebody wishes for
   * (`wishes`), also after the connection was lost and is there again (`undefined`: anything may have
   * happened meanwhile). Keeps one connection until it is stopped. Never throws afterwards.
   */
  watch(
    what: 'rows' | 'wishes',
    heard: (id: string | undefined) => void,
  ): Promise<() => Promise<void>>
  /** Epoch milliseconds by the engine's clock. */
  now(): Promise<number>
  /**
   * Says which life of the engine this is: another text wherever it may have lost or gone back behind
   * writes that it had confirmed (a restart without durable writes, a failover to a copy that lags, a
   * restored backup), as far as the engine shows that. The same across restarts that lose nothing.
   */
  incarnation(): Promise<string>
  /**
   * The same for who only looks: nothing is written, and no more rights are needed than to read. Where
   * those do not tell of a restart since, it is the life that was last noted.
   */
  lifeSeen(): Promise<string>
  /**
   * `writes`: whether the key at hand is one that writes, by which it is judged what the user of the
   * engine has to be allowed. Absent: by what he is allowed.
   */
  examine(writes?: boolean): Promise<readonly EngineFinding[]>
  /**
   * Nothing will be asked for a while: no connection is kept for that, but where a call is under way or
   * something is watched. Absent: none is kept between calls. Never throws.
   */
  rest?(): Promise<void>
  /**
   * Ends the connections of calls; afterwards a call opens them anew. One that watches may go on or end:
   * whoever watches stops that. Never throws.
   */
  close(): Promise<void>
}

/** What an engine is opened with. */
export interface EngineOptions {
  /** As the user gave it, with a password or without. Its scheme has been read. */
  readonly url: URL
  /** Instead of one in `url`; absent: that, or what the engine's own conventions say. */
  readonly password?: string | undefined
  /** A further authority, as PEM. */
  readonly ca?: string | undefined
  /** What time it is on this machine, and how much has passed. */
  readonly time: Pick<SharedTime, 'now' | 'monotonic'>
  /** Milliseconds that the command has left: no call takes longer. */
  timeLeft(): number
  readonly environment: Readonly<Record<string, string | undefined>>
  /** For an engine that speaks HTTP, with `own` beside what the command says of the way. */
  http(own?: ClientCertificate): Promise<Http>
}

/** PEM files of a client certificate and its key, as the URL of an engine names them; both or neither. */
export interface ClientCertificate {
  readonly certificate?: string | undefined
  readonly key?: string | undefined
}
