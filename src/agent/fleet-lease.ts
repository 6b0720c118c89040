import type { ActingLease, Fleet } from '../core/fleet.ts'

/** How often it is asked for by those that stand by, in milliseconds. */
const askedFor = 800

export interface Waiting {
  wait(duration: number): Promise<void>
  isOver(): boolean
  /** Another one acts, by what that one says of itself. */
  standsBy(holder: string): void
}

/** Waits until this is the one that acts; `undefined` where waiting is over before. Throws `network`, `store`. */
export async function takeActingLease(
  fleet: Pick<Fleet, 'takeActingLease'>,
  { wait, isOver, standsBy }: Waiting,
): Promise<ActingLease | undefined> {
  while (!isOver()) {
    const taken = await fleet.takeActingLease()
    if ('lost' in taken) return taken
    standsBy(taken.heldBy)
    await wait(Math.min(askedFor, taken.left + 20))
  }
  return undefined
}
