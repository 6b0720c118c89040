/**
 * Milliseconds since the start of this process, by a clock that nobody can set, and that stops while
 * the machine sleeps. Not `performance.now()`: the first use of that loads what measures Node itself.
 */
export const elapsed = (): number => process.uptime() * 1_000

/** Milliseconds since 1970, by the clock on the wall. */
export const wallTime = (): number => Date.now()
