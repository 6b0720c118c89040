import { hostname } from 'node:os'
import { join } from 'node:path'
import { isToknError } from '../core/errors.ts'
import { canonical } from '../core/json.ts'
import type { Http, Index, Interaction, Store } from '../core/ports.ts'
import type { StoreKind } from '../core/profile.ts'
import type { Provider } from '../core/provider.ts'
import { Secret } from '../core/secret.ts'
import type { PassphraseQuestion } from '../core/store-traits.ts'
import { locateAgent, namedSocket } from '../io/agent/locate.ts'
import { describeRequester } from '../io/process/requester.ts'
import { systemClock } from '../io/process/clock.ts'
import { elapsed } from '../io/files/elapsed.ts'
import { openDefinitions } from '../io/files/definitions.ts'
import { openFiles } from '../io/files/files.ts'
import { readTextFile } from '../io/terminal/input.ts'
import { nameOfTerminal } from '../io/terminal/is-terminal.ts'
import { openIndex } from '../io/files/index-file.ts'
import { journalName } from '../io/files/journal-name.ts'
import { locatePaths, namesIn, type Environment } from '../io/files/paths.ts'
import { isInSharedFolders, namesInSharedFolders } from '../io/files/shared-folders.ts'
import { openProfiles } from '../io/profiles/profiles.ts'
import {
  isShared,
  openStore,
  restsInData,
  storeCatalog,
  type Surroundings,
} from '../stores/catalog.ts'
import type { ProcessOptions } from '../refresher/messages.ts'
import type { SharedKind } from '../stores/shared/open.ts'
import type { InForce } from './in-force.ts'
import { isUsualRoute } from './usual-route.ts'
import { findPending } from './pending-refreshes.ts'
import type { OpenedKinds } from './shared-kinds.ts'
import type { SharedPorts } from './shared-ports.ts'
import type { Beforehand } from './agent-question.ts'
import type {
  GivenVariables,
  HttpSettings,
  Ports,
  ProfileSketch,
  Requester,
} from '../session/ports.ts'

/** What this process brings to the ports. */
export interface PortsRequest extends ProcessOptions {
  readonly environment: Environment
  /** Path of the executable, to start it again. */
  readonly program: string
  readonly command: string
  /** Absent: this process. */
  readonly requester?: Requester | undefined
  readonly storeKey: () => Secret | undefined
  /** The variable that gave it, where that is not the usual one. */
  readonly keyVariable?: string | undefined
  /** Address and password of a store for many machines. Absent: nothing says them. */
  readonly storeUrl?: (() => Secret | undefined) | undefined
  readonly storePassword?: (() => Secret | undefined) | undefined
  /** The variable of that address; absent: `TOKN_STORE_URL`. */
  readonly urlVariable?: string | undefined
  /** The passphrase of the file store; asks where that is possible. */
  readonly passphrase: (question?: PassphraseQuestion) => Promise<Secret | undefined>
  /** `TOKN_<NAME>`, or the content of the file that `TOKN_<NAME>_FILE` names. Throws `usage`. */
  readonly fromEnvironment: (name: string) => string | undefined
  readonly givenVariables?: GivenVariables | undefined
  /** What files said that another process has read, by path. */
  readonly files?: Readonly<Record<string, string>> | undefined
  readonly interaction: () => Promise<Interaction | undefined>
  warn(text: string): void
  /** This process goes on after its command, as one that serves others does. */
  readonly lasting?: boolean | undefined
  /** Nobody wants warnings. */
  readonly quiet?: boolean | undefined
  /** When the time of the request began (`elapsed()`); absent: with this process. */
  readonly startedAt?: (() => number) | undefined
  /** The stores that are open already, where a process serves several requests. */
  readonly stores?: Map<StoreKind, Promise<Store>> | undefined
  /** The same of stores for many machines. */
  readonly opened?: OpenedKinds | undefined
  /** A store for many machines that a variable names, and what it has been asked for. */
  readonly inForce?: InForce | undefined
  /** An agent may be asked first. */
  readonly asksAgent?: boolean | undefined
  /** What has come of that already. */
  readonly beforehand?: Beforehand | undefined
}

/** The ports, and what is below them that this room alone may touch. */
export interface OwnPorts extends Ports {
  /** The store of a kind for many machines, by the id of a session in it where one is known. */
  shared(kind: StoreKind, id?: string): Promise<SharedKind>
  /** Text of the user's own definition on this machine. */
  definition(id: string): string | undefined
}

/** The ports of a process, each made at its first use. */
export function openPorts(request: PortsRequest): OwnPorts {
  const paths = locatePaths(request.environment, { configDirectory: request.configDirectory })
  const files = openFiles()
  const { startedAt = () => 0 } = request
  const timeLeft = () => Math.max(0, request.timeout - (elapsed() - startedAt()))
  const definitions = () => openDefinitions(join(paths.config, namesIn.config.definitions), files)
  const { stores = new Map<StoreKind, Promise<Store>>() } = request
  const providers = new Map<string, Promise<Provider>>()
  const clients = new Map<string, Promise<Http>>()
  const { opened = {} } = request
  const routed = once(async () => {
    const { openRouted } = await import('./routed.ts')
    return openRouted({ paths, files, shared, command: request.command })
  })
  const shared = once(async (): Promise<SharedPorts> => {
    const { openSharedPorts } = await import('./shared-ports.ts')
    return openSharedPorts({
      ...{ request, opened, paths, files, profiles, timeLeft, http: openHttp },
      journal: async () => (await routed()).journalHere,
    })
  })
  const lock = async () => (await routed()).lock
  const surroundings: Surroundings = {
    files,
    directory: join(paths.data, namesIn.data.sessions),
    lock,
    storeKey: request.storeKey,
    passphrase: request.passphrase,
    environment: request.environment,
    run: async (program) => {
      const { runProgram } = await import('../io/process/run-program.ts')
      return await runProgram(program, request.environment)
    },
    terminal: nameOfTerminal,
    lasting: request.lasting,
    shared: async (kind, id) => (await shared()).store(kind, id),
  }
  const derived = join(paths.cache, namesIn.cache.profiles)
  const agentIsNamed = request.asksAgent === true && namedSocket(request.environment) !== undefined
  // The session of a CI job, or one of another machine: nothing of it is to stay here.
  const keepsNothing = () => agentIsNamed && profiles.outlines().length === 0
  const profiles = openProfiles({
    directory: paths.config,
    derived,
    chosenBy: paths.configChosenBy,
    files,
    stores: storeCatalog,
    lock,
    timeout: request.timeout,
    warn: request.warn,
  })
  const directory = join(paths.state, namesIn.state.index)
  const summary = join(paths.cache, namesIn.cache.index)
  let index: Index | undefined
  const indexOf = () => (index ??= openIndex({ directory, summary, files, warn: request.warn }))
  const ports: OwnPorts = {
    shared: async (kind, id) => await (await shared()).of(kind, id),
    definition: (id) => definitions().read(id),
    home: async (kind, id) => await (await shared()).home(kind, id, ports.definition),
    clock: systemClock,
    profiles,
    get index() {
      return indexOf()
    },
    overview: async (name) => {
      const { readOverview } = await import('../io/profiles/overview-file.ts')
      return readOverview({ profiles, index: indexOf(), directory, derived }, name)
    },
    get requester() {
      return request.requester ?? describeRequester(request.command, request.environment)
    },
    get configuration() {
      return `${hostname()}:${join(paths.config, namesIn.config.profiles)}`
    },
    invocations: once(async () => {
      const { openInvocations } = await import('../io/files/process-identity.ts')
      return openInvocations()
    }),
    timeout: request.timeout,
    timeLeft,
    lock,
    inTurn: once(async () => {
      const { openTurns } = await import('../io/files/turn.ts')
      const isFar = request.storeUrl?.() !== undefined
      const place = isFar
        ? await (await import('./left-here.ts')).placeOfTurns(request, paths)
        : paths
      return openTurns({ paths: place, files, command: request.command, restsInData })
    }),
    get usualRoute() {
      return isUsualRoute(request)
    },
    journal: async (of) => (await routed())[of ?? 'journal'],
    ledger: async (store, id) => await (await routed()).ledger(store, id),
    seal: once(async () => (await import('../stores/seal.ts')).seal),
    stores: storeCatalog,
    // Of those that many machines share, each is remembered by its place.
    store: (kind, id) =>
      isShared(kind)
        ? openStore(kind, surroundings, id)
        : remember(stores, kind, () => openStore(kind, surroundings)),
    engine: async (kind, id) => await (await shared()).of(kind, id),
    fleet: async (kind, id) => await (await shared()).fleet(kind, id),
    // Asked for several times by one command, and a definition of the user's own is checked whole.
    provider: ({ provider, baseUrl, apiUrls, settings, overrides, definition }) => {
      const sketch = { provider, baseUrl, apiUrls, settings, overrides, definition }
      return remember(providers, canonical(sketch), () => openProviderOf(sketch))
    },
    callRefusals: async (profile) => {
      const { openCallRefusals } = await import('../providers/call-refusals.ts')
      return await openCallRefusals(profile, () => definitions().read(profile.provider))
    },
    http: (profile) => {
      const settings = settingsOf(profile)
      return remember(clients, canonical(settings), () => openHttp(settings))
    },
    answerSources: async () => ({
      fromEnvironment: request.fromEnvironment,
      interaction: await request.interaction(),
    }),
    givenVariables: request.givenVariables,
    wished: (entry) => opened.ready?.wished(entry) === true,
    refreshPending: async (entry) =>
      isShared(entry.split(':')[0] ?? '')
        ? await (await shared()).isPending(entry)
        : isInSharedFolders(paths.notedFolders, join('journal', journalName(entry))) &&
          (await (await routed()).journalHere.read(entry)) !== undefined,
    pendingRefreshes: () => findPending(paths),
    mayBeUnfinished: () => namesInSharedFolders(paths.sharedFolders, 'marks')?.length !== 0,
    refresher: async (profile, refresh) => {
      const { startRefresher } = await import('./start-refresher.ts')
      return await startRefresher({ ...request, timeLeft, index: indexOf() }, profile, refresh)
    },
    agentIsNamed,
    agent: once(async () => {
      // What the command line says of the way to a provider, an agent would not know.
      if (request.asksAgent !== true || (request.ca ?? request.proxy) !== undefined)
        return undefined
      const found: Beforehand = request.beforehand ?? {
        place: locateAgent(request.environment, paths.notedHome),
      }
      const { place, answer } = found
      if (place === undefined) return undefined
      const { openAgentPort } = await import('./agent-port.ts')
      return openAgentPort({ ...request, place, answer, paths, timeLeft })
    }),
    fingerprint: async (secret) => {
      const { fingerprint, readFingerprintKey } = await import('../io/files/fingerprint.ts')
      try {
        return fingerprint(secret, readFingerprintKey(files, paths.state, keepsNothing))
      } catch (error) {
        if (!isToknError(error, 'store')) throw error
        request.warn(error.message)
        return undefined
      }
    },
    randomId: () => randomHex(),
    readFile: (path) => new Secret(request.files?.[path] ?? readTextFile(path)),
    readText: readTextFile,
    holdSignals: async (tell) => (await import('../io/process/held-signals.ts')).holdSignals(tell),
    warn: request.warn,
    warnDaily: async (profileId, text) => {
      if (request.quiet === true) return
      const { warnOnceADay } = await import('./once-a-day.ts')
      warnOnceADay({ files, paths, warn: request.warn }, profileId, text)
    },
  }
  return request.inForce?.over(ports) ?? ports

  async function openProviderOf(sketch: ProfileSketch): Promise<Provider> {
    const { openProvider } = await import('../providers/catalog.ts')
    return await openProvider(sketch, definitions().read(sketch.provider))
  }

  /** What the command line says wins over what the profile does. */
  function settingsOf({ ca, proxy, certificate, key }: HttpSettings): HttpSettings {
    return { ca: request.ca ?? ca, proxy: request.proxy ?? proxy, certificate, key }
  }

  async function openHttp(settings: HttpSettings): Promise<Http> {
    return (await import('./open-http.ts')).openHttp(request, settings)
  }
}

function randomHex(): string {
  const bytes = globalThis.crypto.getRandomValues(new Uint8Array(16))
  return Buffer.from(bytes).toString('hex')
}

function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined
  return () => (made ??= make())
}

function remember<Key, Value>(known: Map<Key, Value>, key: Key, make: () => Value): Value {
  const value = known.get(key) ?? make()
  known.set(key, value)
  return value
}
