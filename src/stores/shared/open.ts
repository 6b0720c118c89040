import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { ToknError, type Said } from '../../core/errors.ts'
import type { Ledger } from '../../core/ledger.ts'
import type { Seal } from '../../core/seal.ts'
import type { Journal, Store } from '../../core/ports.ts'
import type { Secret } from '../../core/secret.ts'
import type { SharedEngine, SharedRow } from '../../core/shared-engine.ts'
import type { SharedTime } from '../../core/shared-time.ts'
import { words } from '../../messages/words.ts'
import { openRecord, sealRow } from './codec.ts'
import { findDoubt } from './doubt.ts'
import { openEngineClock, type EngineClock } from './engine-clock.ts'
import type { Holds } from './hold.ts'
import { openSharedJournal } from './journal.ts'
import { readContent } from './journal-content.ts'
import { openKeyRing, type KeyRing } from './key-ring.ts'
import { openSharedLedger } from './ledger.ts'
import { openSharedLock, type SharedLock } from './lock.ts'
import { openPersistence } from './persistence.ts'
import { openRows, type Rows } from './rows.ts'
import { readStamp, writeStamp } from './stamp.ts'
import { openSharedStore } from './store.ts'
import { openWitness, type Memory } from './witness.ts'

/** What a process brings to a store for many machines. */
export interface SharedOptions {
  /** `extra`: milliseconds that calls have besides what is left of the command. */
  openEngine(extra: () => number): SharedEngine
  key(): Secret | undefined
  readonly seal: Seal
  readonly time: SharedTime
  /** Who holds a lease, for those who wait: JSON. */
  readonly holder: string
  /** Where this machine remembers what it has seen: in this process alone, or nowhere. */
  readonly memory?: Memory | 'process' | undefined
  /** Where an answer goes while the engine is not reached; absent: nowhere. */
  readonly aside?: (() => Promise<Journal>) | undefined
  /** How a session is called that has no row so far. */
  nameOf(id: string): string
  /** Gets what is good to know while something takes long. */
  warn?(text: string): void
}

/** A store for many machines, opened: all of it is made over one engine. */
export interface SharedKind {
  readonly engine: SharedEngine
  readonly clock: EngineClock
  readonly ring: KeyRing
  readonly rows: Rows
  /** Who takes leases here, for others to read: JSON. */
  readonly holder: string
  readonly store: Store
  readonly lock: SharedLock
  readonly journal: Journal
  readonly ledger: Ledger
  /** Whether a refresh is under way or was cut off, by the row as it was read a moment ago. */
  isPending(id: string): Promise<boolean>
  /**
   * Why what is stored of a session may have gone back, as far as who only looks can see, by the row as it
   * was read a moment ago. `life`: what `lifeSeen` has said, where many are looked at.
   */
  doubt(id: string, life?: string): Promise<Said | undefined>
  /**
   * The session as it is stored counts from now on, whatever was known of a later one. Gives its
   * generation. Throws `not_found`, `store`.
   */
  accept(id: string): Promise<number>
}

export function openShared(options: SharedOptions): SharedKind {
  const { time, memory, aside } = options
  const persistence = openPersistence(time, options.warn)
  const clock = openEngineClock(options.openEngine(persistence.extra), time)
  const { engine } = clock
  const ring = openKeyRing(engine, options.key)
  const holds: Holds = new Map()
  const rows = openRows(engine, ring, time, holds)
  const witness = memory && openWitness(memory === 'process' ? undefined : memoryOf(engine, memory))
  const base = { engine, clock, rows, ring, holds, persistence, witness }
  const store = openSharedStore({ ...base, nameOf: options.nameOf })
  const sealing = { sealingKey: store.sealingKey, seal: options.seal }
  const contentOf = async (row: SharedRow | undefined) =>
    row?.parts.journal === undefined
      ? undefined
      : await ring.opening((keys) => readContent(keys, row))
  let [journal, ledger, lock]: [Journal?, Ledger?, SharedLock?] = []
  return {
    ...{ engine, clock, ring, rows, store },
    // What a good token takes is loaded at once, and each of these where it is asked for.
    get holder() {
      return options.holder
    },
    get journal() {
      return (journal ??= openSharedJournal({ ...base, ...sealing, aside }))
    },
    get ledger() {
      return (ledger ??= openSharedLedger({
        engine,
        clock,
        ...sealing,
        forgetKeys: ring.forget,
        time,
      }))
    },
    get lock() {
      return (lock ??= openSharedLock({
        ...{ engine, time, holds, holder: options.holder },
        look: async (id) => {
          const row = await rows.read(id)
          const asRead = { ...base, rows: { read: async () => row } }
          return {
            generation: row?.generation ?? 0,
            journal: await contentOf(row),
            doubt: async () => await findDoubt(asRead, id),
          }
        },
        doubt: async (id) => await findDoubt(base, id),
      }))
    },
    isPending: async (id) => (await rows.peek(id))?.parts.journal !== undefined,
    doubt: async (id, life) => {
      const incarnation = async () => life ?? (await engine.lifeSeen())
      return await findDoubt({ ...base, rows: { read: rows.peek }, engine: { incarnation } }, id)
    },
    accept: async (id) => {
      const life = await engine.incarnation()
      let accepted: { readonly birth: string; readonly generation: number } | undefined
      const changed = await rows.change(id, async (row, keys) => {
        const opened = row && openRecord(keys, row)
        if (row === undefined || opened === undefined) return undefined
        const { birth } = readStamp(opened.incarnation)
        const { generation, text } = opened
        accepted = { birth, generation }
        const target = { ...row, incarnation: writeStamp({ life, birth }) }
        return { parts: sealRow(keys, target, { record: { generation, text } }) }
      })
      if (changed.state !== 'written' || accepted === undefined) {
        throw new ToknError('not_found', words.fleet.rowIsGone())
      }
      witness?.accept(id, accepted.birth, accepted.generation)
      return accepted.generation
    },
  }
}

/** That of one store: a session that is moved to another one is counted there by another clock. */
function memoryOf(engine: Pick<SharedEngine, 'describe'>, { files, directory }: Memory): Memory {
  const place = createHash('sha256').update(engine.describe()).digest('hex').slice(0, 16)
  return { files, directory: join(directory, place) }
}
