import type { FlowRefusal, Refusal } from './refusal.ts'

/**
 * Every way a command can fail, with the process exit status of each. Scripts branch on these,
 * so a code is never reused for a second meaning.
 */
export const exitStatus = {
  internal: 1,
  usage: 2,
  not_found: 3,
  reauth_required: 4,
  forbidden: 5,
  unsupported: 5,
  provider_refused: 6,
  provider_nonsense: 6,
  network: 7,
  rate_limited: 7,
  store: 8,
  busy: 9,
  check_failed: 10,
  quota: 11,
  partial: 12,
  program_not_executable: 126,
  program_not_found: 127,
  interrupted: 130,
} as const

export type ErrorCode = keyof typeof exitStatus

/**
 * `unusable-id`: nothing can be stored under this id. `superseded`: a higher generation is stored.
 * `damaged`: what is stored does not open. `too-large`: the file is longer than may be read.
 * `no-terminal`: a person has to answer, and nobody can be asked. `no-address`: the API stands at
 * another place for each customer, and nothing says where.
 * `wrong-passphrase`: the store opens with another one. `empty`: a value has no character.
 * `agent-locked`: an agent has the session, and gives nothing out.
 * `by-refresh`: a token is issued by the refresh token, and not by the one at hand.
 * `gone-back`: what is stored may be older than what was stored once.
 * `overtaken`: another machine has taken over, or has answered: what is stored is to be looked at again.
 * `reader-gone`: whoever read our standard output has gone (`tokn list | head -1`).
 */
export type Fault =
  | 'unusable-id'
  | 'superseded'
  | 'damaged'
  | 'too-large'
  | 'no-terminal'
  | 'wrong-passphrase'
  | 'empty'
  | 'no-address'
  | 'agent-locked'
  | 'by-refresh'
  | 'reader-gone'
  | 'gone-back'
  | 'overtaken'

/** What a failure says: the sentence, and the next command to type or what to change. */
export interface Said {
  readonly message: string
  /** One sentence, one command line, or several lines. */
  readonly hint?: string | readonly string[] | undefined
}

/** Codes for which the same command may succeed later without any change, unless it is `lasting`. */
const retryable: ReadonlySet<ErrorCode> = new Set(['network', 'rate_limited', 'busy'])

export interface ErrorDetails {
  /** The next command to type, or what to change; wins over that of `Said`. */
  readonly hint?: Said['hint']
  readonly cause?: unknown
  /** HTTP status and the provider's own error code, when a reply was the reason. */
  readonly http?:
    { readonly status: number; readonly providerCode?: string | undefined } | undefined
  /**
   * Whether bytes of the request may have left: `false` means that the provider has certainly not
   * acted on it, so it may be sent again.
   */
  readonly sent?: boolean | undefined
  /** Whether the same request fails in the same way until somebody changes something. */
  readonly lasting?: boolean | undefined
  /** How long the provider asked to wait, in milliseconds. */
  readonly retryAfter?: number | undefined
  /** What the provider refused, where a reply was the reason. */
  readonly refusal?: Refusal | FlowRefusal | undefined
  /** Of a record that does not open: the generation that its place gives it, where that says one. */
  readonly generation?: number | undefined
  /** What exactly is wrong on this machine, where that decides what comes next. */
  readonly fault?: Fault | undefined
  /** A page in the browser where a person does instead what the provider has no request for. */
  readonly page?: string | undefined
  /** Exit status of a command that has one of its own for every failure of a kind (exec: 111). */
  readonly exit?: number | undefined
}

/** The one error that reaches a user. Its message and hint never hold a secret. */
export class ToknError extends Error {
  override readonly name = 'ToknError'
  readonly code: ErrorCode
  readonly details: ErrorDetails

  constructor(code: ErrorCode, said: string | Said, details: ErrorDetails = {}) {
    super(typeof said === 'string' ? said : said.message, { cause: details.cause })
    this.code = code
    this.details =
      typeof said === 'string' ? details : { ...details, hint: details.hint ?? said.hint }
  }

  get hint(): string | undefined {
    const { hint } = this.details
    return typeof hint === 'object' ? hint.join('\n') : hint
  }

  get exit(): number {
    return this.details.exit ?? exitStatus[this.code]
  }

  get retryable(): boolean {
    return retryable.has(this.code) && this.details.lasting !== true
  }
}

/** Narrows `error` to a ToknError, of one of `codes` where given. */
export function isToknError(error: unknown, ...codes: readonly ErrorCode[]): error is ToknError {
  return error instanceof ToknError && (codes.length === 0 || codes.includes(error.code))
}

/** Whether a command that has more to do may go on after `error`: not where the user has ended it. */
export function isFailure(error: unknown): error is ToknError {
  return error instanceof ToknError && error.code !== 'interrupted'
}

/**
 * Whether `error` is how a store, a journal or a count fails: it refuses, is not reached, or others write
 * without end. Of what may come from a provider as well, ask nothing with it.
 */
export function isKeepingFailure(error: unknown): error is ToknError {
  return isToknError(error, 'store', 'network', 'busy')
}

/** The `code` of a system error (`ENOENT`, ...), if `error` is one. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined
}
