import { ToknError } from '../../../src/core/errors.ts'
import type { SimulatedProcess } from '../world/process.ts'
import type { World } from '../world/world.ts'

type Fate = 'fine' | 'lost request' | 'lost answer' | 'late' | 'twice'

/** A call of the engine on its way. It does not end with the process that made it. */
export interface EngineMessage {
  readonly kind: 'engine'
  readonly id: number
  readonly label: string
  readonly process: SimulatedProcess
  readonly fate: Fate
  readonly arrivesAt: number
  readonly deadline: number
  /** Whether a loss is seen at once (the connection breaks), and not when the time is over. */
  readonly breaks: boolean
  readonly run: () => void
  state: 'on its way' | 'answered' | 'lost'
  /** That of the engine when it did what was asked. */
  life: number
  /** When that was. */
  doneAt: number
}

/** The way between the processes of all machines and the engine that they share. */
export class EngineLink {
  /** Those that the scheduler may let arrive. */
  flying: EngineMessage[] = []
  /** Until then nobody is answered: the engine starts anew, or another takes over. */
  downUntil = 0
  readonly #world: World
  readonly #after: (label: string) => void

  /** `after`: what may happen to the engine once it has done what was asked. */
  constructor(world: World, after: (label: string) => void) {
    this.#world = world
    this.#after = after
  }

  /** Sends a call, and gives what it comes to; throws `network` where nothing comes back in time. */
  carry<Answer>(process: SimulatedProcess, operation: string, run: () => Answer): Promise<Answer> {
    const world = this.#world
    const label = `engine.${operation}`
    if (process.state === 'dead') return new Promise(() => undefined)
    const answers: Array<() => Answer> = []
    const message = this.#make(process, label, () => {
      try {
        const answer = run()
        answers.push(() => answer)
      } catch (error) {
        answers.push(() => {
          throw error
        })
      }
    })
    this.flying.push(message)
    return process.call(label, () => this.#receive(message, answers[0]), {
      ready: () =>
        message.state === 'answered' ||
        (message.state === 'lost' && message.breaks) ||
        world.now >= message.deadline,
    })
  }

  /** Lets a call reach the engine, or be lost. */
  arrive(message: EngineMessage): void {
    const world = this.#world
    const { process, label, fate } = message
    this.flying = this.flying.filter((one) => one !== message)
    const lost = fate === 'lost request' || process.machine.isCut('to') || this.isDown()
    if (lost) {
      message.state = 'lost'
      world.note(() => `${process.name}'s ${label} does not reach the engine`)
      return
    }
    message.life = world.fleet?.life ?? 0
    message.doneAt = world.now
    message.run()
    if (fate === 'twice') this.#repeat(message)
    this.#after(label)
    const gone = fate === 'lost answer' || process.machine.isCut('from') || this.isDown()
    message.state = gone ? 'lost' : 'answered'
    world.note(() => `${process.name}'s ${label} is done${gone ? '; the answer is lost' : ''}`)
  }

  isDown(): boolean {
    return this.downUntil > this.#world.now
  }

  /** Connections end: some of what is on its way is lost. */
  breakConnections(): void {
    const lost = this.flying.filter(() => this.#world.random.chance(0.7))
    for (const message of lost) message.state = 'lost'
    this.flying = this.flying.filter((one) => !lost.includes(one))
  }

  #receive<Answer>(message: EngineMessage, answer: (() => Answer) | undefined): Answer {
    const { process } = message
    if (message.state === 'answered' && answer !== undefined) {
      process.heardOfLife = Math.max(process.heardOfLife, message.life)
      if (message.label === 'engine.read') process.lookedAt = message.doneAt
      return answer()
    }
    // Whatever it has heard of the provider may have found no place.
    this.#world.facts.unkept(process)
    this.#world.note(() => `${process.name} gets no answer to ${message.label}`)
    throw new ToknError('network', 'the engine is not reached')
  }

  #make(process: SimulatedProcess, label: string, run: () => void): EngineMessage {
    const { random, now } = this.#world
    const fate = this.#drawFate()
    const left = Math.max(process.timeLeft(), process.extraTime())
    const patience = Math.min(random.pick([2_000, 5_000, 10_000]), left)
    return {
      kind: 'engine',
      id: this.#world.nextId(),
      ...{ label, process, fate, run },
      breaks: random.chance(0.5),
      arrivesAt: now + (fate === 'late' ? random.between(200, 30_000) : 0),
      deadline: now + patience,
      state: 'on its way',
      life: 0,
      doneAt: 0,
    }
  }

  /** What a client sends again whose connection broke, though the first had arrived. */
  #repeat(message: EngineMessage): void {
    const arrivesAt = this.#world.now + this.#world.random.between(0, 15_000)
    this.flying.push({ ...message, fate: 'fine', arrivesAt, state: 'on its way' })
    this.#world.note(() => `${message.process.name}'s ${message.label} is on its way again`)
  }

  #drawFate(): Fate {
    const world = this.#world
    const { engine } = world.settings.faults
    if (engine === undefined || !world.fails('engine message', engine.message)) return 'fine'
    const fate = world.random.pick(engine.fates)
    world.count(`engine: ${fate}`)
    return fate
  }
}
