import type { Journal, JournalEntry } from '../../core/ports.ts'

/** Whether `aside`, the journal of this machine, has all of `entry` now. */
export async function keepAside(
  aside: Journal | undefined,
  entry: string,
  { intent, answers, record }: JournalEntry,
): Promise<boolean> {
  const slot = await aside?.reserve(entry)
  await slot?.intend(intent)
  for (const answer of answers) await slot?.answer(answer)
  if (record !== undefined) await slot?.record(record)
  return slot !== undefined
}
