import type { SharedPart } from '../../core/shared-engine.ts'
import type { Row, Value } from './connection.ts'

const all = ['profile', 'record', 'journal', 'index'] as const satisfies SharedPart[]

/** See `SharedEngine.list`. `columnsWith`: what is read of a row, with these columns for its parts. */
export async function listRows(
  look: (text: string, ...values: readonly Value[]) => Promise<readonly Row[]>,
  columnsWith: (texts: string) => string,
  after: string | undefined,
  limit: number,
  wanted: readonly SharedPart[] = all,
): Promise<readonly Row[]> {
  // What is not asked for is not read either: long texts are kept apart from their rows.
  const texts = all.map((part) =>
    wanted.includes(part) ? `s.${part}` : `CASE WHEN s.${part} IS NOT NULL THEN '' END AS ${part}`,
  )
  // One condition that is always there, so that the rows are found by the index.
  const text = `SELECT ${columnsWith(texts.join(', '))} FROM tokn.session s
    WHERE s.id > $1 ORDER BY s.id LIMIT $2`
  return await look(text, after ?? '', limit)
}
