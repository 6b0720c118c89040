import { ToknError } from '../../core/errors.ts'
import type { SharedEngine, SharedPart, SharedRow, Wished } from '../../core/shared-engine.ts'
import { words } from '../../messages/words.ts'
import { listedName } from './listed-name.ts'

/** Rows of one answer: whole ones are of some KiB each. */
const pageSize = 500

type Listing = Pick<SharedEngine, 'list' | 'describe'>

/**
 * The rows of an engine in the order of their ids, a page at a time, so that no more are held. Throws
 * `store` where a page does not go on behind the one before: that would have no end.
 */
export async function* pagesOf(
  engine: Listing,
  parts?: readonly SharedPart[],
  size = pageSize,
): AsyncGenerator<readonly SharedRow[]> {
  for (let after: string | undefined; ;) {
    const page = await engine.list(after, size, parts)
    const last = page.at(-1)?.id
    if (after !== undefined && last !== undefined && !isBehind(last, after)) {
      throw new ToknError('store', words.fleet.pageAgain(engine.describe()))
    }
    yield page
    after = last
    if (after === undefined || page.length < size) return
  }
}

/** The same row by row. */
export async function* allRows(
  engine: Listing,
  parts?: readonly SharedPart[],
  size?: number,
): AsyncGenerator<SharedRow> {
  for await (const page of pagesOf(engine, parts, size)) yield* page
}

/** Engines compare bytes. */
function isBehind(id: string, other: string): boolean {
  return Buffer.compare(Buffer.from(id), Buffer.from(other)) > 0
}

/** The sessions of an engine that are wished for, a page at a time; throws as `pagesOf` does. */
export async function* allWished(
  engine: Pick<SharedEngine, 'wished' | 'describe'>,
  size = pageSize,
): AsyncGenerator<Wished> {
  const seen = new Set<string>()
  for (let after: string | undefined; ;) {
    const page = await engine.wished(after, size)
    // In an order that only the engine knows.
    if (page.some(({ id }) => seen.has(id))) {
      throw new ToknError('store', words.fleet.pageAgain(engine.describe()))
    }
    for (const { id } of page) seen.add(id)
    yield* page
    after = page.at(-1)?.id
    if (after === undefined || page.length < size) return
  }
}

export type NamedRow = Pick<SharedRow, 'id' | 'name'>

/** Of at most so many rows that have a profile. */
export async function namesOf(engine: Listing, most = Infinity): Promise<readonly NamedRow[]> {
  const found: NamedRow[] = []
  for await (const { id, name, parts } of allRows(engine, [], Math.min(most, pageSize))) {
    if (parts.profile !== undefined) found.push({ id, name: listedName(name) })
    if (found.length >= most) break
  }
  return found
}
