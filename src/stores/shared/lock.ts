import { ToknError } from '../../core/errors.ts'
import type { HeldLock, JournalEntry, Lock } from '../../core/ports.ts'
import type { SharedEngine } from '../../core/shared-engine.ts'
import type { SharedTime } from '../../core/shared-time.ts'
import { words } from '../../messages/words.ts'
import type { Hold, Holds } from './hold.ts'
import { describeHolder } from './holder.ts'
import type { KeptLease } from './lease.ts'
import { waitForLease } from './wait-for-lease.ts'

/** What is left of a lease, in milliseconds, is no time to send anything in. */
const margin = 1_000

export interface SharedLockOptions {
  readonly engine: SharedEngine
  readonly time: SharedTime
  /** For those who wait: JSON. */
  readonly holder: string
  readonly holds: Holds
  /** The generation of the row, what is in its journal, and `HeldLock.doubt` by the row as it was read. */
  look(id: string): Promise<{
    readonly generation: number
    readonly journal: JournalEntry | undefined
    readonly doubt: NonNullable<HeldLock['doubt']>
  }>
  /** See `HeldLock.doubt`. */
  doubt(id: string): ReturnType<NonNullable<HeldLock['doubt']>>
}

/** The lock of a session, for all machines: a lease by the engine's clock, with a fencing number. */
export type SharedLock = Lock

/** The lease of a session. */
export function nameOfLease(id: string): string {
  return `session:${id}`
}

export function openSharedLock(options: SharedLockOptions): SharedLock {
  const { engine, time, holder } = options
  return async (id, timeout, look) => {
    const end = await waitForLease({
      ...{ engine, time, holder, timeout, look, name: nameOfLease(id) },
      busy: (heldBy) => new ToknError('busy', words.fleet.busy(describeHolder(heldBy))),
    })
    return 'lease' in end ? hold(options, id, end.lease) : end.found
  }
}

function hold({ holds, look, doubt }: SharedLockOptions, id: string, lease: KeptLease): HeldLock {
  const { fence } = lease
  const own: Hold = { fence }
  holds.set(id, own)
  return {
    fence,
    stillHeld: async () => await lease.isHeld(),
    permit: async (generation) => {
      await lease.measure()
      const found = await look(id)
      const unchanged =
        found.generation === generation &&
        (own.journal === undefined || isSame(found.journal, own.journal)) &&
        // The engine may have lost its last writes since nothing spoke against it. By the same row: in another
        // one there may be an answer.
        (own.doubt !== undefined || (await found.doubt()) === undefined)
      if (unchanged && lease.lasts(margin)) return () => lease.lasts(margin)
      throw new ToknError('busy', words.refresh.lockLost(), { sent: false, fault: 'overtaken' })
    },
    doubt: async () => (own.doubt = await doubt(id)),
    release: async () => {
      if (holds.get(id) === own) holds.delete(id)
      await lease.release()
    },
  }
}

/** Whether nobody but this process has written into the journal. */
function isSame(found: JournalEntry | undefined, own: JournalEntry): boolean {
  return JSON.stringify(found) === JSON.stringify(own)
}
