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
import { SimulatedTurns } from './turn.ts'
import type { IndexEntry } from '../../../src/core/ports.ts'
import type { Profile } from '../../../src/core/profile.ts'

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
  readonly store: SimulatedStore
  readonly lock: SimulatedLock
  readonly turns: SimulatedTurns
  readonly journal = new FrameFiles()
  readonly unfinished = new FrameFiles()
  readonly network: Network
  readonly server: ProviderServer
  readonly facts: Facts
  readonly index = new Map<string, IndexEntry>()
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

  constructor(seed: number, trace: string[] | undefined) {
    this.random = new Random(seed)
    this.settings = withTheme(this.random, drawSettings(this.random))
    this.#faults = this.settings.faultBudget
    this.#trace = trace
    this.facts = new Facts(this)
    this.store = new SimulatedStore(this)
    this.lock = new SimulatedLock(this)
    this.turns = new SimulatedTurns(this)
    this.server = new ProviderServer(this)
    this.network = new Network(this)
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
    this.counts[fault] = (this.counts[fault] ?? 0) + 1
    return true
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
    const rested = new Promise<void>((resolve) => {
      this.#rest = resolve
    })
    park.settle()
    await rested
  }

  /** Says that the process which goes on waits for something, has ended or is dead. */
  rest(): void {
    const rest = this.#rest
    this.#rest = undefined
    rest?.()
  }
}
