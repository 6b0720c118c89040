import { ToknError } from '../../core/errors.ts'
import { words } from '../../messages/words.ts'
import { countAsBlocked } from './blocked-calls.ts'

const grace = 250

/** A call that did not end in time. */
export class NoAnswer extends Error {}

/**
 * The outcome of `work`, which blocks a thread of the pool, within `limit` milliseconds; throws
 * NoAnswer after that, having tried to end the call, since the process could not exit before.
 */
export async function withinLimit<Value>(work: Promise<Value>, limit: number): Promise<Value> {
  if (await endsWithin(work, limit)) return await work
  const { disconnect } = await import('./disconnect.ts')
  disconnect()
  if (!(await endsWithin(work, grace))) countAsBlocked(work)
  throw new NoAnswer()
}

async function endsWithin(work: Promise<unknown>, limit: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const expired = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), limit)
  })
  const ended = work.then(
    () => true,
    () => true,
  )
  try {
    return await Promise.race([ended, expired])
  } finally {
    clearTimeout(timer)
  }
}

/** The error that the user sees for a NoAnswer. */
export function noAnswer(limit: number): ToknError {
  return new ToknError('store', words.stores.keychainTooSlow(limit / 1_000))
}
