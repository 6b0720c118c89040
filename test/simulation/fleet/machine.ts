import type { IndexEntry } from '../../../src/core/ports.ts'
import type { SimulatedLock } from '../world/lock.ts'
import { FrameFiles } from '../world/journal.ts'
import { SimulatedTurns } from '../world/turn.ts'
import type { World } from '../world/world.ts'

/** Which way nothing gets through. */
type Cut = 'to' | 'from' | 'both'

/** One computer of a fleet: what its processes share, and the clock that is wrong in its own way. */
export class Machine {
  readonly name: string
  /** Milliseconds that its clock is ahead. */
  readonly skew: number
  readonly turns: SimulatedTurns
  readonly index = new Map<string, IndexEntry>()
  /** What is on its disk: what it has seen of the store, and answers that found no way there. */
  readonly files = new Map<string, Uint8Array>()
  readonly aside = new FrameFiles()
  /** Whether its disk is thrown away with each command. */
  readonly forgetful: boolean
  #cut: { readonly way: Cut; readonly until: number } | undefined
  readonly world: World

  /** `lock`: that of its session, where that is on this machine. */
  constructor(world: World, name: string, skew: number, lock: SimulatedLock) {
    this.world = world
    this.name = name
    this.skew = skew
    this.turns = new SimulatedTurns(world, lock)
    this.forgetful = name !== '' && world.random.chance(0.3)
  }

  /** From now on, and for `duration` milliseconds, nothing gets through to the engine, or back. */
  cutOff(way: Cut, duration: number): void {
    this.#cut = { way, until: this.world.now + duration }
    this.world.note(() => `${this.name} is cut off (${way} the engine) for ${duration} ms`)
  }

  heal(): void {
    this.#cut = undefined
  }

  isCut(direction: 'to' | 'from'): boolean {
    if (this.#cut === undefined || this.#cut.until <= this.world.now) return false
    return this.#cut.way === 'both' || this.#cut.way === direction
  }
}
