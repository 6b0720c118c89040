import { setImmediate as nextTurn } from 'node:timers/promises'
import { isCounted, planAhead, type AheadOfNeed } from '../session/ahead.ts'
import type { Session } from '../session/session.ts'
import type { Sessions } from './sessions.ts'
import type { Gate, World } from './world.ts'

/** Between two looks, in milliseconds, at most and at least. */
const longestWait = 30_000
const shortestWait = 1_000

/** Refreshes that run at the same time: each is a process. */
const usuallyAtOnce = 4

/** After a failure, in milliseconds: twice as long after each further one. */
const firstPause = 60_000
const longestPause = 1_800_000

interface Pause {
  readonly generation: number
  readonly until: number
  readonly length: number
}

export interface AheadOptions {
  readonly world: Pick<World, 'session'> & { readonly clock: Pick<World['clock'], 'now'> }
  readonly sessions: Pick<Sessions, 'inUse' | 'prepare'>
  readonly gate: Gate | undefined
  /** From 0 to 1. */
  readonly random: () => number
  /** Refreshes that run at the same time. Default: few, since each is a process. */
  readonly mostAtOnce?: number | undefined
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
  #timer: NodeJS.Timeout | undefined
  #ended = false

  constructor(options: AheadOptions) {
    this.#options = options
  }

  /** Looks again and again, until `stop`; for the first time in so many milliseconds. */
  start(first = longestWait): void {
    const again = (wait: number) => {
      if (this.#ended) return
      this.#timer = setTimeout(() => void this.look().then(again, () => again(longestWait)), wait)
      this.#timer.unref()
    }
    again(first)
  }

  stop(): void {
    this.#ended = true
    clearTimeout(this.#timer)
  }

  /** Replaces what is due; gives the milliseconds until the next look. */
  async look(): Promise<number> {
    const { sessions, gate, mostAtOnce = usuallyAtOnce } = this.#options
    if (gate?.locked() === true) return longestWait
    const names = [...sessions.inUse()]
    let least = longestWait
    const work = async () => {
      for (let name = names.pop(); name !== undefined; name = names.pop()) {
        least = Math.min(least, await this.#lookAt(name))
        // Whoever asks meanwhile comes first.
        await nextTurn()
      }
    }
    await Promise.all(Array.from({ length: mostAtOnce }, work))
    return Math.max(shortestWait, least)
  }

  async #lookAt(name: string): Promise<number> {
    const { world, sessions } = this.#options
    const session = world.session(name, () => undefined)
    if (session === undefined) return longestWait
    const { plan: planOf = planAhead, use, told } = this.#options
    const plan = planOf(session, this.#shareOf(session))
    if (plan === undefined) return longestWait
    const now = world.clock.now()
    const pause = this.#pauses.get(name)
    const paused = pause?.generation === plan.generation ? pause.until : 0
    const wait = Math.max(plan.at, paused) - now
    if (wait > 0) return wait
    if (plan.alsoCounted !== true && (await isCounted(session))) return longestWait
    if (plan.byUse === true && (await use?.(session)) === true) {
      return this.#waitAfter(name)
    }
    if (plan.wanted === undefined) return longestWait
    const { error } = await sessions.prepare(name, plan.wanted)
    told?.(name, error)
    if (error !== undefined) return this.#pause(name, plan.generation, now)
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

  #pause(name: string, generation: number, now: number): number {
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
