import { ToknError, type ErrorCode } from '../core/errors.ts'
import type { StoreKind } from '../core/profile.ts'
import { readRecord, type SessionRecord } from '../core/record.ts'
import { exchange, type Unanswered } from '../io/agent/exchange.ts'
import type { AgentPlace } from '../io/agent/locate.ts'
import type { Reply } from '../io/agent/reply.ts'
import { elapsed } from '../io/files/elapsed.ts'
import { words } from '../messages/words.ts'
import type { AgentFresh, AgentPort } from '../session/agent-port.ts'
import type { FreshOptions } from '../session/fresh.ts'
import { storeCatalog } from '../stores/catalog.ts'
import { checkBinding } from '../session/stored-record.ts'
import {
  isBelievable,
  patienceWith,
  readDocument,
  readSession,
  targetOf,
  type Beforehand,
  type Document,
} from './agent-question.ts'

export interface AgentClientOptions {
  /** Whether the environment names its socket. */
  readonly named: boolean
  /** See `nameConfiguration`. */
  readonly configuration: string
  /** Whether whoever listens at that path is of this machine: what it says of a way is a way here. */
  isOfThisMachine(path: string): boolean
  /** Milliseconds in which an agent that works has begun to answer. Default: see `patienceWith`. */
  readonly patience?: number | undefined
  /** What it has answered before the program was loaded. */
  readonly answer?: Beforehand['answer']
  /** Milliseconds that the command may take, and those that it may still take. */
  readonly timeout: number
  timeLeft(): number
  now(): number
  /** Nobody wants warnings. */
  readonly quiet: boolean
  warn(text: string): void
  /** For `--debug`. */
  readonly tell?: ((text: string) => void) | undefined
}

/** Most warnings of one answer that are passed on. */
const mostWarnings = 32

/**
 * What says something of the session itself, and would be the same again. Anything else may be due to
 * the agent: it may have another key, another environment, or none.
 */
const ofSession: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'reauth_required',
  'forbidden',
  'unsupported',
  'provider_refused',
  'provider_nonsense',
  'network',
  'rate_limited',
  'busy',
  'check_failed',
  'quota',
])

const nothing = async () => undefined

/** The agent at a place; where a text says why it cannot be asked, one that knows nothing. */
export function openAgent(
  place: AgentPlace | string,
  options: AgentClientOptions,
): AgentPort | undefined {
  if (typeof place !== 'string') {
    if (place.problem === undefined) return openAgentAt(place, options)
    // It may be locked, and is gone around.
    options.warn(words.agentClient.notAsked(place.problem))
    return undefined
  }
  options.tell?.(words.agentClient.notAsked(place))
  if (!options.named) return undefined
  return { named: true, problem: place, fresh: nothing, freshByName: nothing }
}

/** Its answers are not believed further than they can be checked. */
function openAgentAt({ named, path }: AgentPlace, options: AgentClientOptions): AgentPort {
  const { patience } = options
  let problem: string | undefined
  let { answer } = options
  return {
    named,
    get problem() {
      return problem
    },
    fresh: async (profile, wanted) => {
      // A socket that was named knows of its profiles what matters, unless another store is meant.
      const store = named && profile.usualStore === undefined ? undefined : profile.store
      const given = await ask(profile.name, wanted, store)
      if (given === undefined || named) return given
      if (given.record.profileId !== profile.id) return refuse('foreign')
      checkBinding(given.record, profile)
      return given
    },
    freshByName: ask,
  }

  async function ask(
    name: string,
    wanted: FreshOptions,
    store: StoreKind | undefined,
  ): Promise<AgentFresh | undefined> {
    const started = elapsed()
    const end = options.timeLeft()
    const { quiet } = options
    const target = targetOf(name, wanted, store, named ? undefined : options.configuration, quiet)
    const begin = patienceWith(named, end, patience)
    const reply = takeAnswer(target) ?? (await exchange({ socket: path, target, begin, end }))
    const what = typeof reply === 'string' ? reply : String(reply.status)
    options.tell?.(words.agentClient.asked(path, what, Math.round(elapsed() - started)))
    problem = undefined
    if (reply === 'late') {
      const seconds = Math.max(1, Math.round(options.timeout / 1_000))
      throw new ToknError('network', words.agentClient.late(seconds))
    }
    return typeof reply === 'string' ? refuse(reply) : await read(reply, name)
  }

  /** What was asked beforehand is not asked again, unless the same is wanted anew. */
  function takeAnswer(target: string): Reply | Unanswered | undefined {
    const reply = answer?.target === target ? answer.reply : undefined
    answer = undefined
    return reply
  }

  function refuse(why: Unanswered | 'foreign' | 'unsure' | 'keyless'): undefined {
    problem = words.agentClient.notAnswered(why)
    return undefined
  }

  async function read({ status, body }: Reply, name: string): Promise<AgentFresh | undefined> {
    if (status === 423) {
      throw new ToknError('store', words.agentClient.locked(), { fault: 'agent-locked' })
    }
    if (status === 404) return undefined
    if (status === 424) return refuse('keyless')
    const document = readDocument(body)
    if (document === undefined) return refuse('unreadable')
    if (status !== 200) return await readError(document)
    const told = readSession(document, () => !named || options.isOfThisMachine(path))
    const record = told && readOrNothing(document['record'], told.profile.id)
    if (told === undefined || record === undefined) return refuse('unreadable')
    if (!isBelievable(told, name, named, options.now())) return refuse('foreign')
    passOn(document['warnings'])
    // A store that this version does not know is not looked into.
    const store = storeCatalog.find(told.profile.store) ?? storeCatalog.transient
    return {
      record,
      profile: { ...told.profile, store },
      refreshed: document['refreshed'] === true,
    }
  }

  async function readError(document: Document): Promise<undefined> {
    const { readOutcome } = await import('../refresher/messages.ts')
    const outcome = readOutcome(JSON.stringify({ warnings: [], error: document['error'] }))
    if (outcome === undefined || typeof outcome.result === 'string') return refuse('unreadable')
    const { code, message, details } = outcome.result
    // One that asks another agent, as that of exec does: it is not gone around, either.
    const locked = details.fault === 'agent-locked'
    if (!locked && !ofSession.has(code)) return refuse('unsure')
    passOn(document['warnings'])
    // Which status a program ends with is not for another one to say.
    throw new ToknError(code, message, { ...details, exit: undefined })
  }

  function passOn(warnings: unknown): void {
    if (!Array.isArray(warnings)) return
    for (const text of warnings.slice(0, mostWarnings)) {
      if (typeof text === 'string') options.warn(text)
    }
  }
}

function readOrNothing(value: unknown, id: string): SessionRecord | undefined {
  try {
    return readRecord(value, id)
  } catch {
    return undefined
  }
}
