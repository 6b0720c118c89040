/** A program that has started this one to be given credentials. */
export interface Caller {
  /** A variable that is not ours. */
  variable(name: string): string | undefined
  /** Whether TOKN_AGENT_SOCK names the socket of a CI job, there or not. */
  readonly namesJob: boolean
  /** Whether the environment asks for what happens to be told closely. */
  readonly debug: boolean
  /** The time that a request may take begins anew. */
  restartTime(): void
  /** The lines of standard input as they come, each of at most 64 KiB, without their ends. Throws `usage`. */
  inputLines(): AsyncIterable<string>
  /** Says an error on standard error, as where a command ends with it, and gives the exit status of that. */
  fail(error: unknown): number
}
