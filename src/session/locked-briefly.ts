import { isFailure } from '../core/errors.ts'
import type { Session } from './session.ts'
import { withLock } from './with-lock.ts'

/** How long the lock is waited for, in milliseconds: whoever has it writes what is newer. */
const patience = 200

/**
 * Runs `work`, which writes down what is only good to know, with the lock of the session held.
 * `undefined` where that could not be done: nothing fails for it. `tell` makes the warning out of the
 * reason; that another process has the lock is none.
 */
export async function lockedBriefly<Result>(
  { ports, entry }: Session,
  work: () => Promise<Result>,
  tell: (why: string) => string,
): Promise<Result | undefined> {
  try {
    return await withLock(ports, entry, work, patience)
  } catch (error) {
    if (!isFailure(error)) throw error
    if (error.code !== 'busy') ports.warn(tell(error.message))
    return undefined
  }
}
