import type { RowCondition, RowWritten, SharedPart, SharedParts } from '../../core/shared-engine.ts'
import { partNames, type Layout } from './layout.ts'
import * as wire from './wire.ts'

/** What a row is, beside its parts. */
export interface Head {
  readonly id: string
  readonly name: string
  readonly generation: number
  /** The version: random, so that none comes again in a store that was set back. */
  readonly version: string
  /** Whether there is a journal with the id. */
  readonly journal?: boolean
}

/** What conditions are about, as it was at one moment. */
export interface State {
  readonly head: Head | undefined
  /** `head` as it is kept: what a transaction compares. */
  readonly text: string | undefined
  /** As it is kept. */
  readonly fence: string | undefined
  /** Version of the document `keys`. */
  readonly keys: string | undefined
  /** The id of the row with the name that is wanted. */
  readonly holder: string | undefined
  /** Whether all of it is known, or the row alone. */
  readonly isWhole: boolean
}

export const emptyState: State = {
  head: undefined,
  text: undefined,
  fence: undefined,
  keys: undefined,
  holder: undefined,
  isWhole: true,
}

function headOf(text: string): Head | undefined {
  const read = wire.objectOf(text)
  const { id, name, generation, version } = read
  if (typeof id !== 'string' || typeof name !== 'string') return undefined
  if (typeof generation !== 'number' || typeof version !== 'string') return undefined
  const journal = read['journal'] === true ? { journal: true } : {}
  return { id, name, generation, version, ...journal }
}

/** A row out of its keys, all of which begin with `prefix`; `undefined` where its head is not among them. */
export function readRow(
  values: readonly wire.KeyValue[],
  prefix: string,
): { readonly head: Head; readonly text: string; readonly parts: SharedParts } | undefined {
  const text = values.find(({ key }) => key === `${prefix}head`)?.value
  const head = text === undefined ? undefined : headOf(text)
  if (text === undefined || head === undefined) return undefined
  const parts: { [part in SharedPart]?: string } = head.journal ? { journal: '' } : {}
  for (const part of partNames) {
    const value = values.find(({ key }) => key === prefix + part)
    if (value !== undefined) parts[part] = value.value
  }
  return { head, text, parts }
}

/** The ranges that `readState` reads. */
export function stateRanges(
  keys: Layout,
  id: string,
  name: string | undefined,
): readonly wire.Answer[] {
  return [
    `${keys.row(id)}head`,
    keys.fence(`session:${id}`),
    keys.documentVersion('keys'),
    ...(name === undefined ? [] : [`${keys.named(name)}head`]),
  ].map((key) => wire.getting(wire.one(key)))
}

export function readState(answer: wire.Answer): State {
  const [[head] = [], [fence] = [], [keys] = [], [named] = []] = wire.rangesOf(answer)
  return {
    head: head === undefined ? undefined : headOf(head.value),
    text: head?.value,
    fence: fence?.value,
    keys: keys?.value,
    holder: named === undefined ? undefined : headOf(named.value)?.id,
    isWhole: true,
  }
}

/** What is not as `when` wants it; of a state that is not whole, of the row alone. */
export function mismatch(
  state: State,
  when: RowCondition,
  id: string,
  name: string | undefined,
): Extract<RowWritten, { readonly failed: unknown }>['failed'] | undefined {
  const { head, isWhole } = state
  if ('version' in when && when.version !== head?.version) return 'version'
  if (isWhole && when.fence !== undefined && String(when.fence) !== state.fence) return 'fence'
  if (when.generation !== undefined && when.generation !== (head?.generation ?? 0))
    return 'generation'
  if (isWhole && when.keys !== undefined && when.keys !== (state.keys ?? '')) return 'keys'
  const isTaken = isWhole && state.holder !== undefined && state.holder !== id
  if (isTaken && name !== head?.name) return 'name'
  return undefined
}
