import { isFailure, type ToknError } from '../core/errors.ts'
import { isGood } from '../core/expiry.ts'
import type { Fleet } from '../core/fleet.ts'
import type { Index } from '../core/ports.ts'
import type { Profile } from '../core/profile.ts'
import type { Wish } from '../core/shared-engine.ts'
import { askRenewalEndAgain } from '../session/ask-renewal-end.ts'
import { readKnown } from '../session/fleet/known.ts'
import { refreshNow } from '../session/refresh/protocol.ts'
import type { RefreshRequest } from '../session/refresh-request.ts'
import type { Session } from '../session/session.ts'
import { serverOf } from '../session/side-by-side.ts'
import type { FleetBook } from './fleet-book.ts'
import type { FleetEvent } from '../core/fleet-event.ts'
import type { Outcome } from './sessions.ts'
import type { WorldClock } from './world.ts'
import { Slots } from './slots.ts'

export interface FleetWorld {
  readonly fleet: Fleet
  readonly clock: WorldClock
  /** A session for one piece of work, whose time begins now. */
  session(profile: Profile, index: Index, warn: (text: string) => void): Session
  /** One that is only looked at, for less: it need not have any time. */
  peek(profile: Profile, index: Index): Session
}

interface FleetWorkOptions {
  readonly world: FleetWorld
  readonly book: FleetBook
  tell(event: FleetEvent): void
  /** Nothing further is begun. */
  isOver(): boolean
}

/** Refreshes that run at the same time: each of them waits for a provider, most of its time. */
const mostAtOnce = 32

/** Those at one server: at one that answers, and at one that did not when it was last asked. */
const [mostOfOne, mostOfSilent] = [16, 1]

/** Questions to the engine at the same time. */
const mostLooks = 32

type Why = 'ahead' | 'wish'

/** What is done with single sessions. */
export class FleetWork {
  readonly #options: FleetWorkOptions
  readonly #running = new Set<Promise<void>>()
  readonly #refreshing = new Map<string, Promise<ToknError | undefined>>()
  /** Servers that did not answer when they were last asked. */
  readonly #silent = new Set<string>()
  readonly #slots = new Slots(mostAtOnce, (server) => {
    return this.#silent.has(server) ? mostOfSilent : mostOfOne
  })
  readonly #looks = new Slots(mostLooks)

  constructor(options: FleetWorkOptions) {
    this.#options = options
  }

  /** Resolves once nothing is under way. */
  async done(): Promise<void> {
    while (this.#running.size + this.#refreshing.size > 0) {
      await Promise.allSettled([...this.#running, ...this.#refreshing.values()])
    }
  }

  add(work: Promise<void>): void {
    const done = work.finally(() => this.#running.delete(done))
    this.#running.add(done)
  }

  /** To see when it is due. */
  peek(id: string): Session | undefined {
    const { world, book } = this.#options
    const known = book.find(id)
    return known && world.peek(known.profile, book.index)
  }

  /** Takes note of how a session is now; whether there is one. */
  async look(id: string): Promise<boolean> {
    const { world, book } = this.#options
    const row = await this.#looks.run(async () => await world.fleet.look(id))
    if (row === undefined) book.forget(id)
    else if (book.note(row)) await this.learn(id)
    return row !== undefined
  }

  /** Reads the record of a session of which nobody has noted what may be known without it. */
  async learn(id: string): Promise<void> {
    const { book, tell } = this.#options
    if (book.find(id) === undefined || book.index.get(id) !== undefined) return
    const session = this.#open(id, () => undefined)
    if (session === undefined) return
    try {
      book.index.put(id, await this.#looks.run(async () => await readKnown(session)))
    } catch (error) {
      if (!isFailure(error) || error.code === 'network') throw error
      tell(failed(session, 'look', error))
    }
  }

  async wishes(id: string): Promise<readonly Wish[]> {
    return await this.#looks.run(async () => await this.#options.world.fleet.wishes(id))
  }

  /** Replaces a token ahead of need. */
  async prepare(id: string, minTtl: number | undefined): Promise<Outcome> {
    const { world, book } = this.#options
    const expiry = book.index.get(id)?.expiry
    const isGoodYet = expiry !== undefined && isGood(expiry, world.clock.now(), 0)
    const request = { reason: isGoodYet ? 'min-ttl' : 'expired', minTtl } as const
    return { error: await this.refresh(id, request, 'ahead'), warnings: [] }
  }

  /**
   * One at a time of each session; gives why it failed. Those that somebody waits for come first, and
   * then those whose tokens end first.
   */
  async refresh(id: string, request: RefreshRequest, why: Why): Promise<ToknError | undefined> {
    const running = this.#refreshing.get(id)
    if (running !== undefined) {
      if (why === 'wish') this.#slots.hurry(id)
      return await running
    }
    const refresh = this.#slots.run(async () => await this.#refresh(id, request, why), {
      ...{ id, server: this.#serverOf(id), due: why === 'wish' ? 0 : this.#endOf(id) },
    })
    this.#refreshing.set(id, refresh)
    try {
      return await refresh
    } finally {
      this.#refreshing.delete(id)
    }
  }

  /**
   * In this process, which is there for nothing else: a further one for each would cost ten thousand
   * sessions more than all their requests, and would be ended by the same kill.
   */
  async #refresh(id: string, request: RefreshRequest, why: Why): Promise<ToknError | undefined> {
    const { world, book, tell, isOver } = this.#options
    const warnings: string[] = []
    const session = this.#open(id, (text) => warnings.push(text))
    if (session === undefined || isOver()) return undefined
    const server = serverOf(book, session.profile)
    const before = book.find(id)?.generation ?? 0
    const began = world.clock.elapsed()
    try {
      const record = await refreshNow(session, request)
      this.#silent.delete(server)
      const { generation } = record
      const duration = Math.round(world.clock.elapsed() - began)
      const profile = session.name
      if (generation > before) tell({ event: 'refreshed', profile, generation, why, duration })
      await askRenewalEndAgain(session, record)
      // It was refreshed, whatever becomes of the wishes: one that stays finds the new generation.
      await world.fleet.dropWishes(id, generation - 1).catch((error: unknown) => {
        if (!isFailure(error)) throw error
      })
      return undefined
    } catch (error) {
      if (!isFailure(error)) throw error
      if (error.code === 'network') this.#silent.add(server)
      else this.#silent.delete(server)
      tell(failed(session, why, error))
      return error
    } finally {
      for (const message of warnings) tell({ event: 'warned', profile: session.name, message })
    }
  }

  #serverOf(id: string): string | undefined {
    const { book } = this.#options
    const known = book.find(id)
    return known && serverOf(book, known.profile)
  }

  /** When its token ends, in epoch milliseconds; of one that is not known, that is now. */
  #endOf(id: string): number {
    const expiry = this.#options.book.index.get(id)?.expiry
    return expiry?.state === 'at' ? expiry.at : this.#options.world.clock.now()
  }

  #open(id: string, warn: (text: string) => void): Session | undefined {
    const { world, book } = this.#options
    const known = book.find(id)
    return known && world.session(known.profile, book.index, warn)
  }
}

function failed(
  { name: profile }: Session,
  why: Why | 'look',
  { code, message }: ToknError,
): FleetEvent {
  return { event: 'failed', profile, why, code, message }
}
