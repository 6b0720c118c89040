/** A start of a machine, and when that was by the clock as it goes now: epoch milliseconds. */
export interface Boot {
  readonly id: string
  readonly at: number
}
