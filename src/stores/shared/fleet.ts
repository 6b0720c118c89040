import { EventEmitter, once } from 'node:events'
import { isToknError, type ToknError } from '../../core/errors.ts'
import type { Fleet, FleetSession } from '../../core/fleet.ts'
import type { IndexEntry } from '../../core/ports.ts'
import type { Profile } from '../../core/profile.ts'
import type { SharedEngine, SharedRow } from '../../core/shared-engine.ts'
import type { SharedTime } from '../../core/shared-time.ts'
import { verifyPart } from './codec.ts'
import type { EngineClock } from './engine-clock.ts'
import type { KeyRing } from './key-ring.ts'
import { listedName } from './listed-name.ts'
import { takeLease } from './lease.ts'
import { readSignedJson } from './signed-part.ts'
import type { StoreKeys } from './store-keys.ts'

export interface FleetOptions {
  readonly engine: SharedEngine
  readonly time: SharedTime
  readonly clock: Pick<EngineClock, 'toLocal'>
  /** Runs what verifies and opens with the keys that are in use. */
  readonly ring: Pick<KeyRing, 'opening' | 'look'>
  /** Who takes a lease, for others to read: JSON. */
  readonly holder: string
  /** The profile that a row has, verified. Throws `store`, `usage`. */
  readProfile(keys: StoreKeys, row: SharedRow): Profile | undefined
  /** What may be known of its session, out of JSON; `undefined` for what is malformed. */
  readIndex(value: unknown): IndexEntry | undefined
}

/** What a store is besides that many machines share, over its engine. */
export async function openFleet(options: FleetOptions): Promise<Fleet> {
  const { engine, time, ring, holder } = options
  const { role, kid } = await ring.opening((keys) => keys)
  return {
    ...{ role, kid },
    describe: () => engine.describe(),
    checkKey: async () => void (await ring.look()),
    look: async (id) => {
      const row = await engine.read(id)
      return row && (await readSession(row, options))
    },
    pages: async function* () {
      const { pagesOf } = await import('./pages.ts')
      // What a refresh needs of the rest it reads by itself, and compares with these then.
      for await (const rows of pagesOf(engine, ['profile', 'index'])) {
        yield await Promise.all(rows.map(async (row) => await readSession(row, options)))
      }
    },
    addWish: async (id, generation, text) => await engine.addWish(id, generation, text),
    wishes: async (id) => await engine.wishes(id),
    wished: async function* () {
      yield* (await import('./pages.ts')).allWished(engine)
    },
    dropWishes: async (id, generation) => await engine.dropWishes(id, generation),
    watch: async (what, heard) => await engine.watch(what, heard),
    takeActingLease: async () => {
      const ending = new EventEmitter<{ lost: [ToknError | undefined] }>()
      const lost = once(ending, 'lost').then(([missed]) => missed as ToknError | undefined)
      const ended = (missed: ToknError | undefined) => void ending.emit('lost', missed)
      const taken = await takeLease({ engine, time, holder, ended, name: 'refresher' })
      return 'fence' in taken ? { lost, release: taken.release } : taken
    },
    leases: async () => await engine.leases(),
    incarnation: async () => await (role === 'reader' ? engine.lifeSeen() : engine.incarnation()),
    rest: async () => await engine.rest?.(),
  }
}

/** What does not verify is not there, and why is said: one bad row is no reason to see none. */
async function readSession(row: SharedRow, options: FleetOptions): Promise<FleetSession> {
  const { id, generation, version, parts, wished } = row
  const name = listedName(row.name)
  const { clock, ring, readProfile, readIndex } = options
  let fault: string | undefined
  const read = async <Value>(work: (keys: StoreKeys) => Value): Promise<Value | undefined> => {
    try {
      return await ring.opening(work)
    } catch (error) {
      if (!isToknError(error, 'store', 'usage')) throw error
      fault ??= error.message
      return undefined
    }
  }
  const profile = await read((keys) => readProfile(keys, row))
  const kept = await read((keys) => verifyPart(keys, 'index', row))
  const text = kept && (await clock.toLocal(kept))
  const index = text === undefined ? undefined : readIndex(readSignedJson(text))
  const pending = parts.journal !== undefined
  return { id, name, generation, version, profile, index, fault, pending, wished }
}
