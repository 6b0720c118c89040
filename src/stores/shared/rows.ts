import { ToknError } from '../../core/errors.ts'
import type {
  RowChange,
  RowCondition,
  SharedEngine,
  SharedPart,
  SharedRow,
} from '../../core/shared-engine.ts'
import type { SharedTime } from '../../core/shared-time.ts'
import { words } from '../../messages/words.ts'
import type { Holds } from './hold.ts'
import type { KeyRing } from './key-ring.ts'
import { checkMayWrite, type StoreKeys } from './store-keys.ts'

/** A change of a row that was read; version and keys are compared besides what it says. */
export interface WantedChange extends Omit<RowChange, 'when' | 'parts'> {
  readonly parts?: { readonly [part in SharedPart]?: string | null | undefined } | undefined
  readonly when?: Pick<RowCondition, 'fence' | 'generation'> | undefined
}

/** `left`: nothing was to be written. */
export type Changed =
  | { readonly state: 'written' | 'left'; readonly row: SharedRow | undefined }
  | { readonly state: 'fence' | 'generation'; readonly row?: undefined }

export interface Rows {
  /** Asks the engine, and remembers it for a moment. */
  read(id: string): Promise<SharedRow | undefined>
  /** What was offered, once, where that was a moment ago and nobody holds it; asks the engine otherwise. */
  take(id: string): Promise<SharedRow | undefined>
  /** A row that was read a moment ago, for who asks for it next. */
  offer(row: SharedRow): void
  /** The row as it was read last, if that was a moment ago; reads it otherwise, and offers it. */
  peek(id: string): Promise<SharedRow | undefined>
  /** Whether somebody wishes for more, as far as was told when the row was read last. */
  wished(id: string): boolean
  /**
   * Reads a row, and writes what `make` gives for it; once more wherever another was quicker. Throws
   * `busy` where that has no end, `store` where the name belongs to another session.
   */
  change(
    id: string,
    make: (row: SharedRow | undefined, keys: StoreKeys) => Promise<WantedChange | undefined>,
  ): Promise<Changed>
}

/** Milliseconds for which a row that was read is as good as one that is read now. */
const moment = 100

/** Another writer every time would be a machine gone mad. */
const mostTries = 50

interface Read {
  readonly row: SharedRow | undefined
  /** By `SharedTime.monotonic`. */
  readonly at: number
  isOffered: boolean
}

/**
 * The rows of an engine. Of a session that this process holds (`holds`) none is as good as one that is
 * read now: what was read before may be from before the lock.
 */
export function openRows(
  engine: SharedEngine,
  ring: KeyRing,
  time: SharedTime,
  holds: Pick<Holds, 'has'> = new Map(),
): Rows {
  const seen = new Map<string, Read>()
  const wished = new Set<string>()
  const note = (id: string, row: SharedRow | undefined, isOffered: boolean) => {
    const read = { row, isOffered, at: time.monotonic() }
    // Of a process that lives on, no more than the last moment is in memory.
    for (const [old, { at }] of seen) {
      if (read.at - at <= moment) break
      seen.delete(old)
    }
    seen.delete(id)
    seen.set(id, read)
    if (row?.wished === true) wished.add(id)
    else wished.delete(id)
  }
  const isNow = (id: string, read: Read | undefined): read is Read =>
    read !== undefined && !holds.has(id) && time.monotonic() - read.at <= moment

  async function read(id: string): Promise<SharedRow | undefined> {
    const row = await engine.read(id)
    note(id, row, seen.get(id)?.isOffered === true)
    return row
  }

  return {
    read,
    take: async (id) => {
      const found = seen.get(id)
      const isOffered = found?.isOffered === true
      if (found !== undefined) found.isOffered = false
      return isOffered && isNow(id, found) ? found.row : await read(id)
    },
    offer: (row) => void note(row.id, row, true),
    peek: async (id) => {
      const found = seen.get(id)
      if (isNow(id, found)) return found.row
      const row = await engine.read(id)
      note(id, row, true)
      return row
    },
    wished: (id) => wished.has(id),
    change: async (id, make) => {
      await ring.opening((keys) => checkMayWrite(keys, engine.describe()))
      for (let tries = 1; tries <= mostTries; tries++) {
        const [row, { keys, version }] = await Promise.all([read(id), ring.writing()])
        const change = await make(row, keys)
        if (change === undefined) return { state: 'left', row }
        const when = { ...change.when, version: row?.version, keys: version }
        const result = await engine.write(id, { ...change, parts: partsOf(change), when })
        if ('written' in result) {
          const written = rowAfter(id, row, change, result.written)
          note(id, written, false)
          return { state: 'written', row: written }
        }
        const { failed } = result
        if (failed === 'fence' || failed === 'generation') return { state: failed }
        if (failed === 'name') {
          throw new ToknError('store', words.fleet.nameTaken(change.name ?? row?.name ?? ''))
        }
        if (failed === 'keys') ring.forget()
        await time.wait(time.random() * Math.min(200, 10 * tries))
      }
      throw new ToknError('busy', words.fleet.tooManyWriters())
    },
  }
}

function partsOf({ parts = {} }: WantedChange): NonNullable<RowChange['parts']> {
  const named = Object.entries(parts).filter(
    (part): part is [string, string | null] => part[1] !== undefined,
  )
  return Object.fromEntries(named)
}

function rowAfter(
  id: string,
  before: SharedRow | undefined,
  change: WantedChange,
  version: string,
): SharedRow {
  const { name, generation } = change
  const all = { ...before?.parts, ...partsOf(change) }
  const kept = Object.entries(all).filter(([, text]) => text !== null)
  return {
    ...before,
    id,
    name: name ?? before?.name ?? '',
    version,
    generation: generation ?? before?.generation ?? 0,
    parts: Object.fromEntries(kept),
  }
}
