import { isObject } from '../../../src/core/json.ts'
import type { JournalEntry } from '../../../src/core/ports.ts'
import { serializeRecord, type SessionRecord } from '../../../src/core/record.ts'
import { Secret } from '../../../src/core/secret.ts'
import type { SharedRow as Row } from '../../../src/core/shared-engine.ts'
import { openRecord, sealRow } from '../../../src/stores/shared/codec.ts'
import { readContent } from '../../../src/stores/shared/journal-content.ts'
import { readStamp, writeStamp } from '../../../src/stores/shared/stamp.ts'
import { openKeys } from '../../../src/stores/shared/store-keys.ts'
import { startMemoryServer, type MemoryServer } from '../../support/memory-engine.ts'
import type { MemoryState } from '../../support/memory-state.ts'
import { profileId } from '../world/facts.ts'
import { markOf } from '../world/network.ts'
import type { Opened, Place } from '../world/place.ts'
import type { SimulatedProcess } from '../world/process.ts'
import type { World } from '../world/world.ts'
import { EngineLink } from './link.ts'
import { Machine } from './machine.ts'
import { openSharedPlace } from './open-shared.ts'
import { drawSkews } from './settings.ts'

/** Who took the lease of the session last. */
interface Holder {
  readonly process: SimulatedProcess
  readonly fence: number
}

const lease = `session:${profileId}`
const name = 'web'
const keys = openKeys(new Secret(''), undefined)

/** Machines with clocks of their own, and the engine that has their session. */
export class Fleet implements Place {
  readonly kind = 'postgres'
  readonly machines: readonly [Machine, ...Machine[]]
  readonly link: EngineLink
  readonly server: MemoryServer
  /** How often the engine may have gone back behind what it had confirmed, so far. */
  life = 0
  #holder: Holder | undefined
  /** Who was given a lease, by its number. */
  readonly #given = new Map<number, Holder>()
  /** The processes by the names under which they are known to the engine. */
  readonly #processes = new Map<string, SimulatedProcess>()
  #backup: MemoryState | undefined
  /** What it had before each of the last writes. */
  #history: readonly MemoryState[] = []
  readonly #world: World

  constructor(world: World) {
    this.#world = world
    const make = (letter: string, skew: number) =>
      new Machine(world, `${letter}.`, skew, world.lock)
    const others = drawSkews(world.random).map((skew, index) => make('bcd'.charAt(index), skew))
    this.machines = [make('a', 0), ...others]
    this.link = new EngineLink(world, (label) => this.#afterCall(label))
    this.server = startMemoryServer({ now: () => world.now })
  }

  text(): string | undefined {
    const row = this.server.snapshot().rows.get(profileId)
    return row && openRecord(keys, row)?.text
  }

  put(record: SessionRecord): void {
    const { generation } = record
    const incarnation = writeStamp({ life: 'life 1', birth: 'first' })
    const row = { id: profileId, name, parts: {}, incarnation }
    const parts = sealRow(keys, row, { record: { generation, text: serializeRecord(record) } })
    // Its effect is there at once: nothing is carried yet.
    const change = { name, generation, parts: { record: parts.record ?? '' }, when: {} }
    void this.server.connect('beginning').write(profileId, change)
    this.server.carry(({ machine, operation }, run) => {
      const process = this.#processNamed(machine)
      return this.link.carry(process, operation, () => this.#watch(process, operation, run))
    })
  }

  left(): JournalEntry | undefined {
    const row = this.server.snapshot().rows.get(profileId)
    return row && readContent(keys, row)
  }

  whyNotHeld(process: SimulatedProcess, to: 'spend' | 'journal'): string | undefined {
    const holder = this.#holder
    // Whoever could not know that the engine has gone back since has done nothing wrong.
    if (holder === undefined || process.heardOfLife < this.life) return undefined
    if (holder.process !== process) return `${holder.process.name} has taken the lease`
    // Whose lease is over, and nobody's instead, may still write: the engine compares the fence.
    if (to === 'journal') return undefined
    const { fence, until } = this.server.snapshot().leases.get(lease) ?? { fence: 0, until: 0 }
    if (fence !== holder.fence || until > this.#world.now) return undefined
    return `its lease is over since ${this.#world.now - until} ms`
  }

  doubt(): string | undefined {
    const row = this.server.snapshot().rows.get(profileId)
    const opened = row && openRecord(keys, row)
    if (row === undefined || opened === undefined || this.life === 0) return undefined
    const { life } = readStamp(opened.incarnation)
    if (life !== `life ${this.life + 1}`) return 'the engine has gone back, or may have'
    const further = this.machines.some(({ files }) =>
      [...files.values()].some((bytes) => isFurther(bytes, row.generation)),
    )
    return further ? 'a machine has seen a later generation' : undefined
  }

  open(process: SimulatedProcess): Opened {
    this.#processes.set(process.name, process)
    return openSharedPlace(process, this.server.connect(process.name))
  }

  /** Between two events: the engine, or the way to it, may fail. */
  disturb(): void {
    const world = this.#world
    const { engine } = world.settings.faults
    if (engine === undefined || world.calm) return
    if (this.server.writes() % 3 === 0) this.#backup ??= this.server.snapshot()
    if (world.fails('partition', engine.partition)) {
      const way = world.random.pick(['to', 'from', 'both'] as const)
      world.random.pick(this.machines).cutOff(way, world.random.between(500, 40_000))
    }
    if (world.fails('engine restart', engine.restart)) this.#restart({ lost: 0, shows: false })
    if (world.fails('engine failover', engine.failover)) {
      this.#restart({ lost: world.random.between(0, 4), shows: true })
    }
    if (world.fails('engine backup', engine.backup)) {
      const backup = this.#backup
      if (backup !== undefined) this.#comeBack(() => this.server.restore(backup, true), 'a backup')
    }
  }

  /** All faults end. */
  heal(): void {
    for (const machine of this.machines) machine.heal()
    this.link.downUntil = 0
  }

  #afterCall(label: string): void {
    const world = this.#world
    const { engine } = world.settings.faults
    if (label !== 'engine.write' || engine === undefined) return
    if (world.fails('engine forgets', engine.forgets)) this.#restart({ lost: 1, shows: true })
  }

  /** With all that it had, or without the last writes; `shows`: as another life of it. */
  #restart({ lost, shows }: { readonly lost: number; readonly shows: boolean }): void {
    const forgotten = Math.min(lost, this.#history.length)
    const state = this.#history.at(-forgotten)
    const act = () => {
      if (forgotten > 0 && state !== undefined) this.server.restore(state, shows)
      else if (shows) this.server.restore(this.server.snapshot(), true)
      else this.server.restart()
    }
    this.#comeBack(act, forgotten === 0 ? 'all that it had' : `all but ${forgotten} writes`, shows)
    this.#history = this.#history.slice(0, this.#history.length - forgotten)
  }

  #comeBack(act: () => void, what: string, shows = true): void {
    const world = this.#world
    act()
    // Of a lease that it has forgotten nobody is the holder any more: who had the one before it is.
    const fence = this.server.snapshot().leases.get(lease)?.fence
    if (fence !== undefined) this.#holder = this.#given.get(fence) ?? this.#holder
    if (shows) {
      this.life++
      world.facts.wentBack()
    }
    this.link.breakConnections()
    this.link.downUntil = world.now + world.random.pick([0, 100, 3_000, 20_000])
    world.note(() => `the engine comes back with ${what}, at ${this.link.downUntil - world.now} ms`)
  }

  #processNamed(known: string): SimulatedProcess {
    const process = this.#processes.get(known)
    if (process === undefined) throw new Error(`nobody is called ${known}`)
    return process
  }

  /** Looks at what a call of `process` changes, at the instant at which the engine makes it so. */
  #watch<Answer>(process: SimulatedProcess, operation: string, run: () => Answer): Answer {
    const before = this.server.snapshot()
    const answer = run()
    const after = this.server.snapshot()
    if (operation === 'write' && isObject(answer) && answer['failed'] === 'fence') {
      this.#world.facts.refused(process)
    }
    if (before.rows !== after.rows) this.#history = [...this.#history.slice(-3), before]
    if (before.leases !== after.leases) this.#noteLease(process, before, after)
    const [old, row] = [before.rows.get(profileId), after.rows.get(profileId)]
    if (old !== row) this.#noteRow(process, old, row)
    return answer
  }

  #noteLease(process: SimulatedProcess, before: MemoryState, after: MemoryState): void {
    const [old, next] = [before.leases.get(lease), after.leases.get(lease)]
    if (next === undefined || next.fence === old?.fence) return
    const last = this.#holder?.process
    if (last !== undefined && last !== process && last.state === 'running') last.overtaken = true
    this.#holder = { process, fence: next.fence }
    this.#given.set(next.fence, this.#holder)
    process.lockedAt = this.#world.now
    this.#world.note(() => `${process.name} has lease ${next.fence}`)
  }

  #noteRow(process: SimulatedProcess, old: Row | undefined, row: Row | undefined): void {
    const { facts, network, now } = this.#world
    if (row === undefined) {
      facts.erased(process)
      facts.removed(process, profileId)
      return
    }
    if (old !== undefined && row.generation < old.generation) {
      this.#world.violate(`(d) ${process.name} takes the row back to ${row.generation}`)
    }
    const journal = row.parts.journal
    if (journal !== undefined && journal !== old?.parts.journal) {
      const content = readContent(keys, row)
      const begins = content?.answers.length === 0 && content.record === undefined
      if (begins) facts.journalling(process)
      for (const packet of network.packets) {
        if (journal.includes(markOf(packet))) packet.durableSince ??= now
      }
    }
    if (row.parts.record === undefined || row.parts.record === old?.parts.record) return
    const [last, next] = [old && openRecord(keys, old)?.text, openRecord(keys, row)?.text ?? '']
    this.#world.note(() => `${process.name} has written generation ${row.generation}`)
    facts.stored(process, profileId, last, next)
  }
}

/** Whether what a machine remembers is of a generation that is not stored. */
function isFurther(bytes: Uint8Array, stored: number): boolean {
  const value: unknown = JSON.parse(Buffer.from(bytes).toString())
  if (!isObject(value)) return false
  const { generation, intended } = value
  return Number(generation) > stored || Number(intended) > stored
}
