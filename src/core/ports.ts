import type { ErrorCode } from './errors.ts'
import type { Profile, StoreKind } from './profile.ts'
import type { Expiry } from './expiry.ts'
import type { Reason } from './record.ts'

/** Epoch milliseconds. */
export interface Clock {
  now(): number
  /** Resolves after `duration` milliseconds of monotonic time. */
  wait(duration: number): Promise<void>
}

export interface HttpRequest {
  readonly method: string
  readonly url: URL
  /** Name and value pairs; a name may occur more than once. */
  readonly headers?: ReadonlyArray<readonly [name: string, value: string]>
  readonly body?: string | undefined
  /** Total time for the whole exchange, in milliseconds. Default 30 000. */
  readonly timeout?: number | undefined
  /** Longest body read, in bytes. Default 256 KiB. */
  readonly limit?: number | undefined
}

export interface HttpReply {
  readonly status: number
  /** In the order received, names in lower case; `set-cookie` may occur more than once. */
  readonly headers: ReadonlyArray<readonly [name: string, value: string]>
  readonly body: string
}

/**
 * Sends one request and reads the whole reply. Never follows a redirect: a 3xx is `provider_nonsense`.
 * Throws `network` (with `details.sent`), `rate_limited`, `provider_nonsense`; any other status is a reply.
 */
export type Http = (request: HttpRequest) => Promise<HttpReply>

/** Where records rest. Values are the JSON texts of `serializeRecord`. */
export interface Store {
  readonly kind: StoreKind
  /** One phrase for a person: `the GNOME keyring`, `encrypted files in ~/...`. */
  describe(): string
  /** `undefined` when there is no entry. Throws `store`. */
  read(id: string): Promise<string | undefined>
  /** Throws `store`, and then the old entry is still whole. */
  write(id: string, generation: number, text: string): Promise<void>
  /** Whether there was an entry. Throws `store`. */
  remove(id: string): Promise<boolean>
  /** 32 bytes that belong to this store, for what must be sealed on disk meanwhile. Throws `store`. */
  sealingKey(): Promise<Uint8Array>
}

/** Profiles on disk. Every write is atomic and happens under a lock. */
export interface Profiles {
  readonly path: string
  get(name: string): Profile | undefined
  list(): readonly Profile[]
  defaultName(): string | undefined
  put(profile: Profile): Promise<void>
  setDefault(name: string | undefined): Promise<void>
  rename(from: string, to: string): Promise<void>
  remove(name: string): Promise<void>
}

/** What may be known without unlocking anything. No secrets. */
export interface IndexEntry {
  readonly generation: number
  readonly expiry: Expiry
  readonly refreshExpiry?: Expiry | undefined
  readonly obtainedAt: number
  readonly tokenId?: string | undefined
  readonly tokenName?: string | undefined
  readonly scopes?: readonly string[] | undefined
  readonly fingerprint?: string | undefined
  readonly history?: readonly HistoryEntry[] | undefined
}

/** One generation, for `tokn why`. */
export interface HistoryEntry {
  readonly generation: number
  readonly at: number
  readonly reason: Reason
  readonly command: string
  readonly pid: number
  readonly parent: string
}

export interface Index {
  get(profileId: string): IndexEntry | undefined
  put(profileId: string, entry: IndexEntry): void
  remove(profileId: string): void
}

/** A lock that is held; see `Lock`. */
export interface Held {
  /** Grows with every holder and is never used twice: a later holder has a higher one. */
  readonly fence: number
  /** Whether no later holder has taken over meanwhile. */
  stillHeld(): boolean
  release(): Promise<void>
}

/**
 * Takes the lock of one store entry, waiting up to `timeout` milliseconds; throws `busy`, naming the
 * holder, after that. The same entry means the same lock for every process of the user, whatever
 * its environment says.
 */
export type Lock = (entry: string, timeout: number) => Promise<Held>

/** What is told and asked during a login. Everything goes to the terminal, nothing to stdout. */
export interface Interaction {
  /** Shows a line. */
  tell(text: string): void
  /** Opens a page in the user's browser; `false` where that is not possible or not wanted. */
  open(url: string): Promise<boolean>
  /** Asks for one line. Throws `reauth_required` where nobody can answer. */
  ask(label: string, options?: { secret?: boolean; placeholder?: string }): Promise<string>
  /** Draws a URL as a QR code, where asked for. */
  draw(url: string): Promise<void>
  /** Copies to the clipboard, where asked for. */
  copy(text: string): Promise<void>
  /** Waits on a random loopback port for the browser to come back (RFC 8252 section 7.3). */
  listen(options: ListenOptions): Promise<Listener>
}

export interface ListenOptions {
  /** Path of the redirect URI; anything else is answered 404. */
  readonly path: string
  /** Milliseconds until `wait` gives up with `reauth_required`. */
  readonly timeout: number
  /** Whether a callback is the expected one (its `state` is right); others are refused and waited past. */
  accepts(callback: URL): boolean
  /** Name of the provider, for the page that the browser shows. */
  readonly title: string
}

export interface Listener {
  readonly redirectUri: string
  /** The first accepted callback, with its query. */
  wait(): Promise<URL>
  close(): Promise<void>
}

/** The outcome of a refresh that another process ran. */
export type Outcome =
  | { readonly ok: true; readonly record: string }
  | {
      readonly ok: false
      readonly code: ErrorCode
      readonly message: string
      readonly hint?: string | undefined
    }
