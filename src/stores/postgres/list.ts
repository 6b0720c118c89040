import type { SharedPart, Wished } from '../../core/shared-engine.ts'
import type { Row, Value } from './connection.ts'

type Look = (text: string, ...values: readonly Value[]) => Promise<readonly Row[]>

interface Reading {
  readonly look: Look
  /** What is read of a row, with these columns for its parts. */
  columnsWith(texts: string): string
  /** All that there are. */
  readonly parts: readonly SharedPart[]
}

/** See `SharedEngine.list`. */
export async function listRows(
  { look, columnsWith, parts }: Reading,
  after: string | undefined,
  limit: number,
  wanted: readonly SharedPart[] = parts,
): Promise<readonly Row[]> {
  // What is not asked for is not read either: long texts are kept apart from their rows.
  const texts = parts.map((part) =>
    wanted.includes(part) ? `s.${part}` : `CASE WHEN s.${part} IS NOT NULL THEN '' END AS ${part}`,
  )
  // One condition that is always there, so that the rows are found by the index.
  const text = `SELECT ${columnsWith(texts.join(', '))} FROM tokn.session s
    WHERE s.id > $1 ORDER BY s.id LIMIT $2`
  return await look(text, after ?? '', limit)
}

/** See `SharedEngine.wished`. */
export async function listWished(
  look: Look,
  after: string | undefined,
  limit: number,
): Promise<readonly Wished[]> {
  const text = `SELECT w.id, string_agg(w.generation::text, ' ') AS generations FROM tokn.wish w
    WHERE w.id > $1 GROUP BY w.id ORDER BY w.id LIMIT $2`
  return (await look(text, after ?? '', limit)).map(({ id, generations }) => ({
    id: id ?? '',
    generations: (generations ?? '').split(' ').map(Number),
  }))
}
