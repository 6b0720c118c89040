import { isObject, ownString } from '../../core/json.ts'
import type { JournalEntry } from '../../core/ports.ts'
import type { SharedRow } from '../../core/shared-engine.ts'
import { openJournal, sealJournal } from './codec.ts'
import type { StoreKeys } from './store-keys.ts'

/** What is in the journal of a row; `undefined` for none. Throws `store` where it is not trusted. */
export function readContent(keys: StoreKeys, row: SharedRow): JournalEntry | undefined {
  const opened = openJournal(keys, row)
  if (opened === undefined) return undefined
  const value: unknown = JSON.parse(opened.text)
  const intent = isObject(value) ? ownString(value, 'intent') : undefined
  if (!isObject(value) || intent === undefined) return undefined
  return contentOf(intent, textsOf(value['answers']), ownString(value, 'record'))
}

function textsOf(value: unknown): readonly string[] {
  const all: readonly unknown[] = Array.isArray(value) ? value : []
  return all.filter((one) => typeof one === 'string')
}

/** The text of a journal for a row, sealed. */
export function sealContent(keys: StoreKeys, row: SharedRow, content: JournalEntry): string {
  const { id, name, generation } = row
  return sealJournal(keys, { id, name, generation }, JSON.stringify(content))
}

/** Members in one order, so that equal ones have equal texts. */
export function contentOf(
  intent: string,
  answers: readonly string[],
  record?: string,
): JournalEntry {
  return { intent, answers, record }
}

/** Whether `content` has an answer, or a record, that is in none of `known`. */
export function hasMore(
  content: JournalEntry | undefined,
  known: ReadonlyArray<JournalEntry | undefined>,
): boolean {
  if (content === undefined) return false
  const answers = new Set(known.flatMap((one) => one?.answers ?? []))
  const isNew = content.record !== undefined && known.every((one) => one?.record !== content.record)
  return isNew || content.answers.some((answer) => !answers.has(answer))
}

/** The generation that an intent is to make; 0 for what is none. */
export function generationOf(intent: string): number {
  const value: unknown = JSON.parse(intent)
  const generation = isObject(value) ? value['generation'] : undefined
  return typeof generation === 'number' ? generation : 0
}
