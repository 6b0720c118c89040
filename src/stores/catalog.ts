import type { RunProgram } from '../core/process.ts'
import type { Files, Lock, Store } from '../core/ports.ts'
import type { StoreKind } from '../core/profile.ts'
import type { Secret } from '../core/secret.ts'
import type { EngineOptions, SharedEngine } from '../core/shared-engine.ts'
import type { PassphraseQuestion, StoreCatalog, StoreTraits } from '../core/store-traits.ts'

/** What a process brings to the stores. */
export interface Surroundings {
  readonly files: Files
  /** Where sessions are kept in files. */
  readonly directory: string
  readonly lock: () => Promise<Lock>
  readonly storeKey: () => Secret | undefined
  /** Asks where that is possible; `undefined` where there is none. */
  readonly passphrase: (question: PassphraseQuestion) => Promise<Secret | undefined>
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly run: RunProgram
  /** The path of the user's terminal, if there is one. */
  readonly terminal: () => string | undefined
  /** The store of a kind that many machines share, and that this session is in. */
  readonly shared: (kind: StoreKind, id: string | undefined) => Promise<Store>
  /** This process lives on: what could hang, or lose its connection, runs in another. */
  readonly lasting?: boolean | undefined
}

export type OpenEngine = (options: EngineOptions) => SharedEngine

export interface StoreEntry extends StoreTraits {
  /** What many machines share, without what that means; absent where they do not. */
  readonly engine?: (() => Promise<OpenEngine>) | undefined
  /** Loads it, and only then. `id`: of a session in it, where one is known. */
  open(surroundings: Surroundings, id?: string): Promise<Store>
}

/** What most stores are. */
const usual = {
  outlivesProcess: true,
  needsPassphrase: false,
  hidesWhenLocked: false,
  mayBeMissing: false,
  listsEntries: true,
  restsInData: false,
  placedByVariable: false,
}

/** What stores for many machines are; none is looked through for what belongs to no profile here. */
const forMany = (
  kind: StoreKind,
  schemes: readonly string[],
  engine: StoreEntry['engine'],
): StoreEntry => ({
  ...usual,
  ...{ kind, schemes, engine, shared: true, listsEntries: false },
  open: async ({ shared }, id) => await shared(kind, id),
})

/**
 * Every store of the program. A further one is a file beside this one, or an engine in a folder, and an
 * entry here: whoever wants to know something about a store asks for its traits, not for its name.
 */
export const entries: readonly StoreEntry[] = [
  {
    ...usual,
    kind: 'keychain',
    hidesWhenLocked: true,
    mayBeMissing: true,
    listsEntries: false,
    open: async ({ lock, lasting }) =>
      (await import('./keychain.ts')).openKeychain({ lock, apart: lasting }),
  },
  {
    ...usual,
    kind: 'file',
    needsPassphrase: true,
    restsInData: true,
    open: async ({ directory, files, lock, storeKey, passphrase }) =>
      (await import('./file.ts')).openFileStore({
        directory,
        files,
        lock,
        passphrase,
        // Read when it is needed: without it a session can still be erased.
        get key() {
          return storeKey()
        },
      }),
  },
  {
    ...usual,
    kind: 'pass',
    mayBeMissing: true,
    placedByVariable: true,
    open: async (surroundings) => (await import('./pass.ts')).openPass(surroundings),
  },
  {
    ...usual,
    kind: 'memory',
    outlivesProcess: false,
    listsEntries: false,
    open: async () => (await import('./memory.ts')).openMemory(),
  },
  forMany(
    'postgres',
    ['postgres:', 'postgresql:'],
    async () => (await import('./postgres/engine.ts')).openPostgres,
  ),
  forMany(
    'redis',
    ['redis:', 'rediss:'],
    async () => (await import('./redis/engine.ts')).openRedis,
  ),
  forMany('etcd', ['etcd:', 'etcds:'], async () => (await import('./etcd/engine.ts')).openEtcd),
]

export const storeCatalog: StoreCatalog = {
  kinds: entries.map(({ kind }) => kind),
  usual: 'keychain',
  transient: 'memory',
  traits: entryOf,
  find: (value) => entries.find(({ kind }) => kind === value)?.kind,
}

/** Throws `store` where it cannot be used at all, when it is used. */
export async function openStore(
  kind: StoreKind,
  surroundings: Surroundings,
  id?: string,
): Promise<Store> {
  return await entryOf(kind).open(surroundings, id)
}

/** Whether many machines share the store of that name, if it is one. */
export function isShared(kind: StoreKind): boolean {
  return entries.some((one) => one.kind === kind && one.shared)
}

/** Whether a lock (`KIND:...`) is about something stored in our own folder of data. */
export function restsInData(lock: string): boolean {
  const kind = storeCatalog.find(lock.split(':')[0])
  return kind !== undefined && entryOf(kind).restsInData
}

function entryOf(kind: StoreKind): StoreEntry {
  const entry = entries.find((one) => one.kind === kind)
  if (entry === undefined) throw new Error(`no store "${kind}"`)
  return entry
}
