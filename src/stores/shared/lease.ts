import { isFailure, isToknError, type ToknError } from '../../core/errors.ts'
import type { LeaseTaken, SharedEngine } from '../../core/shared-engine.ts'
import { lease, type SharedTime } from '../../core/shared-time.ts'

/** Milliseconds between two prolongations. */
const renewal = 2_000

/** By so many milliseconds the two clocks of a machine may differ within a lease. */
const slack = 1_000

export interface LeaseOptions {
  readonly engine: Pick<SharedEngine, 'takeLease' | 'renewLease' | 'leaseLeft' | 'releaseLease'>
  readonly time: SharedTime
  /** `session:ID`, `refresher`. */
  readonly name: string
  /** For those who wait: JSON. */
  readonly holder: string
  /** Called once, when it may be another's; with why it could not be prolonged, where it was not taken. */
  readonly ended?: ((missed: ToknError | undefined) => void) | undefined
}

/** A lease that is prolonged until it is another's, or is given back. */
export interface KeptLease {
  readonly fence: number
  /** By the engine; where that is not reached, by the clocks of this machine. Throws `store`. */
  isHeld(): Promise<boolean>
  /** Asks the engine how long it lasts, for `lasts`. Throws `network`, `store`. */
  measure(): Promise<void>
  /** Whether it lasts for more than `least` milliseconds, as far as this machine knows. */
  lasts(least: number): boolean
  /** Gives it back, where it is still ours. Throws nothing that an engine throws. */
  release(): Promise<void>
}

export type LeaseRefused = Exclude<LeaseTaken, { readonly fence: number }>

/** Does not wait. Throws `network`, `store`. */
export async function takeLease(options: LeaseOptions): Promise<KeptLease | LeaseRefused> {
  const { engine, time, name, holder } = options
  // Before the engine gives it.
  const began = instants(time)
  const taken = await engine.takeLease(name, holder, lease)
  return 'fence' in taken ? keep(options, taken.fence, began) : taken
}

interface Instants {
  readonly monotonic: number
  readonly wall: number
}

function instants(time: SharedTime): Instants {
  return { monotonic: time.monotonic(), wall: time.now() }
}

function keep(options: LeaseOptions, fence: number, began: Instants): KeptLease {
  const { engine, time, name, ended } = options
  let until = after(began, lease)
  let lost = false
  let missed: ToknError | undefined
  const stops = [time.repeat(renewal, renew)]
  // Also while an engine that is not reached has not answered yet.
  if (ended !== undefined) stops.push(time.repeat(renewal, look))
  return {
    fence,
    isHeld: async () => {
      if (lost) return false
      try {
        lost = (await engine.leaseLeft(name, fence)) <= 0
        return !lost
      } catch (error) {
        // What begins with it compares the fencing number, and what ends it the generation.
        if (!isToknError(error, 'network')) throw error
        return lasts(0)
      }
    },
    measure: async () => {
      const asked = instants(time)
      until = after(asked, await engine.leaseLeft(name, fence))
    },
    lasts,
    release: async () => {
      stop()
      try {
        await engine.releaseLease(name, fence)
      } catch (error) {
        // It ends by itself.
        if (!isFailure(error)) throw error
      }
    },
  }

  async function renew(): Promise<void> {
    const asked = instants(time)
    try {
      if (await engine.renewLease(name, fence, lease)) until = after(asked, lease)
      else lost = true
      missed = undefined
    } catch (error) {
      // What was promised lasts, whether or not the engine is reached now, or answers with sense.
      if (!isFailure(error)) throw error
      missed = error
    }
    await look()
  }

  async function look(): Promise<void> {
    if (ended === undefined || lasts(0)) return
    stop()
    ended(missed)
  }

  function lasts(least: number): boolean {
    const [left, byWall] = [until.monotonic - time.monotonic(), until.wall - time.now()]
    // Of the two clocks one may have stood still while the machine slept, the other may have been set.
    return !lost && left > least && byWall > least && byWall <= lease + slack
  }

  function stop(): void {
    for (const end of stops.splice(0)) end()
  }
}

function after({ monotonic, wall }: Instants, duration: number): Instants {
  return { monotonic: monotonic + duration, wall: wall + duration }
}
