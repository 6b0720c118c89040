import type { Expiry } from './expiry.ts'
import type { ToknError } from './errors.ts'
import type { Announcer } from './announcer.ts'
import type { Clock, Http, HttpReply, HttpRequest, Interaction } from './ports.ts'
import type { Carried, ChooseServer, Located } from './located.ts'
import type { CallRefusals } from './call-refusals.ts'
import type { Secret } from './secret.ts'
import type { Traits } from './traits.ts'
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
  /**
   * The answer is the path of a file with a secret: the field of this name without `_file`. `public`:
   * nothing in the file is secret, its content is the answer `NAME_text`, and a URL may stand instead.
   */
  readonly file?: true | 'public' | undefined
  /** The flag of `login` that gives it, where it has one of its own: `--client-id ID`. */
  readonly flag?: string | undefined
  readonly optional?: boolean | undefined
  /**
   * Though it is optional a person is asked for it, unless one of these fields has an answer: most
   * logins of this kind need it.
   */
  readonly askUnless?: readonly string[] | undefined
  /** Though it is optional a person is asked for it, once the login was refused without it. */
  readonly askWhenRefused?: boolean | undefined
  readonly default?: string | undefined
  /**
   * What is answered with it where another field is answered now, and not by an earlier login, with a
   * text that has `part` in it.
   */
  readonly implied?:
    { readonly by: string; readonly part: string; readonly answer: string } | undefined
  /** A closed set of values. */
  readonly choices?: readonly string[] | undefined
  /** Other names of some of them, which are taken in their stead; each with its choice. */
  readonly aliases?: Readonly<Record<string, string>> | undefined
  /**
   * What it says of the server that a login goes to, which another server would have otherwise. `itself`:
   * its address, or that of its document; `part`: a part of its address; `entrance`: an endpoint that a
   * login begins at; `address`: another address of it; `manner`: how it wants to be spoken with.
   */
  readonly server?: 'itself' | 'part' | 'entrance' | 'address' | 'manner' | undefined
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
  /**
   * Another answer for the secret field `name`, which was refused or is lacking, for a login that can go
   * on with it; `undefined` where nobody gives one.
   */
  readonly askAgain?:
    ((name: string, refused: ToknError) => Promise<Secret | undefined>) | undefined
  /** Context of the session that a login renews. */
  readonly renews?: TokenSet['context'] | undefined
  /** Where a login that was asked for by name shows what it needs nobody to answer. */
  readonly announcer?: Announcer | undefined
  /** Warns the user of something odd in a reply that is used all the same; no secrets. */
  warn?(text: string): void
  /** What a new token is called where the user names none. */
  readonly label?: string | undefined
  /** Of the session that a login takes the place of: what of its context is in `Provider.carries`. */
  readonly before?: TokenSet['context'] | undefined
  /**
   * Of a login: to be called before something is set up at the provider besides tokens, and again with
   * what of the context `Provider.takeBack` needs for it. Durable when it resolves. Throws `store`.
   */
  setsUp?(context?: TokenSet['context']): Promise<void>
  /** Stores a change of `before` with that session at once, whatever becomes of the login. */
  readonly keepBefore?: ((change: TokenSet['context']) => Promise<void>) | undefined
  /** Milliseconds left for the whole operation, pauses between attempts included. Default 30 000. */
  timeLeft?(): number
  /** All of that time is left again: what a person or another device took is not the operation's. */
  restartTime?(): void
}

/** What becomes of a list that may be long. */
export interface ListReader {
  /** What is kept of a page; called for each as it comes. */
  keep(page: readonly TokenInfo[]): readonly TokenInfo[]
  /** Asked where there is another page: whether that is not wanted. */
  isEnough?(): boolean
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
  /** Whether a refresh takes a refresh token and answers, and nothing else of a session. */
  readonly refreshesAlone?: boolean | undefined
  /**
   * Names of secrets of the login that the context of a session keeps with its refresh token, which is
   * useless without them.
   */
  readonly proofs?: readonly string[] | undefined
  /** Names of the secrets that a client proves itself with, whoever takes part in the login. */
  readonly clientSecrets?: readonly string[] | undefined
  /** Digest of a user's own definition; absent for the built-in ones. */
  readonly digest?: string | undefined
  /** Whether it is made by a definition, of which a profile can replace single values. */
  readonly overridable?: boolean | undefined
  /** Origins that the token may be sent to; the first is where tokens are made. */
  readonly origins: readonly string[]
  /** How the token is sent, with everything filled in but `{access}`. */
  attach(held: Pick<TokenSet, 'context'>, answers: Reach['answers']): Attachment
  /** Whether a token may be sent in another way than `attach` says without a context: its login decides. */
  readonly attachVaries?: boolean | undefined
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
  /**
   * Which page, or section of one, a request is made by, and a reply to it read by; `request` alone
   * where there is none yet. Default: `docs`.
   */
  sectionOf?(request: HttpRequest, reply?: Pick<HttpReply, 'status'>): Promise<string | undefined>
  /** Throws `usage` for a scope or lifetime that the API could not take. */
  checkGrant(grant: Grant): void

  /**
   * Finds out from an address that the user names where to log in for what is there; no secret is sent.
   * Throws `usage`, `unsupported`, and what `choose` and a request throw.
   */
  locate?(reach: Reach, resource: string, choose: ChooseServer): Promise<Located>
  readonly carries?: Carried | undefined
  login?(reach: Reach, grant: Grant): Promise<TokenSet>
  /**
   * The tokens in a reply of this API to a login or a refresh, as it came, that somebody else asked
   * for. Throws `usage`, which names the fields that were looked for and quotes nothing.
   */
  readReply?(reply: Secret, reach: Pick<Reach, 'clock' | 'answers' | 'warn'>): Promise<TokenSet>
  /** What the login of a session took that needed no person; `undefined` where one took part. */
  unattended?(held: Pick<TokenSet, 'context'>): UnattendedLogin | undefined
  /** What a session of tokens that were made elsewhere has to keep, to be refreshed one day. */
  contextFor?(answers: Reach['answers']): Promise<TokenSet['context']>
  /** Gets all tokens of the session, because some APIs need more than the refresh token. */
  refresh?(reach: Reach, held: TokenSet): Promise<TokenSet>
  issue?(reach: Reach, held: TokenSet, grant: Grant): Promise<TokenSet>
  /**
   * A further token by the refresh token, for no more than `grant` says (RFC 6749 section 6). The refresh
   * token of the reply replaces that of the session, whose access token stays: only a refresh calls
   * it, which stores that first. `issue` asks for it by the fault `by-refresh`.
   */
  narrow?(reach: Reach, held: TokenSet, grant: Grant): Promise<TokenSet>
  /** Without a reader all of them, or `provider_nonsense` where they are too many to be held. */
  list?(reach: Reach, held: TokenSet, reader?: ListReader): Promise<readonly TokenInfo[]>
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
   * Takes back what a login has set up besides its tokens, once those are ended, unless `next`, the
   * session in its place, uses it. Returns one sentence about what is left.
   */
  takeBack?(
    reach: Reach,
    held: Pick<TokenSet, 'context'>,
    next?: Pick<TokenSet, 'context'>,
  ): Promise<string | undefined>
  /** One sentence about what is left, and where, if nothing is taken back; without a request. */
  leaves?(
    held: Pick<TokenSet, 'context'>,
    next?: Pick<TokenSet, 'context'>,
  ): Promise<string | undefined>
  /**
   * Whether the tokens of the session are alive, by every method that can say so and that changes
   * nothing. A method that the provider lacks, or that says nothing, is left out.
   */
  probe?(reach: Reach, held: TokenSet): Promise<readonly ProbeResult[]>
  /** Throws `usage` for an id that could not be sent to `revoke`. */
  checkTarget?(id: string): void
}

/** What a login takes that needs no person. */
export interface UnattendedLogin {
  /** Names of secrets: each list is enough. */
  readonly takes: ReadonlyArray<readonly string[]>
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
