import type { Announcer } from './announcer.ts'
import type { Said } from './errors.ts'
import type { Boot } from './boot.ts'
import type { Outline, Profile, StoreKind } from './profile.ts'
import type { ProfilesPlace } from './profiles-place.ts'
import type { ListenOptions, Listener } from './callback.ts'
import type { Expiry } from './expiry.ts'
import type { Standing } from './record.ts'
import type { HistoryEntry, RenewalEnd } from './session-history.ts'
import type { Secret } from './secret.ts'
import type { Trace } from './trace.ts'

/** Epoch milliseconds. */
export interface Clock {
  now(): number
  /** Resolves after `duration` milliseconds of monotonic time. */
  wait(duration: number): Promise<void>
  /** The start of this machine; absent where the clock is none of a machine. */
  boot?(): Boot
}

export interface HttpRequest {
  readonly method: string
  readonly url: URL
  /** Name and value pairs; a name may occur more than once. */
  readonly headers?: ReadonlyArray<readonly [name: string, value: string]>
  readonly body?: string | undefined
  /** Total time for the whole exchange, in milliseconds. Default 30 000. */
  readonly timeout?: number | undefined
  /** Longest body read, in bytes. Default 256 KiB; 1 MiB where tokens may be granted. */
  readonly limit?: number | undefined
  /** Its answer may grant tokens, which cannot be asked for twice: it is made durable before it is read. */
  readonly grants?: boolean | undefined
  /**
   * A redirect is a reply like others, and not followed either. Only for a GET without anything that
   * proves who asks.
   */
  readonly redirectIsReply?: boolean | undefined
  /** For a reply without end: whether enough of it has come; with the end of the time it has. */
  readonly until?: ((body: string) => boolean) | undefined
  /** It may be made twice, and its server is known: less is loaded for it, where nothing else needs more. */
  readonly plain?: boolean | undefined
  /** Ends the time of the exchange at once. */
  readonly signal?: AbortSignal | undefined
  /** What it is for, as the provider that made it calls that: for those who look at what is sent. */
  readonly purpose?: string | undefined
  /**
   * Asked when the connection stands, right before the first byte of the request is written: where it
   * says no, nothing is sent, which is `busy` with `details.sent` false.
   */
  readonly mayStillSend?: (() => boolean) | undefined
}

export interface HttpReply {
  readonly status: number
  /** In the order received, names in lower case; `set-cookie` may occur more than once. */
  readonly headers: ReadonlyArray<readonly [name: string, value: string]>
  readonly body: string
  /** Bytes after which a longer body was cut off; absent for a whole one. */
  readonly cut?: number | undefined
}

/**
 * Sends one request and reads the whole reply. Never follows a redirect: a 3xx is `provider_nonsense`, unless
 * `redirectIsReply` says that it is a reply.
 * Throws `network` and `provider_nonsense` (with `details.sent`), and `usage` for a request that must
 * not be made; any other status, 429 and 5xx too, is a reply.
 */
export type Http = (request: HttpRequest) => Promise<HttpReply>

/**
 * Where records rest. Values are the JSON texts of `serializeRecord`. For an id under which nothing
 * can be stored every call throws `store` with `details.fault` `unusable-id`.
 */
export interface Store {
  readonly kind: StoreKind
  /** One phrase for a person: `the GNOME keyring`, `encrypted files in ~/...`. */
  describe(): string
  /** As JSON what was written; `undefined` when there is no entry. Throws `store`. */
  read(id: string): Promise<string | undefined>
  /**
   * Throws `store`, and then the old entry is still whole; with `details.fault` `superseded`
   * where a higher generation is stored, or other tokens of the same. `about`: JSON of what may be known
   * without unlocking it, which a store for many machines keeps beside it; others take no notice.
   */
  write(id: string, generation: number, text: string, about?: string): Promise<void>
  /** Whether there was an entry. Throws `store`. */
  remove(id: string): Promise<boolean>
  /** Ids of all entries, whoever made them; absent where the backend cannot tell. Throws `store`. */
  list?(): Promise<readonly string[]>
  /**
   * What it has made on this machine, or may have made, where it holds sessions of these ids. Looks at
   * nothing; absent where nothing stays.
   */
  traces?(ids: readonly string[]): readonly Trace[]
  /** The key that its passphrase gives, in the form in which it takes a key; absent where it has none. */
  openingKey?(): Promise<Secret>
  /** 32 bytes that belong to this store, for what must be sealed on disk meanwhile. Throws `store`. */
  sealingKey(): Promise<Uint8Array>
}

/** Profiles on disk. Every write is atomic and happens under a lock. */
export interface Profiles {
  readonly path: string
  readonly place?: ProfilesPlace | undefined
  /** Throws `usage` for one that is damaged; so does `list`. */
  get(name: string): Profile | undefined
  list(): readonly Profile[]
  /** Another text whenever any of them was changed; absent where none can be from outside. */
  stamp?(): string
  /** All profiles, damaged ones included: as much of each as can be read. */
  outlines(): readonly Outline[]
  defaultName(): string | undefined
  put(profile: Profile): Promise<void>
  /**
   * Proves that `profile` could be written, and read again; changes nothing. Throws `usage` for what
   * the reader would refuse, `store` where the file cannot be replaced.
   */
  prove(profile: Profile): Promise<void>
  /** Puts a profile whose name is new. Throws `usage` where it is taken. */
  create(profile: Profile): Promise<void>
  /**
   * Puts a profile where its id or, for a new one, its name is now, and makes it the default where
   * there is none. Where that is under another name or id than its own (it was renamed, or another
   * process was first), nothing is put; it is returned as it has to be, to be put once more.
   */
  putIfCurrent(profile: Profile): Promise<Profile>
  setDefault(name: string | undefined): Promise<void>
  rename(from: string, to: string): Promise<void>
  /** Throws `not_found` where there is none of that name, or its id is not `id`. */
  remove(name: string, id?: string): Promise<void>
}

/** How the tokens of a generation stand, by what need not be true. */
export type KnownStanding = (
  Standing | { readonly state: 'doubtful'; readonly at: number; readonly why: string }
) & {
  /**
   * Epoch milliseconds at which a tool last said that a server has refused the token; absent where
   * none has, or the provider has taken the token since.
   */
  readonly rejectedAt?: number | undefined
}

/** What may be known without unlocking anything. No secrets. */
export interface IndexEntry {
  /** The configuration that has the profile; see `Ports.configuration`. */
  readonly configuration?: string | undefined
  readonly generation: number
  readonly expiry: Expiry
  readonly refreshExpiry?: Expiry | undefined
  readonly obtainedAt: number
  /** The use that last moved the expiry; absent: none has. */
  readonly prolongedAt?: number | undefined
  /** Made elsewhere and pasted in: its times come from no clock of this machine. */
  readonly fixed?: boolean | undefined
  /** Origin at which the tokens are made. */
  readonly origin?: string | undefined
  /** What replaces a token without a person; `access`: itself, while it is good. Absent: not known. */
  readonly renewal?: 'credentials' | 'refresh' | 'access' | 'none' | undefined
  /** When that ends, where only asking the provider tells: see `RenewalEnd`. */
  readonly renewalEnd?: RenewalEnd | undefined
  /** Whether a refresh token is held, of use or not. Absent: not known. */
  readonly refreshKept?: boolean | undefined
  /** The same of credentials. */
  readonly credentialsKept?: boolean | undefined
  /**
   * Names of secrets that are not kept, and with which a login needs nobody, separated by blanks; each
   * of the lists that "|" separates is enough. Absent: there is no such login, or what it takes is kept.
   */
  readonly renewsWith?: string | undefined
  readonly tokenId?: string | undefined
  readonly tokenName?: string | undefined
  readonly scopes?: readonly string[] | undefined
  readonly fingerprint?: string | undefined
  readonly standing?: KnownStanding | undefined
  /** Where the session went that has left this place. */
  readonly movedTo?: string | undefined
  readonly history?: readonly HistoryEntry[] | undefined
}

export interface Index {
  get(profileId: string): IndexEntry | undefined
  /** Another text whenever the entry was written or removed; absent where none can be from outside. */
  stamp?(profileId: string): string
  /**
   * What a list shows of these, which is all but histories and configurations; `undefined` for one that
   * is there and cannot be read. Of many it costs less than `get` for each.
   */
  getAll(profileIds: readonly string[]): ReadonlyMap<string, IndexEntry | undefined>
  put(profileId: string, entry: IndexEntry): void
  remove(profileId: string): void
  /** Ids of all profiles that something is known of, those of other configurations too. */
  list(): readonly string[]
}

/** A lock that is held; see `Lock`. */
export interface HeldLock {
  /** Grows with every holder and is never used twice: a later holder has a higher one. */
  readonly fence: number
  /** Whether no later holder has taken over meanwhile. Throws `network` where that cannot be known. */
  stillHeld(): Promise<boolean>
  /**
   * Asked before something is sent that spends tokens of this generation. What it gives says, later and
   * at once, whether it may still be sent (`HttpRequest.mayStillSend`). Throws `busy` where another was
   * quicker. Absent: `stillHeld` says it all, since a holder that lives is never succeeded.
   */
  permit?(generation: number): Promise<() => boolean>
  /** Why what is stored may be older than what was stored once. Absent: that is not known. */
  doubt?(): Promise<Said | undefined>
  release(): Promise<void>
}

/**
 * Takes the lock of one store entry, the same one for every process of the user. Waits for `timeout`
 * milliseconds, then throws `busy`, naming the holder. What `look` finds after a wait for another machine
 * is given instead.
 */
export type Lock = <Found = never>(
  entry: string,
  timeout: number,
  look?: () => Promise<Found | undefined>,
) => Promise<HeldLock | Found>

/** What is told and asked during a login. Everything goes to the terminal, nothing to stdout. */
export interface Interaction extends Announcer {
  /** Opens a page in the user's browser; `false` where that is not possible or not wanted. */
  open(url: string): Promise<boolean>
  /** The user wants an address to go to, and no browser opened. */
  readonly browserless?: boolean | undefined
  /** Asks for one line. Throws `reauth_required` where nobody can answer. */
  ask(
    label: string,
    options?: {
      secret?: boolean
      /** Secret as well, and long: pasted in one or several lines. */
      pasted?: boolean
      placeholder?: string
      /** Takes the question back when the answer came another way. */
      signal?: AbortSignal
    },
  ): Promise<string>
  /** Waits on a loopback port for the browser to come back (RFC 8252 section 7.3). */
  listen(options: ListenOptions): Promise<Listener>
}

/**
 * File operations that never leave half a file: a write is whole or did not happen (temporary file,
 * fsync, rename, fsync of the directory), a read refuses what is not a plain file of the user's own.
 * Throw `store`, naming the path.
 */
export interface Files {
  /** `undefined` when there is no such file. Refuses one of more than `limit` bytes. */
  read(path: string, limit: number): Uint8Array | undefined
  /** Mode 0600. */
  write(path: string, bytes: Uint8Array): void
  /** Whether there was one. */
  remove(path: string): boolean
  /** Names, sorted; empty when there is no such directory. */
  list(directory: string): readonly string[]
  /** Mode 0700, with its parents. */
  ensureDirectory(path: string): void
}

/** What the journal knows of a refresh that may not have ended. */
export interface JournalEntry {
  /** JSON, no secrets. */
  readonly intent: string
  /** What the provider answered, in the order received; sealed already, and not read yet. */
  readonly answers: readonly string[]
  /** What was made of the answers, sealed already; of a refresh, where the store did not take it. */
  readonly record?: string | undefined
}

/** One refresh under way: space is reserved for a usual answer, so that a full disk is found in time. */
export interface JournalSlot {
  /**
   * Durable when it resolves. JSON, with the `generation` that is to be made as a number. Throws `busy`
   * where another process has taken over, if the place of the journal can tell.
   */
  intend(intent: string): Promise<void>
  /** Adds an answer. Durable when it resolves: the commit point of a refresh. */
  answer(sealed: string): Promise<void>
  /** Durable when it resolves. A later one goes before it. */
  record(sealed: string): Promise<void>
  remove(): Promise<void>
}

/** Left-overs of refreshes, by store entry. A torn entry reads as its last whole phase, or as absent. */
export interface Journal {
  readonly keepsNothing?: true | undefined
  /** Replaces what was there, but for an intent. Its own is `busy` where there is more than was `seen` by `read`. */
  reserve(entry: string, seen?: JournalEntry): Promise<JournalSlot>
  /** Goes on where a process before this one ended; `busy` where there is more than that. Throws `store`. */
  resume(entry: string, seen?: JournalEntry): Promise<JournalSlot>
  read(entry: string): Promise<JournalEntry | undefined>
  remove(entry: string): Promise<void>
  /** Entries whose names begin with `prefix`; those that cannot be read, too. */
  list(prefix?: string): Promise<readonly string[]>
}
