import { isObject } from '../../../src/core/json.ts'
import type { SessionRecord } from '../../../src/core/record.ts'
import { describe, type Packet } from './network.ts'
import type { SimulatedProcess } from './process.ts'
import type { World } from './world.ts'

/** The one profile that all processes share. */
export const profileId = 'p'.repeat(32)

/** Milliseconds by which clocks may differ unseen: those of machines, and those of their processes. */
const unnoticed = 12_000

/** What a process could know when it began to ask for a token. */
export interface Beginning {
  readonly generation: number
  readonly logins: number
  /** That of the engine, where there is one. */
  readonly life: number
  readonly condemned: ReadonlySet<string>
}

/**
 * What is true, whatever the processes believe; and the rules that hold at every step. The letters
 * are those of `invariants` in `schedule.ts`.
 */
export class Facts {
  /** Access tokens that the store has said to be dead. */
  readonly #condemned = new Set<string>()
  readonly #received = new Map<SimulatedProcess, Packet>()
  /** Sessions that were stored by logins, and whether a logout was asked for since. */
  logins = 0
  endings = 0
  /**
   * Whether a holder that was taken for dead lives: it and the one after it may each store what they
   * got, of the same generation.
   */
  overtaken = false
  readonly #world: World

  constructor(world: World) {
    this.#world = world
  }

  /** (a) and (g): before a request goes out. */
  sending(packet: Packet): void {
    const { process, message } = packet
    if (message.op !== 'refresh' && message.op !== 'issue') return
    const why = this.#world.place.whyNotHeld(process, 'spend')
    if (why !== undefined) {
      this.#world.violate(`(g) ${process.name} spends ${describe(packet)}, and ${why}`)
    }
    const earlier = this.#world.network.packets.filter((one) => spendsTheSame(one, packet))
    // What came to be known since cannot be known to this process: it has looked already.
    const looked = Math.max(process.lockedAt, process.lookedAt)
    const answered = earlier.find((one) => this.#isKnown(one, looked))
    if (answered !== undefined && !this.#maySpendAnew(answered)) {
      this.#world.violate(
        `(a) ${describe(packet)} spends again what ${describe(answered)} had an answer to`,
      )
    }
    const own = earlier.filter((one) => one.process === process && one.fate !== 'passing')
    const heard = own.find((one) => this.#received.get(process) === one)
    const anew = earlier.some((one) => this.#maySpendAnew(one))
    const doubted = earlier.some(
      (one) =>
        !anew &&
        one.process !== process &&
        one.received !== true &&
        hasEnded(one, process.lockedAt),
    )
    if (own.length > (doubted ? 0 : 1) || (heard !== undefined && !this.#maySpendAnew(heard))) {
      this.#world.violate(`(a) ${describe(packet)} is sent too often by one process`)
    }
  }

  /** (g): before the journal of a refresh is opened to write. */
  journalling(process: SimulatedProcess): void {
    const why = this.#world.place.whyNotHeld(process, 'journal')
    if (why === undefined) return
    this.#world.violate(`(g) ${process.name} begins a journal, and ${why}`)
  }

  /**
   * Whether what was answered was known at `time`: it was durable, or had been heard by a process that
   * nothing kept from making it so.
   */
  #isKnown(packet: Packet, time: number): boolean {
    const { durableSince, unkept, fate, process, received } = packet
    if (durableSince !== undefined) return durableSince <= time
    // One that lost the lock of a machine meanwhile had nowhere to put it; of a lease that is no matter.
    const free = hasEnded(packet, time) && (this.#world.fleet !== undefined || !process.overtaken)
    return received === true && unkept !== true && fate !== 'passing' && free
  }

  /** Where a refresh ends nothing, what cannot be read may be asked for anew, by name. */
  #maySpendAnew({ fate }: Packet): boolean {
    const { rotation } = this.#world.settings.provider
    // Nothing is spent by use: where a store has gone back, the same is asked for once more.
    if (rotation === 'none' && (this.#world.fleet?.life ?? 0) > 0) return true
    return fate === 'nonsense' && (rotation === 'none' || rotation === 'on-first-use')
  }

  received(packet: Packet): void {
    packet.received = true
    this.#received.set(packet.process, packet)
  }

  /** What `process` heard last is on the disk. */
  journalled(process: SimulatedProcess, kind: string): void {
    const packet = this.#received.get(process)
    if (packet !== undefined && kind === 'answer' && packet.fate !== 'passing') {
      packet.durableSince ??= this.#world.now
    }
  }

  /** An engine refused what `process` wrote, since another has taken over. */
  refused(process: SimulatedProcess): void {
    const packet = this.#received.get(process)
    if (packet === undefined || packet.durableSince !== undefined || packet.unkept === true) return
    // What ends a session, or asks about it, gives nothing that needs a place.
    if (packet.fate === 'passing' || !grants(packet)) return
    this.#world.violate(`(b) ${process.name} finds no place for the answer to ${describe(packet)}`)
  }

  /** The disk did not take what `process` heard last. */
  unkept(process: SimulatedProcess): void {
    const packet = this.#received.get(process)
    if (packet !== undefined) packet.unkept = true
  }

  /** A logout throws away what is known of a session, whatever becomes of the rest of it. */
  erased(process: SimulatedProcess): void {
    if (!process.name.includes('logout')) return
    for (const packet of this.#world.network.packets) {
      packet.durableSince = undefined
      packet.received = false
    }
  }

  /** (d): after a write of the store. */
  stored(process: SimulatedProcess, id: string, before: string | undefined, text: string): void {
    if (id !== profileId) return
    const next = readStored(text)
    const last = before === undefined ? undefined : readStored(before)
    if (last !== undefined && next.generation < last.generation) {
      this.#world.violate(`(d) ${process.name} takes the store back to ${next.generation}`)
    }
    const replaced = last?.generation === next.generation && last.access !== next.access
    // A login that cannot read what is there counts from what the index knows of it.
    if (replaced && !this.overtaken && !isLogin(process)) {
      this.#world.violate(
        `(d) ${process.name} puts ${next.access} over ${last.access} of the same generation`,
      )
    }
    // A login that cannot read back what it wrote writes it once more.
    const grows = last !== undefined && next.generation > last.generation && !isLogin(process)
    if (grows && last.access === next.access) {
      this.#world.violate(`(d) generation ${next.generation} brings nothing new: ${next.access}`)
    }
    if (next.dead) this.#condemned.add(next.access)
    for (const packet of this.#world.network.packets) {
      if (packet.newAccess === next.access) packet.durableSince ??= this.#world.now
    }
    if (isLogin(process)) this.logins++
  }

  removed(process: SimulatedProcess, id: string): void {
    if (id === profileId) this.#world.note(() => `the session is gone (${process.name})`)
  }

  /** What a store said once it need not know any more. */
  wentBack(): void {
    this.#condemned.clear()
  }

  begin(): Beginning {
    const text = this.#world.place.text()
    return {
      generation: text === undefined ? 0 : readStored(text).generation,
      logins: this.logins,
      life: this.#world.fleet?.life ?? 0,
      condemned: new Set(this.#condemned),
    }
  }

  /** (c), (f) and (h): when a token is handed out. */
  served(process: SimulatedProcess, beginning: Beginning, record: SessionRecord): void {
    const { access, expiry, generation, standing } = record
    const token = access.reveal()
    if (standing?.state === 'dead' || beginning.condemned.has(token)) {
      this.#world.violate(`(c) ${process.name} is given ${token}, which is known to be dead`)
    }
    // By a clock that was set meanwhile nobody can tell.
    const timed = expiry.state === 'at' && this.#world.clockSetAt < process.startedAt
    if (timed && expiry.at <= process.now()) {
      this.#world.violate(`(c) ${process.name} is given ${token}, whose time is over`)
    }
    const over = this.#world.fleet === undefined ? 0 : this.#world.server.overFor(token)
    if (over > unnoticed) {
      this.#world.violate(
        `(h) ${process.name} is given ${token}, whose time is over for ${over} ms`,
      )
    }
    // Of what an engine has lost meanwhile nobody knows.
    const same = beginning.life === (this.#world.fleet?.life ?? 0)
    if (same && generation < beginning.generation) {
      this.#world.violate(
        `(f) ${process.name} is given generation ${generation}, and ${beginning.generation} was stored`,
      )
    }
  }

  /** Why a session may be lost, or its token dead, though no rule was broken; if there is a reason. */
  excuse(stored: Stored): string | undefined {
    const { server, network, settings, fleet } = this.#world
    const { rotation } = settings.provider
    if (this.endings > 0) return 'it was to be ended'
    const doubt = rotation === 'none' ? undefined : this.#world.place.doubt()
    if (doubt !== undefined) return doubt
    const acted = network.packets.filter((one) => one.verdict === 'yes')
    if (acted.some(({ fate }) => fate === 'half nonsense')) return 'a refresh token was unusable'
    if (rotation === 'reissue' && !server.honours(stored.access)) {
      if (server.isPast(stored.access)) return 'its time was over before it was renewed'
    }
    if (rotation === 'reissue' && this.#world.ahead > 0) return 'its time was over by a wrong clock'
    const replaces = rotation === 'always' || rotation === 'server-decides'
    if (acted.some(({ fate }) => fate === 'nonsense') && (replaces || rotation === 'reissue')) {
      return 'an answer cannot be read'
    }
    if (settings.remember || !replaces) return undefined
    if (server.hasEnded(stored.access)) return 'an old request arrived late, or was repeated'
    const lost = acted.some(
      (one) =>
        one.message.refresh === stored.refresh &&
        one.replaced === true &&
        one.durableSince === undefined &&
        // Whoever lives, and reaches the engine, has put it there.
        !(fleet !== undefined && isHeard(one)),
    )
    return lost ? 'an answer to a refresh was lost' : undefined
  }
}

/** Whether whoever sent it heard the answer, and ended by itself with nothing in its way. */
function isHeard({ received, unkept, process }: Packet): boolean {
  return received === true && unkept !== true && process.state === 'ended'
}

function grants({ message }: Packet): boolean {
  return message.op === 'refresh' || message.op === 'issue' || message.op === 'login'
}

function isLogin({ name }: SimulatedProcess): boolean {
  return name.includes('login')
}

function hasEnded({ process }: Packet, time: number): boolean {
  return process.state === 'ended' && process.silentSince <= time
}

/** Whether two requests spend the same: a refresh token that stays is spent once for each access token. */
function spendsTheSame({ message: one, replaced }: Packet, { message: other }: Packet): boolean {
  if (one.op !== other.op || (one.op !== 'refresh' && one.op !== 'issue')) return false
  if (one.access === other.access && one.refresh === other.refresh) return true
  return one.op === 'refresh' && one.refresh === other.refresh && replaced === true
}

/** What a rule needs of a record. */
export interface Stored {
  readonly generation: number
  readonly access: string
  readonly refresh: string | undefined
  readonly dead: boolean
}

let lastRead: { readonly text: string; readonly stored: Stored } | undefined

export function readStored(text: string): Stored {
  if (lastRead?.text !== text) lastRead = { text, stored: parseStored(text) }
  return lastRead.stored
}

function parseStored(text: string): Stored {
  const value: unknown = JSON.parse(text)
  if (!isObject(value)) throw new Error('what is stored is no record')
  const { generation, access, refresh, standing } = value
  return {
    generation: Number(generation),
    access: String(access),
    refresh: typeof refresh === 'string' ? refresh : undefined,
    dead: isObject(standing) && standing['state'] === 'dead',
  }
}
