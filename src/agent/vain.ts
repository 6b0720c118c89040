/** How long a generation stays vain at first, and at most, in milliseconds. */
const shortest = 60_000
const longest = 3_600_000

interface Replaced {
  /** The generation that came to be because the one before was refused. */
  readonly generation: number
  readonly at: number
  /** So long after that it is not replaced because it is refused, too. */
  readonly pause: number
}

/**
 * Tells refusals that a new token puts right from those that are about something else. A token that is
 * new because the API refused the one before, and is refused as well, is *vain*: another one would be
 * refused again, and costs. It is replaced when its pause is over, and the next one has a longer pause.
 */
export class Vain {
  readonly #replaced = new Map<string, Replaced>()

  /** Milliseconds for which a refused generation is not replaced; 0: it may be. */
  pauseOf(profileId: string, generation: number, now: number): number {
    const replaced = this.#replaced.get(profileId)
    if (replaced?.generation !== generation) return 0
    return Math.max(0, Math.min(replaced.pause, replaced.at + replaced.pause - now))
  }

  /** A refused generation was replaced by `generation`, at `now`. */
  note(profileId: string, refused: number, generation: number, now: number): void {
    const before = this.#replaced.get(profileId)
    // All who were refused at once wait for one token, and each of them notes it.
    if (before?.generation === generation) return
    const again = before?.generation === refused && now - before.at < 10 * before.pause
    const pause = again ? Math.min(longest, 2 * before.pause) : shortest
    this.#replaced.set(profileId, { generation, at: now, pause })
  }
}
