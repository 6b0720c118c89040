import { isKeepingFailure } from '../core/errors.ts'
import { isReached } from '../core/limit.ts'
import type { Ledger } from '../core/ledger.ts'
import type { Index, IndexEntry, Journal, JournalSlot, Lock } from '../core/ports.ts'
import { isAccountKey } from '../session/ledger-keys.ts'
import { words } from '../messages/words.ts'
import type { Ports } from '../session/ports.ts'

/**
 * The same ports, but nothing is written anywhere: for a token that lives as long as the command.
 * But for the count of logins, where an API has a number of them and then no more.
 */
export function openInMemoryPorts(ports: Ports): Ports {
  const index = openIndex()
  return {
    ...ports,
    index,
    isInMemory: true,
    overview: async (name) => {
      const { readOverview } = await import('../io/profiles/overview-file.ts')
      return readOverview({ profiles: ports.profiles, index }, name)
    },
    lock: async () => noLock,
    ledger: async (store, id) => countLogins(ports, await ports.ledger(store, id)),
    journal: async () => noJournal,
    refreshPending: async () => false,
    // What is here alone, no other process has.
    agent: async () => undefined,
    pendingRefreshes: () => new Set(),
    mayBeUnfinished: () => false,
    fingerprint: async (secret) => {
      const { fingerprintOnce } = await import('../io/files/fingerprint.ts')
      return fingerprintOnce(secret)
    },
  }
}

const nothing = async (): Promise<undefined> => undefined

function openIndex(): Index {
  const entries = new Map<string, IndexEntry>()
  return {
    get: (id) => entries.get(id),
    getAll: (ids) => new Map([...entries].filter(([id]) => ids.includes(id))),
    put: (id, entry) => void entries.set(id, entry),
    remove: (id) => void entries.delete(id),
    list: () => [...entries.keys()],
  }
}

/** Logins of an account outlive the command; all else goes with it. */
function countLogins(ports: Ports, real: Ledger): Ledger {
  const own = new Map<string, { logins: number[]; refreshes: number[] }>()
  const ownOf = (key: string) => own.get(key) ?? { logins: [], refreshes: [] }
  return {
    read: async (key) => ({
      ...ownOf(key),
      ...(isAccountKey(key)
        ? { logins: await attempt(async () => (await real.read(key)).logins, []) }
        : {}),
    }),
    add: async (key, kind, at, limit) => {
      if (kind === 'logins' && isAccountKey(key)) {
        return await attempt(() => real.add(key, kind, at, limit), true)
      }
      if (limit !== undefined && isReached(ownOf(key)[kind], limit)) return false
      own.set(key, { ...ownOf(key), [kind]: [...ownOf(key)[kind], at] })
      return true
    },
    reset: async (key, kind) => {
      own.set(key, { ...ownOf(key), [kind]: [] })
    },
  }

  /** A machine that is thrown away after the job may have no place to count at. */
  async function attempt<Value>(count: () => Promise<Value>, otherwise: Value): Promise<Value> {
    try {
      return await count()
    } catch (error) {
      if (!isKeepingFailure(error)) throw error
      ports.warn(words.app.loginNotCounted(error.message))
      return otherwise
    }
  }
}

/** Nobody is kept from anything. */
export const noLock: Lock = async () => ({
  fence: 1,
  stillHeld: async () => true,
  release: async () => undefined,
})
const noSlot: JournalSlot = { intend: nothing, answer: nothing, record: nothing, remove: nothing }
/** Nothing is written down. */
export const noJournal: Journal = {
  keepsNothing: true,
  reserve: async () => noSlot,
  resume: async () => noSlot,
  read: nothing,
  remove: nothing,
  list: async () => [],
}
