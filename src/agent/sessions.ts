import { isToknError } from '../core/errors.ts'
import type { SessionRecord } from '../core/record.ts'
import { within } from '../core/within.ts'
import { words } from '../messages/words.ts'
import type { Fresh, FreshOptions } from '../session/fresh.ts'
import { satisfies } from '../session/refresh-request.ts'
import type { Session } from '../session/session.ts'
import type { Kept, KeptSession } from './kept.ts'
import type { Log, World } from './world.ts'

/** What `fresh` of a session gave, or threw, and what there was to tell. */
export interface Outcome {
  /** Absent for a profile that is not served, and for a failure. */
  readonly found?: Found | undefined
  readonly error?: unknown
  readonly warnings: readonly string[]
}

export interface Found {
  readonly session: Session
  readonly record: SessionRecord
  readonly refreshed: boolean
}

/** A profile counts as in use so long after it was last asked for, in milliseconds. */
const inUseFor = 3_600_000

/** A store that has not answered for so long counts as not reached, in milliseconds, where that may be. */
const patience = 2_000

/** Good tokens of the profiles served: those that are held, else those that `fresh` gives. */
export class Sessions {
  readonly #world: World
  readonly #kept: Kept
  readonly #log: Log
  readonly #flights = new Map<string, Promise<Outcome>>()
  readonly #askedAt = new Map<string, number>()

  constructor(world: World, kept: Kept, log: Log) {
    this.#world = world
    this.#kept = kept
    this.#log = log
  }

  /** A good token that is in memory, and still true. */
  held(name: string, minTtl?: number): KeptSession | undefined {
    const kept = this.#kept.find(name)
    if (kept === undefined) return undefined
    const now = this.#world.clock.now()
    if (!satisfies(kept.record, { reason: 'expired', minTtl }, now)) return undefined
    this.#askedAt.set(name, now)
    return kept
  }

  /** Names of the profiles asked for lately. */
  inUse(): readonly string[] {
    const since = this.#world.clock.now() - inUseFor
    for (const [name, at] of this.#askedAt) if (at < since) this.#rest(name)
    return [...this.#askedAt.keys()]
  }

  /** What nobody asks for any more need not be in memory. */
  #rest(name: string): void {
    this.#askedAt.delete(name)
    this.#kept.forget(name)
  }

  /** Throws what `fresh` of a session throws; `undefined` for a profile that is not served. */
  async fresh(name: string, wanted: FreshOptions): Promise<Found | undefined> {
    const { found, error } = await this.ask(name, wanted)
    if (error !== undefined) throw error
    return found
  }

  /**
   * As `fresh`, with what there was to tell. Those who want the same at the same time wait for one
   * answer: where that is a token, each makes sure that it is still true; where it is none, all have
   * it, since each of them would get the same.
   */
  async ask(name: string, wanted: FreshOptions, quiet = false): Promise<Outcome> {
    this.#askedAt.set(name, this.#world.clock.now())
    const shared = this.#share(name, wanted, quiet)
    const outcome =
      (await within(shared, patience)) ?? this.#withoutAnswer(name, wanted) ?? (await shared)
    const isServed = outcome.found !== undefined || outcome.error !== undefined
    if (!isServed) this.#askedAt.delete(name)
    return outcome
  }

  /** What there is where the store is silent: whoever asks may wait no longer than for that. */
  #withoutAnswer(name: string, wanted: FreshOptions): Outcome | undefined {
    const held = this.#heldOffline(name, wanted)
    if (held === undefined) return undefined
    this.#log(words.refresherService.servedOffline(name, words.agent.noAnswerYet(patience / 1_000)))
    return { found: { ...held, refreshed: false }, warnings: [] }
  }

  /** As `ask`, by nobody: a profile is not in use because of that. */
  async prepare(name: string, wanted: FreshOptions): Promise<Outcome> {
    // What there is to tell is for those who ask.
    return await this.#share(name, wanted, true)
  }

  async #share(name: string, wanted: FreshOptions, quiet: boolean): Promise<Outcome> {
    const key = JSON.stringify([name, wanted])
    const flight = this.#flights.get(key)
    if (flight === undefined) return await this.#fly(key, name, wanted, quiet)
    const shared = await flight
    if (shared.found === undefined) return shared
    const held = this.#heldBeyond(name, wanted)
    if (held !== undefined) return { found: { ...held, refreshed: false }, warnings: [] }
    // What is not kept is read once more for all of them: whatever flies now began after they asked.
    return await (this.#flights.get(key) ?? this.#fly(key, name, wanted, quiet))
  }

  #heldBeyond(name: string, { minTtl, refresh, beyond }: FreshOptions): KeptSession | undefined {
    const held = this.held(name, minTtl)
    if (refresh !== 'force') return held
    return beyond !== undefined && held !== undefined && held.record.generation > beyond
      ? held
      : undefined
  }

  async #fly(key: string, name: string, wanted: FreshOptions, quiet: boolean): Promise<Outcome> {
    const flight = this.#open(name, wanted, quiet)
    this.#flights.set(key, flight)
    try {
      return await flight
    } finally {
      this.#flights.delete(key)
    }
  }

  async #open(name: string, wanted: FreshOptions, quiet: boolean): Promise<Outcome> {
    const warnings: string[] = []
    const startedAt = this.#world.clock.elapsed()
    try {
      await this.#world.load?.(name)
      const session = this.#world.session(name, (text) => warnings.push(text), quiet)
      if (session === undefined) return { warnings }
      const stamp = this.#world.stampOf(session)
      const found = await session.fresh(wanted)
      this.#kept.keep(name, stamp, session, found.record)
      this.#tell(name, found, startedAt)
      return { found: { ...found, session }, warnings }
    } catch (error) {
      // That of the provider, where what is held is too old.
      const isAway = isToknError(error, 'network')
      const held = isAway ? this.#heldOffline(name, wanted) : undefined
      if (isAway && held !== undefined) {
        this.#log(words.refresherService.servedOffline(name, error.message))
        return { found: { ...held, refreshed: false }, warnings }
      }
      if (isToknError(error, 'store')) this.#world.forgetStores()
      this.#tell(name, error instanceof Error ? error : undefined, startedAt)
      return { error, warnings }
    }
  }

  /** A token that is good enough, where the store that it is in was not reached. */
  #heldOffline(name: string, { refresh, minTtl }: FreshOptions): KeptSession | undefined {
    if (refresh === 'force') return undefined
    const kept = this.#kept.findOffline(name)
    if (kept === undefined) return undefined
    const isEnough = satisfies(kept.record, { reason: 'expired', minTtl }, this.#world.clock.now())
    return isEnough ? kept : undefined
  }

  #tell(name: string, outcome: Fresh | Error | undefined, startedAt: number): void {
    const duration = Math.round(this.#world.clock.elapsed() - startedAt)
    if (outcome === undefined || outcome instanceof Error) {
      return this.#log(words.agent.failed(name, outcome?.message, duration))
    }
    const { refreshed, record } = outcome
    const said = refreshed ? words.agent.refreshed : words.agent.read
    this.#log(said(name, record.generation, duration), !refreshed)
  }
}
