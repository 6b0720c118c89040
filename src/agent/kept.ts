import { parseDuration } from '../core/duration.ts'
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
  /** When its store was last asked, where other machines change it, too. */
  readonly asked: Instants
  /** By how much the clock on the wall is ahead of the one that nobody can set, in milliseconds. */
  readonly offset: number
}

/** An instant by both clocks: one of them may stand still while the machine sleeps, the other is set. */
interface Instants {
  readonly wall: number
  readonly elapsed: number
}

/**
 * What other machines may have replaced meanwhile is true for so long, in milliseconds; so long, too, is a
 * store not asked again that was not reached.
 */
const trusted = 5_000

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
  /** When the store of a profile was not reached, by its name. */
  readonly #missed = new Map<string, Instants>()
  readonly #world: Pick<World, 'stampOf' | 'clock'>

  readonly #gate: Gate | undefined

  constructor(world: Pick<World, 'stampOf' | 'clock'>, gate?: Gate) {
    this.#world = world
    this.#gate = gate
  }

  find(name: string): KeptSession | undefined {
    const entry = this.#current(name)
    if (entry === undefined || !isShared(entry) || this.#since(entry.asked) < trusted) return entry
    const missed = this.#missed.get(name)
    if (missed === undefined || this.#since(missed) >= trusted) return undefined
    return this.#isAllowedOffline(entry) ? entry : undefined
  }

  /** What is held of a session whose store was not reached now, as far as its profile allows that. */
  findOffline(name: string): KeptSession | undefined {
    const entry = this.#current(name)
    if (entry === undefined || !isShared(entry) || !this.#isAllowedOffline(entry)) return undefined
    this.#missed.set(name, this.#now())
    return entry
  }

  #isAllowedOffline({ session, asked }: Entry): boolean {
    const { offline } = session.profile
    return offline !== undefined && this.#since(asked) <= parseDuration(offline, 'offline')
  }

  #current(name: string): Entry | undefined {
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
    const [offset, asked] = [this.#offset(), this.#now()]
    this.#entries.set(name, { session, record: kept, stamp, offset, asked })
    this.#missed.delete(name)
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

  #now(): Instants {
    const { clock } = this.#world
    return { wall: clock.now(), elapsed: clock.elapsed() }
  }

  /** Milliseconds since then, by the clock that says more. */
  #since({ wall, elapsed }: Instants): number {
    const now = this.#now()
    return Math.max(now.wall - wall, now.elapsed - elapsed)
  }

  #offset(): number {
    const { clock } = this.#world
    return clock.now() - clock.elapsed()
  }
}

function isShared({ session }: KeptSession): boolean {
  return session.ports.stores.traits(session.profile.store).shared === true
}
