import type { Session } from './session.ts'

/**
 * Stores what a refresh got and could not store, which it has sealed: its tokens, or the replies that
 * they are in. Throws what the refresher throws; where the store still takes nothing, what was sealed
 * may stay so.
 */
export async function storeWhatIsSealed({ ports, profile, entry }: Session): Promise<void> {
  const left = await (await ports.journal()).read(entry)
  if (left === undefined || (left.record === undefined && left.answers.length === 0)) return
  await ports.refresher(profile, { reason: 'recovered', minTtl: 0 })
}

/** Whether a whole record is sealed, with all that is kept with a session. */
export async function isRecordSealed({ ports, entry }: Session): Promise<boolean> {
  return (await (await ports.journal()).read(entry))?.record !== undefined
}
