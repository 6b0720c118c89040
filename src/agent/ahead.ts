import { setImmediate as nextTurn } from 'node:timers/promises'
import { isCounted, planAhead, type AheadOfNeed } from '../session/ahead.ts'
import type { Session } from '../session/session.ts'
import { serverOf } from '../session/side-by-side.ts'
import type { Sessions } from './sessions.ts'
import { Slots } from './slots.ts'
import type { Gate, World } from './world.ts'

/** Between two looks, in milliseconds, at most and at least. */
const longestWait = 30_000
const shortestWait = 1_000

/** Refreshes that run at the same time, of all and at one server: each is a process. */
const [mostAtOnce, mostOfOne] = [4, 3]

/** So many are looked at before whoever asks meanwhile has his turn. */
const together = 100

/** After a failure, in milliseconds: twice as long after each further one. */
const firstPause = 60_000
const longestPause = 1_800_000

interface Pause {
  readonly generation: number
  readonly until: number
  readonly length: number
}

/** A token that is to be replaced now. */
interface Due {
  readonly name: string
  readonly session: Session
  readonly plan: AheadOfNeed
  /** When it ends. */
  readonly end: number
  /** See `serverOf`. */
  readonly server: string
}

export interface AheadOptions {
  readonly world: Pick<World, 'session'> & { readonly clock: Pick<World['clock'], 'now'> }
  readonly sessions: Pick<Sessions, 'inUse' | 'prepare'>
  readonly gate: Gate | undefined
  /** From 0 to 1. */
  readonly random: () => number
  /** Where refreshes wait for their turn. Default: few at the same time, since each is a process. */
  readonly slots?: Pick<Slots, 'run'> | undefined
  /** When something is due. Default: `planAhead`. */
  readonly plan?: ((session: Session, share: number) => AheadOfNeed | undefined) | undefined
  /** Uses the token of a session, where that prolongs it; whether it has. */
  readonly use?: ((session: Session) => Promise<boolean>) | undefined
  /** Told what came of a refresh. */
  readonly told?: ((name: string, error: unknown) => void) | undefined
}

/** Replaces the tokens of profiles in use before anybody has to wait for that. */
export class Ahead {
  readonly #options: AheadOptions
  readonly #pauses = new Map<string, Pause>()
  /** By profile and generation: one that is due must not be undue at the next look. */
  readonly #shares = new Map<string, { readonly generation: number; readonly share: number }>()
  readonly #slots: Pick<Slots, 'run'>
  /** What is replaced now, or waits for that. */
  readonly #running = new Set<string>()
  #timer: NodeJS.Timeout | undefined
  /** When the next look is, as `clock.now` has it. */
  #next = 0
  #ended = false

  constructor(options: AheadOptions) {
    this.#options = options
    this.#slots = options.slots ?? new Slots(mostAtOnce, () => mostOfOne)
  }

  /** Looks again and again, until `stop`; for the first time in so many milliseconds. */
  start(first = longestWait): void {
    this.#lookIn(first)
  }

  stop(): void {
    this.#ended = true
    clearTimeout(this.#timer)
  }

  /** Replaces what is due; gives the milliseconds until the next look, once all of it is done. */
  async look(): Promise<number> {
    const { wait, begun } = await this.#begin()
    return Math.max(shortestWait, Math.min(wait, ...(await Promise.all(begun))))
  }

  #lookIn(wait: number): void {
    if (this.#ended) return
    clearTimeout(this.#timer)
    this.#next = this.#options.world.clock.now() + wait
    this.#timer = setTimeout(() => void this.#lookOn(), wait)
    this.#timer.unref()
  }

  /** Does not wait for what takes long: others come due meanwhile. */
  async #lookOn(): Promise<void> {
    const { wait, begun } = await this.#begin().catch(() => ({ wait: longestWait, begun: [] }))
    this.#lookIn(Math.max(shortestWait, wait))
    for (const one of begun)
      void one.then((least) => this.#lookWithin(least)).catch(() => undefined)
  }

  #lookWithin(wait: number): void {
    const { clock } = this.#options.world
    const least = Math.max(shortestWait, wait)
    if (clock.now() + least < this.#next) this.#lookIn(least)
  }

  /** Begins with what is due, in the order of when it ends; `begun`: until when each can wait then. */
  async #begin(): Promise<{ wait: number; begun: ReadonlyArray<Promise<number>> }> {
    const { sessions, gate } = this.#options
    if (gate?.locked() === true) return { wait: longestWait, begun: [] }
    let wait = longestWait
    const due: Due[] = []
    for (const [index, name] of [...sessions.inUse()].entries()) {
      if (index % together === together - 1) await nextTurn()
      if (this.#running.has(name)) continue
      const found = this.#find(name)
      if (typeof found === 'number') wait = Math.min(wait, found)
      else due.push(found)
    }
    due.sort((one, other) => one.end - other.end)
    return { wait, begun: due.map(async (one) => await this.#replaceInTurn(one)) }
  }

  async #replaceInTurn({ name, server, end }: Due): Promise<number> {
    this.#running.add(name)
    try {
      return await this.#slots.run(async () => await this.#replace(name), { server, due: end })
    } finally {
      this.#running.delete(name)
    }
  }

  /** What is due, or for how long it is not. */
  #find(name: string): Due | number {
    const { world, plan: planOf = planAhead } = this.#options
    const session = world.session(name, () => undefined)
    const plan = session && planOf(session, this.#shareOf(session))
    if (session === undefined || plan === undefined) return longestWait
    const pause = this.#pauses.get(name)
    const paused = pause?.generation === plan.generation ? pause.until : 0
    const wait = Math.max(plan.at, paused) - world.clock.now()
    if (wait > 0) return wait
    const end = plan.at + (plan.wanted?.minTtl ?? 0)
    return { name, session, plan, end, server: serverOf(session.ports, session.profile) }
  }

  async #replace(name: string): Promise<number> {
    // While it has waited for its turn somebody may have been faster.
    const found = this.#find(name)
    if (typeof found === 'number') return found
    const { sessions, use, told } = this.#options
    const { session, plan } = found
    if (plan.alsoCounted !== true && (await isCounted(session))) return longestWait
    if (plan.byUse === true && (await use?.(session)) === true) {
      return this.#waitAfter(name)
    }
    if (plan.wanted === undefined) return longestWait
    const { error } = await sessions.prepare(name, plan.wanted)
    told?.(name, error)
    if (error !== undefined) return this.#pause(name, plan.generation)
    this.#pauses.delete(name)
    return this.#waitAfter(name)
  }

  /** Until the next time; where what was done is not seen, it is no reason to do it again at once. */
  #waitAfter(name: string): number {
    const { world, plan: planOf = planAhead } = this.#options
    const session = world.session(name, () => undefined)
    const next = session && planOf(session, this.#shareOf(session))
    const wait = next === undefined ? longestWait : next.at - world.clock.now()
    return wait > 0 ? wait : longestWait
  }

  #pause(name: string, generation: number): number {
    const now = this.#options.world.clock.now()
    const before = this.#pauses.get(name)
    const again = before?.generation === generation
    const length = again ? Math.min(longestPause, 2 * before.length) : firstPause
    this.#pauses.set(name, { generation, until: now + length, length })
    return longestWait
  }

  #shareOf({ ports, id }: Session): number {
    const generation = ports.index.get(id)?.generation ?? 0
    const known = this.#shares.get(id)
    if (known?.generation === generation) return known.share
    const share = this.#options.random()
    this.#shares.set(id, { generation, share })
    return share
  }
}
