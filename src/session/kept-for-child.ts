import type { SessionRecord } from '../core/record.ts'
import type { Session } from './session.ts'

/** What a program is to have for as long as it runs. */
export interface KeptForChild {
  /** Files whose paths are in variables, each with a good token of a session. */
  readonly files: ReadonlyArray<{
    readonly variable: string
    readonly session: Session
    /** What it begins with. */
    readonly record: SessionRecord
    /** Milliseconds that its token has to live, where more is asked for than a file needs. */
    readonly atLeast?: number | undefined
  }>
  /** Sessions that are renewed though nobody asks for them. */
  readonly alive: ReadonlyArray<{ readonly session: Session }>
}

export interface ChildKeeper {
  /** The paths of the files. */
  readonly variables: Readonly<Record<string, string>>
  /** The program has started, and signals go to it. */
  begin(): void
  /** It has ended. */
  close(): void
}
