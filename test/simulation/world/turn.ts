import { ToknError } from '../../../src/core/errors.ts'
import type { InTurn, Turn } from '../../../src/core/turn.ts'
import type { SimulatedLock } from './lock.ts'
import type { SimulatedProcess } from './process.ts'
import type { World } from './world.ts'

interface Begun {
  readonly number: number
  readonly holder: SimulatedProcess
  /** The number of the lock at that time. */
  readonly lock: number
  released: boolean
  /** What is to be known of its failure. */
  told?: string | undefined
}

/** Turns, as `InTurn` promises them: the next number is taken by one alone. */
export class SimulatedTurns {
  readonly #world: World
  readonly #lock: SimulatedLock
  readonly #last = new Map<string, Begun>()

  constructor(world: World, lock: SimulatedLock) {
    this.#world = world
    this.#lock = lock
  }

  /** The turns as `process` takes them. */
  open(process: SimulatedProcess): InTurn {
    return async (entry, turn) => {
      const taken = await this.#take(process, entry, turn)
      if ('found' in taken) return taken.found
      try {
        return await turn.work()
      } catch (error) {
        taken.told = turn.tell(error)
        throw error
      } finally {
        await process.call('turn.release', () => {
          taken.released = true
        })
      }
    }
  }

  async #take<Result>(
    process: SimulatedProcess,
    entry: string,
    { timeout, look, hear }: Turn<Result>,
  ): Promise<Begun | { readonly found: Result }> {
    const deadline = this.#world.now + timeout
    const isBusy = () => this.#isBusy(entry)
    const isOver = () => this.#world.now >= deadline
    const first = this.#last.get(entry)?.number ?? 0
    for (let waited = false; ; waited = true) {
      const ready = waited ? () => !isBusy() || isOver() : () => true
      const seen = await process.call(
        'turn',
        () => ({ busy: isBusy(), last: this.#last.get(entry)?.number ?? 0 }),
        { ready },
      )
      if (seen.busy) {
        if (isOver()) throw new ToknError('busy', 'another process refreshes')
        continue
      }
      const found = waited || this.#world.random.chance(0.5) ? await look() : undefined
      if (found !== undefined) return { found }
      const last = this.#last.get(entry)
      if (last?.told !== undefined && last.number > first) hear(last.told)
      const begun = await process.call('turn.claim', () => this.#begin(process, entry, seen.last))
      if (begun !== undefined) return begun
    }
  }

  #begin(process: SimulatedProcess, entry: string, last: number): Begun | undefined {
    if ((this.#last.get(entry)?.number ?? 0) !== last) return undefined
    const lock = this.#lock.numberOf(entry)
    const begun = { number: last + 1, holder: process, lock, released: false }
    this.#last.set(entry, begun)
    this.#world.note(() => `${process.name} takes turn ${begun.number}`)
    return begun
  }

  #isBusy(entry: string): boolean {
    const lock = this.#lock
    if (!lock.isFree(entry)) return true
    const last = this.#last.get(entry)
    if (last === undefined || last.released || lock.numberOf(entry) > last.lock) return false
    return !lock.isGone(last.holder)
  }
}
