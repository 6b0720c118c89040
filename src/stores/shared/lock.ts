import { isFailure, isToknError, ToknError } from '../../core/errors.ts'
import type { HeldLock, JournalEntry, Lock } from '../../core/ports.ts'
import type { LeaseTaken, SharedEngine } from '../../core/shared-engine.ts'
import { lease, type SharedTime } from '../../core/shared-time.ts'
import { words } from '../../messages/words.ts'
import type { Hold, Holds } from './hold.ts'
import { describeHolder } from './holder.ts'

const renewal = 2_000

/** What is left of a lease, in milliseconds, is no time to send anything in. */
const margin = 1_000

/**
 * Milliseconds between two looks at a lease that another holds: at first, at most, and from when no
 * connection is kept meanwhile.
 */
const [shortest, longest, restsFrom] = [100, 4_000, 500]

/** Each is so many times as long as the one before. */
const growth = 1.4

/** An engine that counts whole seconds says for up to one of them that nothing is left of a lease. */
const lastSecond = 250

export interface SharedLockOptions {
  readonly engine: SharedEngine
  readonly time: SharedTime
  /** For those who wait: JSON. */
  readonly holder: string
  readonly holds: Holds
  /** The generation of the row, and what is in its journal. */
  look(id: string): Promise<{
    readonly generation: number
    readonly journal: JournalEntry | undefined
  }>
  /** See `HeldLock.doubt`. */
  doubt(id: string): ReturnType<NonNullable<HeldLock['doubt']>>
}

/** The lock of a session, for all machines: a lease by the engine's clock, with a fencing number. */
export type SharedLock = Lock

export function openSharedLock(options: SharedLockOptions): SharedLock {
  const { engine, time, holder } = options
  return async (id, timeout, look) => {
    const end = time.monotonic() + timeout
    const name = `session:${id}`
    for (let pause = shortest, waited = false; ; waited = true) {
      let began = instants(time)
      let taken: LeaseTaken | undefined
      try {
        // Of all that have waited one has to refresh at most: to read is less than to take and give back.
        const found = waited ? await look?.() : undefined
        if (found !== undefined) return found
        began = instants(time)
        taken = await engine.takeLease(name, holder, lease)
      } catch (error) {
        // The engine was there a moment ago: it may be failing over.
        if (!waited || !isToknError(error, 'network') || time.monotonic() >= end) throw error
      }
      if (taken !== undefined && 'fence' in taken) return hold(options, id, taken.fence, began)
      const left = end - time.monotonic()
      if (left <= 0) {
        throw new ToknError('busy', words.fleet.busy(describeHolder(taken?.heldBy ?? '')))
      }
      // Sooner where its time is about to end: whoever is dead then is succeeded at once.
      const ending = taken === undefined ? pause : taken.left > 0 ? taken.left + 10 : lastSecond
      const next = Math.min(ending, pause * (0.5 + time.random() / 2))
      if (next >= restsFrom) await engine.rest?.()
      await time.wait(Math.max(10, Math.min(next, left)))
      pause = Math.min(longest, pause * growth)
    }
  }
}

interface Instants {
  readonly monotonic: number
  readonly wall: number
}

function instants(time: SharedTime): Instants {
  return { monotonic: time.monotonic(), wall: time.now() }
}

/** The lease that was asked for at `began`, which is before the engine gave it. */
function hold(options: SharedLockOptions, id: string, fence: number, began: Instants): HeldLock {
  const { engine, time, holds, look } = options
  const name = `session:${id}`
  const own: Hold = { fence, until: after(began, lease), lost: false }
  holds.set(id, own)
  const stop = time.repeat(renewal, async () => {
    const asked = instants(time)
    try {
      if (await engine.renewLease(name, fence, lease)) own.until = after(asked, lease)
      else own.lost = true
    } catch (error) {
      // What was promised lasts, whether or not the engine is reached now, or answers with sense.
      if (!isFailure(error)) throw error
    }
  })
  const lasts = (least: number) => {
    const { monotonic, wall } = own.until
    const [left, byWall] = [monotonic - time.monotonic(), wall - time.now()]
    // Of the two clocks one may have stood still while the machine slept, the other may have been set.
    return !own.lost && left > least && byWall > least && byWall <= lease + margin
  }
  return {
    fence,
    stillHeld: async () => {
      if (own.lost) return false
      try {
        own.lost = (await engine.leaseLeft(name, fence)) <= 0
        return !own.lost
      } catch (error) {
        // Whatever is written compares the fencing number again.
        if (!isToknError(error, 'network')) throw error
        return lasts(0)
      }
    },
    permit: async (generation) => {
      const asked = instants(time)
      const left = await engine.leaseLeft(name, fence)
      const found = await look(id)
      own.until = after(asked, left)
      const unchanged =
        found.generation === generation &&
        (own.journal === undefined || isSame(found.journal, own.journal))
      if (unchanged && lasts(margin)) return () => lasts(margin)
      throw new ToknError('busy', words.refresh.lockLost(), { sent: false, fault: 'overtaken' })
    },
    doubt: () => options.doubt(id),
    release: async () => {
      stop()
      if (holds.get(id) === own) holds.delete(id)
      try {
        await engine.releaseLease(name, fence)
      } catch (error) {
        // It ends by itself.
        if (!isFailure(error)) throw error
      }
    },
  }
}

function after({ monotonic, wall }: Instants, duration: number): Hold['until'] {
  return { monotonic: monotonic + duration, wall: wall + duration }
}

/** Whether nobody but this process has written into the journal. */
function isSame(found: JournalEntry | undefined, own: JournalEntry): boolean {
  return JSON.stringify(found) === JSON.stringify(own)
}
