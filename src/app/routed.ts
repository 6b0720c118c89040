import type { Journal, Ledger, Lock, Store } from '../core/ports.ts'
import type { StoreKind } from '../core/profile.ts'
import { isShared } from '../stores/catalog.ts'
import type { PlacedKind } from './shared-kinds.ts'

/** The stores for many machines of this process. */
export interface Routes {
  of(kind: StoreKind, id?: string): Promise<PlacedKind>
}

/** The lock of an entry (`KIND:ID`): that of its store, where many machines share it. */
export function routeLock(routes: Routes, local: Lock): Lock {
  return async (entry, timeout) => {
    const { kind, id } = parts(entry)
    if (!isShared(kind)) return await local(entry, timeout)
    return await (await routes.of(kind, id)).lock(id, timeout)
  }
}

export function routeJournal(routes: Routes, local: Journal): Journal {
  const of = async (entry: string) => {
    const { kind, id } = parts(entry)
    return isShared(kind) ? (await routes.of(kind, id)).journal : local
  }
  return {
    reserve: async (entry) => await (await of(entry)).reserve(entry),
    resume: async (entry) => await (await of(entry)).resume(entry),
    read: async (entry) => await (await of(entry)).read(entry),
    remove: async (entry) => await (await of(entry)).remove(entry),
    // Those of a store for many machines are asked for by the kind that they begin with.
    list: async (prefix = '') => await (await of(prefix)).list(prefix),
  }
}

export async function routeLedger(
  routes: Routes,
  kind: StoreKind,
  local: () => Promise<Ledger>,
): Promise<Ledger> {
  return isShared(kind) ? (await routes.of(kind)).ledger : await local()
}

/** A store whose sessions may be at several places. */
export function routeStore(routes: Routes, kind: StoreKind): Store {
  let last: Store | undefined
  const at = async (id?: string) => (last = (await routes.of(kind, id)).store)
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
