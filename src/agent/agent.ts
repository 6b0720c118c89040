import { isToknError } from '../core/errors.ts'
import type { Profile, StoreKind } from '../core/profile.ts'
import { words } from '../messages/words.ts'
import { tellEnd } from '../session/tell-end.ts'
import {
  authAnswer,
  failure,
  headerAnswer,
  helperAnswer,
  json,
  notAllowed,
  nothingHere,
  sessionAnswer,
  sessionFailure,
  severalHere,
  tokenAnswer,
  type Answer,
} from './answers.ts'
import { Failed } from './failed.ts'
import { Kept, type KeptSession } from './kept.ts'
import { Owners } from './owner.ts'
import type { Asked, AskedAuth, AskedJob, AskedSession } from './requests.ts'
import { Sessions, type Found } from './sessions.ts'
import { describeAgent } from './status.ts'
import { Vain } from './vain.ts'
import type { Gate, Log, World } from './world.ts'

type HandedOut = Extract<Asked, { kind: 'token' | 'header' | 'auth' | 'get' }>

/** What an agent is made with. */
export interface AgentOptions {
  readonly world: World
  readonly log: Log
  /** Whether it is locked: then it keeps nothing. What bars requests stands before it. Absent: never. */
  readonly gate?: Gate | undefined
  /** What `POST /stop` does; absent: nobody may end it by its socket. */
  readonly stop?: (() => void) | undefined
  /** Answers in the name of a CI job, of whose session this is the agent: what it is, and its end. */
  readonly job?: ((asked: AskedJob | 'stop') => Answer | Promise<Answer>) | undefined
}

/** The answers of the protocol, over sessions. */
export class Agent {
  readonly #world: World
  readonly #sessions: Sessions
  readonly #kept: Kept
  readonly #owners: Owners
  readonly #vain = new Vain()
  readonly #failed = new Failed()
  readonly #gate: Gate | undefined
  readonly #stopping: (() => void) | undefined
  readonly #job: AgentOptions['job']
  readonly #log: Log
  readonly #since: number

  constructor({ world, gate, stop, log, job }: AgentOptions) {
    this.#job = job
    this.#world = world
    this.#since = world.clock.now()
    this.#gate = gate
    this.#stopping = stop
    this.#log = log
    this.#kept = new Kept(world, gate)
    this.#owners = new Owners(world)
    this.#sessions = new Sessions(world, this.#kept, log)
  }

  get sessions(): Sessions {
    return this.#sessions
  }

  /** Forgets everything that it holds, and what opens the stores. */
  forget(): void {
    this.#kept.forget()
    this.#world.forgetStores()
  }

  /** Whether it is for this agent to say anything: another configuration is none of its business. */
  isMeant(asked: Asked): boolean {
    if (asked.kind !== 'session' || asked.configuration === undefined) return true
    return this.#world.isMeant(asked.configuration)
  }

  /** Never throws, and its promises are never rejected. */
  answer(asked: Asked): Answer | Promise<Answer> {
    try {
      const answer = this.#answer(asked)
      return answer instanceof Promise
        ? answer.catch((error: unknown) => this.#fail(error))
        : answer
    } catch (error) {
      return this.#fail(error)
    }
  }

  #answer(asked: Asked): Answer | Promise<Answer> {
    switch (asked.kind) {
      case 'wrong':
        return { status: asked.status }
      case 'status':
        return this.#describe()
      case 'stop':
        return this.#job?.('stop') ?? this.#stop()
      case 'job':
        return this.#job?.(asked) ?? nothingHere
      case 'lock':
      case 'unlock':
        return nothingHere
      case 'session':
        return this.#session(asked)
      default:
        return this.#handOut(asked)
    }
  }

  async #describe(): Promise<Answer> {
    const inUse = this.#sessions.inUse()
    return json(200, await describeAgent(this.#world, this.#since, this.#gate, inUse))
  }

  #stop(): Answer {
    const stop = this.#stopping
    if (stop === undefined) return nothingHere
    setImmediate(stop)
    return { status: 200, headers: ['Connection', 'close'] }
  }

  #handOut(asked: HandedOut): Answer | Promise<Answer> {
    if (asked.kind === 'get') return this.#help(asked.uri)
    if (asked.kind === 'auth') return this.#authorize(asked)
    const shape = asked.kind === 'token' ? tokenAnswer : headerAnswer
    const held = this.#sessions.held(asked.profile, asked.minTtl)
    if (held !== undefined) return shape(held.record)
    return this.#sessions
      .fresh(asked.profile, { minTtl: asked.minTtl })
      .then((found) => (found === undefined ? nothingHere : shape(found.record)))
  }

  async #help(uri: URL): Promise<Answer> {
    if (hasUser(uri)) return notAllowed
    await this.#world.load?.()
    const [name, ...others] = await this.#owners.find(uri.origin)
    if (others.length > 0) return severalHere
    const found = name === undefined ? undefined : await this.#sessions.fresh(name, {})
    return found === undefined || !found.record.origins.includes(uri.origin)
      ? nothingHere
      : helperAnswer(found.record)
  }

  #authorize(asked: AskedAuth): Answer | Promise<Answer> {
    const { profile, minTtl, rejected } = asked
    const held = this.#sessions.held(profile, minTtl)
    if (held !== undefined && (rejected === undefined || held.record.generation > rejected)) {
      return isForeign(asked, held) ? notAllowed : authAnswer(held.record)
    }
    return this.#authorizeLate(asked)
  }

  async #authorizeLate(asked: AskedAuth): Promise<Answer> {
    const { profile, minTtl, rejected } = asked
    const found = await this.#sessions.fresh(profile, { minTtl })
    if (found === undefined) return nothingHere
    if (isForeign(asked, found)) return notAllowed
    // What is newer than the one refused may serve; one that was never given is no reason to refresh.
    const answer = authAnswer(found.record)
    if (rejected === undefined || found.record.generation !== rejected) return answer
    // Another one could be given as little, and may cost one of a number.
    if (answer.status !== 200) return answer
    const { id } = found.session
    const { clock } = this.#world
    const pause = this.#vain.pauseOf(id, rejected, clock.now())
    if (pause > 0) {
      const headers = ['X-Tokn-Error', 'vain', 'Retry-After', String(Math.ceil(pause / 1_000))]
      return { status: 401, headers }
    }
    const failed = this.#failed.find(id, rejected, clock.now())
    if (failed !== undefined) return failure(failed.error, failed.pause)
    const next = await this.#replace(profile, minTtl, rejected, id)
    if (next === undefined) return nothingHere
    const { generation } = next.record
    if (generation > rejected) this.#vain.note(id, rejected, generation, clock.now())
    return authAnswer(next.record)
  }

  /** What comes after the generation `rejected`. Throws what a refresh throws. */
  async #replace(
    profile: string,
    minTtl: number | undefined,
    rejected: number,
    id: string,
  ): Promise<Found | undefined> {
    const forced = { refresh: 'force', reason: 'rejected', beyond: rejected } as const
    try {
      const next = await this.#sessions.fresh(profile, { minTtl, ...forced })
      this.#failed.forget(id)
      return next
    } catch (error) {
      this.#failed.note(id, rejected, error, this.#world.clock.now())
      throw error
    }
  }

  async #session(asked: AskedSession): Promise<Answer> {
    const { profile } = asked
    if (!this.isMeant(asked)) return nothingHere
    const warnings: string[] = []
    try {
      if (profile === undefined) await this.#world.load?.()
      const name = profile ?? this.#world.defaultName()
      if (name === undefined) return nothingHere
      return await this.#relay(name, asked, warnings)
    } catch (error) {
      if (!isToknError(error)) throw error
      return sessionFailure(error, warnings)
    }
  }

  /** What another process of this program gets, with what there is to tell in `warnings`. */
  async #relay(name: string, asked: AskedSession, warnings: string[]): Promise<Answer> {
    const { profile: _, configuration, kind: _kind, store, quiet, ...options } = asked
    await this.#world.load?.(name)
    const session = this.#world.session(name, (text) => warnings.push(text), quiet)
    if (session === undefined || !isMeantStore(session.profile, store, configuration)) {
      return nothingHere
    }
    if (configuration !== undefined && !this.#world.isMeant(configuration, session.profile.store)) {
      return nothingHere
    }
    const plain = options.refresh !== 'force'
    const held = plain ? this.#sessions.held(name, options.minTtl) : undefined
    if (held !== undefined) {
      await tellEnd(session, held.record)
      return sessionAnswer({ ...held, refreshed: false }, warnings)
    }
    const outcome = await this.#sessions.ask(name, options, quiet)
    warnings.push(...outcome.warnings)
    if (outcome.error !== undefined) throw outcome.error
    return outcome.found === undefined ? nothingHere : sessionAnswer(outcome.found, warnings)
  }

  #fail(error: unknown): Answer {
    if (!isToknError(error)) this.#log(words.agent.bug(placeOf(error)))
    return failure(error)
  }
}

/** Who has the same configuration, and names no store, means that of the profile. */
function isMeantStore(
  { store: own, usualStore }: Profile,
  store: StoreKind | undefined,
  configuration: string | undefined,
): boolean {
  return own === (store ?? (configuration === undefined ? own : (usualStore ?? own)))
}

function isForeign({ for: url }: AskedAuth, { record }: KeptSession): boolean {
  if (url === undefined) return false
  return hasUser(url) || !record.origins.includes(url.origin)
}

function hasUser({ username, password }: URL): boolean {
  return username !== '' || password !== ''
}

/** Where an error that nobody expected comes from, without what it says: that could be anything. */
function placeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  return `${error.name} ${error.stack?.split('\n')[1]?.trim() ?? ''}`
}
