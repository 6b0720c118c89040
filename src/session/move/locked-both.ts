import type { Session } from '../session.ts'

export interface Placed {
  readonly session: Session
  /** Of the store, where several of a kind are told apart by it. */
  readonly place: string
}

/** Runs `work` with the locks of two entries held, taken in the same order by everybody. */
export async function lockedBoth<Result>(
  one: Placed,
  other: Placed,
  work: () => Promise<Result>,
): Promise<Result> {
  const [first, second] = nameOf(one) < nameOf(other) ? [one, other] : [other, one]
  return await first.session.locked(async () => await second.session.locked(work))
}

function nameOf({ session, place }: Placed): string {
  return `${session.entry} ${place}`
}
