import type { Ledger } from '../core/ledger.ts'
import type { Seal } from '../core/seal.ts'
import type { Clock, Http, Index, Journal, Lock, Profiles, Store } from '../core/ports.ts'
import type { Fleet, KeyLook } from '../core/fleet.ts'
import type { Overview } from '../core/overview.ts'
import type { Profile, StoreKind } from '../core/profile.ts'
import type { CallRefusals } from '../core/call-refusals.ts'
import type { Provider } from '../core/provider.ts'
import type { Secret } from '../core/secret.ts'
import type { SharedEngine } from '../core/shared-engine.ts'
import type { StoreCatalog } from '../core/store-traits.ts'
import type { InTurn } from '../core/turn.ts'
import type { AgentPort } from './agent-port.ts'
import type { SharedHome } from './move/home.ts'
import type { AnswerSources } from './login/answers.ts'
import type { RefreshRequest } from './refresh-request.ts'

/** An engine, and how the key at hand and those in use stand: `store` is thrown where it opens nothing. */
export interface EngineInUse {
  readonly engine: SharedEngine
  readonly ring: { look(): Promise<KeyLook> }
}

/**
 * Everything that a use case may touch. What costs something to load is behind a function, so that
 * a command pays only for what it uses.
 */
export interface Ports {
  readonly clock: Clock
  readonly profiles: Profiles
  /** The store for many machines whose profiles are among them. Absent: they are of this machine alone. */
  readonly profilesOf?: StoreKind | undefined
  readonly index: Index
  /**
   * All profiles, or the one called `name`, and what is known of their sessions: of many it costs less
   * than to ask for both.
   */
  overview(name?: string): Promise<Overview>
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
  inTurn(): Promise<InTurn>
  /** Whether the profile alone says how its requests travel: no flag, and no variable. */
  readonly usualRoute?: boolean | undefined
  /** Where what sessions of this store spend is counted; `id`: of the session, as for `store`. */
  ledger(store: StoreKind, id?: string): Promise<Ledger>
  /** What refreshes write down of themselves or, with `unfinished`, logins and issues. */
  journal(of?: 'unfinished'): Promise<Journal>
  seal(): Promise<Seal>
  readonly stores: StoreCatalog
  /** `id`: of a session in it: of those that many machines share there may be several of a kind. */
  store(kind: StoreKind, id?: string): Promise<Store>
  /**
   * What a store is besides that many machines share; `id`: of a session, whose profile may say where that
   * store is. Absent: there is none here.
   */
  fleet?(kind: StoreKind, id?: string): Promise<Fleet>
  /**
   * Whether a reader wishes for more than the generation of this store entry that was read last, as far as
   * that was told with it; asks nobody.
   */
  wished?(entry: string): boolean
  /**
   * The profiles of a store for many machines. Throws `usage` where neither a variable nor a profile has
   * its address.
   */
  home?(kind: StoreKind, id?: string): Promise<SharedHome>
  /**
   * The engine of a store that many machines share, by the id of a session in it where one is known: its
   * profile may say where it is. Absent: there are no such stores. Throws `usage`.
   */
  engine?(kind: StoreKind, id?: string): Promise<EngineInUse>
  provider(profile: ProfileSketch): Promise<Provider>
  /** `callRefusals` of that provider, for less than all of it costs. */
  callRefusals(profile: ProfileSketch): Promise<CallRefusals | undefined>
  http(profile: HttpSettings): Promise<Http>
  /** Where an operation finds answers that the provider asks for again, though there was a login. */
  answerSources(): Promise<Pick<AnswerSources, 'fromEnvironment' | 'interaction'>>
  /** What variables of this process say of secrets. Absent: nothing. */
  readonly givenVariables?: GivenVariables | undefined
  /** Whether a refresh of this store entry is under way, or was cut off. Costs one look at the disk. */
  refreshPending(entry: string): Promise<boolean>
  /** The store entries of which that may be so, with the looks that one of them costs. */
  pendingRefreshes(): Pick<ReadonlySet<string>, 'has'> & { readonly size?: number }
  /** Whether a login or an issue may be under way, or may have been cut off. Costs as much. */
  mayBeUnfinished(): boolean
  /** Runs `refreshNow` in a process of its own that outlives this one; gives the record's text. */
  refresher(profile: Profile, request: RefreshRequest): Promise<string>
  /** The agent that may be asked for a session first, where there is one. */
  agent(): Promise<AgentPort | undefined>
  /** Whether the environment names it: see `AgentPort.named`. */
  readonly agentIsNamed: boolean
  /**
   * 32 bits of HMAC-SHA256 under a key of this installation: recognises a token, gives nothing away.
   * Absent, with a warning, where that key cannot be had: nothing that matters depends on it.
   */
  fingerprint(secret: Secret): Promise<string | undefined>
  randomId(): string
  /** The content of a file of the user's, as a secret. Throws `usage`. */
  readFile(path: string): Secret
  /** The content of a file of the user's with nothing secret in it. Throws `usage`. */
  readText(path: string): string
  /** Lets signals that end this process wait, until what it returns is called. Absent: nothing waits. */
  holdSignals?(tell: () => void): Promise<() => void>
  /** Nothing is kept anywhere but in this process. */
  readonly isInMemory?: true | undefined
  /** Set where another process holds the session, and keeps what renews it for itself. */
  readonly restIsUntold?: true | undefined
  /** Tells the user something that is not the answer. */
  warn(text: string): void
  /** As `warn`, at most once a day for a profile; not at all where that cannot be remembered. */
  warnDaily(profileId: string, text: string): Promise<void>
}

/** `TOKN_<NAME>`, and the files that `TOKN_<NAME>_FILE` names. */
export interface GivenVariables {
  /** The variable that gives a secret, or names its file; nothing is read. */
  holding(name: string): string | undefined
  /** Throws `usage`. */
  readSecret(name: string): Secret | undefined
}

/** What of a profile decides how requests reach its provider. */
export type HttpSettings = Pick<Profile, 'ca' | 'proxy' | 'certificate' | 'key'>

/** What of a profile decides how its provider speaks. */
export type ProfileSketch = Pick<
  Profile,
  'provider' | 'baseUrl' | 'apiUrls' | 'settings' | 'overrides' | 'definition'
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
  /** The CI job that it is a part of, as its service calls it. */
  readonly job?: string | undefined
}
