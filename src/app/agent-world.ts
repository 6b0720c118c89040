import { version } from '../../package.json'
import type { World } from '../agent/world.ts'
import type { Lock, Store } from '../core/ports.ts'
import { lookIn, type Profile, type StoreKind } from '../core/profile.ts'
import { isSameConfiguration, nameConfiguration, realPath } from '../io/agent/configuration.ts'
import { systemClock } from '../io/process/clock.ts'
import { elapsed } from '../io/files/elapsed.ts'
import { locatePaths, type Environment } from '../io/files/paths.ts'
import { readValueFile } from '../io/terminal/input.ts'
import type { ProcessOptions } from '../refresher/messages.ts'
import { onlyName, readableProfiles } from '../session/choose-profile.ts'
import { openSession } from '../session/session.ts'
import type { Opening } from './agent-key.ts'
import { noLock } from './in-memory-ports.ts'
import type { OpenedKinds } from './shared-kinds.ts'
import { openAgentProfiles } from './agent-profiles.ts'
import { openPorts, type OwnPorts } from './ports.ts'
import { openStamps } from './session-stamps.ts'
import { openVariables } from './variables.ts'

/** What an agent serves. */
export interface WorldOptions extends ProcessOptions {
  readonly environment: Environment
  /** Path of the executable, to start it again. */
  readonly program: string
  readonly socket: string
  /** Names of the profiles that are served; absent: all. */
  readonly profiles?: readonly string[] | undefined
  /** Serves whoever asks, whatever configuration they mean. */
  readonly anywhere?: boolean | undefined
  /** What opens the stores; absent: what the environment says. */
  readonly opening?: Opening | undefined
}

/** A world that can be served at a socket: see `openAgent`. */
export interface OpenWorld extends World {
  lock(): Promise<Lock>
}

/** The profiles of one configuration, for a process that lives on. */
export function openWorld(options: WorldOptions): OpenWorld {
  const { environment, socket, profiles: served } = options
  const paths = locatePaths(environment, { configDirectory: options.configDirectory })
  const stores = new Map<StoreKind, Promise<Store>>()
  const opened: OpenedKinds = {}
  // What is asked of these needs no time and warns of nothing.
  const looks = portsFor(() => undefined)
  const own = nameConfiguration(paths, environment)
  const isPlaced = (store: StoreKind) => looks.stores.traits(store).placedByVariable
  const variables = openVariables(environment, readValueFile)
  // Throws for a name of no store, before anything is served.
  const { store: named } = variables
  const chosen = variables.storeVariable === 'TOKN_STORE' ? named : undefined
  const kept = openAgentProfiles(variables, () => portsFor(() => undefined), elapsed)
  const laidOver = (ports: OwnPorts, name?: string) => kept?.found(name)?.over(ports) ?? ports
  const look = (profile: Profile) => lookIn(profile, chosen ?? profile.store)
  return {
    session(name, warn, quiet = false) {
      if (served?.includes(name) === false) return undefined
      const ports = laidOver(portsFor(warn, quiet), name)
      const profile = ports.profiles.get(name)
      return profile && openSession(ports, look(profile))
    },
    sessions() {
      const ports = laidOver(portsFor(() => undefined))
      return readableProfiles(ports.profiles)
        .filter(({ name }) => served?.includes(name) !== false)
        .map((profile) => openSession(ports, look(profile)))
    },
    ...(kept === undefined ? {} : { load: kept.load }),
    profilesStamp: () => `${looks.profiles.stamp?.() ?? ''}|${kept?.stamp() ?? ''}`,
    defaultName: () => {
      const { profiles } = laidOver(looks)
      return profiles.defaultName() ?? onlyName(profiles)
    },
    stampOf: openStamps(looks, paths),
    forgetStores: () => {
      stores.clear()
      opened.ready = undefined
    },
    isMeant: (configuration, store) =>
      options.anywhere === true ||
      isSameConfiguration(configuration, own, store !== undefined && isPlaced(store)),
    clock: { now: systemClock.now, elapsed },
    socket,
    configuration: realPath(paths.config),
    version,
    lock: kept === undefined ? looks.lock : async () => noLock,
  }

  function portsFor(warn: (text: string) => void, quiet = false): OwnPorts {
    return openPortsFor({ ...options, quiet }, warn, stores, opened)
  }
}

/** The ports of one request, whose time begins now. */
export function openPortsFor(
  options: WorldOptions & { readonly quiet?: boolean },
  warn: (text: string) => void,
  stores?: Map<StoreKind, Promise<Store>>,
  opened?: OpenedKinds,
): OwnPorts {
  const variables = openVariables(options.environment, readValueFile)
  const { opening } = options
  const began = elapsed()
  return openPorts({
    ...options,
    command: 'tokn agent',
    storeKey: () =>
      opening === undefined ? variables.readSecret('store_key') : opening.storeKey(),
    storeUrl: () => variables.storeUrl,
    storePassword: () => variables.readSecret('store_password'),
    // Nobody can be asked here.
    passphrase: async (question) => {
      if (question?.refused === true) return undefined
      return opening === undefined ? variables.readSecret('passphrase') : await opening.passphrase()
    },
    fromEnvironment: variables.read,
    givenVariables: variables,
    interaction: async () => undefined,
    warn,
    lasting: true,
    startedAt: () => began,
    stores,
    opened,
  })
}
