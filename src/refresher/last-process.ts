import { readlinkSync } from 'node:fs'
import { ToknError } from '../core/errors.ts'
import { words } from '../messages/words.ts'

const ending = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const
type Ending = (typeof ending)[number]

// PROC_PID_INIT_INO of the kernel's include/linux/proc_ns.h.
const ofTheMachine = 'pid:[4026531836]'

/**
 * Waits for `work`, which another process of ours does. That one outlives us, but not where our end
 * is the end of all: the first process of a container takes every other with it, and it ends when
 * what it started has ended. There, a signal that would end us waits until the work is done.
 */
export async function stayFor<Result>(work: Promise<Result>): Promise<Result> {
  if (!endsOthers()) return await work
  let received: Ending | undefined
  const handlers = ending.map((signal) => [signal, () => void (received ??= signal)] as const)
  for (const [signal, handler] of handlers) process.on(signal, handler)
  try {
    return await work
  } finally {
    for (const [signal, handler] of handlers) process.off(signal, handler)
    if (received !== undefined) endBy(received)
  }
}

/** Whether this is the first process of a container, or may be all that the first one waits for. */
export function endsOthers(): boolean {
  if (process.pid === 1) return true
  try {
    return readlinkSync('/proc/self/ns/pid') !== ofTheMachine
  } catch {
    // No Linux, or nothing to see: no containers, or the risk of a wait for nothing.
    return process.platform === 'linux'
  }
}

/** As the signal would have ended us; to the first process of a container its own do nothing. */
function endBy(signal: Ending): never {
  process.kill(process.pid, signal)
  throw new ToknError('interrupted', words.refresh.endedAfterRefresh(signal))
}
