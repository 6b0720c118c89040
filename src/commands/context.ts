import type { ProfileChoice } from '../session/choose-profile.ts'
import type { AnswerSources } from '../session/login/answers.ts'
import type { LoginCheck } from '../session/login/login-from-environment.ts'
import type { AgentControl } from '../core/agent.ts'
import type { AgentKeeping } from '../core/agent-keeping.ts'
import type { FleetRequest } from '../core/fleet-event.ts'
import type { Folders } from '../core/folder-profile.ts'
import type { Announcer } from '../core/announcer.ts'
import type { Interaction } from '../core/ports.ts'
import type {
  ChildRequest,
  ChildSocket,
  Colours,
  Finding,
  InteractionOptions,
  Printed,
  Route,
} from '../core/process.ts'
import type { Traces } from '../core/trace.ts'
import type { Fresh, FreshOptions } from '../session/fresh.ts'
import type { HttpSettings, Ports } from '../session/ports.ts'
import type { Jobs } from '../session/job.ts'
import type { Session } from '../session/session.ts'
import type { Secret } from '../core/secret.ts'
import type { StoreKind } from '../core/profile.ts'
import type { StoreKeyring } from '../core/store-keys.ts'
import type { Caller } from './credential/caller.ts'
import type { ChildKeeper, KeptForChild } from '../session/kept-for-child.ts'
import type { StepFiles } from './output/step-files.ts'
import type { SetupWorld } from './setup/client.ts'
import type { commonFlags, FlagsOf, requestFlags, sessionFlags } from './flags/table.ts'

/** Flags that every command takes. */
export type CommonFlags = FlagsOf<(typeof commonFlags)[number]>

/** Flags of the commands that send requests. */
export type RequestFlags = CommonFlags & FlagsOf<(typeof requestFlags)[number]>

/** Flags of the commands that work with the session of a profile. */
export type SessionFlags = CommonFlags & FlagsOf<(typeof sessionFlags)[number]>

/** Flags of the commands that ask. */
export type AskFlags = FlagsOf<'yes' | 'noInput'>

interface Terminal {
  /** Writes data to standard output, every byte of it or an error. */
  out(text: string): void
  /** Writes lines for a person to standard output; whatever is in one, it stays one line of text. */
  show(...lines: readonly string[]): void
  /** Writes a line of words to standard error. */
  say(text: string): void
  /**
   * Has the log of a CI job hide `secrets`, where it can be told to: before they are printed, or given
   * to a program that may print them.
   */
  mask(...secrets: readonly string[]): Promise<void>
  readonly outIsTerminal: boolean
  /** Characters of a line of the terminal that standard output is, where that is known. */
  readonly width: number | undefined
  /** Characters of a line of help: those of the terminal, else what `COLUMNS` says, else 80. */
  pageWidth(descriptor: 1 | 2): number
  colours(flags: CommonFlags): Promise<Colours>
  /** All of standard input as one secret, one trailing newline taken off. Throws `usage`. */
  readSecret(what: string): Promise<Secret>
  /** All of standard input as text, at most 64 KiB. Throws `usage`; never waits for a person to type. */
  readText(what: string): Promise<string>
  /** The content of a file, or of standard input for `-`, as one secret. Throws `usage`. */
  readSecretFile(path: string): Promise<Secret>
}

/** What a command gets: the terminal, and ways to everything else that cost nothing until used. */
export interface Context {
  readonly terminal: Terminal
  /** The words of the command line, as typed; those after the first `--` are in `rest`. */
  readonly words: readonly string[]
  /** The words after the first `--`. */
  readonly rest: readonly string[] | undefined
  /** Throws `usage` for a value that a flag cannot have; reads profiles of a store that a variable names. */
  checkFlags(flags: SessionFlags & FlagsOf<'cert' | 'key'>, positional?: string): Promise<void>
  ports(flags: RequestFlags): Ports
  /** Where sessions are moved from: other ports where `TOKN_FROM_STORE_URL` or one beside it is set. */
  portsFrom(flags: RequestFlags): Promise<Ports>
  /**
   * The session that the command works on. Where that takes a login, `check` may refuse it before:
   * a login may cost, and a command that cannot succeed is not worth one.
   */
  session(
    flags: SessionFlags & FlagsOf<'dryRun'>,
    positional?: string,
    check?: LoginCheck,
  ): Promise<Session>
  /**
   * The session that an agent has, with a good token; `undefined` where none is asked, or it has no
   * such session. Throws what `fresh` of a session throws.
   */
  agentSession(
    flags: SessionFlags,
    positional: string | undefined,
    options: FreshOptions,
  ): Promise<{ readonly session: Session; readonly fresh: Fresh } | undefined>
  /** `error`, with what the agent of `TOKN_AGENT_SOCK` has to do with it. */
  withoutAgent(
    flags: SessionFlags,
    positional: string | undefined,
    error: unknown,
  ): Promise<unknown>
  /** How our own requests would reach all of `urls`. Throws `usage` where they would go several ways. */
  route(flags: RequestFlags, profile: HttpSettings, urls: readonly URL[]): Promise<Route>
  choice(flags: CommonFlags & FlagsOf<'profile'>, positional?: string): ProfileChoice
  /** A text with commands in it, each with the flags of this command line that it needs as well. */
  completed(text: string): string
  environment: {
    fromEnvironment: AnswerSources['fromEnvironment']
    readonly provider: string | undefined
    readonly baseUrl: string | undefined
    /** `TOKN_API_URL`, as origins. Throws `usage`. */
    readonly apiUrls: readonly string[] | undefined
    /** `TOKN_SCOPE`. */
    readonly scopes: readonly string[] | undefined
    /** The user's shell, as far as variables tell: its name, which may be one that is not known. */
    readonly shell: string | undefined
    /** `TOKN_STORE`, or what `TOKN_STORE_URL` names. */
    readonly store: StoreKind | undefined
    /** The variable that says it, or names its file. */
    readonly storeVariable: string | undefined
    /** The variable with a token that wins over the stores, or with the name of its file; not read. */
    tokenVariable(profile: string | undefined): string | undefined
  }
  /** The files that bind folders to profiles. */
  folders(): Promise<Folders>
  /** Where profiles could be kept, by all that has something to say of it; the first one is. */
  configurations(flags: CommonFlags): Promise<readonly Configuration[]>
  /** Absent where nobody can be asked: no terminal, `CI`, `--no-input`. */
  interaction(
    flags: FlagsOf<'noInput'>,
    options?: InteractionOptions,
  ): Promise<Interaction | undefined>
  /** Shows what a login needs, though nobody can be asked. */
  announcer(options: InteractionOptions): Promise<Announcer>
  /** Has a line said before the first question that comes after it, whatever asks that. */
  announce(line: string): void
  /** Says now what was announced, if no question came. */
  sayAnnounced(): void
  /**
   * Asks yes or no; `undefined` where nobody can be asked. `beforehand` is the flag that would have
   * answered. Default: `--yes`.
   */
  confirm(flags: AskFlags, question: string, beforehand?: string): Promise<boolean | undefined>
  select(
    flags: FlagsOf<'noInput'>,
    question: string,
    options: ReadonlyArray<{ value: string; label: string }>,
  ): Promise<string | undefined>
  storeKind(flags: FlagsOf<'store'>, profile?: StoreKind): StoreKind
  /** Definitions of the user's own, and those of the built-in providers. */
  definitions(flags: RequestFlags): Promise<OwnDefinitions>
  /** Names, titles and fields of all providers. */
  providers(flags: CommonFlags): Promise<readonly ProviderSummary[]>
  /** Where other programs are configured. Throws `usage`. */
  setupWorld(flags: CommonFlags): Promise<SetupWorld>
  /** What lies between this program and one that has started it to be given credentials. */
  caller(): Promise<Caller>
  /** Ends the program, once everything is done, with another status than 0. */
  exitWith(status: number): void
  /**
   * Serves sessions to a program that is to be started, at a socket of its own; `undefined` where that
   * cannot be made.
   */
  serveChild(flags: SessionFlags, sessions: readonly Session[]): Promise<ChildSocket | undefined>
  /**
   * Keeps something for a program that is to be started: see `KeptForChild`. Throws `store` where a file
   * cannot be written.
   */
  keepForChild(flags: SessionFlags, wanted: KeptForChild): Promise<ChildKeeper>
  /** Runs a program with our standard streams; gives its exit status, 128 + n for a signal. */
  runChild(child: ChildRequest): Promise<number>
  /** Runs this very program and collects what it prints. */
  runSelf(args: readonly string[], variables: Readonly<Record<string, string>>): Promise<Printed>
  /** Looks at everything that a session depends on. */
  examine(
    flags: RequestFlags,
    options: { readonly fix: boolean; readonly offline: boolean },
  ): Promise<readonly Finding[]>
  /** What this program has made on this machine, or may have made. Unlocks nothing. */
  traces(flags: CommonFlags): Promise<Traces>
  /** The files by which a step of a CI job tells later steps of variables. */
  stepFiles(): Promise<StepFiles>
  /** The keys of the store for many machines that is in force. Throws `usage` where none is. */
  storeKeys(flags: CommonFlags & FlagsOf<'store' | 'timeout' | 'ca'>): Promise<StoreKeyring>
  /** The agent of the user. Throws `unsupported` where there can be none. */
  agent(flags: RequestFlags, keeping?: AgentKeeping): Promise<AgentControl>
  /** Refreshes the sessions of a store for all machines, until `interrupted` resolves. */
  refreshFleet(flags: RequestFlags, wanted: FleetRequest): Promise<void>
  /** The session of the CI job that this is a part of. Throws `unsupported` where there can be none. */
  jobs(flags: RequestFlags): Promise<Jobs>
  startSandbox(options: SandboxOptions): Promise<RunningSandbox>
  /** The words that begin a command line of this very program, as the user has to type it. */
  typedName(): Promise<readonly string[]>
  /** Node with its options and this very program, each by its path, to be started as a service. */
  ownLine(): Promise<readonly string[]>
  /** Where programs are started from for this user. Throws `unsupported`. */
  startFolder(): Promise<StartFolder>
  /** From now on, `happened` resolves when the user ends the program. */
  watchInterruption(): Promise<{ readonly happened: Promise<void> }>
  /** A new empty folder of the user's own, removed again by `remove`. */
  temporaryFolder(): Promise<{ readonly path: string; remove(): void }>
}

/** What starts programs for a user. */
export type Starter = 'systemd' | 'launchd'

/** The folder of the files by which that is said. Its calls throw `store`. */
export interface StartFolder {
  readonly starter: Starter
  readonly path: string
  /** Variables that a program started from there needs and would not get. Nothing secret. */
  readonly variables: Readonly<Record<string, string>>
  pathOf(name: string): string
  /** `undefined` where there is none. */
  read(name: string): string | undefined
  write(path: string, text: string): void
  remove(path: string): void
  /** What is odd about files that were written: sentences. */
  check(paths: readonly string[]): Promise<readonly string[]>
}

export interface Configuration {
  readonly path: string
  /** `path` for a person. */
  readonly shown: string
  /** `--config-dir`, a variable, or nothing for the usual place. */
  readonly from?: string | undefined
}

export interface ProviderSummary {
  readonly id: string
  readonly title: string
  readonly docs: string
  readonly source: 'built-in' | 'yours'
  /** Whether each profile has to say where the API is. */
  readonly needsBaseUrl: boolean
  /** Paths of its requests below a base URL; `{...}` stands for a segment. */
  readonly paths: readonly string[]
}

/** Provider definitions as texts. */
export interface OwnDefinitions {
  /** The text at a path, at a URL of this machine, or on standard input (`-`). Throws `usage`. */
  load(source: string): Promise<string>
  /** Throws `usage` that tells what is wrong with a definition, and where. */
  check(text: string): {
    readonly id: string
    readonly title: string
    readonly docs: string
    /** Where it may send secrets besides its base URL. */
    readonly origins: readonly string[]
  }
  /** `undefined` for one that is not a definition (OAuth servers are not). */
  text(id: string): string | undefined
  write(id: string, text: string): void
  /** Writes a file where the user wants it; never over another. Throws `usage`. */
  create(path: string, text: string): void
  remove(id: string): boolean
  schema(): object
}

export interface SandboxOptions {
  readonly names: readonly string[]
  readonly port?: number | undefined
  readonly strict: boolean
  readonly ttl?: number | undefined
  /** JSON text of the faults to inject. */
  readonly faults?: string | undefined
  /** Milliseconds by which the servers' clocks are ahead. */
  readonly clockOffset?: number | undefined
}

export interface RunningSandbox {
  readonly apis: readonly SandboxedApi[]
  close(): Promise<void>
}

/** One fake API on loopback, with credentials made up at its start. */
export interface SandboxedApi {
  readonly name: string
  readonly baseUrl: string
  readonly apiUrl?: string | undefined
  readonly credentials: Readonly<Record<string, string>>
  /** Another user of the same API, and one whose sessions live long, where there are such. */
  readonly secondAccount?: Readonly<Record<string, string>> | undefined
  readonly serviceAccount?: Readonly<Record<string, string>> | undefined
  readonly resource: { readonly method: string; readonly url: string }
  /** A request that is forbidden to every user but that of `credentials`. */
  readonly ownResource?: { readonly method: string; readonly url: string } | undefined
}
