import type {
  Clock,
  Http,
  Index,
  Journal,
  Ledger,
  Lock,
  Profiles,
  Seal,
  Store,
} from '../core/ports.ts'
import type { Profile, StoreKind } from '../core/profile.ts'
import type { Provider } from '../core/provider.ts'
import type { Secret } from '../core/secret.ts'
import type { StoreCatalog } from '../core/store-traits.ts'
import type { AnswerSources } from './login/answers.ts'
import type { RefreshRequest } from './refresh-request.ts'

/**
 * Everything that a use case may touch. What costs something to load is behind a function, so that
 * a command pays only for what it uses.
 */
export interface Ports {
  readonly clock: Clock
  readonly profiles: Profiles
  readonly index: Index
  /** Who is asking, for the history of a session and for those who wait on a lock. */
  readonly requester: Requester
  /**
   * The configuration and the machine it is on, to remember it by: what a command leaves behind
   * that was cut off is cleared under this one alone.
   */
  readonly configuration: string
  invocations(): Promise<Invocations>
  /** How long to wait for a lock or a reply, in milliseconds. */
  readonly timeout: number
  /** What is left of it for the whole command, in milliseconds; never less than 0. */
  timeLeft(): number
  lock(): Promise<Lock>
  ledger(): Promise<Ledger>
  /** What refreshes write down of themselves or, with `unfinished`, logins and issues. */
  journal(of?: 'unfinished'): Promise<Journal>
  seal(): Promise<Seal>
  readonly stores: StoreCatalog
  store(kind: StoreKind): Promise<Store>
  provider(profile: ProfileSketch): Promise<Provider>
  http(profile: HttpSettings): Promise<Http>
  /** Where an operation finds answers that the provider asks for again, though there was a login. */
  answerSources(): Promise<Pick<AnswerSources, 'fromEnvironment' | 'interaction'>>
  /** Whether a refresh of this store entry is under way, or was cut off. Costs one look at the disk. */
  refreshPending(entry: string): Promise<boolean>
  /** Runs `refreshNow` in a process of its own that outlives this one; gives the record's text. */
  refresher(profile: Profile, request: RefreshRequest): Promise<string>
  /**
   * 32 bits of HMAC-SHA256 under a key of this installation: recognises a token, gives nothing away.
   * Absent, with a warning, where that key cannot be had: nothing that matters depends on it.
   */
  fingerprint(secret: Secret): Promise<string | undefined>
  randomId(): string
  /** The content of a file of the user's, as a secret. Throws `usage`. */
  readFile(path: string): Secret
  /** Tells the user something that is not the answer. */
  warn(text: string): void
  /** As `warn`, at most once a day for a profile; not at all where that cannot be remembered. */
  warnDaily(profileId: string, text: string): Promise<void>
}

/** What of a profile decides how requests reach its provider. */
export type HttpSettings = Pick<Profile, 'ca' | 'proxy' | 'certificate' | 'key'>

/** What of a profile decides how its provider speaks. */
export type ProfileSketch = Pick<
  Profile,
  'provider' | 'baseUrl' | 'apiUrls' | 'settings' | 'overrides'
>

/** Invocations of the program, as texts that say which is which. */
export interface Invocations {
  readonly own: string
  /** Whether an invocation has ended; `undefined` where that cannot be seen from here. */
  isOver(invocation: string): boolean | undefined
}

/** A command and its process, as far as it may be told: no arguments, nothing secret. */
export interface Requester {
  readonly command: string
  readonly pid: number
  readonly parent: string
  readonly host: string
}
