import { isCounted } from '../session/ahead.ts'
import { answerWishes } from '../session/fleet/wish-rule.ts'
import type { FleetBook } from './fleet-book.ts'
import type { FleetWork, FleetWorld } from './fleet-work.ts'

interface FleetWishesOptions {
  readonly world: Pick<FleetWorld, 'fleet' | 'clock'>
  readonly book: FleetBook
  readonly work: FleetWork
  /** Runs something that nobody waits for. */
  begin(work: Promise<void>): void
  isOver(): boolean
}

/** Between two looks at the wishes for one session, in milliseconds, however many come in. */
const between = 500

/** After a refresh by wish that failed, in milliseconds: doubled with each further one. */
const [firstPause, longestPause] = [5_000, 600_000]

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
  readonly #pauses = new Map<string, Pause>()

  constructor(options: FleetWishesOptions) {
    this.#options = options
  }

  /** Somebody wishes for a session; `undefined`: anybody may, for any. */
  heard(id: string | undefined): void {
    if (id === undefined) return this.#options.begin(this.#findAll())
    if (!this.#next.has(id)) this.#lookIn(id, 0)
    // What has come in since is looked at once more, and no wish of many by itself.
    else if (this.#next.get(id) === undefined) this.#again.add(id)
  }

  /** Looks at nothing any more; what is under way goes on. */
  forget(): void {
    for (const timer of this.#next.values()) clearTimeout(timer)
    this.#next.clear()
    this.#again.clear()
  }

  async #findAll(): Promise<void> {
    const wishes = await this.#options.world.fleet.wishes()
    for (const id of new Set(wishes.map((wish) => wish.id))) this.heard(id)
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
    await work.look(id)
    const wishes = await fleet.wishes(id)
    const entry = book.index.get(id)
    const session = work.peek(id)
    if (wishes.length === 0 || entry === undefined || session === undefined) return undefined
    const now = clock.now()
    const answer = answerWishes(entry, wishes, { now, isCounted: await isCounted(session) })
    if (answer === 'none') {
      await fleet.dropWishes(id, entry.generation)
      return undefined
    }
    if ('later' in answer) return answer.later
    const paused = this.#pauses.get(id)
    if (paused !== undefined && paused.until > now) return paused.until - now
    const error = await work.refresh(id, answer.refresh, 'wish')
    if (error === undefined) {
      this.#pauses.delete(id)
      return undefined
    }
    const length = Math.min(longestPause, 2 * (paused?.length ?? firstPause / 2))
    this.#pauses.set(id, { until: now + length, length })
    return length
  }
}
