/** What one of several processes that want the same does for all of them. */
export interface Turn<Result> {
  /** Milliseconds to wait for the others; `busy`, naming one, after that. */
  readonly timeout: number
  /**
   * Where the lock of the entry is kept far away: milliseconds without a sign of life after which its
   * holder is succeeded, and one of another machine that takes turns at the same place as well.
   */
  readonly lease?: number | undefined
  /** What the work of another has come to, where that is enough. Changes nothing. */
  look(): Promise<Result | undefined>
  /** Takes the lock of the entry, in a process of its own, as soon as it can. */
  work(): Promise<Result>
  /** What a failure of `work` means for all who waited when it began; `undefined`: nothing. */
  tell(failure: unknown): string | undefined
  /** Throws what `tell` has told, where that holds here too: then nobody tries the same again. */
  hear(told: string): void
}

/**
 * Lets one of all processes that want the same of a store entry do the work, while the others wait
 * and start nothing; they look whenever the lock of the entry has become free. Where the work has
 * failed, or whoever did it was killed, the next one does it. It keeps processes few and is no lock:
 * whatever goes wrong with it, two do the work, and the second one has to find it done. Throws what
 * `look` and `work` throw, and `busy`.
 */
export type InTurn = <Result>(entry: string, turn: Turn<Result>) => Promise<Result>
