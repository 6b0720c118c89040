import type { Reason } from './record.ts'

/**
 * The end of what a session is renewed with, as the provider told it when it was last asked. Instants
 * are epoch milliseconds; `since` is when it was first asked about this session.
 */
export interface RenewalEnd {
  readonly at: number
  readonly since: number
  readonly asked: number
  /** The credentials of the login may end then, too. */
  readonly credentials?: boolean | undefined
}

/** One generation, for `tokn why`. */
export interface HistoryEntry {
  readonly generation: number
  readonly at: number
  readonly reason: Reason
  /** The profile that issued it, where one did. */
  readonly by?: string | undefined
  readonly command: string
  readonly pid: number
  readonly parent: string
  /** The machine; absent: this one, which had a version of this program that did not note it. */
  readonly host?: string | undefined
  /** The CI job that asked for it. */
  readonly job?: string | undefined
  /** What it cost: `1 refresh`, `1 login`. */
  readonly cost?: string | undefined
}
