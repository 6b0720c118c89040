import { randomBytes } from 'node:crypto'
import { ToknError } from '../../core/errors.ts'
import type { RowChange, RowCondition, RowWritten, SharedRow } from '../../core/shared-engine.ts'
import { words } from '../../messages/words.ts'
import type { Gateway } from './gateway.ts'
import { ordered, type Layout } from './layout.ts'
import { emptyState, mismatch, readRow, readState, stateRanges, type State } from './row-state.ts'
import * as wire from './wire.ts'

/** Wishes that are looked through for what a row says of them; of more it says nothing. */
const fewWishes = 100
/** Rows that are guessed at when they are written: those that somebody works on. */
const mostSeen = 200
/** Attempts where others write the same row all the time. */
const attempts = 30

/** What a row was looked for by. */
type Asked = Partial<Pick<SharedRow, 'id' | 'name'>>

type Failed = Extract<RowWritten, { readonly failed: unknown }>

export interface Rows {
  read(id: string): Promise<SharedRow | undefined>
  find(name: string): Promise<SharedRow | undefined>
  write(id: string, change: RowChange): Promise<RowWritten>
  remove(id: string, when: RowCondition): Promise<boolean>
}

export function openRows({ ask, now }: Pick<Gateway, 'ask' | 'now'>, keys: Layout): Rows {
  /** What this process has last seen of rows: a guess that each transaction compares. */
  const seen = new Map<string, State>()
  const remember = (id: string, state: State) => {
    seen.delete(id)
    seen.set(id, state)
    const [oldest] = seen.keys()
    if (seen.size > mostSeen && oldest !== undefined) seen.delete(oldest)
  }
  return { read, find, write, remove }

  async function read(id: string): Promise<SharedRow | undefined> {
    return await look(keys.row(id), { id })
  }

  async function find(name: string): Promise<SharedRow | undefined> {
    const row = await look(keys.named(name), { name })
    if (row?.parts.journal === undefined) return row
    // A refresh under way, or one that was cut off, is with the id alone.
    return await look(keys.row(row.id), { id: row.id, name })
  }

  /** The row below `prefix`, and whether somebody wishes for a newer one, in one request. */
  async function look(prefix: string, asked: Asked): Promise<SharedRow | undefined> {
    const wishes = { ...wire.allBelow(keys.wishes), keys_only: true, limit: String(fewWishes) }
    const success = [wire.getting(wire.allBelow(prefix)), wire.getting(wishes)]
    const { answer } = await ask('/v3/kv/txn', { success })
    const [found = [], wished = []] = wire.rangesOf(answer)
    const row = rowOf(found, prefix, asked)
    if (row === undefined) return undefined
    const from = keys.wishesFor(row.id)
    const least = from + ordered(row.generation)
    const isWished = wished.some(({ key }) => key.startsWith(from) && key >= least)
    if (!isWished && wished.length === fewWishes) return row
    return { ...row, wished: isWished }
  }

  /** `asked` counts, whatever is kept there: parts of another row do not verify. */
  function rowOf(
    values: readonly wire.KeyValue[],
    prefix: string,
    asked: Asked,
  ): SharedRow | undefined {
    const found = readRow(values, prefix)
    if (found === undefined) return undefined
    const { text, parts } = found
    const head = { ...found.head, ...asked }
    remember(head.id, { ...emptyState, head, text, isWhole: false })
    const { id, name, generation, version } = head
    return { id, name, version, generation, parts, now: now() }
  }

  async function write(id: string, change: RowChange): Promise<RowWritten> {
    const version = randomBytes(12).toString('base64url')
    const failed = await attempt(id, change, change.when, async (state) => {
      const name = change.name ?? state.head?.name
      if (name === undefined) return undefined
      const generation = change.generation ?? state.head?.generation ?? 0
      const parts = Object.entries(change.parts ?? {}).filter(([, text]) => text !== undefined)
      const given = new Map(parts) as ReadonlyMap<string, string | null>
      const journal = given.has('journal') ? given.get('journal') !== null : state.head?.journal
      const head = { id, name, generation, version, ...(journal === true ? { journal } : {}) }
      const isRenamed = state.head !== undefined && state.head.name !== name
      const old = state.head === undefined || !isRenamed ? [] : await partsOf(id)
      const copied = new Map<string, string | null>([...old, ...given])
      const put = (prefix: string, texts: ReadonlyMap<string, string | null>) => [
        wire.putting(`${prefix}head`, JSON.stringify(head)),
        ...[...texts].map(([part, text]) =>
          text === null
            ? wire.deleting(wire.one(prefix + part))
            : wire.putting(prefix + part, text),
        ),
      ]
      copied.delete('journal')
      const success = [
        ...put(keys.row(id), given),
        ...(isRenamed ? [wire.deleting(wire.allBelow(keys.named(state.head.name)))] : []),
        ...put(keys.named(name), copied),
        wire.putting(keys.change(id), String(generation)),
      ]
      const isNew = state.head === undefined || isRenamed
      const compare = isNew ? [wire.isValue(`${keys.named(name)}head`, undefined)] : []
      return { success, compare, head }
    })
    return failed ?? { written: version }
  }

  async function partsOf(id: string): Promise<ReadonlyArray<readonly [string, string]>> {
    const { answer } = await ask('/v3/kv/range', wire.allBelow(keys.row(id)))
    return wire
      .valuesOf(answer)
      .filter(({ key }) => !key.endsWith(' head'))
      .map(({ key, value }) => [key.slice(key.lastIndexOf(' ') + 1), value])
  }

  async function remove(id: string, when: RowCondition): Promise<boolean> {
    const failed = await attempt(id, {}, when, async ({ head }) =>
      head === undefined
        ? undefined
        : {
            success: [
              wire.deleting(wire.allBelow(keys.row(id))),
              wire.deleting(wire.allBelow(keys.named(head.name))),
              wire.deleting(wire.allBelow(keys.wishesFor(id))),
              wire.deleting(wire.one(keys.change(id))),
            ],
            compare: [],
            head: undefined,
          },
    )
    return failed === undefined
  }

  /** Why nothing was written, if so. */
  async function attempt(
    id: string,
    change: Pick<RowChange, 'name'>,
    when: RowCondition,
    plan: (state: State) => Promise<Plan | undefined>,
  ): Promise<Failed | undefined> {
    const name = change.name
    let state = seen.get(id)
    for (let count = 0; count < attempts; count++) {
      if (
        state === undefined ||
        (!state.isWhole && mismatch(state, when, id, name) !== undefined)
      ) {
        state = await lookAgain(id, name)
      }
      const failed = mismatch(state, when, id, name)
      if (failed !== undefined) return { failed }
      const planned = await plan(state)
      if (planned === undefined) return { failed: 'version' }
      const { answer, repeated } = await ask('/v3/kv/txn', {
        compare: [...comparisons(id, state, when), ...planned.compare],
        success: planned.success,
        failure: stateRanges(keys, id, name),
      })
      if (wire.hasSucceeded(answer)) {
        const { head } = planned
        if (head === undefined) seen.delete(id)
        else remember(id, { ...emptyState, head, text: JSON.stringify(head), isWhole: false })
        return undefined
      }
      state = readState(answer)
      // An attempt whose answer was lost has been carried out after all.
      const isDone =
        planned.head === undefined
          ? repeated && state.head === undefined
          : state.head?.version === planned.head.version
      if (isDone) return undefined
    }
    throw new ToknError('network', words.etcd.contended())
  }

  async function lookAgain(id: string, name: string | undefined): Promise<State> {
    const { answer } = await ask('/v3/kv/txn', { success: stateRanges(keys, id, name) })
    return readState(answer)
  }

  function comparisons(id: string, state: State, when: RowCondition): readonly wire.Answer[] {
    return [
      wire.isValue(`${keys.row(id)}head`, state.text),
      ...(when.fence === undefined
        ? []
        : [wire.isValue(keys.fence(`session:${id}`), String(when.fence))]),
      ...(when.keys === undefined
        ? []
        : [wire.isValue(keys.documentVersion('keys'), when.keys === '' ? undefined : when.keys)]),
    ]
  }
}

interface Plan {
  readonly success: readonly wire.Answer[]
  readonly compare: readonly wire.Answer[]
  /** What is there afterwards. */
  readonly head: State['head']
}
