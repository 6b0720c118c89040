/** One of the servers of which a resource takes logins, as the user says. */
export type ChooseServer = (servers: readonly string[]) => Promise<string>

/** Where to log in for a resource. */
export interface Located {
  /** As it names itself. */
  readonly resource: string
  readonly server: string
  /** Where the tokens are sent to. */
  readonly origin: string
  readonly scopes: readonly string[]
  /** Answers to the fields of the login. */
  readonly settings: Readonly<Record<string, string>>
}

/** What a login may use of the context of the session that it takes the place of. */
export interface Carried {
  readonly names: readonly string[]
  /** Those of them that belong to this session alone, and to none that is issued with it. */
  readonly owned: readonly string[]
  /** Whether the settings of then and of now mean the same client at the same server. */
  isSameClient(
    before: Readonly<Record<string, string>>,
    now: Readonly<Record<string, string>>,
  ): boolean
}
