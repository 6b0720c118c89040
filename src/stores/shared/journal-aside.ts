import { isKeepingFailure } from '../../core/errors.ts'
import type { Journal, JournalEntry } from '../../core/ports.ts'

type OpenAside = (() => Promise<Journal>) | undefined

/** Whether `aside`, the journal of this machine, has all of `entry` now; a machine may have no place for it. */
export async function keepAside(
  aside: OpenAside,
  entry: string,
  { intent, answers, record }: JournalEntry,
): Promise<boolean> {
  return await attempt(async () => {
    const slot = await (await aside?.())?.reserve(entry)
    await slot?.intend(intent)
    for (const answer of answers) await slot?.answer(answer)
    if (record !== undefined) await slot?.record(record)
    return slot !== undefined
  })
}

/** Of what all machines have by now, nothing has to be there: what stays is of no generation to come. */
export async function forgetAside(aside: OpenAside, entry: string): Promise<void> {
  await attempt(async () => {
    await (await aside?.())?.remove(entry)
    return true
  })
}

async function attempt(work: () => Promise<boolean>): Promise<boolean> {
  try {
    return await work()
  } catch (error) {
    if (!isKeepingFailure(error)) throw error
    return false
  }
}
