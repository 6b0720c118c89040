import type { Session } from '../session.ts'

/** Runs `work` with the locks of two entries held, taken in the same order by everybody. */
export async function lockedBoth<Result>(
  one: Session,
  other: Session,
  work: () => Promise<Result>,
): Promise<Result> {
  const [first, second] = one.entry < other.entry ? [one, other] : [other, one]
  return await first.locked(async () => await second.locked(work))
}
