import type { JournalEntry } from '../../core/ports.ts'

/** The lease of a session that this process has taken, as far as it knows. */
export interface Hold {
  readonly fence: number
  /** Instants until which the lease lasts at least, of both clocks of this machine. */
  until: { monotonic: number; wall: number }
  /** Another has taken it over, or its time was over. */
  lost: boolean
  /** What this process has put into the journal last. */
  journal?: JournalEntry | undefined
  /** Which session it refreshes: see `birthIn`. */
  birth?: string | undefined
}

/** By the id of the session. */
export type Holds = Map<string, Hold>
