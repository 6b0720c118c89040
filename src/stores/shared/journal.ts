import { isToknError, ToknError } from '../../core/errors.ts'
import type { Journal, JournalEntry, JournalSlot } from '../../core/ports.ts'
import type { SharedEngine, SharedRow } from '../../core/shared-engine.ts'
import { words } from '../../messages/words.ts'
import { superseded } from '../entry.ts'
import type { Holds } from './hold.ts'
import { birthIn, isAnother } from './birth.ts'
import { contentOf, generationOf, hasMore, readContent, sealContent } from './journal-content.ts'
import { forgetAside, keepAside } from './journal-aside.ts'
import { openResealing, type ResealingOptions } from './journal-clock.ts'
import type { KeyRing } from './key-ring.ts'
import type { Persistence } from './persistence.ts'
import type { Rows } from './rows.ts'
import { checkMayBegin, type StoreKeys } from './store-keys.ts'
import type { Witness } from './witness.ts'

export interface SharedJournalOptions extends ResealingOptions {
  readonly engine: Pick<SharedEngine, 'list' | 'kind' | 'describe'>
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

/** What is known of an entry; `stored`: what the row has of it. */
interface Looked {
  readonly row: SharedRow | undefined
  readonly content: JournalEntry | undefined
  readonly stored: JournalEntry | undefined
}

/**
 * The journal in the row of a session. An intent is written by who has the lease, and for the
 * generation that is stored. An answer is information: it is written whoever has the lease by now, as
 * long as that generation is the one that it was asked for with.
 */
export function openSharedJournal(options: SharedJournalOptions): Journal {
  const { engine, clock, rows, ring, holds, persistence, witness, aside } = options
  const { toLocal, reseal } = openResealing(options)
  // What was there, by what was given of it.
  const givenOf = new WeakMap<JournalEntry, Looked>()
  return {
    reserve: async (entry, given) => openSlot(entry, undefined, seenAs(given)?.stored),
    resume: async (entry, given) => {
      const seen = seenAs(given)
      const { row, content, stored } = await look(entry)
      if (hasMore(stored, [seen?.stored])) throw lockLost()
      // What another has ended meanwhile is nothing to go on with: its session may be gone, or another.
      if (content === undefined || hasMore(seen?.content, [content])) throw lockLost()
      const birth = row && (await ring.opening((keys) => birthIn(keys, row)))
      // What this machine alone had is there for all of them, before anything is built on it.
      if (content !== stored) await bring(entry, content)
      return openSlot(entry, content, seen?.stored, birth)
    },
    read: async (entry) => {
      const looked = await look(entry)
      if (looked.content === undefined) return undefined
      const { row, content } = looked
      const hold = holds.get(idOf(entry))
      // Whoever stores that record does so in the session that it is of.
      if (hold !== undefined && content.record !== undefined) {
        hold.birth = await ring.opening((keys) => birthIn(keys, row))
      }
      const local = await toLocal(entry, content)
      givenOf.set(local, looked)
      return local
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
      const { allRows } = await import('./pages.ts')
      for await (const { id, parts } of allRows(engine, [])) {
        if (parts.journal !== undefined) found.push(`${engine.kind}:${id}`)
      }
      return found.filter((entry) => entry.startsWith(prefix))
    },
  }

  function seenAs(given: JournalEntry | undefined): Looked | undefined {
    return given && givenOf.get(given)
  }

  async function look(entry: string): Promise<Looked> {
    const row = await rows.read(idOf(entry))
    const stored =
      row?.parts.journal === undefined
        ? undefined
        : await ring.opening((keys) => readContent(keys, row))
    if (stored !== undefined && stored.answers.length > 0) return { row, content: stored, stored }
    const kept = await (await aside?.())?.read(entry)
    const isNext = kept !== undefined && generationOf(kept.intent) === (row?.generation ?? 0) + 1
    return { row, content: isNext && kept.answers.length > 0 ? kept : stored, stored }
  }

  async function bring(entry: string, kept: JournalEntry): Promise<void> {
    const id = idOf(entry)
    const conditions = { fence: holds.get(id)?.fence, generation: generationOf(kept.intent) - 1 }
    const next: Next = (_, content) => {
      if (content !== undefined && content.answers.length > 0) throw lockLost()
      return kept
    }
    if ((await change(id, next, conditions)) !== 'done') throw lockLost()
  }

  /** `seen`: what was in the row for whoever decided to go on; `birth`: of whom `before` is. */
  function openSlot(
    entry: string,
    before: JournalEntry | undefined,
    seen: JournalEntry | undefined,
    birth?: string,
  ): JournalSlot {
    const id = idOf(entry)
    let own = before
    let of = birth
    const belong = (found: string | undefined) => {
      of = found
      const hold = holds.get(id)
      if (hold !== undefined) hold.birth = found
    }
    belong(birth)
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
        const write: Next = (row, content, keys) => {
          // An answer that came since is not to be had again, and may be all that is needed.
          if (hasMore(content, [seen, own])) throw lockLost()
          belong(birthIn(keys, row))
          return next
        }
        if ((await change(id, write, conditions)) !== 'done') throw lockLost()
        note(next)
        witness?.intend(id, generation + 1)
      },
      answer: async (given) => {
        if (own === undefined) throw new Error('an answer has an intent before it')
        const sealed = await reseal(entry, given)
        const kept = contentOf(own.intent, [...own.answers, sealed], own.record)
        note(kept)
        await keep(entry, kept, of, (content) =>
          content === undefined
            ? kept
            : // Of another who has taken over: both of them count.
              contentOf(content.intent, added(content.answers, sealed), content.record),
        )
      },
      record: async (given) => {
        if (own === undefined) throw new Error('a record has an intent before it')
        const sealed = await reseal(entry, given)
        const kept = contentOf(own.intent, own.answers, sealed)
        note(kept)
        await keep(entry, kept, of, (content) =>
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

  /** Writes what cannot be had again, as long as its generation is the next one. */
  async function keep(
    entry: string,
    own: JournalEntry,
    birth: string | undefined,
    merge: (content: JournalEntry | undefined) => JournalEntry,
  ): Promise<void> {
    const id = idOf(entry)
    const generation = generationOf(own.intent) - 1
    let outside = false
    const done = await persistence
      .persist(async () => {
        try {
          return await change(
            id,
            (row, content, keys) => {
              // Another login since: its tokens are none of these.
              if (isAnother(birth, birthIn(keys, row))) throw superseded()
              return merge(content)
            },
            { generation },
          )
        } catch (error) {
          if (!outside && isToknError(error, 'network')) {
            outside = await keepAside(aside, entry, own)
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
    if (outside) await forgetAside(aside, entry)
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
