import { isToknError, ToknError } from '../../core/errors.ts'
import type { Journal, JournalEntry, JournalSlot } from '../../core/ports.ts'
import type { Seal } from '../../core/seal.ts'
import type { SharedEngine, SharedRow } from '../../core/shared-engine.ts'
import { words } from '../../messages/words.ts'
import { superseded } from '../entry.ts'
import type { EngineClock } from './engine-clock.ts'
import type { Holds } from './hold.ts'
import { contentOf, generationOf, readContent, sealContent } from './journal-content.ts'
import type { KeyRing } from './key-ring.ts'
import type { Persistence } from './persistence.ts'
import type { Rows } from './rows.ts'
import { checkMayBegin, type StoreKeys } from './store-keys.ts'
import type { Witness } from './witness.ts'

export interface SharedJournalOptions {
  readonly engine: Pick<SharedEngine, 'list' | 'kind'>
  readonly clock: Pick<EngineClock, 'isApart' | 'toLocal' | 'toEngine'>
  readonly seal: Seal
  readonly sealingKey: () => Promise<Uint8Array>
  readonly rows: Rows
  readonly ring: KeyRing
  readonly holds: Holds
  readonly persistence: Persistence
  readonly witness?: Witness | undefined
  /** Where an answer goes on this machine while the engine is not reached; absent: nowhere. */
  readonly aside?: (() => Promise<Journal>) | undefined
}

/** What `make` gets: the row, what is in its journal, and the keys that have opened it. */
type Next = (row: SharedRow, content: JournalEntry | undefined, keys: StoreKeys) => Wanted

/** The next content; `undefined` for one that is there already, `null` to remove it. */
type Wanted = JournalEntry | null | undefined

interface Conditions {
  /** What is written announces that something is going to be spent. */
  readonly begins?: boolean
  readonly fence?: number | undefined
  readonly generation?: number | undefined
}

const pageSize = 200

/**
 * The journal in the row of a session. An intent is written by who has the lease, and for the
 * generation that is stored. An answer is information: it is written whoever has the lease by now, as
 * long as that generation is the one that it was asked for with.
 */
export function openSharedJournal(options: SharedJournalOptions): Journal {
  const { engine, clock, seal, sealingKey, rows, ring, holds, persistence } = options
  const { witness, aside } = options
  return {
    reserve: async (entry) => openSlot(entry, undefined),
    resume: async (entry) => openSlot(entry, await read(entry)),
    read: async (entry) => {
      const content = await read(entry)
      return content && (await toLocal(entry, content))
    },
    remove: async (entry) => {
      const id = idOf(entry)
      const fence = holds.get(id)?.fence
      witness?.retract(id)
      // One that was overtaken leaves what is there to its successor.
      await change(id, () => null, { fence })
      await (await aside?.())?.remove(entry)
    },
    list: async (prefix = '') => {
      const found: string[] = []
      for (let after: string | undefined; ;) {
        const page = await engine.list(after, pageSize)
        const pending = page.filter(({ parts }) => parts.journal !== undefined)
        found.push(...pending.map(({ id }) => `${engine.kind}:${id}`))
        after = page.at(-1)?.id
        if (page.length < pageSize) return found.filter((entry) => entry.startsWith(prefix))
      }
    },
  }

  async function read(entry: string): Promise<JournalEntry | undefined> {
    const id = idOf(entry)
    const row = await rows.read(id)
    const content =
      row?.parts.journal === undefined
        ? undefined
        : await ring.opening((keys) => readContent(keys, row))
    if (content !== undefined && content.answers.length > 0) return content
    const kept = await (await aside?.())?.read(entry)
    const isNext = kept !== undefined && generationOf(kept.intent) === (row?.generation ?? 0) + 1
    return isNext && kept.answers.length > 0 ? kept : content
  }

  function openSlot(entry: string, before: JournalEntry | undefined): JournalSlot {
    const id = idOf(entry)
    let own = before
    const note = (content: JournalEntry | undefined) => {
      own = content
      const hold = holds.get(id)
      if (hold !== undefined) hold.journal = content
    }
    note(before)
    return {
      intend: async (given) => {
        const intent = await clock.toEngine(given)
        const next = contentOf(intent, own?.answers ?? [], own?.record)
        const generation = generationOf(intent) - 1
        const hold = holds.get(id)
        const conditions = { begins: true, fence: hold?.fence, generation }
        if ((await change(id, () => next, conditions)) !== 'done') throw lockLost()
        note(next)
        witness?.intend(id, generation + 1)
      },
      answer: async (given) => {
        if (own === undefined) throw new Error('an answer has an intent before it')
        const sealed = await reseal(entry, given, clock.toEngine)
        const kept = contentOf(own.intent, [...own.answers, sealed], own.record)
        note(kept)
        await keep(entry, kept, (content) =>
          content === undefined
            ? kept
            : // Of another who has taken over: both of them count.
              contentOf(content.intent, added(content.answers, sealed), content.record),
        )
      },
      record: async (given) => {
        if (own === undefined) throw new Error('a record has an intent before it')
        const sealed = await reseal(entry, given, clock.toEngine)
        const kept = contentOf(own.intent, own.answers, sealed)
        note(kept)
        await keep(entry, kept, (content) =>
          contentOf(content?.intent ?? kept.intent, content?.answers ?? kept.answers, sealed),
        )
      },
      remove: async () => {
        const mine = own
        note(undefined)
        witness?.retract(id)
        // What another has written besides is not ours to take away: it may be an answer.
        await change(id, (_, content) => (isEqual(content, mine) ? null : undefined), {})
        await (await aside?.())?.remove(entry)
      },
    }
  }

  async function toLocal(entry: string, content: JournalEntry): Promise<JournalEntry> {
    const { intent, answers, record } = content
    return contentOf(
      await clock.toLocal(intent),
      await Promise.all(answers.map((one) => reseal(entry, one, clock.toLocal))),
      record && (await reseal(entry, record, clock.toLocal)),
    )
  }

  /** What is sealed, with its instants by the other clock. */
  async function reseal(
    entry: string,
    sealed: string,
    convert: (text: string) => Promise<string>,
  ): Promise<string> {
    if (!clock.isApart()) return sealed
    const key = await sealingKey()
    try {
      return await seal.seal(await convert(await seal.open(sealed, key, entry)), key, entry)
    } catch (error) {
      // Sealed under a key that is gone: nobody reads it.
      if (isToknError(error, 'store')) return sealed
      throw error
    }
  }

  /** Writes what cannot be had again, as long as its generation is the next one. */
  async function keep(
    entry: string,
    own: JournalEntry,
    merge: (content: JournalEntry | undefined) => JournalEntry,
  ): Promise<void> {
    const id = idOf(entry)
    const generation = generationOf(own.intent) - 1
    let outside = false
    const done = await persistence
      .persist(async () => {
        try {
          return await change(id, (_, content) => merge(content), { generation })
        } catch (error) {
          if (!outside && isToknError(error, 'network')) {
            outside = await keepAside(entry, own)
          }
          throw error
        }
      })
      .catch((error: unknown) => {
        if (!isToknError(error, 'network')) throw error
        if (outside) return 'aside' as const
        throw new ToknError('store', error.message, { ...error.details, cause: error })
      })
    if (done === 'aside') return
    if (done !== 'done') throw superseded()
    if (outside) await (await aside?.())?.remove(entry)
  }

  /** Whether this machine has it now. */
  async function keepAside(
    entry: string,
    { intent, answers, record }: JournalEntry,
  ): Promise<boolean> {
    const slot = await (await aside?.())?.reserve(entry)
    await slot?.intend(intent)
    for (const answer of answers) await slot?.answer(answer)
    if (record !== undefined) await slot?.record(record)
    return slot !== undefined
  }

  async function change(
    id: string,
    next: Next,
    { begins = false, fence, generation }: Conditions,
  ): Promise<'done' | 'overtaken'> {
    const when = {
      ...(fence === undefined ? {} : { fence }),
      ...(generation === undefined ? {} : { generation }),
    }
    const changed = await rows.change(id, async (row, keys) => {
      if (row === undefined) return undefined
      const content = readable(keys, row)
      const wanted = next(row, content, keys)
      if (wanted === undefined || isSame(wanted, row, content)) return undefined
      if (begins) checkMayBegin(keys)
      const journal = wanted === null ? null : sealContent(keys, row, wanted)
      return { parts: { journal }, when }
    })
    if (changed.state === 'fence' || changed.state === 'generation') return 'overtaken'
    const stale = generation !== undefined && changed.row?.generation !== generation
    return stale ? 'overtaken' : 'done'
  }
}

/** One that cannot be opened is of no use to anybody, and may be replaced. */
function readable(keys: StoreKeys, row: SharedRow): JournalEntry | undefined {
  try {
    return readContent(keys, row)
  } catch (error) {
    if (isToknError(error, 'store')) return undefined
    throw error
  }
}

function isSame(wanted: JournalEntry | null, row: SharedRow, content: JournalEntry | undefined) {
  if (wanted === null) return row.parts.journal === undefined
  return JSON.stringify(wanted) === JSON.stringify(content)
}

function isEqual(one: JournalEntry | undefined, other: JournalEntry | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

function added(answers: readonly string[], sealed: string): readonly string[] {
  return answers.includes(sealed) ? answers : [...answers, sealed]
}

function lockLost(): ToknError {
  return new ToknError('busy', words.refresh.lockLost(), { sent: false, fault: 'overtaken' })
}

function idOf(entry: string): string {
  return entry.slice(entry.indexOf(':') + 1)
}
