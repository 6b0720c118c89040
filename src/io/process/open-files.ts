import { readFileSync } from 'node:fs'

/** Most connections that wait beside other work, where the system allows for more. */
const most = 1_024

/** How many there may be for a moment, where many come at once. */
const mostAtOnce = 4 * most

/** Descriptors that other work needs: a refresh, files, pipes to a child. */
const others = 40

/** How many connections a server may hold open so that this process can still open files. */
export interface ConnectionLimits {
  /** That say nothing. */
  readonly waiting: number
  /** In all, until those that have just come have been listened to. At least `waiting`. */
  readonly atOnce: number
}

export function connectionLimits(): ConnectionLimits {
  const limit = openFileLimit()
  const room = limit === undefined ? Infinity : Math.max(8, limit - others)
  return { waiting: Math.min(most, room), atOnce: Math.min(mostAtOnce, room) }
}

/** `undefined` where it is high enough, or not known. */
function openFileLimit(): number | undefined {
  try {
    const limits = readFileSync('/proc/self/limits', 'latin1')
    const limit = Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1] ?? Number.NaN)
    return Number.isFinite(limit) ? limit : undefined
  } catch {
    // No Linux: there the limits are large, or raised by the runtime itself; it is not known how far.
    return 128 + others
  }
}
