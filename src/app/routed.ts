import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Ledger } from '../core/ledger.ts'
import type { Files, Http, Journal, Lock, Profiles, Store } from '../core/ports.ts'
import type { StoreKind } from '../core/profile.ts'
import type { Seal } from '../core/seal.ts'
import { openJournal } from '../io/files/journal.ts'
import { namesIn, type Paths } from '../io/files/paths.ts'
import { isTrusted } from '../io/files/shared-folders.ts'
import { createUserLock } from '../io/files/user-lock.ts'
import { describeRequester } from '../io/process/requester.ts'
import type { HttpSettings } from '../session/ports.ts'
import { isShared, restsInData } from '../stores/catalog.ts'
import type { PortsRequest } from './ports.ts'
import type { Memory } from '../stores/shared/witness.ts'
import type { OpenedKinds, PlacedKind, SharedKinds } from './shared-kinds.ts'

/** What the places of locks, journals and counts are made of. */
export interface RoutedOptions {
  readonly request: PortsRequest
  readonly opened: OpenedKinds
  readonly paths: Paths
  readonly files: Files
  readonly profiles: Pick<Profiles, 'list'>
  timeLeft(): number
  http(settings: HttpSettings): Promise<Http>
}

/** Lock, journal, ledger and store of a session: on this machine, or in what many machines share. */
export interface Routed {
  readonly lock: Lock
  readonly journal: Journal
  /** The journal of logins and issues. */
  readonly unfinished: Journal
  ledger(store: StoreKind): Promise<Ledger>
  store(kind: StoreKind): Store
  shared(kind: StoreKind, id?: string): Promise<PlacedKind>
  /** Whether a refresh of this entry is under way, or was cut off. */
  isPending(entry: string): Promise<boolean>
}

export function openRouted({ request, opened, paths, files, ...from }: RoutedOptions): Routed {
  const here = createUserLock({ paths, files, command: request.command, restsInData })
  const journalHere = openJournal(folders('journal'))
  const kinds = () => (opened.kinds ??= openKinds())
  const shared: Routed['shared'] = async (kind, id) => await (await kinds()).of(kind, id)
  const journalOf = async (entry: string) => {
    const { kind, id } = parts(entry)
    return isShared(kind) ? (await shared(kind, id)).journal : journalHere
  }
  return {
    shared,
    lock: async (entry, timeout) => {
      const { kind, id } = parts(entry)
      if (!isShared(kind)) return await here(entry, timeout)
      return await (await shared(kind, id)).lock(id, timeout)
    },
    journal: {
      reserve: async (entry) => await (await journalOf(entry)).reserve(entry),
      resume: async (entry) => await (await journalOf(entry)).resume(entry),
      read: async (entry) => await (await journalOf(entry)).read(entry),
      remove: async (entry) => await (await journalOf(entry)).remove(entry),
      // Those of a store for many machines are asked for by the kind that they begin with.
      list: async (prefix = '') => await (await journalOf(prefix)).list(prefix),
    },
    // What is unfinished lies in a folder called marks, as it has from the start: one that is renamed
    // would hide what versions before this one have left behind.
    unfinished: openJournal(folders('marks')),
    ledger: async (store) => {
      if (isShared(store)) return (await shared(store)).ledger
      const { openLedger } = await import('../io/files/ledger.ts')
      return openLedger(folders('ledger'))
    },
    store: (kind) => storeOf(shared, kind),
    isPending: async (entry) => {
      const { kind, id } = parts(entry)
      if (isShared(kind)) return await (await shared(kind, id)).isPending(id)
      return (await journalHere.read(entry)) !== undefined
    },
  }

  async function openKinds(): Promise<SharedKinds> {
    const { openSharedKinds } = await import('./shared-kinds.ts')
    const made = openSharedKinds({
      ...request,
      ...{ ...from, seal: sealLater },
      requester: request.requester ?? describeRequester(request.command, request.environment),
      memory: memory(),
      ...(keepsHere() && { aside: async () => journalHere }),
    })
    opened.ready = made
    return made
  }

  /**
   * Whether this machine keeps anything of such sessions. Where a variable says where the store is, it
   * may be gone with the job, and nothing is written that was not there before.
   */
  function keepsHere(): boolean {
    return request.storeUrl?.() === undefined || existsSync(paths.state)
  }

  function memory(): Memory | 'process' | undefined {
    // A job has its profile in a variable, too; a process that works for another one goes by what is there.
    const isJob = request.requester !== undefined || request.environment['TOKN_PROFILE']
    if (keepsHere() || !isJob) {
      return { files, directory: join(paths.state, namesIn.state.seen) }
    }
    return request.lasting === true ? 'process' : undefined
  }

  /** Where the user's processes keep one kind of what they share; found when it is asked for. */
  function folders(kind: 'journal' | 'marks' | 'ledger') {
    return {
      files,
      get directory() {
        return join(kind === 'ledger' ? paths.common : paths.notedCommon, kind)
      },
      get all() {
        return paths.sharedFolders.filter(isTrusted).map(({ path }) => join(path, kind))
      },
    }
  }
}

/** Loaded where something is counted: a token that is good takes none of it. */
const sealLater: Seal = {
  seal: async (...what) => await (await import('../stores/seal.ts')).seal.seal(...what),
  open: async (...what) => await (await import('../stores/seal.ts')).seal.open(...what),
}

/** A store whose sessions may be at several places. */
function storeOf(shared: Routed['shared'], kind: StoreKind): Store {
  let last: Store | undefined
  const at = async (id?: string) => (last = (await shared(kind, id)).store)
  return {
    kind,
    describe: () => last?.describe() ?? kind,
    read: async (id) => await (await at(id)).read(id),
    write: async (id, ...what) => {
      await (await at(id)).write(id, ...what)
    },
    remove: async (id) => await (await at(id)).remove(id),
    sealingKey: async () => await (last ?? (await at())).sealingKey(),
  }
}

function parts(entry: string): { readonly kind: StoreKind; readonly id: string } {
  const at = entry.indexOf(':')
  return { kind: entry.slice(0, Math.max(0, at)), id: entry.slice(at + 1) }
}
