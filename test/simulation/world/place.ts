import { isObject } from '../../../src/core/json.ts'
import type { Journal, JournalEntry, Lock, Store } from '../../../src/core/ports.ts'
import type { StoreKind } from '../../../src/core/profile.ts'
import type { SessionRecord } from '../../../src/core/record.ts'
import { serializeRecord } from '../../../src/core/record.ts'
import { profileId } from './facts.ts'
import type { SimulatedProcess } from './process.ts'
import type { World } from './world.ts'

/** Where the session of a world is, with all that keeps processes from each other. */
export interface Place {
  readonly kind: StoreKind
  /** The text of the record that is stored now. */
  text(): string | undefined
  /** A session that was there before anything happens. */
  put(record: SessionRecord): void
  /** Why `process` may not spend, or journal, at this instant; nothing where it may. */
  whyNotHeld(process: SimulatedProcess, to: 'spend' | 'journal'): string | undefined
  /** What a refresh has left. */
  left(): JournalEntry | undefined
  /** Why what is stored need not be all that was; nothing where it must be. */
  doubt(): string | undefined
  /** As a process has it. */
  open(process: SimulatedProcess): Opened
}

export interface Opened {
  readonly store: Store
  readonly lock: Lock
  readonly journal: Journal
  refreshPending(): Promise<boolean>
}

/** The name under which a session is locked and journalled. */
export function entryIn({ kind }: Place): string {
  return `${kind}:${profileId}`
}

/** The generation that is to be made by what a refresh has left; 0 without any. */
export function generationOf(left: JournalEntry | undefined): number {
  const intent: unknown = left === undefined ? undefined : JSON.parse(left.intent)
  return isObject(intent) ? Number(intent['generation']) : 0
}

/** Files of one machine. */
export function openLocalPlace(world: World): Place {
  const kind = 'file'
  const entry = `${kind}:${profileId}`
  return {
    kind,
    text: () => world.store.entries.get(profileId)?.text,
    put: (record) => {
      const { generation } = record
      world.store.entries.set(profileId, { generation, text: serializeRecord(record) })
    },
    whyNotHeld: (process) =>
      world.lock.isHeldBy(process, entry) ? undefined : 'it does not hold the lock',
    left: () => world.journal.read(entry),
    doubt: () => undefined,
    open: (process) => ({
      store: world.store.open(process),
      lock: world.lock.open(process),
      journal: world.journal.open(process, 'journal'),
      refreshPending: () => process.call('pending', () => world.journal.read(entry) !== undefined),
    }),
  }
}
