import type { SharedPart, SharedRow, Wished } from '../../core/shared-engine.ts'
import type { Gateway } from './gateway.ts'
import { generationIn, nameIn, partNames, type Layout } from './layout.ts'
import { readRow } from './row-state.ts'
import * as wire from './wire.ts'

/** Whole rows of one answer: each may have four parts of 100 KiB. */
const rowsAtOnce = 40
/** Keys of one answer: more than are kept of one session. */
const wishesAtOnce = 500
/** Ranges of one transaction; an etcd takes 128 unless it is told otherwise. */
const rangesAtOnce = 120

type Asking = Pick<Gateway, 'ask' | 'now'>

/** See `SharedEngine.list`. */
export async function listRows(
  gateway: Asking,
  keys: Layout,
  after: string | undefined,
  limit: number,
  parts: readonly SharedPart[] = partNames,
): Promise<readonly SharedRow[]> {
  const from = after === undefined ? keys.rows : wire.after(keys.row(after))
  return partNames.every((part) => parts.includes(part))
    ? await listWhole(gateway, keys, from, limit)
    : await listParts(gateway, keys, from, limit, parts)
}

async function listWhole(
  { ask, now }: Asking,
  keys: Layout,
  first: string,
  limit: number,
): Promise<readonly SharedRow[]> {
  const rows: SharedRow[] = []
  for (let from = first; rows.length < limit;) {
    const most = Math.min(limit - rows.length, rowsAtOnce)
    const { found, last } = await askRange(ask, keys, from, most)
    for (const [prefix, values] of found) rows.push(rowOf(keys, values, prefix, now()))
    if (last === undefined) break
    from = wire.after(last)
  }
  return rows
}

/** First the keys alone, which say what there is; then of each row what is asked for. */
async function listParts(
  { ask, now }: Asking,
  keys: Layout,
  first: string,
  limit: number,
  parts: readonly SharedPart[],
): Promise<readonly SharedRow[]> {
  const spans = spansOf(parts)
  const together = Math.floor(rangesAtOnce / spans.length)
  const rows: SharedRow[] = []
  // Those that are removed in between are made up for.
  for (let from = first; rows.length < limit;) {
    const { found, last } = await askRange(ask, keys, from, limit - rows.length, true)
    const all = [...found]
    for (let at = 0; at < all.length; at += together) {
      await readSome(all.slice(at, at + together))
    }
    if (last === undefined) break
    from = wire.after(last)
  }
  return rows

  async function readSome(some: readonly Keys[]): Promise<void> {
    const success = some.flatMap(([prefix]) =>
      spans.map(([from, to]) => wire.getting(wire.between(prefix + from, `${prefix}${to}\0`))),
    )
    const ranges = wire.rangesOf((await ask('/v3/kv/txn', { success })).answer)
    for (const [index, [prefix, known]] of some.entries()) {
      const read = ranges.slice(index * spans.length, (index + 1) * spans.length).flat()
      const told = known.filter(({ key }) => !read.some((one) => one.key === key))
      const [was, is] = [known, read].map((some) => some.some(({ key }) => key === `${prefix}head`))
      // One that was removed in between is none.
      if (was === is) rows.push(rowOf(keys, [...read, ...told], prefix, now()))
    }
  }
}

/** What a row's keys begin with, and those that were found. */
type Keys = readonly [prefix: string, values: readonly wire.KeyValue[]]

/** The first keys of `limit` rows, by row, and the last of these where there are more. */
async function askRange(
  ask: Asking['ask'],
  keys: Layout,
  from: string,
  limit: number,
  keysOnly = false,
) {
  const most = limit * (partNames.length + 1)
  const { answer } = await ask('/v3/kv/range', {
    ...wire.between(from, wire.after(keys.rows)),
    limit: String(most),
    ...(keysOnly ? { keys_only: true } : {}),
  })
  const values = wire.valuesOf(answer)
  const found = new Map<string, wire.KeyValue[]>()
  const isCut = values.length >= most
  let isMore = isCut
  let next: string | undefined
  for (const value of values) {
    const prefix = value.key.slice(0, value.key.lastIndexOf(' ') + 1)
    const own = found.get(prefix)
    if (own !== undefined) own.push(value)
    // A server that gives what was not asked for would go on for ever.
    else if (value.key < from) continue
    // One that the limit has cut off, perhaps; most rows have not all parts, so that more come.
    else if (found.size === limit) [isMore, next] = [true, prefix]
    else found.set(prefix, [value])
  }
  const last = [...found].at(-1)
  // Of somebody who has put more keys below a row than it has, the next one pays for nothing.
  if (isCut && next === undefined && last !== undefined && found.size > 1 && !isWhole(last)) {
    found.delete(last[0])
  }
  return { found, last: isMore ? [...found.keys()].at(-1) : undefined }
}

function isWhole([prefix, values]: readonly [string, readonly wire.KeyValue[]]): boolean {
  return ['head', ...partNames].every((part) => values.some(({ key }) => key === prefix + part))
}

/** See `SharedEngine.wished`. */
export async function listWished(
  { ask }: Asking,
  keys: Layout,
  after: string | undefined,
  limit: number,
): Promise<readonly Wished[]> {
  const found = new Map<string, number[]>()
  // Behind all wishes for one session, however many somebody has put there.
  let from = after === undefined ? keys.wishes : wire.after(keys.wishesFor(after))
  while (found.size < limit) {
    const { answer } = await ask('/v3/kv/range', {
      ...wire.between(from, wire.after(keys.wishes)),
      ...{ keys_only: true, limit: String(wishesAtOnce) },
    })
    const values = wire.valuesOf(answer)
    for (const { key } of values) {
      const id = nameIn(key, keys.wishes)
      if (found.size === limit && !found.has(id)) break
      found.set(id, [...(found.get(id) ?? []), generationIn(key)])
    }
    const last = values.at(-1)?.key
    if (values.length < wishesAtOnce || last === undefined || last < from) break
    const id = nameIn(last, keys.wishes)
    const own = keys.wishesFor(id)
    const isWhole = nameIn(values[0]?.key ?? '', keys.wishes) === id
    // Those of the last one may have been cut off.
    if (!isWhole) found.delete(id)
    from = isWhole ? wire.after(own) : own
  }
  return [...found].map(([id, generations]) => ({ id, generations }))
}

/** The first and the last key of each range that has the head and these parts, and nothing else. */
function spansOf(parts: readonly SharedPart[]): ReadonlyArray<readonly [string, string]> {
  const spans: [string, string][] = [['head', 'head']]
  let isOpen = true
  for (const part of partNames) {
    const last = spans.at(-1)
    if (!parts.includes(part)) isOpen = false
    else if (isOpen && last !== undefined) last[1] = part
    else {
      spans.push([part, part])
      isOpen = true
    }
  }
  return spans
}

/** What is no row takes none of the others away: it is listed as one that does not verify. */
function rowOf(
  keys: Layout,
  values: readonly wire.KeyValue[],
  prefix: string,
  now: number,
): SharedRow {
  const id = nameIn(prefix, keys.rows)
  const found = readRow(values, prefix)
  if (found === undefined) {
    return { id, name: id, version: '', generation: 0, parts: { profile: '' }, now }
  }
  const { head, parts } = found
  const { name, generation, version } = head
  return { id, name, version, generation, parts, now }
}
