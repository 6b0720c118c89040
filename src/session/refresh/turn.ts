import { ToknError } from '../../core/errors.ts'
import type { HeldLock, Http, Store } from '../../core/ports.ts'
import type { Profile } from '../../core/profile.ts'
import type { Provider } from '../../core/provider.ts'
import type { SessionRecord } from '../../core/record.ts'
import type { Ports } from '../ports.ts'
import type { RefreshWanted } from '../refresh-request.ts'
import type { Attempt } from './attempt.ts'

/** One refresh under way: everything that its steps need. */
export interface Turn {
  readonly ports: Ports
  readonly profile: Profile
  readonly wanted: RefreshWanted
  readonly held: HeldLock
  readonly store: Store
  readonly provider: Provider
  /** The session as it is held until this turn has new tokens. */
  readonly record: SessionRecord
  readonly attempt: Attempt
}

/** How new tokens come to a session. */
export type Way = 'refresh' | 'reissue' | 'login'

/** Left of what a refresh may take, so that its answer is stored before who waits for it gives up. */
const margin = 500

/** The way out for a turn: while its lock is held, and within the time that is left for it. */
export function openHttp({ ports, held }: Turn, http: Http): Http {
  return async (request) => {
    // A process that slept past its lease must not spend tokens that another has spent meanwhile.
    if (!held.stillHeld()) {
      throw new ToknError('busy', 'the lock of this session was lost to another process', {
        hint: 'run the command again',
        sent: false,
      })
    }
    const left = timeLeftFor(ports)
    if (left <= 0) {
      throw new ToknError('network', 'there was no time left to ask the provider', {
        hint: 'try again, or wait longer with --timeout',
        sent: false,
      })
    }
    return await http({ ...request, timeout: Math.min(request.timeout ?? left, left) })
  }
}

/** Milliseconds left for requests: less than for the whole, where the answer still has to be kept. */
export function timeLeftFor(ports: Ports): number {
  return Math.floor(ports.timeLeft() - Math.min(margin, ports.timeout / 10))
}
