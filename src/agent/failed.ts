import { isToknError, type ToknError } from '../core/errors.ts'

/** How long a failure answers for what would be tried again, at first and at most, in milliseconds. */
const shortest = 5_000
const longest = 300_000

interface Failure {
  /** What could not be replaced. */
  readonly generation: number
  readonly error: ToknError
  readonly at: number
  readonly pause: number
}

/**
 * Replacements of a refused token that have failed: each refusal of an API would begin another one
 * while the provider is down. Each further failure has a longer pause.
 */
export class Failed {
  readonly #known = new Map<string, Failure>()

  /** Why `generation` is not replaced for now, and for how many milliseconds. */
  find(
    profileId: string,
    generation: number,
    now: number,
  ): { readonly error: ToknError; readonly pause: number } | undefined {
    const known = this.#known.get(profileId)
    if (known?.generation !== generation) return undefined
    const pause = Math.min(known.pause, known.at + known.pause - now)
    return pause > 0 ? { error: known.error, pause } : undefined
  }

  /** `generation` could not be replaced, at `now`. */
  note(profileId: string, generation: number, error: unknown, now: number): void {
    // A bug is no reason to hold back, nor is a store, which somebody may open at any moment.
    if (!isToknError(error) || error.code === 'store') return
    // All who were refused at once have one failure, and each of them notes it.
    if (this.find(profileId, generation, now) !== undefined) return
    const before = this.#known.get(profileId)
    const doubled = before?.generation === generation ? 2 * before.pause : shortest
    const pause = Math.max(Math.min(longest, doubled), error.details.retryAfter ?? 0)
    this.#known.set(profileId, { generation, error, at: now, pause })
  }

  forget(profileId: string): void {
    this.#known.delete(profileId)
  }
}
