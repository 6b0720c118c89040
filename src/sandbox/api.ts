import type { SandboxClock } from './clock.ts'

/** A request as a fake API sees it. */
export interface Call {
  readonly method: string
  /** The path as sent, percent-encoding untouched. */
  readonly path: string
  readonly query: URLSearchParams
  /** By lower-case name; values as HTTP carries them, one character per byte. */
  readonly headers: ReadonlyMap<string, string>
  readonly body: string
  /** The fault that struck, where it is one that the API itself has to commit. */
  readonly fault?: 'repeat-id'
}

/** What a fake API answers. */
export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** A "no" of a fake API; its reply goes to the client as it is. */
export class Refusal extends Error {
  readonly reply: Reply

  constructor(reply: Reply) {
    super(`refused with status ${reply.status}`)
    this.name = 'Refusal'
    this.reply = reply
  }
}

/** What a fake API has done since its start or its last reset. */
export interface Counts {
  /** Tokens made from credentials. */
  logins: number
  /** Tokens made from a refresh token. */
  refreshes: number
  /** Tokens made with another access token (Rightech alone can). */
  issued: number
  /** Tokens deleted by id (Rightech alone can). */
  revoked: number
  /** Example resources handed out. */
  calls: number
  /** Requests of any kind that were refused. */
  refused: number
}

/** One access token ever made, in the order of making. */
export interface TokenState {
  /** 1 for the first token since the start or the last reset. */
  readonly generation: number
  readonly access: string
  readonly refresh?: string
  readonly accessLive: boolean
  /** Whether the refresh token would be accepted now; absent where there is none. */
  readonly refreshLive?: boolean
  /** Epoch milliseconds of the access token's end as the server sees it. */
  readonly expiresAt: number
  readonly id?: string
}

/** What a fake API is made from. */
export interface ApiOptions<Switches> {
  readonly clock: SandboxClock
  readonly switches: Switches
  /** Values to use instead of random ones, by field name. */
  readonly credentials: Readonly<Record<string, string>>
  /** Life of an access token in milliseconds, when not the documented one. */
  readonly ttlMs?: number | undefined
}

/** A fake API without its listener. Handlers are synchronous, so that each is one transaction. */
export interface Api {
  readonly credentials: Readonly<Record<string, string>>
  /** Credentials of another user of the same API, where ownership matters. */
  readonly secondAccount?: Readonly<Record<string, string>>
  /** Credentials of a user whose sessions live long (Oz). */
  readonly serviceAccount?: Readonly<Record<string, string>>
  /** A path that answers GET to any holder of a good token. */
  readonly resourcePath: string
  /** A path that answers GET to the user of `credentials`, and 403 to every other one (Oz). */
  readonly ownResourcePath?: string
  readonly counts: Counts
  /** @throws Refusal when the API says no */
  readonly handle: (call: Call) => Reply
  /** Serves the API that lives on a second host, where there is one. */
  readonly handleResource?: (call: Call) => Reply
  readonly readTokens: () => readonly TokenState[]
  readonly readBudget?: () => Readonly<Record<string, number>>
  /** Ends the life of every access token now. */
  readonly expire: () => void
}

/** Counts that all stand at zero. */
export function startCounts(): Counts {
  return { logins: 0, refreshes: 0, issued: 0, revoked: 0, calls: 0, refused: 0 }
}
