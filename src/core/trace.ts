/** What a trace is, in a word that is the same in every language. */
export type TraceKind =
  | 'profiles'
  | 'profiles-before'
  | 'definitions'
  | 'index'
  | 'fingerprint-key'
  | 'single-profiles'
  | 'index-summary'
  | 'warnings'
  | 'seen'
  | 'home'
  | 'token-files'
  | 'setup'
  | 'programs'
  | 'sessions'
  | 'compiled'
  | 'locks'
  | 'journal'
  | 'marks'
  | 'ledger'
  | 'folder'
  | 'other'
  | 'temporary'
  | 'start'
  | 'sockets'
  | 'keychain-entry'
  | 'pass-entries'

/** A file or a folder that this program makes. */
interface PlacedTrace {
  readonly kind: TraceKind
  readonly path: string
}

/** An entry of a keychain, which only looking into it would show. */
interface EntryTrace {
  readonly kind: TraceKind
  readonly service: string
  readonly account: string
}

/** Something that this program has made on this machine, or may have made. */
export type Trace = PlacedTrace | EntryTrace

/**
 * What was seen of it; `foreign` is another user's, `unreadable` cannot be looked into, and what is
 * `unseen` was not looked at.
 */
export type Sight = 'there' | 'absent' | 'foreign' | 'unreadable' | 'unseen'

export interface FoundTrace {
  readonly trace: Trace
  readonly sight: Sight
  /** Files in it, and their bytes; where it is there. */
  readonly files?: number
  readonly bytes?: number
  /** There are more, which were not counted. */
  readonly more?: true
}

/** All that this program may have left on this machine, as far as this environment leads to it. */
export interface Traces {
  /** The file of the profiles. */
  readonly configuration: string
  /** Other configurations that are known of; their sessions rest in the same stores. */
  readonly others: readonly string[]
  /** Why the entries of this configuration's profiles are not known. */
  readonly unread?: string | undefined
  readonly found: readonly FoundTrace[]
}
