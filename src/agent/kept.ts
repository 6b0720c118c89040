import type { SessionRecord } from '../core/record.ts'
import type { Session } from '../session/session.ts'
import { withoutRest } from '../session/without-rest.ts'
import type { Gate, World } from './world.ts'

/** A session as it was read, and what would be seen to be different once it is no longer true. */
export interface KeptSession {
  readonly session: Session
  readonly record: SessionRecord
}

interface Entry extends KeptSession {
  readonly stamp: string
  /** By how much the clock on the wall is ahead of the one that nobody can set, in milliseconds. */
  readonly offset: number
}

/** What the clocks of a machine drift apart by themselves, in milliseconds. */
const tolerated = 60_000

/**
 * The sessions that are held in memory, by the name of their profile. What is kept is true as long as
 * its stamp is that of the profile now: see `World.stampOf`. After a clock was set, or a machine has
 * slept, everything is read again.
 */
export class Kept {
  readonly #entries = new Map<string, Entry>()
  /** Those that were seen to be true in this turn of the event loop. */
  readonly #seen = new Set<string>()
  readonly #world: Pick<World, 'stampOf' | 'clock'>

  readonly #gate: Gate | undefined

  constructor(world: Pick<World, 'stampOf' | 'clock'>, gate?: Gate) {
    this.#world = world
    this.#gate = gate
  }

  find(name: string): KeptSession | undefined {
    const entry = this.#entries.get(name)
    if (entry === undefined || this.#seen.has(name)) return entry
    const jumped = Math.abs(entry.offset - this.#offset()) > tolerated
    if (!jumped && entry.stamp === this.#world.stampOf(entry.session)) {
      this.#see(name)
      return entry
    }
    this.#entries.delete(name)
    return undefined
  }

  /** Keeps what was read since `stamp` was taken, if nothing has changed meanwhile. */
  keep(name: string, stamp: string, session: Session, record: SessionRecord): void {
    // What was under way when everything was dropped.
    if (this.#gate?.locked() === true) return
    // One that is known to be at its end is told of at each request.
    if (record.standing !== undefined || stamp !== this.#world.stampOf(session)) return
    const kept = withoutRest(record)
    this.#entries.set(name, { session, record: kept, stamp, offset: this.#offset() })
  }

  forget(name?: string): void {
    this.#seen.clear()
    if (name === undefined) this.#entries.clear()
    else this.#entries.delete(name)
  }

  /** What came in at once is answered by one look: all of it was asked before that. */
  #see(name: string): void {
    if (this.#seen.size === 0) setImmediate(() => this.#seen.clear())
    this.#seen.add(name)
  }

  #offset(): number {
    const { clock } = this.#world
    return clock.now() - clock.elapsed()
  }
}
