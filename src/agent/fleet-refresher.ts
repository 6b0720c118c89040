import { setMaxListeners } from 'node:events'
import { setTimeout as pass } from 'node:timers/promises'
import { isFailure, isToknError, type ToknError } from '../core/errors.ts'
import { planAhead } from '../session/ahead.ts'
import { Ahead } from './ahead.ts'
import { FleetBook } from './fleet-book.ts'
import type { FleetEvent } from '../core/fleet-event.ts'
import { takeActingLease } from './fleet-lease.ts'
import { FleetWork, type FleetWorld } from './fleet-work.ts'
import { FleetWishes } from './fleet-wishes.ts'

export interface FleetRefresherOptions {
  readonly world: FleetWorld
  tell(event: FleetEvent): void
  /** Milliseconds that a token must have left; absent: the rule of the agent. */
  readonly ahead?: number | undefined
  /** From 0 to 1. */
  readonly random?: (() => number) | undefined
}

/** All is looked at again so often, in milliseconds, whatever was told in between. */
const lookAgain = 600_000

/** Between two tries to reach an engine that is not there, in milliseconds, at first and at most. */
const [firstTry, longestTry] = [500, 5_000]

/** Several writes of one refresh within so many milliseconds are one look. */
const together = 50

/**
 * Refreshes the sessions of a store ahead of need, and by wish of those who may not. Of all that run,
 * one acts. What it does is safe without that, too: each refresh has the lock of its session, and one
 * that is refreshed already is left alone.
 */
export class FleetRefresher {
  readonly #options: FleetRefresherOptions
  readonly #book = new FleetBook()
  readonly #work: FleetWork
  readonly #wishes: FleetWishes
  readonly #looking = new Set<string>()
  readonly #ending = new AbortController()
  #acting = false
  /** Why nothing can be done here, by whoever tries. */
  #refused: ToknError | undefined
  /** Why the engine was not reached, as long as it is not. */
  #missing: string | undefined

  constructor(options: FleetRefresherOptions) {
    this.#options = options
    // Each row that changed waits for a moment, and ten thousand may change at once.
    setMaxListeners(0, this.#ending.signal)
    const { world, tell } = options
    const isOver = () => this.#over || !this.#acting
    this.#work = new FleetWork({ world, book: this.#book, tell, isOver })
    const begin = (work: Promise<void>) => this.#begin(work)
    const reached = () => this.#reach()
    this.#wishes = new FleetWishes({
      world,
      book: this.#book,
      work: this.#work,
      begin,
      reached,
      isOver,
    })
  }

  /** Ends `run` once what is under way is done. */
  stop(): void {
    this.#ending.abort()
  }

  /**
   * Until `stop`. An engine that cannot be reached is waited for. Throws `store` where the key at hand is
   * not one of the store, or no longer.
   */
  async run(): Promise<void> {
    const { world, tell } = this.#options
    let pause = firstTry
    while (!this.#over) {
      try {
        await this.#act()
        pause = firstTry
      } catch (error) {
        if (!isFailure(error)) throw error
        this.#miss(error.message)
        await this.#wait(pause)
        pause = Math.min(longestTry, 2 * pause)
      }
    }
    await this.#work.done()
    await world.fleet.rest()
    if (this.#refused !== undefined) throw this.#refused
    tell({ event: 'ended' })
  }

  get #over(): boolean {
    return this.#ending.signal.aborted
  }

  async #act(): Promise<void> {
    const { world, tell } = this.#options
    let holder: string | undefined
    // Who cannot refresh anything keeps nobody else from it.
    await this.#checkKey()
    const lease = await takeActingLease(world.fleet, {
      wait: (duration) => this.#wait(duration),
      isOver: () => this.#over,
      standsBy: (other) => {
        this.#reach()
        if (holder === undefined) tell({ event: 'standing-by', holder: other })
        holder = other
      },
    })
    if (lease === undefined) return
    const ends: Array<() => void | Promise<void>> = [() => lease.release()]
    this.#acting = true
    try {
      const begin = (work: Promise<void>) => this.#begin(work)
      ends.push(await world.fleet.watch('rows', (id) => begin(this.#look(id))))
      ends.push(await world.fleet.watch('wishes', (id) => this.#wishes.heard(id)))
      ends.push(() => this.#wishes.forget())
      await this.#lookAtAll()
      this.#reach()
      tell({ event: 'acting', sessions: this.#book.size })
      const ahead = this.#goAhead()
      ends.push(() => ahead.stop())
      const again = setInterval(() => begin(this.#look(undefined)), lookAgain)
      ends.push(() => clearInterval(again))
      this.#wishes.start()
      const missed = await Promise.race([lease.lost, ended(this.#ending.signal)])
      // Of an engine that is not reached nobody knows whether another one acts.
      if (missed !== undefined) this.#miss(missed.message)
      else if (!this.#over) tell({ event: 'lost' })
    } finally {
      this.#acting = false
      // What is under way has the lock of its session; another may begin. It keeps the lease to its end
      // where nobody waits for that but us.
      if (this.#over) await this.#work.done()
      for (const end of ends.toReversed()) await end()
    }
  }

  #goAhead(): Ahead {
    const { world, ahead: least, random = Math.random } = this.#options
    const ahead = new Ahead({
      world: { clock: world.clock, session: (id) => this.#work.peek(id) },
      sessions: {
        inUse: () => (this.#acting ? this.#book.ids() : []),
        prepare: async (id, { minTtl }) => await this.#work.prepare(id, minTtl),
      },
      gate: undefined,
      random,
      // Each waits for its turn with those that somebody wishes for.
      slots: { run: async (work) => await work() },
      plan: (session, share) => planAhead(session, share, least),
    })
    ahead.start(0)
    return ahead
  }

  async #lookAtAll(): Promise<void> {
    await this.#book.renew(async () => {
      for await (const rows of this.#options.world.fleet.pages()) {
        for (const row of rows) this.#book.note(row)
        await Promise.all(rows.map(({ id }) => this.#work.learn(id)))
        if (this.#over) return false
      }
      return true
    })
  }

  async #checkKey(): Promise<void> {
    try {
      await this.#options.world.fleet.checkKey()
    } catch (error) {
      if (!isToknError(error, 'store')) throw error
      this.#refused = error
      this.stop()
    }
  }

  async #look(id: string | undefined): Promise<void> {
    if (id === undefined) {
      await this.#checkKey()
      await this.#lookAtAll()
      return this.#reach()
    }
    if (this.#looking.has(id)) return
    this.#looking.add(id)
    await this.#wait(together)
    this.#looking.delete(id)
    const isThere = await this.#work.look(id)
    // What does not open any more may be sealed for other keys since.
    if (isThere && this.#book.find(id) === undefined) await this.#checkKey()
    this.#reach()
  }

  #begin(work: Promise<void>): void {
    this.#work.add(
      work.catch((error: unknown) => {
        if (!isFailure(error)) throw error
        // It is looked at again with all others, and when the engine says that it is there again.
        this.#miss(error.message)
      }),
    )
  }

  #miss(message: string): void {
    if (this.#missing === undefined) this.#options.tell({ event: 'not-reached', message })
    this.#missing = message
  }

  #reach(): void {
    if (this.#missing !== undefined) this.#options.tell({ event: 'reached' })
    this.#missing = undefined
  }

  async #wait(duration: number): Promise<void> {
    await pass(duration, undefined, { signal: this.#ending.signal }).catch(() => undefined)
  }
}

async function ended(signal: AbortSignal): Promise<undefined> {
  if (signal.aborted) return undefined
  await new Promise<void>((resolve) =>
    signal.addEventListener('abort', () => resolve(), { once: true }),
  )
}
