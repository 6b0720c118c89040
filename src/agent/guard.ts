import { isToknError, ToknError } from '../core/errors.ts'
import { forgetSecret, Secret } from '../core/secret.ts'
import { words } from '../messages/words.ts'
import {
  describeError,
  failure,
  json,
  nothingHere,
  sessionFailure,
  type Answer,
} from './answers.ts'
import type { Confirmation } from './confirmation.ts'
import type { Locking } from './locking.ts'
import type { Asked } from './requests.ts'
import type { GivenKey, StoreKey } from './store-key.ts'
import type { Gate, WorldClock } from './world.ts'

/** What a request brings besides its first line. */
export interface Caller {
  readonly headers: NodeJS.Dict<string | string[]>
  readonly socket: { readonly destroyed: boolean }
}

export interface GuardOptions {
  readonly locking: Locking
  readonly storeKey: StoreKey
  readonly clock: WorldClock
  /** Drops every secret that is held. */
  drop(): void
  /** Told when it was unlocked, or got the key of the store. */
  opened(): void
  /** Absent: nobody is asked. */
  readonly confirmation?: Confirmation | undefined
  /** The only kinds of requests that are answered; absent: all. */
  readonly only?: ReadonlySet<Asked['kind']> | undefined
}

/** What hands out tokens: barred by a lock, and asked about where that is wanted. */
const handingOut: ReadonlySet<Asked['kind']> = new Set([
  'token',
  'header',
  'auth',
  'session',
  'get',
] as const)

const isLocked: Answer = { status: 423 }
const lacksKey: Answer = { status: 424 }

/** Stands before the answers of an agent: locks, unlocks, has a person asked, and notes each use. */
export class Guard implements Gate {
  readonly #options: GuardOptions
  #answering = 0
  #usedAt: number

  constructor(options: GuardOptions) {
    this.#options = options
    this.#usedAt = options.clock.now()
  }

  /** Epoch milliseconds of the last answer. */
  get usedAt(): number {
    return this.#usedAt
  }

  get busy(): boolean {
    return this.#answering > 0
  }

  locked(): boolean {
    return this.#options.locking.locked
  }

  describe() {
    const { locking, storeKey } = this.#options
    return { passphrase: locking.guarded, store_closed: storeKey.isMissing() }
  }

  /** Never throws, and its promises are never rejected; so must `answer` be. */
  answer(
    asked: Asked,
    caller: Caller,
    answer: (asked: Asked) => Answer | Promise<Answer>,
  ): Answer | Promise<Answer> {
    this.#usedAt = this.#options.clock.now()
    const { only, confirmation, storeKey } = this.#options
    if (only !== undefined && !only.has(asked.kind)) return nothingHere
    if (asked.kind === 'lock') return this.#noted(this.#lock(caller.headers))
    if (asked.kind === 'unlock') return this.#noted(this.#unlock(caller.headers))
    if (!handingOut.has(asked.kind)) return answer(asked)
    if (this.locked()) return this.#barred(asked)
    // Whoever asks may have what opens the store, and goes its own way.
    if (asked.kind === 'session' && asked.profile !== undefined) {
      if (storeKey.isMissingFor(asked.profile)) return lacksKey
    }
    const given =
      confirmation === undefined
        ? answer(asked)
        : this.#confirmed(confirmation, asked, caller).then((allowed) =>
            allowed ? answer(asked) : refused(asked),
          )
    if (!(given instanceof Promise)) return given
    // It may have been locked while this was under way.
    return this.#noted(given.then((late) => (this.locked() ? this.#barred(asked) : late)))
  }

  #barred({ kind }: Asked): Answer {
    return kind === 'session' ? isLocked : nothingHere
  }

  async #noted(answer: Promise<Answer>): Promise<Answer> {
    this.#answering++
    try {
      return await answer
    } catch (error) {
      return failure(error)
    } finally {
      this.#answering--
      this.#usedAt = this.#options.clock.now()
      // What was under way when it was locked has left something behind.
      if (this.locked()) this.#options.drop()
    }
  }

  async #confirmed(confirmation: Confirmation, asked: Asked, { socket }: Caller): Promise<boolean> {
    const profile = 'profile' in asked ? asked.profile : asked.kind === 'get' ? asked.uri.host : ''
    return await confirmation.allows({ profile, endpoint: asked.kind }, () => socket.destroyed)
  }

  async #lock(headers: Caller['headers']): Promise<Answer> {
    const { locking } = this.#options
    const passphrase = secretIn(headers, 'x-tokn-passphrase')
    const done = await locking.lock(passphrase)
    if (passphrase !== undefined) forgetSecret(passphrase)
    return json(done ? 200 : 409, { locked: true, passphrase: locking.guarded })
  }

  async #unlock(headers: Caller['headers']): Promise<Answer> {
    const { locking, storeKey } = this.#options
    const passphrase = secretIn(headers, 'x-tokn-passphrase')
    const attempt = await locking.unlock(passphrase)
    if (passphrase !== undefined) forgetSecret(passphrase)
    if (!attempt.opened) return json(403, { why: attempt.why, wait: attempt.wait })
    const given = {
      key: secretIn(headers, 'x-tokn-store-key'),
      passphrase: secretIn(headers, 'x-tokn-store-passphrase'),
    }
    const error = await this.#openStore(given)
    if (given.passphrase !== undefined) forgetSecret(given.passphrase)
    this.#options.opened()
    if (error !== undefined) return json(403, { why: 'store', error })
    return json(200, { locked: false, store_open: !storeKey.isMissing() })
  }

  /** Gives what went wrong, as another process needs it. */
  async #openStore(given: GivenKey): Promise<object | undefined> {
    if (given.key === undefined && given.passphrase === undefined) return undefined
    try {
      await this.#options.storeKey.open(given)
      return undefined
    } catch (error) {
      if (!isToknError(error)) throw error
      return describeError(error)
    }
  }
}

function refused({ kind }: Asked): Answer {
  if (kind !== 'session') return { status: 403, headers: ['X-Tokn-Error', 'forbidden'] }
  return sessionFailure(new ToknError('forbidden', words.agentLock.refused()), [])
}

/** A secret in base64url, since a header cannot hold every character. */
function secretIn(headers: Caller['headers'], name: string): Secret | undefined {
  const text = headers[name]
  return typeof text === 'string'
    ? new Secret(Buffer.from(text, 'base64url').toString())
    : undefined
}
