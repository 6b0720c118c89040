import type { Clock, HttpReply } from '../../core/ports.ts'
import { aheadOf, isExact, readAhead, type Ahead, type Journey } from '../../core/server-clock.ts'

/** The one source of time for what is signed for a server, and for what it says of instants. */
export interface ServerClock {
  learn(headers: HttpReply['headers'], journey: Journey, mayBeKept: boolean): void
  /** Milliseconds by which the server's clock is ahead of ours, as its own answers say. */
  ahead(): number
  /** Epoch seconds by the server's clock. */
  now(): number
  /** Epoch seconds to put into what is signed now: never in the server's future. */
  stamp(): number
  /** Whether what was signed last has another time than the server is known to have by now. */
  misdated(): boolean
}

// Servers that allow nothing for the way, or for the second that a date is cut by, are real.
const margin = 2_000
// What a date and the way may be wrong by: less cannot have been the reason for a refusal.
const notable = 1_500

/**
 * The clock of one server, learnt from its replies. That of an answer to a request of ours is
 * exact; that of a document which anybody may have kept only says what time it is at least, and
 * serves until something better is known. What is known so stays: no earlier reply moves it.
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
