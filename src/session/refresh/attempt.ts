import type { Session } from '../session.ts'
import { createHash } from 'node:crypto'
import { isToknError, type ToknError } from '../../core/errors.ts'
import { isObject } from '../../core/json.ts'
import type { JournalEntry, JournalSlot, Store } from '../../core/ports.ts'
import type { SessionRecord } from '../../core/record.ts'
import { entryOf } from '../stored-record.ts'
import { isPassing } from '../kept-reply.ts'
import { readAnswer, writeAnswer, type KeptAnswer } from './answers.ts'

/** One refresh as the journal follows it. */
export interface Attempt {
  /** Answers of an attempt that was cut off before it had stored what they gave. */
  readonly kept: readonly KeptAnswer[]
  /** What an attempt before this one wrote down to be remembered. */
  readonly facts: Intent['facts']
  /** Whether a request that spends these tokens went unanswered: then, or in this attempt. */
  lost(): boolean
  /** Why an answer is not in the journal, where one is not. */
  unkept(): ToknError | undefined
  /** Remembers that a request went unanswered; the intent alone says so to the next attempt. */
  noteLoss(): void
  /** Facts to remember should this attempt be cut off (ids that existed, a name to look for). */
  note(facts: Readonly<Record<string, unknown>>): void
  /** Makes an answer durable: after this nothing can be lost. Never throws: see `unkept`. */
  keep(answer: KeptAnswer): Promise<void>
  /** Makes the new record durable, where the store does not take it. Throws `store`. */
  park(record: string): Promise<void>
  finish(): void
}

interface Intent {
  readonly generation: number
  readonly at: number
  /** Digest of the token spent, so that an intent is known to be about these tokens. */
  readonly spent: string
  /** An attempt went before this one, of which no answer is known. */
  readonly again: boolean
  readonly facts: Readonly<Record<string, unknown>>
}

/**
 * Reserves room and records the intent, durably, before anything is spent; or goes on with an
 * attempt that got answers and was cut off. Throws `store`.
 */
export async function beginAttempt(
  session: Session,
  store: Store,
  record: SessionRecord,
): Promise<Attempt> {
  const { ports, profile } = session
  const entry = entryOf(profile)
  const journal = await ports.journal()
  const key = await store.sealingKey()
  const { seal } = await ports.seal()
  // Proves, while refusing is still free, that the answer can be sealed; and loads what that takes,
  // so that nothing stands between the answer and the disk.
  await seal('', key, entry)
  const left = await readAttempt(session, store, record)
  const kept = left?.kept ?? []
  const before = left?.intent
  let intent: Intent = {
    generation: record.generation + 1,
    at: before?.at ?? ports.clock.now(),
    spent: digest(record),
    again: before !== undefined && (kept.length === 0 || before.again),
    facts: before?.facts ?? {},
  }
  let unkept: ToknError | undefined
  const slot = kept.length > 0 ? journal.resume(entry) : reserve(before !== undefined)
  return {
    kept,
    facts: intent.facts,
    lost: () => intent.again,
    unkept: () => unkept,
    noteLoss: () => {
      intent = { ...intent, again: true }
    },
    note: (facts) => intend({ ...intent, facts: { ...intent.facts, ...facts } }),
    keep: async (answer) => {
      try {
        slot.answer(await seal(writeAnswer(answer), key, entry))
      } catch (error) {
        if (!isToknError(error, 'store')) throw error
        // The answer is in memory still, and the store is the place that is left for it.
        unkept = error
      }
    },
    park: async (text) => slot.record(await seal(text, key, entry)),
    finish: () => slot.remove(),
  }

  function intend(next: Intent): void {
    intent = next
    slot.intend(JSON.stringify(next))
  }

  function reserve(again: boolean): JournalSlot {
    const reserved = journal.reserve(entry)
    try {
      reserved.intend(JSON.stringify(intent))
    } catch (error) {
      if (!again) reserved.remove()
      throw error
    }
    return reserved
  }
}

/** What an earlier attempt to spend the very tokens of `record` has left; `undefined` without one. */
export async function readAttempt(
  session: Session,
  store: Store,
  record: SessionRecord,
): Promise<{ readonly intent: Intent; readonly kept: readonly KeptAnswer[] } | undefined> {
  const { ports, profile } = session
  const entry = (await ports.journal()).read(entryOf(profile))
  const intent = entry && readIntent(entry)
  if (entry === undefined || intent?.spent !== digest(record)) return undefined
  if (entry.answers.length === 0) return { intent, kept: [] }
  const key = await store.sealingKey()
  const { open } = await ports.seal()
  const kept: KeptAnswer[] = []
  for (const sealed of entry.answers) {
    try {
      const answer = readAnswer(await open(sealed, key, entryOf(profile)))
      // Nothing to go on with: what the provider said after it counts, or it is asked again.
      if (answer !== undefined && !isPassing(answer)) kept.push(answer)
    } catch (error) {
      // Sealed under a key that is gone: then it is an answer that was lost.
      if (!isToknError(error, 'store')) throw error
    }
  }
  return { intent, kept }
}

function readIntent(entry: JournalEntry): Intent | undefined {
  const value: unknown = JSON.parse(entry.intent)
  if (!isObject(value)) return undefined
  const { generation, at, spent, again, facts } = value
  if (typeof generation !== 'number' || typeof at !== 'number' || typeof spent !== 'string') {
    return undefined
  }
  return { generation, at, spent, again: again === true, facts: isObject(facts) ? facts : {} }
}

function digest(record: SessionRecord): string {
  const spent = (record.refresh ?? record.access).reveal()
  return createHash('sha256').update(spent).digest('hex')
}
