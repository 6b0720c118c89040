import type { Clock, HttpReply } from '../../../core/ports.ts'
import {
  aheadOf,
  isExact,
  readAhead,
  type Ahead,
  type Journey,
} from '../../../core/server-clock.ts'

/** The time of one server: for what is signed for it, and for the instants in its replies. */
export interface ServerClock {
  learn(headers: HttpReply['headers'], journey: Journey, mayBeKept: boolean): void
  /** Milliseconds by which the server's clock is ahead of ours, by its own replies. */
  ahead(): number
  /** Epoch seconds by the server's clock. */
  now(): number
  /** Epoch seconds for what is signed now: never in the server's future. */
  stamp(): number
  /** Whether the last signature has another time than the server is by now known to have. */
  misdated(): boolean
}

// Some servers tolerate neither network delay nor the second that a date is rounded by.
const margin = 2_000
// What rounding and network delay add up to: a smaller difference is not why it was refused.
const notable = 1_500

/**
 * The clock of one server, learnt from its replies. The date of a reply to one of our requests is
 * exact; that of a document which a cache may have kept is only a lower bound, and is used until an
 * exact one is known.
 */
export function openServerClock(clock: Clock): ServerClock {
  let exact: Ahead | undefined
  let least: Ahead | undefined
  let stamped: number | undefined
  const best = () => aheadOf(exact ?? least)
  return {
    learn: (headers, journey, mayBeKept) => {
      const read = readAhead(headers, journey, mayBeKept)
      if (read === undefined) return
      if (isExact(read)) exact = read
      else least = read
    },
    ahead: () => aheadOf(exact),
    now: () => Math.floor((clock.now() + aheadOf(exact)) / 1_000),
    stamp: () => {
      stamped = best()
      return Math.floor((clock.now() + stamped - margin) / 1_000)
    },
    misdated: () => stamped !== undefined && Math.abs(stamped - best()) > notable,
  }
}
