import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { ToknError } from '../core/errors.ts'
import type { Lock } from '../core/ports.ts'
import { words } from '../messages/words.ts'

/** The lock of what only this process has: one after the other. */
export function openOwnTurns(): () => Promise<Lock> {
  let last: Promise<unknown> = Promise.resolve()
  let fence = 0
  const take: Lock = async (_, patience) => {
    const before = last
    const turn = new AbortController()
    // Held by whoever comes before us, and then by us.
    last = Promise.all([before, once(turn.signal, 'abort')])
    const release = async () => turn.abort()
    if (await isSettled(before, patience)) {
      return { fence: ++fence, stillHeld: async () => !turn.signal.aborted, release }
    }
    await release()
    throw new ToknError('busy', words.ci.busy())
  }
  return async () => take
}

/** Whether something is done within `patience` milliseconds. */
async function isSettled(work: Promise<unknown>, patience: number): Promise<boolean> {
  const over = new AbortController()
  const late = delay(patience, false, { signal: over.signal }).catch(() => false)
  try {
    return await Promise.race([work.then(() => true), late])
  } finally {
    over.abort()
  }
}
