import { isToknError } from '../core/errors.ts'
import { isGood } from '../core/expiry.ts'
import type { SessionRecord } from '../core/record.ts'
import { words } from '../messages/words.ts'
import { lifeOf } from '../session/refresh-request.ts'
import type { Log } from './world.ts'

/** Where a token is written to for others to read. */
export interface TokenFilePlace {
  readonly shown: string
  isThere(): boolean
  write(token: string): void
  /** Whether there was one of ours; also one that an agent before this one has left. */
  remove(): boolean
}

/** A file that is kept fresh, and the profile whose token is in it. */
export interface KeptTokenFile {
  readonly profile: string
  readonly place: TokenFilePlace
  /** What is in it already. */
  readonly record?: SessionRecord | undefined
  /** Milliseconds that its token has to live, where somebody asked for more than a file needs. */
  readonly atLeast?: number | undefined
}

export interface TokenFilesOptions {
  readonly files: readonly KeptTokenFile[]
  /** A good token with so many milliseconds to live; `undefined` where there is no session. */
  fresh(profile: string, minTtl?: number): Promise<{ readonly record: SessionRecord } | undefined>
  locked(): boolean
  /** Epoch milliseconds. */
  now(): number
  readonly log: Log
  /** Told of a file that gets no better token, once for each reason. Default: `log`. */
  readonly warn?: ((file: KeptTokenFile, why: string) => void) | undefined
}

interface State {
  record?: SessionRecord | undefined
  failures: number
  /** Epoch milliseconds before which a session that failed is not asked again. */
  notBefore: number
  told?: string | undefined
  /** Why it could not be removed. */
  kept?: string | undefined
}

/**
 * Readers hold what they have read for up to a minute (Kubernetes clients), or start a request with it
 * that takes as long: in milliseconds.
 */
const leastLeft = 120_000

/** Milliseconds after a failure until the session is asked again: twice as long with each. */
const firstPause = 5_000
const longestPause = 60_000

/** How long a token in a file has still to live: never more than half of its life. */
export function neededInFile(record: SessionRecord): number {
  const life = lifeOf(record)
  return life === Number.POSITIVE_INFINITY ? 0 : Math.min(life / 2, Math.max(life / 10, leastLeft))
}

/** Keeps files fresh: `look` has to be called every few seconds. */
export class TokenFiles {
  readonly #options: TokenFilesOptions
  readonly #states: Map<KeptTokenFile, State>
  #looking: Promise<unknown> | undefined
  #closed = false

  constructor(options: TokenFilesOptions) {
    this.#options = options
    this.#states = new Map(
      options.files.map((file) => [file, { record: file.record, failures: 0, notBefore: 0 }]),
    )
  }

  /** Writes what has changed, and removes what is no longer good. Never throws. */
  async look(): Promise<void> {
    this.#looking ??= Promise.all(
      [...this.#states].map(async ([file, state]) => await this.#lookAt(file, state)),
    ).finally(() => {
      this.#looking = undefined
    })
    await this.#looking
  }

  /** As `look`, also at what failed lately: something has changed that may put it right. */
  async lookAnew(): Promise<void> {
    await this.#looking
    for (const state of this.#states.values()) state.notBefore = 0
    await this.look()
  }

  /** Removes all of them, for good; also after a lock, which opens again. */
  clear(last = false): void {
    this.#closed ||= last
    for (const [file, state] of this.#states) {
      this.#remove(file, state)
      state.notBefore = 0
    }
  }

  async #lookAt(file: KeptTokenFile, state: State): Promise<void> {
    const { now } = this.#options
    if (this.#isBarred()) return this.#remove(file, state)
    // A clock that was set back must not make it wait for hours.
    if (state.notBefore - now() > longestPause) state.notBefore = 0
    try {
      if (now() < state.notBefore) return
      await this.#renew(file, state)
    } catch (error) {
      this.#fail(file, state, error)
      // What is in the file stays while it is good, unless it is known to be over. Of one that was left
      // by an agent before this one nothing is known.
      const isOver = isToknError(error, 'reauth_required', 'not_found')
      if (isOver || state.record === undefined) this.#remove(file, state)
    } finally {
      this.#removeExpired(file, state)
    }
  }

  /** What has no more life is of no use to anybody, and says so best by not being there. */
  #removeExpired(file: KeptTokenFile, state: State): void {
    const { record } = state
    if (record !== undefined && !isGood(record.expiry, this.#options.now(), 0)) {
      this.#remove(file, state)
    }
  }

  async #renew(file: KeptTokenFile, state: State): Promise<void> {
    const { fresh, now } = this.#options
    const found = await fresh(file.profile)
    // Before a better one is asked for: that can fail, and this one is good.
    this.#put(file, state, found?.record)
    if (found === undefined) return
    const needed = Math.max(neededInFile(found.record), file.atLeast ?? 0)
    try {
      if (!isGood(found.record.expiry, now(), needed)) {
        this.#put(file, state, (await fresh(file.profile, needed))?.record)
      }
      Object.assign(state, { failures: 0, notBefore: 0, told: undefined })
    } catch (error) {
      // The one that is there has proven to be good just now, whatever becomes of the session.
      this.#fail(file, state, error)
    }
  }

  #put(file: KeptTokenFile, state: State, record: SessionRecord | undefined): void {
    const { place, profile } = file
    // It may have been locked, or ended, while we waited.
    if (record === undefined || this.#isBarred()) {
      this.#remove(file, state)
      if (record === undefined) this.#tell(file, state, words.agentFiles.noSession())
      return
    }
    const same = state.record?.access.equals(record.access) === true
    if (!same || !place.isThere()) {
      place.write(record.access.reveal())
      this.#options.log(words.agentFiles.written(profile, record.generation, place.shown))
    }
    state.record = record
  }

  #fail(file: KeptTokenFile, state: State, error: unknown): void {
    const pause = Math.min(longestPause, firstPause * 2 ** Math.min(state.failures++, 16))
    state.notBefore = this.#options.now() + pause
    this.#tell(file, state, isToknError(error) ? error.message : words.agentFiles.failed())
  }

  #remove(file: KeptTokenFile, state: State): void {
    const { place } = file
    state.record = undefined
    try {
      if (place.remove()) this.#options.log(words.agentFiles.removed(place.shown))
      state.kept = undefined
    } catch (error) {
      // Tried again with each look, and told once.
      const why = isToknError(error) ? error.message : ''
      if (state.kept === why) return
      state.kept = why
      this.#options.log(words.agentFiles.notRemoved(place.shown, why))
    }
  }

  /** Once for each reason, not every few seconds. */
  #tell(file: KeptTokenFile, state: State, why: string): void {
    if (state.told === why) return
    state.told = why
    const { warn, log } = this.#options
    if (warn === undefined) log(words.agentFiles.nothingNew(file.profile, file.place.shown, why))
    else warn(file, why)
  }

  #isBarred(): boolean {
    return this.#closed || this.#options.locked()
  }
}
