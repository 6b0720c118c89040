import { ToknError, type ErrorCode } from '../../../src/core/errors.ts'
import type { Ledger } from '../../../src/core/ledger.ts'
import type { Seal } from '../../../src/core/seal.ts'
import type {
  Clock,
  Http,
  Index,
  IndexEntry,
  Journal,
  JournalEntry,
  JournalSlot,
  Profiles,
  Store,
} from '../../../src/core/ports.ts'
import { isReached } from '../../../src/core/limit.ts'
import { overviewOf } from '../../../src/core/overview.ts'
import type { Profile, StoreKind } from '../../../src/core/profile.ts'
import type { Provider } from '../../../src/core/provider.ts'
import { serializeRecord } from '../../../src/core/record.ts'
import { Secret } from '../../../src/core/secret.ts'
import type { Ports } from '../../../src/session/ports.ts'
import { refreshNow } from '../../../src/session/refresh/protocol.ts'
import { openSession } from '../../../src/session/session.ts'
import { storeCatalog } from '../../../src/stores/catalog.ts'
import { openMemory } from '../../../src/stores/memory.ts'

/** What may fail here: every use of a port that changes something is one of these. */
export type Step =
  | 'profiles'
  | 'lock'
  | 'ledger'
  | 'reserve'
  | 'intend'
  | 'answer'
  | 'record'
  | 'remove'
  | `${'read' | 'write' | 'erase'} ${StoreKind}`

/** Ports of one process, all in memory, and what they were used for. */
export interface MemoryPorts extends Ports {
  readonly warnings: string[]
  /** What was done, in order: `lock file:one`, `write file one`, `put web`. */
  readonly log: string[]
  /** Makes a step fail from now on, or work again. */
  fail(step: Step, code?: ErrorCode): void
  mend(step: Step): void
  /** Moves the clock. */
  pass(time: number): void
  /** Files by path. */
  readonly files: Map<string, string>
  /** Invocations of the program that have ended. */
  readonly ended: Set<string>
}

export const start = Date.UTC(2026, 0, 15, 12)

export interface MemoryOptions {
  readonly provider: (sketch: Parameters<Ports['provider']>[0]) => Promise<Provider>
  readonly http?: Http | undefined
  readonly profiles?: readonly Profile[]
  readonly timeout?: number
  /** Default: one that stands still unless it is moved. */
  readonly clock?: Clock
  readonly answers?: Awaited<ReturnType<Ports['answerSources']>>
}

export function openMemoryPorts(options: MemoryOptions): MemoryPorts {
  const log: string[] = []
  const warnings: string[] = []
  const failing = new Map<Step, ErrorCode>()
  const files = new Map<string, string>()
  const ended = new Set<string>()
  const timeout = options.timeout ?? 30_000
  let now = start
  let ids = 0
  const clock = options.clock ?? {
    now: () => now,
    wait: async (duration: number) => {
      now += duration
    },
  }
  const step = (name: Step, said: string) => {
    const code = failing.get(name)
    if (code !== undefined) throw new ToknError(code, `no ${name}`)
    log.push(said)
  }
  const stores = new Map<StoreKind, Store>()
  const refreshes = openJournal(step)
  const unfinished = openJournal(step)
  const ports: MemoryPorts = {
    log,
    warnings,
    files,
    ended,
    fail: (name, code = 'store') => void failing.set(name, code),
    mend: (name) => void failing.delete(name),
    pass: (time) => {
      now += time
    },
    clock,
    profiles: openProfiles(options.profiles ?? [], step),
    index: openIndex(),
    overview: async (name) => overviewOf(ports, name),
    agent: async () => undefined,
    agentIsNamed: false,
    requester: { command: 'tokn test', pid: 7, parent: 'sh', host: 'here' },
    configuration: 'here:/config.json',
    stores: storeCatalog,
    invocations: async () => ({ own: 'run', isOver: (run) => ended.has(run) }),
    timeout,
    timeLeft: () => timeout,
    inTurn:
      async () =>
      async (_, { work }) =>
        await work(),
    lock: async () => async (entry) => {
      step('lock', `lock ${entry}`)
      return {
        fence: 1,
        stillHeld: async () => true,
        release: async () => void log.push(`release ${entry}`),
      }
    },
    ledger: async () => ledger,
    journal: async (of) => (of === undefined ? refreshes : unfinished),
    seal: async () => plainSeal,
    store: async (kind) => {
      const store = stores.get(kind) ?? openStore(kind, step)
      stores.set(kind, store)
      return store
    },
    provider: options.provider,
    callRefusals: async (sketch) => (await options.provider(sketch)).callRefusals,
    http: async () => options.http ?? noHttp,
    answerSources: async () => options.answers ?? { fromEnvironment: () => undefined },
    refreshPending: async (entry) => (await refreshes.read(entry)) !== undefined,
    pendingRefreshes: () => new Set(refreshes.entries()),
    mayBeUnfinished: () => true,
    refresher: async (profile, wanted) =>
      serializeRecord(await refreshNow(openSession(ports, profile), wanted)),
    fingerprint: async (secret) => `fp-${secret.reveal().length}`,
    randomId: () => `id${(++ids).toString().padStart(14, '0')}`,
    readFile: (path) => {
      const text = files.get(path)
      if (text === undefined) throw new ToknError('usage', `no file ${path}`)
      return new Secret(text)
    },
    readText: (path) => files.get(path) ?? '',
    warn: (text) => void warnings.push(text),
    warnDaily: async (_, text) => void warnings.push(text),
  }
  const ledger = openLedger(step)
  return ports
}

const noHttp: Http = async () => {
  throw new Error('nothing was to be sent')
}

/** Seals nothing; tells whether a text was sealed under another name. */
const plainSeal: Seal = {
  seal: async (text, _, label) => JSON.stringify([label, text]),
  open: async (sealed, _, label) => {
    const [found, text] = JSON.parse(sealed) as [string, string]
    if (found !== label) throw new ToknError('store', 'sealed for another')
    return text
  },
}

type Take = (name: Step, said: string) => void

function openStore(kind: StoreKind, step: Take): Store {
  const store = openMemory()
  return {
    ...store,
    kind,
    describe: () => `the ${kind} store`,
    read: async (id) => {
      step(`read ${kind}`, `read ${kind} ${id}`)
      return await store.read(id)
    },
    write: async (id, generation, text) => {
      step(`write ${kind}`, `write ${kind} ${id}`)
      await store.write(id, generation, text)
    },
    remove: async (id) => {
      step(`erase ${kind}`, `erase ${kind} ${id}`)
      return await store.remove(id)
    },
  }
}

export function openIndex(entries = new Map<string, IndexEntry>()): Index {
  return {
    get: (id) => entries.get(id),
    getAll: () => entries,
    put: (id, entry) => void entries.set(id, entry),
    remove: (id) => void entries.delete(id),
    list: () => [...entries.keys()],
  }
}

/** What was counted, by key: when, in epoch milliseconds. */
export type Counts = Map<string, { logins: number[]; refreshes: number[] }>

export function openLedger(step: Take, counts: Counts = new Map()): Ledger {
  const of = (key: string) => counts.get(key) ?? { logins: [], refreshes: [] }
  return {
    read: async (key) => of(key),
    add: async (key, kind, at, limit) => {
      if (limit !== undefined && isReached(of(key)[kind], limit)) return false
      step('ledger', `count ${kind}`)
      counts.set(key, { ...of(key), [kind]: [...of(key)[kind], at] })
      return true
    },
    reset: async (key, kind) => {
      step('ledger', `reset ${kind}`)
      counts.set(key, { ...of(key), [kind]: [] })
    },
  }
}

function openJournal(step: Take): Journal & { entries(): readonly string[] } {
  const entries = new Map<string, Partial<JournalEntry>>()
  const slot = (entry: string): JournalSlot => {
    const change = async (
      name: Step,
      next: (before: Partial<JournalEntry>) => Partial<JournalEntry>,
    ) => {
      step(name, `${name} ${entry}`)
      entries.set(entry, next(entries.get(entry) ?? {}))
    }
    return {
      intend: (intent) => change('intend', (before) => ({ ...before, intent })),
      answer: (sealed) =>
        change('answer', (before) => ({
          ...before,
          answers: [...(before.answers ?? []), sealed],
        })),
      record: (record) => change('record', (before) => ({ ...before, record })),
      remove: () => remove(entry),
    }
  }
  const remove = async (entry: string) => {
    step('remove', `remove ${entry}`)
    entries.delete(entry)
  }
  return {
    reserve: async (entry) => {
      step('reserve', `reserve ${entry}`)
      const { intent } = entries.get(entry) ?? {}
      entries.set(entry, intent === undefined ? {} : { intent })
      return slot(entry)
    },
    resume: async (entry) => slot(entry),
    read: async (entry) => {
      const { intent, answers = [], record } = entries.get(entry) ?? {}
      return intent === undefined ? undefined : { intent, answers, record }
    },
    remove,
    entries: () => [...entries.keys()],
    list: async (prefix = '') => [...entries.keys()].filter((entry) => entry.startsWith(prefix)),
  }
}

function openProfiles(before: readonly Profile[], step: Take): Profiles {
  const all = new Map(before.map((profile) => [profile.name, profile]))
  let chosen: string | undefined
  const put = async (profile: Profile) => {
    step('profiles', `put ${profile.name}`)
    all.set(profile.name, profile)
  }
  const byId = (id: string) => [...all.values()].find((one) => one.id === id)
  return {
    path: '/config.json',
    get: (name) => all.get(name),
    list: () => [...all.values()],
    outlines: () =>
      [...all.values()].map((one) => ({
        name: one.name,
        id: one.id,
        store: one.store,
        read: () => one,
      })),
    defaultName: () => chosen,
    put,
    prove: async () => step('profiles', 'prove'),
    create: put,
    putIfCurrent: async (profile) => {
      const there = byId(profile.id) ?? all.get(profile.name)
      const { name, id } = there ?? profile
      if (name !== profile.name || id !== profile.id) return { ...profile, name, id }
      await put(profile)
      chosen ??= name
      return profile
    },
    setDefault: async (name) => {
      chosen = name
    },
    rename: async (from, to) => {
      const profile = all.get(from)
      all.delete(from)
      if (profile !== undefined) all.set(to, { ...profile, name: to })
    },
    remove: async (name, id) => {
      step('profiles', `forget ${name}`)
      if (all.get(name)?.id !== id) throw new ToknError('not_found', `no ${name}`)
      all.delete(name)
    },
  }
}
