import type { SharedEngine, SharedPart, SharedRow } from '../../core/shared-engine.ts'
import { listedName } from './listed-name.ts'

/** Rows of one answer: whole ones are of some KiB each. */
const pageSize = 500

/** The rows of an engine in the order of their ids, a page at a time, so that no more are held. */
export async function* allRows(
  engine: Pick<SharedEngine, 'list'>,
  parts?: readonly SharedPart[],
  size = pageSize,
): AsyncGenerator<SharedRow> {
  for (let after: string | undefined; ;) {
    const page = await engine.list(after, size, parts)
    yield* page
    after = page.at(-1)?.id
    if (after === undefined || page.length < size) return
  }
}

export type NamedRow = Pick<SharedRow, 'id' | 'name'>

/** Of at most so many rows that have a profile. */
export async function namesOf(
  engine: Pick<SharedEngine, 'list'>,
  most = Infinity,
): Promise<readonly NamedRow[]> {
  const found: NamedRow[] = []
  for await (const { id, name, parts } of allRows(engine, [], Math.min(most, pageSize))) {
    if (parts.profile !== undefined) found.push({ id, name: listedName(name) })
    if (found.length >= most) break
  }
  return found
}
