/** Milliseconds by the engine's clock after which a holder that gives no sign of life is succeeded. */
export const lease = 8_000

/** How time passes for what machines share: real, or that of a simulation. */
export interface SharedTime {
  /** Epoch milliseconds by the clock of this machine, which may be set. */
  now(): number
  /** Milliseconds that only grow; they may stand still while the machine sleeps. */
  monotonic(): number
  wait(duration: number): Promise<void>
  /** Calls `work` again and again, until what it gives is called. Keeps no process alive. */
  repeat(interval: number, work: () => Promise<void>): () => void
  /** From 0 to 1, so that machines do not all ask at the same time. */
  random(): number
}
