import type { AgentStatus } from '../core/agent.ts'
import type { StoreKind } from '../core/profile.ts'
import type { Session } from '../session/session.ts'

/** Both in milliseconds. */
export interface WorldClock {
  /** Since 1970. */
  now(): number
  /** By a clock that nobody can set, and that stops while the machine sleeps. */
  elapsed(): number
}

/** What the agent serves, and what it is told of changes elsewhere. */
export interface World {
  /**
   * The session of a profile, for one request: what it has to tell goes to `warn`, and its time begins
   * now; with `quiet` that is nothing but what somebody has to know at once. `undefined` for a profile
   * that is not there, or not served. Throws `usage` for a damaged one.
   */
  session(name: string, warn: (text: string) => void, quiet?: boolean): Session | undefined
  /**
   * Looks up the profile of a name, or all, where they are kept in a store for many machines: to be
   * awaited before a session is asked for. Absent: they are on this machine. Throws what the store throws.
   */
  load?(name?: string): Promise<void>
  /** Those of all profiles that are served and can be read, for a look at them. */
  sessions(): readonly Session[]
  /** Another text once any profile was changed. */
  profilesStamp(): string
  /** The one that is meant where several would do. */
  defaultName(): string | undefined
  /** Another text once anything was changed that decides what `fresh` gives; costs a few looks. */
  stampOf(session: Session): string
  /** Opens the stores anew: what one has remembered may be why it fails. */
  forgetStores(): void
  /**
   * Whether this is the configuration that somebody means, whose session is in `store`, if that is known;
   * a socket of no configuration serves whoever asks.
   */
  isMeant(configuration: string, store?: StoreKind): boolean
  readonly clock: WorldClock
  readonly socket: string
  /** The folder of the profiles, where it serves those of one. */
  readonly configuration?: string | undefined
  readonly version: string
}

/** See `AgentStatus`. */
export type GateStatus = Pick<
  AgentStatus,
  'passphrase' | 'store_closed' | 'lifetime' | 'idle_exit' | 'confirm' | 'token_files'
>

/** What makes an agent hold back, for as long as it does. */
export interface Gate {
  locked(): boolean
  /** What there is to say of it to whoever asks for the status. */
  describe?(): GateStatus
}

/** A line of the log: ids, generations and durations; no token, and no query of a URL. */
export type Log = (line: string, closely?: boolean) => void
