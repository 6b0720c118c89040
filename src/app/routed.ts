import { join } from 'node:path'
import type { Ledger } from '../core/ledger.ts'
import type { Files, Journal, Lock } from '../core/ports.ts'
import type { StoreKind } from '../core/profile.ts'
import { openJournal } from '../io/files/journal.ts'
import type { Paths } from '../io/files/paths.ts'
import { isTrusted } from '../io/files/shared-folders.ts'
import { createUserLock } from '../io/files/user-lock.ts'
import { isShared, restsInData } from '../stores/catalog.ts'
import type { SharedPorts } from './shared-ports.ts'

/** What the places of locks, journals and counts are made of. */
export interface RoutedOptions {
  readonly command: string
  readonly paths: Paths
  readonly files: Files
  /** The stores for many machines, loaded for those alone. */
  shared(): Promise<SharedPorts>
}

/** Lock, journal and ledger of a session: on this machine, or in what many machines share. */
export interface Routed {
  readonly lock: Lock
  readonly journal: Journal
  /** That of this machine alone. */
  readonly journalHere: Journal
  /** The journal of logins and issues. */
  readonly unfinished: Journal
  ledger(store: StoreKind, id?: string): Promise<Ledger>
}

export function openRouted({ command, paths, files, shared }: RoutedOptions): Routed {
  const here = createUserLock({ paths, files, command, restsInData })
  const journalHere = openJournal(folders('journal'))
  /** The store for many machines that an entry (`KIND:ID`) is in, if it is in one. */
  const sharedOf = async (entry: string) => {
    const [kind = '', id = ''] = entry.split(/:(.*)/s)
    return isShared(kind) ? { id, in: await (await shared()).of(kind, id) } : undefined
  }
  const journalOf = async (entry: string) => (await sharedOf(entry))?.in.journal ?? journalHere
  return {
    lock: async (entry, timeout, look) => {
      const found = await sharedOf(entry)
      return found === undefined
        ? await here(entry, timeout)
        : await found.in.lock(found.id, timeout, look)
    },
    journal: {
      reserve: async (entry, seen) => await (await journalOf(entry)).reserve(entry, seen),
      resume: async (entry, seen) => await (await journalOf(entry)).resume(entry, seen),
      read: async (entry) => await (await journalOf(entry)).read(entry),
      remove: async (entry) => await (await journalOf(entry)).remove(entry),
      // Those of a store for many machines are asked for by the kind that they begin with.
      list: async (prefix = '') => await (await journalOf(prefix)).list(prefix),
    },
    journalHere,
    // What is unfinished lies in a folder called marks, as it has from the start: one that is renamed
    // would hide what versions before this one have left behind.
    unfinished: openJournal(folders('marks')),
    ledger: async (store, id) => {
      if (isShared(store)) return (await (await shared()).of(store, id)).ledger
      const { openLedger } = await import('../io/files/ledger.ts')
      return openLedger(folders('ledger'))
    },
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
