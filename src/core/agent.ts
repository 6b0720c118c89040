import type { ToknError } from './errors.ts'
import type { Secret } from './secret.ts'

/** What an agent tells of itself. */
export interface AgentStatus {
  readonly pid: number
  /** RFC 3339. */
  readonly since: string
  readonly version: string
  readonly socket: string
  /** The folder of its profiles. Absent: one of an earlier version, which says less of itself. */
  readonly configuration?: string | undefined
  readonly locked: boolean
  /** Whether only a passphrase unlocks it. */
  readonly passphrase: boolean
  /** Whether it has sessions in a store whose key it lacks. */
  readonly store_closed: boolean
  /** Seconds after which it locks itself, and ends where nobody asks it anything. */
  readonly lifetime?: number | null | undefined
  readonly idle_exit?: number | null | undefined
  /** Whether a person is asked before each use. */
  readonly confirm?: boolean | undefined
  readonly token_files?:
    ReadonlyArray<{ readonly profile: string; readonly path: string }> | undefined
  /** Those asked for lately; none is told of where it is locked. */
  readonly profiles: ReadonlyArray<{
    readonly profile: string
    readonly state: string
    readonly expires_at: string | null
    readonly generation: number | null
  }>
}

/** What may open an agent, or the store of its sessions. */
export interface UnlockRequest {
  readonly passphrase?: Secret | undefined
  readonly storeKey?: Secret | undefined
  readonly storePassphrase?: Secret | undefined
}

/** What came of it: nothing of these where it was opened. */
export interface Unlocking {
  readonly why?: 'wrong' | 'missing' | 'early' | 'store' | undefined
  /** Milliseconds until it looks at another passphrase. */
  readonly wait?: number | undefined
  /** Why the store was not opened. */
  readonly error?: ToknError | undefined
}

/** The agent of one configuration, from outside. */
export interface AgentControl {
  readonly socket: string
  /** The folder of the profiles that one started here would serve, as an agent tells it. */
  readonly configuration: string
  /** `undefined` where none is running. Throws `store` for what is no agent. */
  status(): Promise<AgentStatus | undefined>
  /**
   * Starts one that outlives this process; `false` where another was quicker. Throws what keeps it from
   * serving, and `busy` where that takes too long.
   */
  start(): Promise<boolean>
  /** Ends it, and waits until it has; `false` where none was running. Throws `busy`. */
  stop(): Promise<boolean>
  /**
   * Locks it, with the passphrase that unlocks it again where one is given; whether one does, and
   * `undefined` where none is running. Throws `store` where it is locked already.
   */
  lock(passphrase: Secret | undefined): Promise<boolean | undefined>
  /** Tries to unlock it, or to open its store. Throws `store` where none is running. */
  unlock(given: UnlockRequest): Promise<Unlocking>
  /** Is it, until a signal ends it or somebody stops it. Throws `busy` where another is running. */
  run(): Promise<void>
}
