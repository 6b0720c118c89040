import type { Boot } from '../../../src/core/boot.ts'
import { ToknError } from '../../../src/core/errors.ts'
import { isReached } from '../../../src/core/limit.ts'
import { overviewOf } from '../../../src/core/overview.ts'
import type { Ledger } from '../../../src/core/ledger.ts'
import type { Index, Profiles } from '../../../src/core/ports.ts'
import type { Outline, Profile } from '../../../src/core/profile.ts'
import type { StoreCatalog } from '../../../src/core/store-traits.ts'
import type { Ports } from '../../../src/session/ports.ts'
import { openScriptedProvider } from '../provider/client.ts'
import type { Machine } from '../fleet/machine.ts'
import type { SimulatedProcess } from './process.ts'
import { openSeal } from './seal.ts'

/** Starts a process that refreshes, and gives what it answers. */
export type StartRefresher = (process: SimulatedProcess) => Ports['refresher']

/** When all machines were started. */
const beginning = 1_600_000_000_000

/** The start of a machine, by the clock of a process. */
export function bootOf({ name, skew, world }: Machine, further = 0): Boot {
  return { id: `the only one of ${name}`, at: beginning + world.ahead + skew + further }
}

/** The ports of one process: all that it can touch is the simulated world. */
export function openPorts(process: SimulatedProcess, refresher: StartRefresher): Ports {
  const { world } = process
  const provider = openScriptedProvider(world.settings.provider)
  const out = world.network.open(process)
  const unfinished = world.unfinished.open(process, 'unfinished')
  const { store, lock, journal, refreshPending } = world.place.open(process)
  const turns = process.machine.turns.open(process)
  const seal = openSeal(process)
  const ledger = openLedger(process)
  // Loading a module is a point where a process may stop, too; now and then is enough of that.
  const aimed = world.settings.faults.aim?.label
  const load = <Value>(name: string, value: Value): Promise<Value> => {
    const label = `load ${name}`
    const parks = label === aimed || world.random.chance(0.04)
    return parks ? process.call(label, () => value) : Promise.resolve(value)
  }
  return {
    clock: {
      now: () => process.now(),
      boot: () => bootOf(process.machine, process.skew),
      wait: (duration) => {
        const end = world.now + duration
        return process.call('wait', () => undefined, { ready: () => world.now >= end })
      },
    },
    profiles: openProfiles(process),
    index: openIndex(process),
    overview: async (name) =>
      overviewOf({ profiles: openProfiles(process), index: openIndex(process) }, name),
    agent: async () => undefined,
    agentIsNamed: false,
    requester: { command: process.name, pid: 1, parent: 'simulation', host: 'simulated' },
    configuration: 'simulated',
    invocations: () =>
      load('runs', {
        own: process.name,
        isOver: (run) => !world.processes.some((one) => one.name === run && isRunning(one)),
      }),
    timeout: process.timeout,
    timeLeft: () => process.timeLeft(),
    lock: () => load('lock', lock),
    inTurn: () => load('turns', turns),
    ledger: () => load('ledger', ledger),
    journal: (of) => load('journal', of === 'unfinished' ? unfinished : journal),
    seal: () => load('seal', seal),
    stores: catalog,
    store: () => load('store', store),
    provider: () => load('provider', provider),
    callRefusals: async () => undefined,
    http: () => load('http', out),
    answerSources: async () => ({ fromEnvironment: () => undefined, interaction: undefined }),
    refreshPending,
    pendingRefreshes: () => ({ has: () => true }),
    mayBeUnfinished: () => true,
    refresher: refresher(process),
    fingerprint: () => Promise.resolve(undefined),
    randomId: () => `random-${world.nextId()}`,
    readText: () => '',
    readFile: () => {
      throw new ToknError('usage', 'there are no files here')
    },
    warn: (text) => {
      if (process.state !== 'dead') world.note(() => `${process.name} warns: ${text}`)
    },
    warnDaily: async () => undefined,
  }
}

const catalog: StoreCatalog = {
  kinds: ['file', 'postgres'],
  usual: 'file',
  transient: 'memory',
  traits: (kind) => ({
    kind,
    outlivesProcess: kind !== 'memory',
    needsPassphrase: false,
    hidesWhenLocked: false,
    mayBeMissing: false,
    listsEntries: false,
    restsInData: true,
    placedByVariable: false,
  }),
  find: (value) => catalog.kinds.find((kind) => kind === value),
}

function isRunning({ state }: SimulatedProcess): boolean {
  return state === 'running'
}

function openIndex(process: SimulatedProcess): Index {
  const { index } = process.machine
  return {
    get: (id) => index.get(id),
    getAll: () => index,
    put: (id, known) => process.point('index.put', () => void index.set(id, known)),
    remove: (id) => process.point('index.remove', () => void index.delete(id)),
    list: () => [...index.keys()],
  }
}

function openLedger(process: SimulatedProcess): Ledger {
  const { world } = process
  const countsOf = (key: string) => {
    const counts = world.ledger.get(key) ?? { logins: [], refreshes: [] }
    world.ledger.set(key, counts)
    return counts
  }
  const write = (effect: () => void) =>
    process.point('ledger', () => {
      if (world.fails('ledger', world.settings.faults.disk)) {
        throw new ToknError('store', 'the disk fails: the ledger')
      }
      effect()
    })
  return {
    read: async (key) => countsOf(key),
    add: async (key, kind, at, limit) => {
      if (limit !== undefined && isReached(countsOf(key)[kind], limit)) return false
      write(() => void countsOf(key)[kind].push(at))
      return true
    },
    reset: async (key, kind) => write(() => void (countsOf(key)[kind].length = 0)),
  }
}

function openProfiles(process: SimulatedProcess): Profiles {
  const { profiles } = process.world
  const put = (profile: Profile) =>
    process.call('profiles.put', () => void profiles.set(profile.name, profile), { prompt: true })
  return {
    path: 'config.json',
    get: (name) => profiles.get(name),
    list: () => [...profiles.values()],
    outlines: (): readonly Outline[] =>
      [...profiles.values()].map((one) => ({ ...one, read: () => one })),
    defaultName: () => undefined,
    put,
    prove: () => process.call('profiles.prove', () => undefined),
    create: put,
    putIfCurrent: async (profile) => {
      await put(profile)
      return profile
    },
    setDefault: () => Promise.resolve(),
    rename: () => Promise.resolve(),
    remove: (name) =>
      process.call('profiles.remove', () => void profiles.delete(name), { prompt: true }),
  }
}
