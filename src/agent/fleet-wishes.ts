import { isToknError } from '../core/errors.ts'
import type { Wish } from '../core/shared-engine.ts'
import { isCounted } from '../session/ahead.ts'
import { answerWishes } from '../session/fleet/wish-rule.ts'
import type { FleetBook } from './fleet-book.ts'
import type { FleetWork, FleetWorld } from './fleet-work.ts'

interface FleetWishesOptions {
  readonly world: Pick<FleetWorld, 'fleet' | 'clock'>
  readonly book: FleetBook
  readonly work: FleetWork
  /** Runs something that nobody waits for; the first that fails is told. */
  begin(work: Promise<void>): void
  /** The store has answered again, after what was begun has failed. */
  reached(): void
  isOver(): boolean
}

/** Between two looks at the wishes for one session, in milliseconds, however many come in. */
const between = 500

/**
 * All wishes are looked at so often, in milliseconds: what was to be told may have been lost, nothing
 * comes through a pooler of transactions, and one that could not be served waits for another try.
 */
const lookAgain = 5_000

/** Before a session is looked at again that is in the store and not to be trusted, in milliseconds. */
const untrustedPause = 30_000

/** After a refresh by wish that failed, in milliseconds: doubled with each further one. */
const [firstPause, longestPause] = [5_000, 600_000]

/** Wishes for a generation that is not there stay so long, in milliseconds: it may just have been made. */
const strayFor = 60_000

interface Pause {
  readonly until: number
  readonly length: number
}

/** Serves what readers wish for. */
export class FleetWishes {
  readonly #options: FleetWishesOptions
  /** When a session is looked at next, by its id; `undefined` while it is looked at. */
  readonly #next = new Map<string, NodeJS.Timeout | undefined>()
  readonly #again = new Set<string>()
  /** Since when wishes for a generation that is not there were seen, by `elapsed`. */
  readonly #strays = new Map<string, number>()
  readonly #pauses = new Map<string, Pause>()
  #looking: NodeJS.Timeout | undefined
  #isLooking = false
  #hasMissed = false

  constructor(options: FleetWishesOptions) {
    this.#options = options
  }

  /** Looks at all that there are, now and then again, until `forget`. */
  start(): void {
    this.heard(undefined)
    this.#looking = setInterval(() => this.heard(undefined), lookAgain)
  }

  /** Somebody wishes for a session; `undefined`: anybody may, for any. */
  heard(id: string | undefined): void {
    if (id === undefined) return this.#findAll()
    if (!this.#next.has(id)) this.#lookIn(id, 0)
    // What has come in since is looked at once more, and no wish of many by itself.
    else if (this.#next.get(id) === undefined) this.#again.add(id)
  }

  /** Looks at nothing any more; what is under way goes on. */
  forget(): void {
    clearInterval(this.#looking)
    for (const timer of this.#next.values()) clearTimeout(timer)
    this.#next.clear()
    this.#again.clear()
  }

  #findAll(): void {
    if (this.#isLooking || this.#options.isOver()) return
    this.#isLooking = true
    this.#options.begin(this.#lookAtAll().finally(() => (this.#isLooking = false)))
  }

  async #lookAtAll(): Promise<void> {
    const { world, isOver } = this.#options
    try {
      for await (const { id } of world.fleet.wished()) {
        if (isOver()) return
        if (!this.#next.has(id)) this.#lookIn(id, 0)
      }
    } catch (error) {
      this.#hasMissed = true
      throw error
    }
    if (this.#hasMissed) this.#options.reached()
    this.#hasMissed = false
  }

  #lookIn(id: string, time: number): void {
    if (this.#options.isOver()) return
    const look = () => {
      this.#next.set(id, undefined)
      this.#options.begin(this.#look(id))
    }
    this.#next.set(id, setTimeout(look, time).unref())
  }

  async #look(id: string): Promise<void> {
    let later: number | undefined
    try {
      later = await this.#serve(id)
    } catch (error) {
      // One that is not reached is asked again with all wishes.
      if (!isToknError(error, 'network')) later = this.#pause(id)
      throw error
    } finally {
      this.#next.delete(id)
      if (this.#again.delete(id)) later = Math.min(later ?? between, between)
    }
    if (later !== undefined) this.#lookIn(id, Math.max(later, between))
  }

  /** Serves the wishes for a session; gives the milliseconds after which it is to be looked at again. */
  async #serve(id: string): Promise<number | undefined> {
    const { world, work, book } = this.#options
    const { fleet, clock } = world
    const isThere = await work.look(id)
    const wishes = await work.wishes(id)
    if (wishes.length === 0) return undefined
    if (!isThere) {
      // Nobody ever serves it, and whoever may wish may wish for anything.
      this.#pauses.delete(id)
      await fleet.dropWishes(id, Math.max(...wishes.map(({ generation }) => generation)))
      return undefined
    }
    const entry = book.index.get(id)
    const session = work.peek(id)
    if (entry === undefined || session === undefined) return untrustedPause
    const now = clock.now()
    const answer = answerWishes(entry, wishes, { now, isCounted: await isCounted(session) })
    if (answer === 'none') {
      await fleet.dropWishes(id, this.#lastServed(id, entry.generation, wishes))
      return undefined
    }
    this.#strays.delete(id)
    if ('later' in answer) return answer.later
    const paused = this.#pauses.get(id)
    if (paused !== undefined && paused.until > now) return paused.until - now
    const error = await work.refresh(id, answer.refresh, 'wish')
    if (error !== undefined) return this.#pause(id)
    this.#pauses.delete(id)
    return undefined
  }

  /** The last generation whose wishes are done with: of one that never comes, too. */
  #lastServed(id: string, generation: number, wishes: readonly Wish[]): number {
    const last = Math.max(...wishes.map((wish) => wish.generation))
    const now = this.#options.world.clock.elapsed()
    const since = this.#strays.get(id) ?? now
    const isStray = last > generation
    if (isStray && now - since < strayFor) {
      this.#strays.set(id, since)
      return generation
    }
    this.#strays.delete(id)
    return isStray ? last : generation
  }

  /** After what has failed; gives how long it is, in milliseconds. */
  #pause(id: string): number {
    const last = this.#pauses.get(id)?.length ?? firstPause / 2
    const length = Math.min(longestPause, 2 * last)
    this.#pauses.set(id, { until: this.#options.world.clock.now() + length, length })
    return length
  }
}
