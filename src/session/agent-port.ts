import type { Profile, StoreKind } from '../core/profile.ts'
import type { SessionRecord } from '../core/record.ts'
import type { FreshOptions } from './fresh.ts'

/** An agent: a process of this program that holds sessions, and hands out their tokens. */
export interface AgentPort {
  /**
   * The environment names its socket: it speaks for its profiles by their names alone, whatever this
   * machine knows of them.
   */
  readonly named: boolean
  /**
   * As `fresh` of a session. `undefined` where it has no such session, or cannot be relied on: do it
   * yourself. Throws what `fresh` throws, and `store` where the agent is locked.
   */
  fresh(profile: Profile, options: FreshOptions): Promise<AgentFresh | undefined>
  /** As `fresh`, for a profile of which its name alone is known; `''`: the one that it takes itself. */
  freshByName(
    name: string,
    options: FreshOptions,
    store?: StoreKind,
  ): Promise<AgentFresh | undefined>
  /** Why the last request had no answer, in words; absent where there was one. */
  readonly problem: string | undefined
}

export interface AgentFresh {
  /** What renews it is seen to be there, and has no value. */
  readonly record: SessionRecord
  readonly refreshed: boolean
  /** What the agent knows of the profile. */
  readonly profile: Profile
}
