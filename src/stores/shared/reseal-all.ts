import { isToknError, ToknError } from '../../core/errors.ts'
import type { SharedEngine, SharedRow } from '../../core/shared-engine.ts'
import type { SharedTime } from '../../core/shared-time.ts'
import { words } from '../../messages/words.ts'
import { describeHolder } from './holder.ts'
import type { KeptLease } from './lease.ts'
import { nameOfLease } from './lock.ts'
import { allRows } from './pages.ts'
import { resealRow } from './reseal.ts'
import type { StoreKeys } from './store-keys.ts'
import { waitForLease } from './wait-for-lease.ts'

export interface Resealing {
  readonly keys: StoreKeys
  /** Of the document `keys`: another one ends it. */
  readonly version: string
  readonly isDone: (row: SharedRow) => boolean
  /** Waits for refreshes under way: they were begun with a key that goes. */
  readonly whole: boolean
}

export interface Passed {
  readonly rows: number
  readonly resealed: number
  /** Names of sessions that open with no key, and were left as they are. */
  readonly unreadable: readonly string[]
}

interface Surroundings {
  readonly engine: SharedEngine
  readonly time: SharedTime
  /** How long a refresh under way is waited for, in milliseconds. */
  readonly patience: number
}

const pageSize = 100
const holder = JSON.stringify({ command: 'tokn store rekey' })

/**
 * Seals all rows anew that are not done, while others write them, until a pass finds nothing left to
 * do. `undefined` where the keys were changed meanwhile.
 */
export async function resealAll(
  around: Surroundings,
  resealing: Resealing,
): Promise<Passed | undefined> {
  const unreadable = new Map<string, string>()
  let resealed = 0
  for (;;) {
    let [rows, now] = [0, 0]
    for await (const row of allRows(around.engine, undefined, pageSize)) {
      rows++
      if (resealing.isDone(row) || unreadable.has(row.id)) continue
      const end = await resealOne(around, resealing, row)
      if (end === 'keys') return undefined
      if (end === 'unreadable') unreadable.set(row.id, row.name)
      if (end === 'written') now++
    }
    resealed += now
    if (now === 0) return { rows, resealed, unreadable: [...unreadable.values()] }
  }
}

type End = 'written' | 'done' | 'unreadable' | 'keys'

async function resealOne(
  around: Surroundings,
  resealing: Resealing,
  listed: SharedRow,
): Promise<End> {
  const { engine } = around
  const lease = resealing.whole && listed.parts.journal ? await hold(around, listed) : undefined
  try {
    let row = lease === undefined ? listed : await engine.read(listed.id)
    for (;;) {
      if (row === undefined || resealing.isDone(row)) return 'done'
      const parts = readable(() => resealRow(resealing.keys, row as SharedRow))
      if (parts === undefined) return 'unreadable'
      const when = { version: row.version, keys: resealing.version }
      const written = await engine.write(row.id, { parts, when })
      if ('written' in written) return 'written'
      if (written.failed === 'keys') return 'keys'
      row = await engine.read(row.id)
    }
  } finally {
    await lease?.release()
  }
}

/** The lease of a session, once nobody refreshes it. Throws `busy`. */
async function hold({ engine, time, patience }: Surroundings, row: SharedRow): Promise<KeptLease> {
  const { busyWith } = words.storeKeys
  const end = await waitForLease<never>({
    ...{ engine, time, holder, timeout: patience, name: nameOfLease(row.id) },
    busy: (heldBy) => new ToknError('busy', busyWith(row.name, describeHolder(heldBy))),
  })
  if (!('lease' in end)) throw new Error('nothing else was looked for')
  return end.lease
}

function readable<Value>(make: () => Value): Value | undefined {
  try {
    return make()
  } catch (error) {
    if (isToknError(error, 'store')) return undefined
    throw error
  }
}
