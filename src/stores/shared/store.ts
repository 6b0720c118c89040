import { isToknError, ToknError } from '../../core/errors.ts'
import { canonical, isObject } from '../../core/json.ts'
import type { Store } from '../../core/ports.ts'
import type { SharedEngine, SharedRow } from '../../core/shared-engine.ts'
import { checkId, checkText, superseded } from '../entry.ts'
import { isAnother } from './birth.ts'
import { openRecord, sealRow, sealingKey, type OpenedRecord } from './codec.ts'
import type { EngineClock } from './engine-clock.ts'
import type { Holds } from './hold.ts'
import type { KeyRing } from './key-ring.ts'
import type { Persistence } from './persistence.ts'
import type { Rows } from './rows.ts'
import { newBirth, readStamp, writeStamp } from './stamp.ts'
import { checkMayWrite, type StoreKeys } from './store-keys.ts'
import type { Witness } from './witness.ts'

export interface SharedStoreOptions {
  readonly engine: SharedEngine
  readonly clock: Pick<EngineClock, 'toLocal' | 'toEngine'>
  readonly rows: Rows
  readonly ring: KeyRing
  readonly holds: Holds
  readonly persistence: Persistence
  readonly witness?: Witness | undefined
  /** How a session is called that has no row so far. */
  nameOf(id: string): string
}

/** The rows of an engine as a store: what one generation is, no earlier one replaces. */
export function openSharedStore(options: SharedStoreOptions): Store {
  const { engine, clock, rows, ring, holds, persistence, witness, nameOf } = options
  // Of what was read last: whoever writes the same generation again changes that, and nothing else.
  const known = new Map<string, Pick<OpenedRecord, 'generation' | 'incarnation'>>()
  let prepared: Promise<void> | undefined
  return {
    kind: engine.kind,
    describe: () => engine.describe(),
    read: async (id) => {
      checkId(id)
      const row = await rows.take(id)
      known.delete(id)
      if (row === undefined) return undefined
      const opened = await ring
        .opening((keys) => openRecord(keys, row))
        .catch((error: unknown) => {
          throw withGeneration(error, row)
        })
      if (opened !== undefined) {
        look(id, opened)
        const { generation, incarnation } = opened
        known.set(id, { generation, incarnation })
      }
      return opened && (await clock.toLocal(opened.text))
    },
    write: async (id, generation, text, about) => {
      checkId(id)
      checkText(text)
      await persistence.persist(async () => {
        const kept = about === undefined ? undefined : await clock.toEngine(about)
        await write(id, generation, await clock.toEngine(text), kept)
      })
    },
    remove: async (id) => {
      checkId(id)
      // Whoever may not write what counts may not take it away either.
      await ring.opening((keys) => checkMayWrite(keys, engine.describe()))
      const fence = holds.get(id)?.fence
      const removed = await engine.remove(id, fence === undefined ? {} : { fence })
      // Of whoever has it by now this machine knows what it knew.
      if (removed || fence === undefined) witness?.forget(id)
      return removed
    },
    list: async () => {
      const ids: string[] = []
      const { allRows } = await import('./pages.ts')
      for await (const { id, parts } of allRows(engine, [])) {
        if (parts.record !== undefined) ids.push(id)
      }
      return ids
    },
    sealingKey: async () => {
      prepared ??= engine.prepare()
      prepared.catch(() => (prepared = undefined))
      await prepared
      return sealingKey((await ring.writing()).keys)
    },
  }

  /** Remembers how far it has come. */
  function look(id: string, { incarnation, generation }: OpenedRecord): void {
    witness?.see(id, readStamp(incarnation).birth, generation)
  }

  async function write(
    id: string,
    generation: number,
    text: string,
    about: string | undefined,
  ): Promise<void> {
    const life = await engine.incarnation()
    let fresh: string | undefined
    const { fence, birth: begun } = holds.get(id) ?? {}
    const last = known.get(id)
    const changed = last?.generation === generation ? readStamp(last.incarnation).birth : undefined
    const began = begun ?? changed
    const made = await rows.change(id, async (row, keys) => {
      const stored = row === undefined ? undefined : readable(keys, row)
      const before = row?.generation ?? 0
      if (before > generation) throw superseded()
      // It was removed since, and may have been made anew: these tokens are none of that session.
      const isKnown = row?.parts.record === undefined || stored !== undefined
      const found = stored === undefined ? '' : readStamp(stored.incarnation).birth
      if (isKnown && isAnother(began, found)) throw superseded()
      const again = before === generation && stored !== undefined
      if (again && isSame(stored.text, text) && about === undefined) return undefined
      // Tokens of the same generation that another got: whoever was first has it.
      if (again && !hasSameTokens(stored.text, text)) throw superseded()
      const name = row?.name ?? nameOf(id)
      // A refresh has begun a journal before it, and a login has not: that is another session.
      const goes = stored !== undefined && (again || row?.parts.journal !== undefined)
      const birth = goes
        ? found
        : (fresh ??= newBirth(await engine.now(), found, witness?.seen(id)?.birth))
      // The tokens are of the life in which they came, however often they are written again.
      const incarnation = again ? stored.incarnation : writeStamp({ life, birth })
      const target = { id, name, parts: row?.parts ?? {}, incarnation }
      const parts = sealRow(keys, target, { index: about, record: { generation, text } })
      // What was under way for an earlier generation has come to its end with this one.
      const journal =
        before < generation && row?.parts.journal !== undefined ? { journal: null } : {}
      return {
        ...(row === undefined ? { name } : {}),
        generation,
        parts: { ...parts, ...journal },
        when: again && fence !== undefined ? { fence } : { generation: before },
      }
    })
    if (made.state === 'fence' || made.state === 'generation') throw superseded()
    const { row } = made
    const opened = row && (await ring.opening((keys) => openRecord(keys, row)))
    if (opened !== undefined) look(id, opened)
  }
}

/** A record that cannot be read may be replaced, as a login does. */
function readable(keys: StoreKeys, row: SharedRow): OpenedRecord | undefined {
  try {
    return openRecord(keys, row)
  } catch (error) {
    if (isToknError(error) && error.details.fault === 'damaged') return undefined
    throw error
  }
}

/** Who replaces what cannot be read has to make a later generation all the same. */
function withGeneration(error: unknown, { generation }: SharedRow): unknown {
  if (!isToknError(error, 'store')) return error
  return new ToknError(error.code, error.message, { ...error.details, generation, cause: error })
}

function isSame(one: string, other: string): boolean {
  return one === other || canonical(JSON.parse(one)) === canonical(JSON.parse(other))
}

function hasSameTokens(one: string, other: string): boolean {
  return canonical(tokensOf(one)) === canonical(tokensOf(other))
}

/** Of a session that has moved, the move too: of two, one alone counts. */
function tokensOf(text: string): readonly unknown[] {
  const value: unknown = JSON.parse(text)
  if (!isObject(value)) return []
  const { access, refresh, context } = value
  return [access, refresh, isObject(context) ? (context['tokn_move'] ?? null) : null]
}
