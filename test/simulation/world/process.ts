import type { Machine } from '../fleet/machine.ts'
import type { World } from './world.ts'

/** Ends what a dead process was doing; nothing that it does after that has any effect. */
class Killed extends Error {}

/** A call of a port that has not returned yet. */
export interface Park {
  readonly label: string
  readonly process: SimulatedProcess
  /** Whether the call can return by now. */
  ready(): boolean
  /** Does what the call does; at most once. */
  apply(): void
  /** Gives the caller what came of it. */
  settle(): void
  /** What it does is done at once or never: its process does not sleep before it. */
  readonly prompt: boolean
}

interface CallOptions {
  readonly ready?: () => boolean
  readonly prompt?: boolean
  /** Whoever calls goes on meanwhile. */
  readonly quiet?: boolean
}

const never = new Promise<never>(() => undefined)

/** A process of the program: everything that it awaits is a call of a port, which parks here. */
export class SimulatedProcess {
  readonly world: World
  readonly name: string
  readonly machine: Machine
  /** Milliseconds that its clock is ahead of that of its machine. */
  readonly skew: number
  readonly timeout: number
  state: 'running' | 'dead' | 'ended' = 'running'
  startedAt: number
  asleepUntil = 0
  /** When it gave its last sign of life, if it gives none now. */
  silentSince = 0
  /** Whether it does not end with the one that started it, and when it ends itself. */
  endsAt = Number.POSITIVE_INFINITY
  /** When it took the lock last. */
  lockedAt = 0
  /** When the engine read what it has heard of the row of the session last. */
  lookedAt = 0
  /** The last life of the engine that it has had an answer from. */
  heardOfLife = 0
  /** Whether another took the lock over from it while it lived. */
  overtaken = false
  /** Milliseconds that its calls of the engine have besides what is left of its command. */
  extraTime: () => number = () => 0
  parks: Park[] = []

  constructor(
    machine: Machine,
    name: string,
    { skew, timeout }: { readonly skew: number; readonly timeout: number },
  ) {
    const { world } = machine
    this.machine = machine
    this.world = world
    this.name = name
    this.skew = skew
    this.timeout = timeout
    this.startedAt = world.now
  }

  now(): number {
    return this.world.now + this.world.ahead + this.machine.skew + this.skew
  }

  /** Milliseconds that its command still has. */
  timeLeft(): number {
    return Math.max(0, this.timeout - (this.world.now - this.startedAt))
  }

  isAsleep(): boolean {
    return this.asleepUntil > this.world.now
  }

  /** A call that returns when the scheduler has it so. */
  call<Value>(
    label: string,
    effect: () => Value,
    { ready = alwaysReady, prompt = false, quiet = false }: CallOptions = {},
  ): Promise<Value> {
    if (this.state === 'dead') return never
    return new Promise<Value>((resolve, reject) => {
      let give: (() => void) | undefined
      const apply = () => {
        if (give !== undefined) return
        try {
          const value = effect()
          give = () => resolve(value)
        } catch (error) {
          give = () => reject(error)
        }
      }
      const settle = () => {
        apply()
        give?.()
      }
      this.parks.push({ label, process: this, ready, apply, settle, prompt })
      if (!quiet) this.world.rest()
    })
  }

  /** Beside all else that it does, until what it gives is called. */
  repeat(interval: number, work: () => Promise<void>): () => void {
    const going = { stopped: false }
    let first = true
    const { world } = this
    const label = `repeat ${world.nextId()}`
    const go = async () => {
      for (; !going.stopped && this.state === 'running'; first = false) {
        const end = world.now + interval
        await this.call(label, () => undefined, { ready: () => world.now >= end, quiet: first })
        await work()
      }
      world.rest()
    }
    void go()
    return () => {
      going.stopped = true
      this.parks = this.parks.filter((park) => park.label !== label)
    }
  }

  /** A call that returns at once, before or after which the process may die. */
  point<Value>(label: string, effect: () => Value): Value {
    if (this.state === 'dead') throw new Killed()
    const { world } = this
    if (!world.kills(label)) return effect()
    const done = world.random.chance(0.5)
    try {
      if (done) effect()
    } catch {
      // Nobody is there any more to be told.
    }
    world.note(() => `${this.name} dies ${done ? 'after' : 'before'} ${label}`)
    this.die()
    throw new Killed()
  }

  die(): void {
    if (!this.isAsleep()) this.silentSince = this.world.now
    this.state = 'dead'
    this.parks = []
    this.world.rest()
  }

  sleep(duration: number): void {
    this.silentSince = this.world.now
    this.asleepUntil = this.world.now + duration
  }
}

function alwaysReady(): boolean {
  return true
}
