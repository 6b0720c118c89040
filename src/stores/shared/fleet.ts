import { isToknError } from '../../core/errors.ts'
import type { Fleet, FleetSession } from '../../core/fleet.ts'
import type { IndexEntry } from '../../core/ports.ts'
import type { Profile } from '../../core/profile.ts'
import type { SharedEngine, SharedRow } from '../../core/shared-engine.ts'
import { verifyPart } from './codec.ts'
import type { StoreKeys } from './store-keys.ts'

export interface FleetOptions {
  readonly engine: SharedEngine
  /** Those in use now. Throws `store`, `network`. */
  keys(): Promise<StoreKeys>
  /** Who takes a lease, for others to read; nothing secret. */
  holder(): string
  /** Reads what a signed part says; both throw `usage` or give `undefined` for what is malformed. */
  readProfile(name: string, text: string): Profile | undefined
  readIndex(text: string): IndexEntry | undefined
}

/** What a store is besides that many machines share, over its engine. */
export async function openFleet(options: FleetOptions): Promise<Fleet> {
  const { engine, keys, holder } = options
  const { role } = await keys()
  return {
    role,
    describe: () => engine.describe(),
    look: async (id) => {
      const [row, current] = await Promise.all([engine.read(id), keys()])
      return row && readSession(row, current, options)
    },
    list: async (after, limit) => {
      const [rows, current] = await Promise.all([engine.list(after, limit), keys()])
      return rows.map((row) => readSession(row, current, options))
    },
    addWish: async (id, generation, text) => await engine.addWish(id, generation, text),
    wishes: async (id) => await engine.wishes(id),
    dropWishes: async (id, generation) => await engine.dropWishes(id, generation),
    watch: async (what, heard) => await engine.watch(what, heard),
    takeLease: async (name, ttl) => await engine.takeLease(name, holder(), ttl),
    renewLease: async (name, fence, ttl) => await engine.renewLease(name, fence, ttl),
    releaseLease: async (name, fence) => await engine.releaseLease(name, fence),
    leases: async () => await engine.leases?.(),
    incarnation: async () => await engine.incarnation(),
    rest: async () => await engine.close(),
  }
}

/** What does not verify is not there, and why is said: one bad row is no reason to see none. */
function readSession(row: SharedRow, keys: StoreKeys, options: FleetOptions): FleetSession {
  const { id, name, generation, version, parts, wished } = row
  let fault: string | undefined
  const read = <Value>(part: 'profile' | 'index', of: (text: string) => Value) => {
    try {
      const text = verifyPart(keys, part, row)
      return text === undefined ? undefined : of(text)
    } catch (error) {
      if (!isToknError(error)) throw error
      fault ??= error.message
      return undefined
    }
  }
  const profile = read('profile', (text) => options.readProfile(name, text))
  const index = read('index', options.readIndex)
  const pending = parts.journal !== undefined
  return { id, name, generation, version, profile, index, fault, pending, wished }
}
