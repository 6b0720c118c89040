import type { Said } from '../../core/errors.ts'
import type { JournalEntry } from '../../core/ports.ts'

/** The lease of a session that this process has taken, as far as it knows. */
export interface Hold {
  readonly fence: number
  /** What this process has put into the journal last. */
  journal?: JournalEntry | undefined
  /** Which session it refreshes: see `birthIn`. */
  birth?: string | undefined
  /** What was said last of why the store may have gone back. */
  doubt?: Said | undefined
}

/** By the id of the session. */
export type Holds = Map<string, Hold>
