/** The clock of one fake server: real time plus an offset that tests may move. */
export interface SandboxClock {
  /** Epoch milliseconds as this server sees them. */
  readonly now: () => number
  /** Moves the clock by `ms` milliseconds; a negative number moves it back. */
  readonly advance: (ms: number) => void
  /** Puts the clock back to the offset it started with. */
  readonly reset: () => void
}

/** Starts a clock that is `offsetMs` milliseconds ahead of the real one. */
export function startClock(offsetMs = 0): SandboxClock {
  let offset = offsetMs
  return {
    now: () => Date.now() + offset,
    advance: (ms) => {
      offset += ms
    },
    reset: () => {
      offset = offsetMs
    },
  }
}
