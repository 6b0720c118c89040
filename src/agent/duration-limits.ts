/** How long an agent may do what it does, in milliseconds. */
export interface DurationLimits {
  /** From its start, and from each unlocking: then it locks itself. */
  readonly lifetime?: number | undefined
  /** Without a request: then it ends. */
  readonly idle?: number | undefined
}

/** Instants in epoch milliseconds, as the clock of the machine goes: sleep counts. */
export interface Moments {
  readonly now: number
  /** When it was started or unlocked last. */
  readonly opened: number
  /** When the last request was answered; that of a connection without one does not count. */
  readonly used: number
  /** Whether a request is being answered. */
  readonly busy: boolean
  readonly locked: boolean
  /** Whether a passphrase has locked it: one that is started anew would have no lock. */
  readonly guarded: boolean
}

/** What the limits want done now. */
export function dueAt(limits: DurationLimits, at: Moments): 'lock' | 'end' | undefined {
  const { now, opened, used, busy, locked, guarded } = at
  // A clock that was set back must not keep it alive for years.
  const passed = (since: number, limit: number) => now - since >= limit || since - now > 60_000
  if (limits.idle !== undefined && !busy && !guarded && passed(used, limits.idle)) return 'end'
  if (limits.lifetime !== undefined && !locked && passed(opened, limits.lifetime)) return 'lock'
  return undefined
}

/** Milliseconds until `dueAt` has to be asked again, at most `most`. */
export function nextLook(limits: DurationLimits, at: Moments, most: number): number {
  const { now, opened, used, busy, locked, guarded } = at
  const left = [
    ...(limits.idle === undefined || busy || guarded ? [] : [used + limits.idle - now]),
    ...(limits.lifetime === undefined || locked ? [] : [opened + limits.lifetime - now]),
  ]
  return Math.max(0, Math.min(most, ...left))
}
