import { Random } from '../random.ts'
import { ProviderServer } from '../provider/server.ts'
import { Facts } from './facts.ts'
import { SimulatedLock } from './lock.ts'
import { Network } from './network.ts'
import type { Park, SimulatedProcess } from './process.ts'
import { drawSettings, type Settings } from './settings.ts'
import { withTheme } from './themes.ts'
import { SimulatedStore } from './store.ts'
import { FrameFiles } from './journal.ts'
import { Fleet } from '../fleet/fleet.ts'
import { Machine } from '../fleet/machine.ts'
import { drawFleet } from '../fleet/settings.ts'
import { openLocalPlace, type Place } from './place.ts'
import type { Profile } from '../../../src/core/profile.ts'

/** More turns than a process takes from one call to the next. */
const patience = 300

/** Whether the session is on one machine, or in an engine that many share. */
export type WorldKind = 'local' | 'fleet'

/** Everything that is outside of the processes, and the one generator that decides what happens. */
export class World {
  readonly random: Random
  readonly settings: Settings
  /** Epoch milliseconds. */
  now = 1_700_000_000_000
  /** Milliseconds that the clock of the machine is ahead. */
  ahead = 0
  clockSetAt = 0
  /** Those that have not ended; `runToEnd` takes out what has. */
  processes: SimulatedProcess[] = []
  /** One, or those of a fleet. */
  readonly machines: readonly [Machine, ...Machine[]]
  readonly place: Place
  /** The engine that the machines of a fleet share. */
  readonly fleet: Fleet | undefined
  readonly store: SimulatedStore
  readonly lock: SimulatedLock
  readonly journal = new FrameFiles()
  readonly unfinished = new FrameFiles()
  readonly network: Network
  readonly server: ProviderServer
  readonly facts: Facts
  readonly ledger = new Map<string, { logins: number[]; refreshes: number[] }>()
  readonly profiles = new Map<string, Profile>()
  /** What was found to be wrong, the first of it. */
  violation: string | undefined
  /** No fault happens any more, or yet. */
  calm = true
  steps = 0
  readonly counts: Record<string, number> = {}
  #faults: number
  #ids = 0
  #rest: (() => void) | undefined
  readonly #trace: string[] | undefined

  constructor(seed: number, kind: WorldKind, trace: string[] | undefined) {
    this.random = new Random(seed)
    const drawn = withTheme(this.random, drawSettings(this.random))
    this.settings = kind === 'fleet' ? drawFleet(this.random, drawn) : drawn
    this.#faults = this.settings.faultBudget
    this.#trace = trace
    this.facts = new Facts(this)
    this.store = new SimulatedStore(this)
    this.lock = new SimulatedLock(this)
    this.server = new ProviderServer(this)
    this.network = new Network(this)
    this.fleet = kind === 'fleet' ? new Fleet(this) : undefined
    this.place = this.fleet ?? openLocalPlace(this)
    this.machines = this.fleet?.machines ?? [new Machine(this, '', 0, this.lock)]
  }

  note(line: () => string): void {
    this.#trace?.push(`${String(this.now - 1_700_000_000_000).padStart(8)} ms  ${line()}`)
  }

  /** Remembers the first thing that is not as it has to be. */
  violate(what: string): void {
    this.note(() => `VIOLATION: ${what}`)
    this.violation ??= what
  }

  nextId(): number {
    return ++this.#ids
  }

  /** Whether a fault happens now that has `probability`; a schedule has only so many. */
  fails(fault: string, probability: number): boolean {
    if (this.calm || this.#faults === 0 || !this.random.chance(probability)) return false
    this.#faults--
    this.count(fault)
    return true
  }

  count(fault: string): void {
    this.counts[fault] = (this.counts[fault] ?? 0) + 1
  }

  kills(label: string): boolean {
    const { kill, aim } = this.settings.faults
    const aimed = aim?.fault === 'kill' && aim.label === label
    return aimed ? this.fails('aimed kill', aim.probability) : this.fails('kill', kill)
  }

  stops(label: string): boolean {
    const { sleep, aim } = this.settings.faults
    const aimed = aim?.fault === 'sleep' && aim.label === label
    return aimed ? this.fails('aimed sleep', aim.probability) : this.fails('sleep', sleep)
  }

  /** Somebody may set the clock of the machine. */
  setClock(): void {
    if (!this.fails('clock', this.settings.faults.clock)) return
    const change = this.random.pick([-7_200_000, -600_000, -90_000, 90_000, 7_200_000])
    this.ahead += change
    this.clockSetAt = this.now
    this.note(() => `the clock is set by ${change} ms`)
  }

  /** Lets one call return, and its process go on until it awaits another or has ended. */
  async resume(park: Park): Promise<void> {
    const seen = { rest: false }
    const rested = new Promise<void>((resolve) => {
      this.#rest = () => {
        seen.rest = true
        resolve()
      }
    })
    park.settle()
    if (park.process.parks.length === 0) return await rested
    // What it awaits next may be another of its calls, which is under way already.
    for (let turns = 0; turns < patience && !seen.rest; turns++) await undefined
    this.#rest = undefined
  }

  /** Says that the process which goes on waits for something, has ended or is dead. */
  rest(): void {
    const rest = this.#rest
    this.#rest = undefined
    rest?.()
  }
}
