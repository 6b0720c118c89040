import { ToknError } from '../../../src/core/errors.ts'
import type { HeldLock, Lock } from '../../../src/core/ports.ts'
import type { SimulatedProcess } from './process.ts'
import type { World } from './world.ts'

interface Generation {
  readonly fence: number
  readonly holder: SimulatedProcess
  released: boolean
}

/** Milliseconds without a sign of life after which a holder that cannot be seen counts as dead. */
export const lease = 20_000

/** A lock per entry, as `Lock` promises it: a later holder has a higher fence. */
export class SimulatedLock {
  readonly #world: World
  readonly #tops = new Map<string, Generation>()

  constructor(world: World) {
    this.#world = world
  }

  /** Whether `process` holds `entry`, and nobody has taken over. */
  isHeldBy(process: SimulatedProcess, entry: string): boolean {
    const top = this.#tops.get(entry)
    return top !== undefined && !top.released && top.holder === process
  }

  /** The lock as `process` has it. */
  open(process: SimulatedProcess): Lock {
    return (entry, timeout) => {
      const deadline = this.#world.now + timeout
      const isFree = () => this.isFree(entry)
      const isOver = () => this.#world.now >= deadline
      return process.call(
        'lock',
        () => {
          if (isFree()) return this.#take(process, entry)
          throw new ToknError('busy', 'another process holds the lock that this needs')
        },
        { ready: () => isFree() || isOver() },
      )
    }
  }

  #take(process: SimulatedProcess, entry: string): HeldLock {
    const before = this.#tops.get(entry)
    const mine: Generation = { fence: (before?.fence ?? 0) + 1, holder: process, released: false }
    this.#tops.set(entry, mine)
    process.lockedAt = this.#world.now
    const over = before !== undefined && !before.released ? ` over from ${before.holder.name}` : ''
    if (over !== '' && before?.holder.state === 'running') {
      before.holder.overtaken = true
      this.#world.facts.overtaken = true
    }
    this.#world.note(() => `${process.name} takes lock ${mine.fence}${over}`)
    return {
      fence: mine.fence,
      stillHeld: async () =>
        process.point('lock.held', () => !mine.released && this.#tops.get(entry) === mine),
      release: () =>
        process.call('lock.release', () => {
          mine.released = true
          this.#world.note(() => `${process.name} releases lock ${mine.fence}`)
        }),
    }
  }

  /** The fence of the last holder of `entry`; 0 where there was none. */
  numberOf(entry: string): number {
    return this.#tops.get(entry)?.fence ?? 0
  }

  isFree(entry: string): boolean {
    const top = this.#tops.get(entry)
    return top === undefined || top.released || this.isGone(top.holder)
  }

  /** Whether a holder counts as dead. */
  isGone(holder: SimulatedProcess): boolean {
    const { settings, now } = this.#world
    if (settings.visible) return holder.state !== 'running'
    const silent = holder.state !== 'running' || holder.isAsleep()
    return silent && now - holder.silentSince > lease
  }
}
