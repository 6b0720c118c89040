/** What can stand in a place, where that is more than a list of words. */
export type Meaning =
  | 'profile'
  | 'provider'
  | 'own provider'
  | 'provider or file'
  | 'scope'
  | 'token'
  | 'variable'
  | 'help'
  | 'path'
  | 'folder'

/** A word that can be typed, and what it is about; that may be empty. */
export interface Choice {
  readonly value: string
  readonly about: string
}

/** What can stand in one place: neither of them where nothing is known of it. */
export interface Wanted {
  readonly meaning?: Meaning
  readonly choices?: readonly string[]
}

export interface TabledFlag extends Wanted {
  /** As they are typed: `-P`, `--profile`. */
  readonly names: readonly string[]
  readonly about: string
  /** Whether a value follows. */
  readonly valued?: true
  readonly repeatable?: true
  /** Its value is a list, with commas between. */
  readonly list?: true
}

export interface TabledArgument extends Wanted {
  /** It may be given more than once. */
  readonly variadic?: true
}

export interface TabledCommand {
  /** Its name, and its aliases. */
  readonly names: readonly string[]
  readonly about: string
  /** Places in the list of flags. */
  readonly flags: readonly number[]
  readonly arguments: readonly TabledArgument[]
  readonly commands: readonly TabledCommand[]
  /** What stands behind `--`: a command line, or the arguments of the program of this name. */
  readonly rest?: 'command' | 'curl'
}

/** All that can be said of a command line without a look at this machine; the build makes it. */
export interface CompletionTable {
  readonly flags: readonly TabledFlag[]
  readonly program: TabledCommand
  /** The built-in providers. */
  readonly providers: readonly TabledProvider[]
  readonly topics: readonly Choice[]
}

export interface TabledProvider {
  readonly id: string
  readonly title: string
  readonly scopes: readonly string[]
}
