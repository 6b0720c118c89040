import type { Index, IndexEntry } from '../core/ports.ts'

/** An index that ends with this process; what rows say is put into it. */
export interface IndexInMemory extends Index {
  /** `read` gives the entry when it is first asked for, if there is none by then. */
  later(id: string, read: () => IndexEntry | undefined): void
}

export function openIndexInMemory(): IndexInMemory {
  const entries = new Map<string, IndexEntry>()
  const unread = new Map<string, () => IndexEntry | undefined>()
  const put = (id: string, entry: IndexEntry) => {
    unread.delete(id)
    entries.set(id, entry)
  }
  const get = (id: string) => {
    const entry = unread.get(id)?.()
    unread.delete(id)
    if (entry !== undefined) put(id, entry)
    return entries.get(id)
  }
  const list = () => {
    for (const id of [...unread.keys()]) get(id)
    return [...entries.keys()]
  }
  return {
    get,
    put,
    list,
    getAll: (ids) => new Map(list().flatMap((id) => (ids.includes(id) ? [[id, get(id)]] : []))),
    remove: (id) => {
      unread.delete(id)
      entries.delete(id)
    },
    later: (id, read) => void unread.set(id, read),
  }
}
