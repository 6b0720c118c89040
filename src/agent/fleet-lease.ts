import { EventEmitter, once } from 'node:events'
import { isToknError, type ToknError } from '../core/errors.ts'
import type { Fleet } from '../core/fleet.ts'

/** The lease of the one that acts, in milliseconds: so long does it stay where that one is gone. */
const ttl = 8_000

/** How often it is prolonged, and asked for by those that stand by, in milliseconds. */
const [renewed, askedFor] = [2_000, 800]

const name = 'refresher'

/** A lease that is held until it is lost or given back. */
export interface ActingLease {
  /** Resolves once it may be another's; with why it could not be prolonged, where it was not taken. */
  readonly lost: Promise<ToknError | undefined>
  /** Gives it back, where it is still ours. */
  release(): Promise<void>
}

export interface Waiting {
  /** Milliseconds by a clock that nobody can set. */
  elapsed(): number
  wait(duration: number): Promise<void>
  isOver(): boolean
  /** Another one acts, by what that one says of itself. */
  standsBy(holder: string): void
}

/** Waits until this is the one that acts; `undefined` where waiting is over before. Throws `network`, `store`. */
export async function takeActingLease(
  fleet: Fleet,
  { elapsed, wait, isOver, standsBy }: Waiting,
): Promise<ActingLease | undefined> {
  while (!isOver()) {
    const asked = elapsed()
    const taken = await fleet.takeLease(name, ttl)
    if ('fence' in taken) return keepLease(fleet, elapsed, taken.fence, asked)
    standsBy(taken.heldBy)
    await wait(Math.min(askedFor, taken.left + 20))
  }
  return undefined
}

function keepLease(fleet: Fleet, elapsed: () => number, fence: number, taken: number): ActingLease {
  const ending = new EventEmitter<{ lost: [] }>()
  let missed: ToknError | undefined
  const lost = once(ending, 'lost').then(() => missed)
  let sure = taken
  let asking = false
  const timer = setInterval(() => void renew(), renewed)
  return {
    lost,
    release: async () => {
      clearInterval(timer)
      await fleet.releaseLease(name, fence).catch(() => undefined)
    },
  }

  async function renew(): Promise<void> {
    // By our own clock, which does not ask anybody: it was ours for so long at least.
    if (elapsed() - sure >= ttl) return stop()
    if (asking) return
    asking = true
    const asked = elapsed()
    try {
      const isOurs = await fleet.renewLease(name, fence, ttl)
      missed = undefined
      if (isOurs) sure = asked
      else stop()
    } catch (error) {
      // It is asked again as long as it lasts.
      if (!isToknError(error)) throw error
      missed = error
    } finally {
      asking = false
    }
  }

  function stop(): void {
    clearInterval(timer)
    ending.emit('lost')
  }
}
