import type { Expiry } from './expiry.ts'
import type { Clock, Http, Interaction } from './ports.ts'
import type { Secret } from './secret.ts'
import type { Attachment, Grant, Introspection, TokenInfo, TokenSet } from './token.ts'

/** Longest list of scopes that is read of a reply. */
export const mostScopes = 10_000

/** In the order in which they are told of. */
export const operations = ['login', 'refresh', 'list', 'issue', 'revoke', 'info', 'logout'] as const

export type Operation = (typeof operations)[number]

/**
 * What a refresh does to the tokens before it; decides what an unknown outcome means.
 * `none`: the refresh token stays. `on-first-use`: the old pair dies when the new one is first used.
 * `always`: every refresh replaces both. `reissue`: there is no refresh, a new token is issued with
 * the old one. `server-decides`: RFC 6749 section 6, either may happen.
 */
export type Rotation = 'none' | 'on-first-use' | 'always' | 'reissue' | 'server-decides'

/**
 * Whether a request may be sent again (`core/retry.ts`). `safe`: whenever it failed in passing.
 * `unsent`: if the provider has certainly not acted on it, or says itself when to come again.
 */
export type RetryKind = 'safe' | 'unsent' | 'never'

/** Something that a login asks for. */
export interface Field {
  readonly name: string
  readonly label: string
  readonly secret?: boolean | undefined
  /** The answer is the path of a file with a secret: the field of this name without `_file`. */
  readonly file?: boolean | undefined
  readonly optional?: boolean | undefined
  /**
   * Though it is optional a person is asked for it, unless one of these fields has an answer: most
   * logins of this kind need it.
   */
  readonly askUnless?: readonly string[] | undefined
  /** Though it is optional a person is asked for it, once the login was refused without it. */
  readonly askWhenRefused?: boolean | undefined
  readonly default?: string | undefined
  /** A closed set of values. */
  readonly choices?: readonly string[] | undefined
  /** Those of `choices` for which the login makes tokens. Absent: all of them. */
  readonly loginChoices?: readonly string[] | undefined
}

/** How many tokens an account may make before it is refused. */
interface Budget {
  /** Name of the field that the count belongs to (a client id). */
  readonly per: string
  /** Logins that may be made, ever. */
  readonly logins?: number | undefined
  /** Refreshes of one refresh token whose access tokens are still alive. */
  readonly refreshes?: number | undefined
  /** What a user can do who has no login left, in one sentence. */
  readonly spent?: string | undefined
}

/** Everything an operation may use: the answers, an HTTP client, a clock, and nothing else. */
export interface Reach {
  readonly http: Http
  readonly clock: Clock
  /** The answers to the provider's fields: settings of the profile and secrets of this login. */
  readonly answers: Readonly<Record<string, string | Secret>>
  /** Only a login has one; everything else never asks and never opens a browser. */
  readonly interaction?: Interaction | undefined
  /** Warns the user of something odd in a reply that is used all the same; no secrets. */
  warn?(text: string): void
  /** What a new token is called where the user names none. */
  readonly label?: string | undefined
  /** Milliseconds left for the whole operation, pauses between attempts included. Default 30 000. */
  timeLeft?(): number
}

/** What users can be told of an API before they have a session; texts as its definition has them. */
export interface Traits {
  /** How the token travels: `{access}` in headers, query values and cookies. */
  readonly carrier: Pick<Attachment, 'headers' | 'query' | 'cookies'>
  /** Absent: no scopes can be asked for. */
  readonly scopes?: ScopeTraits | undefined
  /** How long an access token lives where no reply says it: "15m". */
  readonly lifetime?: string | undefined
  /** Each use of a token prolongs it. */
  readonly sliding?: boolean | undefined
  /** Absent: no lifetime can be asked for. */
  readonly lifetimes?: LifetimeTraits | undefined
}

export interface ScopeTraits {
  /** `method-path`: "GET /objects". Default: any text. */
  readonly form?: 'any' | 'token' | 'method-path' | undefined
  /** The only ones. */
  readonly choices?: readonly string[] | undefined
  /** Some of them. */
  readonly known?: readonly string[] | undefined
  /** What a token without scopes may do: everything that its user may. */
  readonly unscoped?: 'all' | undefined
}

interface LifetimeTraits {
  readonly least?: string | undefined
  readonly most?: string | undefined
  readonly step?: string | undefined
  readonly choices?: readonly string[] | undefined
}

/** A reply of the API to a request of the user's own, as far as it was read. */
export interface CallReply {
  readonly status: number
  /** Names in lower case. */
  readonly headers: ReadonlyArray<readonly [name: string, value: string]>
  /** Absent where there is none that could matter: it is long, or no JSON object. */
  readonly body?: string | undefined
}

/** How an API says that a token is dead, in replies to requests of the user's own. */
export interface CallRefusals {
  /** Whether the body of a reply with that status has to be looked at. */
  needsBody(status: number): boolean
  /** Whether the reply says that the token is dead: nothing was done, and another token may help. */
  isDead(reply: CallReply, url: URL): boolean
}

/** What a session sees of an API. An operation left out is one that the API does not have. */
export interface Provider {
  readonly id: string
  readonly title: string
  /** The page it was written from. */
  readonly docs: string
  readonly fields: readonly Field[]
  readonly traits?: Traits | undefined
  /** Absent: nothing is known of how replies with a dead token look. */
  readonly callRefusals?: CallRefusals | undefined
  /**
   * Whether a login, as it is set up, may show a person a page or a code. Absent: no login of this
   * provider ever does.
   */
  readonly person?: boolean | undefined
  /** Names of fields that a login, as it is set up, does not read. */
  readonly ignores?: readonly string[] | undefined
  readonly rotation: Rotation
  /** For an operation whose requests may not be repeated as usual: how they may. */
  readonly retry?: Partial<Record<Operation, RetryKind>> | undefined
  /** Whether a refresh needs no refresh token, only an access token that is still good. */
  readonly refreshesByAccess?: boolean | undefined
  /** Whether a refresh token ends with the credentials at the latest: its end tells of theirs. */
  readonly refreshEndsWithCredentials?: boolean | undefined
  readonly budget?: Budget | undefined
  /** Scope that a token needs for an operation, where tokens carry scopes. */
  readonly needs?: Partial<Record<Operation, string>> | undefined
  /**
   * The scope that an operation needs and `scopes` do not give; `undefined` where nothing is
   * missing, or cannot be said to be.
   */
  lacks?(operation: Operation, scopes: readonly string[] | undefined): string | undefined
  /** Fields that an operation asks for again, though there is a session (a password). */
  readonly asks?: Partial<Record<Operation, readonly string[]>> | undefined
  /** For an operation left out: one sentence that says where the user can do it instead. */
  readonly why: Partial<Record<Operation, string>>
  /** Whether a token made elsewhere may be pasted in, and when such a token ends. */
  readonly pasted?: { readonly expiry: 'never' | 'unknown' | 'jwt' } | undefined
  /** Names of the fields that a refresh sends the answers to. */
  readonly refreshFields?: readonly string[] | undefined
  /** Digest of a user's own definition; absent for the built-in ones. */
  readonly digest?: string | undefined
  /** Whether it is made by a definition, of which a profile can replace single values. */
  readonly overridable?: boolean | undefined
  /** Origins that the token may be sent to; the first is where tokens are made. */
  readonly origins: readonly string[]
  /** How the token is sent, with everything filled in but `{access}`. */
  attach(held: Pick<TokenSet, 'context'>, answers: Reach['answers']): Attachment
  /**
   * Headers that prove, for one request, possession of the key that a token is bound to. `nonce` is
   * what the server demands, if it does (RFC 9449 section 9).
   */
  prove?(
    held: TokenSet,
    method: string,
    url: URL,
    now: number,
    nonce?: string,
  ): Promise<Readonly<Record<string, string>>>
  /** Throws `usage` for a scope or lifetime that the API could not take. */
  checkGrant(grant: Grant): void

  login?(reach: Reach, grant: Grant): Promise<TokenSet>
  /**
   * The tokens in a reply of this API to a login or a refresh, as it came, that somebody else asked
   * for. Throws `usage`, which names the fields that were looked for and quotes nothing.
   */
  readReply?(reply: Secret, reach: Pick<Reach, 'clock' | 'answers' | 'warn'>): Promise<TokenSet>
  /** What a session of tokens that were made elsewhere has to keep, to be refreshed one day. */
  contextFor?(answers: Reach['answers']): TokenSet['context']
  /** Gets all tokens of the session, because some APIs need more than the refresh token. */
  refresh?(reach: Reach, held: TokenSet): Promise<TokenSet>
  issue?(reach: Reach, held: TokenSet, grant: Grant): Promise<TokenSet>
  list?(reach: Reach, held: TokenSet): Promise<readonly TokenInfo[]>
  revoke?(reach: Reach, held: TokenSet, target: RevokeTarget): Promise<void>
  info?(reach: Reach, held: TokenSet): Promise<Introspection>
  /** All scopes that can be asked for, as the API lists them, but at most `mostScopes`. */
  listScopes?(reach: Reach, held: TokenSet): Promise<readonly string[]>
  /** When the refresh token ends, by the request of `info` that alone tells it. */
  refreshEnd?(reach: Reach, held: TokenSet): Promise<Expiry | undefined>
  /**
   * Ends the session at the provider. Returns one sentence about what the provider did not end,
   * though it ended the rest.
   */
  logout?(reach: Reach, held: TokenSet): Promise<string | undefined>
  /**
   * Whether the tokens of the session are alive, by every method that can say so and that changes
   * nothing. A method that the provider lacks, or that says nothing, is left out.
   */
  probe?(reach: Reach, held: TokenSet): Promise<readonly ProbeResult[]>
  /** Throws `usage` for an id that could not be sent to `revoke`. */
  checkTarget?(id: string): void
}

/** What one method shows of one of the tokens. */
export interface ProbeResult {
  readonly part: 'access' | 'refresh'
  /** The method, in words: only results of the same method can be compared. */
  readonly by: string
  /** Whether the token itself was used, which proves more than being asked about. */
  readonly used: boolean
  readonly alive: boolean
}

interface RevokeTarget {
  readonly id: string
}
