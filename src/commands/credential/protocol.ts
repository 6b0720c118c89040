import type { SessionRecord } from '../../core/record.ts'
import type { Secret } from '../../core/secret.ts'
import type { Target } from '../../core/target.ts'

/** What a tool asks for. */
export interface Asked {
  /** Absent: the protocol says nothing of it, and the profile is the one that the command line names. */
  readonly target?: Target | undefined
  /** The user that the tool names; it decides between profiles for the same host. */
  readonly username?: string | undefined
}

/** A good token, and all that a protocol may say of it. */
export interface GivenToken {
  /** Name of its profile; `undefined` for a session out of the environment. */
  readonly profile: string | undefined
  readonly access: Secret
  /** The headers in which it travels; empty where it travels in the query alone. */
  readonly headers: ReadonlyArray<readonly [name: string, value: string]>
  /** Whether `Authorization: Bearer TOKEN` is all of that, and no proof of a key is needed besides. */
  readonly isBearer: boolean
  /** Epoch milliseconds; `undefined` where nobody knows, or it never expires. */
  readonly expiresAt: number | undefined
  /** Origins that it may be sent to. */
  readonly origins: readonly string[]
  readonly record: SessionRecord
}

/** A server that is given tokens. */
export interface Server {
  /** With its port, where that is not the usual one. */
  readonly host: string
  /** The user that is given with the token; empty where nothing but the token says it. */
  readonly username: string
}

/** What a protocol gets to work with. */
export interface CredentialWorld {
  /** The words behind the name of the tool. */
  readonly operands: readonly string[]
  /** A variable of the environment that the tool sets for its helper. */
  variable(name: string): string | undefined
  /** All of standard input, at most 64 KiB. Throws `usage`. */
  readInput(): Promise<string>
  /** The lines of standard input as they come, without their ends, each of at most 64 KiB. No UTF-8 is U+FFFD. */
  inputLines(): AsyncIterable<string>
  /** What comes is another request, with all of the time that one may take: long may lie between two. */
  nextRequest(): void
  out(text: string): void
  /** A line for a person, on standard error. */
  say(text: string): void
  /**
   * A good token for what is asked, refreshed first where necessary; `undefined` where no profile may
   * send its token there, or nothing decides between several (that is said). Throws what `fresh` throws,
   * and `unsupported` where `bearer` is wanted and the token travels in another way.
   */
  give(asked: Asked, wanted?: { readonly bearer?: boolean }): Promise<GivenToken | undefined>
  /**
   * Takes note that `target` has refused `token`: if it is still the one held, the next that asks gets
   * a refreshed one, where it can be refreshed. Nothing is erased, and no request is sent. Without a
   * token the one held is meant.
   */
  reject(asked: Asked, token: Secret | undefined): Promise<void>
  /** Whether `token` is the one held for what is asked. */
  holds(asked: Asked, token: Secret): Promise<boolean>
  /**
   * Servers for which there is a session of which nothing is known against giving its token: as a
   * password or, where `bearer` is wanted, as that. Unlocks nothing.
   */
  servers(wanted?: { readonly bearer?: boolean }): Promise<readonly Server[]>
  /** Says `error` on standard error as every command does, and gives its exit status. */
  fail(error: unknown): number
}

/** How one tool asks for credentials. */
export interface CredentialProtocol {
  /**
   * Reads what is asked, answers on standard output, and gives the exit status that the tool expects.
   * What it throws is said as by every command, with standard output left empty.
   */
  run(world: CredentialWorld): Promise<number>
}
