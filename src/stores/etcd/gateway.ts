import { isToknError, ToknError } from '../../core/errors.ts'
import { isObject } from '../../core/json.ts'
import type { HttpReply } from '../../core/ports.ts'
import { Secret } from '../../core/secret.ts'
import type { EngineOptions } from '../../core/shared-engine.ts'
import { words } from '../../messages/words.ts'
import type { EtcdAddress } from './address.ts'
import { passes, readRefusal, refusedAs, type Refusal, type Refused } from './faults.ts'
import { unreached } from './unreached.ts'
import type { Answer } from './wire.ts'

export interface Asked {
  /** Refusals that the caller wants to see; all others are thrown. */
  readonly expected?: readonly Refusal[]
  /** The member to ask, and no other. */
  readonly member?: string
}

export interface Reply {
  readonly answer: Answer
  /** The refusal, where it was one of `expected`; then `answer` is empty. */
  readonly refusal?: Refusal
  /** Whether the request was made before without an answer, and may have been carried out then. */
  readonly repeated: boolean
  /** Which member has answered. */
  readonly member: string
}

/** The JSON gateway of an etcd: one request to whichever member answers. */
export interface Gateway {
  /** How it is described to a person. */
  where(): string
  readonly members: readonly string[]
  readonly time: EngineOptions['time']
  /** Every request has to be one that can be made twice. Throws `network` and `store`. */
  ask(path: string, body: Answer, asked?: Asked): Promise<Reply>
  /** What comes of a request that has no end, until `enough` says so, or for that long. */
  follow(path: string, body: Answer, follow: Following): Promise<string>
  /** A document besides the gateway; `undefined` where it is not given. */
  get(path: string): Promise<string | undefined>
  /** Whether there is a user, and the cluster asks for one. */
  hasLogin(): Promise<boolean>
  /** Epoch milliseconds by the clock of the member that answered last; this machine's before that. */
  now(): number
}

interface Outcome {
  readonly answer: Answer
  readonly refused?: Refused
}

export interface Following {
  readonly enough: (body: string) => boolean
  readonly duration: number
  readonly signal: AbortSignal
}

/** How long one member is waited for at first; twice as long in each round after that, where all are slow. */
const attemptTime = 4_000
const pause = 150
/** A page of rows can be long. */
const longest = 67_108_864

export function openGateway(address: EtcdAddress, options: EngineOptions): Gateway {
  const { members, prefix, user } = address
  const { time } = options
  const password = options.password ?? address.password
  const secret = password === undefined ? undefined : new Secret(password)
  // Not the same one for all machines, and then the one that answers.
  let first = Math.floor(Math.random() * members.length)
  let token: Promise<Secret | undefined> | undefined
  let ahead = 0
  return { where, members, time, ask, follow, get, hasLogin, now: () => time.now() + ahead }

  function where(): string {
    const hosts = members.map((origin) => new URL(origin).host)
    return words.etcd.described(hosts.join(', '), prefix)
  }

  async function ask(path: string, body: Answer, asked: Asked = {}): Promise<Reply> {
    const left = timeOf()
    let repeated = false
    for (let most = attemptTime; ; most *= 2) {
      const failures: unknown[] = []
      let waited = false
      for (const member of asked.member === undefined ? turns() : [asked.member]) {
        const timeout = Math.min(left(), most)
        const began = time.monotonic()
        const reply = await tryMember(member, path, body, timeout).catch((error: unknown) => {
          if (!isToknError(error, 'network') || error.details.lasting === true) throw error
          failures.push(error)
          waited ||= time.monotonic() - began >= timeout - 1
          repeated ||= error.details.sent !== false
        })
        if (reply === undefined) continue
        first = members.indexOf(member)
        const { refused } = reply
        if (refused === undefined) return { answer: reply.answer, repeated, member }
        const { refusal } = refused
        if (asked.expected?.includes(refusal)) return { answer: {}, refusal, repeated, member }
        const error = refusedAs(refused, where(), user)
        if (!passes(refusal)) throw error
        // The leader may have had it.
        repeated = true
        failures.push(error)
      }
      const unreached = failures.every((one) => isToknError(one) && one.details.sent === false)
      // Where nothing listens, nothing will in a moment; one that is slow to accept has many who ask.
      if ((unreached && !waited) || left() <= pause) throw failures.at(-1)
      await new Promise((resolve) => setTimeout(resolve, pause))
    }
  }

  async function tryMember(
    member: string,
    path: string,
    body: Answer,
    timeout: number,
  ): Promise<Outcome> {
    const text = JSON.stringify(body)
    const before = token
    const reply = await post(member, path, text, timeout)
    const outcome = readOutcome(reply)
    if (outcome.refused?.refusal !== 'token') return outcome
    // Tokens of etcd end after minutes, with a restart of a member, and whenever roles are changed.
    if (token === before) token = undefined
    return readOutcome(await post(member, path, text, timeout))
  }

  function readOutcome(reply: HttpReply): Outcome {
    return reply.status === 200
      ? { answer: readAnswer(reply) }
      : { answer: {}, refused: readRefusal(reply.status, reply.body) }
  }

  async function post(
    member: string,
    path: string,
    body: string,
    timeout: number,
    following?: Following,
  ): Promise<HttpReply> {
    const proof = await login(member, timeout)
    return await send(member, path, body, timeout, proof, following)
  }

  async function send(
    member: string,
    path: string,
    body: string,
    timeout: number,
    proof?: Secret,
    following?: Following,
  ): Promise<HttpReply> {
    if (timeout <= 0) throw new ToknError('network', words.etcd.noTime(where()), { sent: false })
    const http = await options.http({ certificate: address.certificate, key: address.key })
    const sentAt = time.now()
    const reply = await http({
      method: 'POST',
      url: new URL(path, member),
      headers: [
        ['content-type', 'application/json'],
        ...(proof === undefined ? [] : ([['authorization', proof.reveal()]] as const)),
        // A member that has lost the others ends what it follows, instead of falling silent.
        ...(following === undefined ? [] : ([['grpc-metadata-hasleader', 'true']] as const)),
      ],
      body,
      timeout,
      limit: longest,
      plain: true,
      until: following?.enough,
      signal: following?.signal,
    }).catch((error: unknown) => {
      throw unreached(error)
    })
    noteClock(reply, sentAt)
    return reply
  }

  /** The token of etcd for the user of the URL. */
  async function login(member: string, timeout: number): Promise<Secret | undefined> {
    if (user === undefined) return undefined
    if (secret === undefined) throw new ToknError('store', words.etcd.noPassword(where()))
    const name = user
    const made = (token ??= authenticate(member, name, secret, timeout))
    try {
      return await made
    } catch (error) {
      if (token === made) token = undefined
      throw error
    }
  }

  async function hasLogin(): Promise<boolean> {
    const [member = ''] = turns()
    return (await login(member, Math.min(options.timeLeft(), attemptTime))) !== undefined
  }

  async function authenticate(
    member: string,
    name: string,
    secret: Secret,
    timeout: number,
  ): Promise<Secret | undefined> {
    const body = JSON.stringify({ name, password: secret.reveal() })
    const reply = await send(member, '/v3/auth/authenticate', body, timeout)
    if (reply.status === 200) {
      const found = readAnswer(reply)['token']
      if (typeof found === 'string') return new Secret(found)
      throw new ToknError('store', words.etcd.notEtcd(where()))
    }
    const refused = readRefusal(reply.status, reply.body)
    // Then everybody may do everything, which `doctor` tells.
    if (refused.refusal === 'authOff') return undefined
    throw refusedAs(refused, where(), user)
  }

  function readAnswer({ body }: HttpReply): Answer {
    try {
      const value: unknown = JSON.parse(body)
      const answer = isObject(value) && isObject(value['result']) ? value['result'] : value
      // Every answer of etcd has one: without it, an empty object would pass for an empty store.
      if (isObject(answer) && isObject(answer['header'])) return answer
    } catch {
      // Said below.
    }
    throw new ToknError('store', words.etcd.notEtcd(where()))
  }

  async function follow(path: string, body: Answer, following: Following): Promise<string> {
    const [member = ''] = turns()
    const reply = await post(
      member,
      path,
      JSON.stringify(body),
      following.duration,
      following,
    ).catch((error: unknown) => {
      // The next time another one.
      first = (first + 1) % members.length
      throw error
    })
    if (reply.status === 200) return reply.body
    const refused = readRefusal(reply.status, reply.body)
    if (refused.refusal === 'token') token = undefined
    throw refusedAs(refused, where(), user)
  }

  async function get(path: string): Promise<string | undefined> {
    const [member = ''] = turns()
    const http = await options.http({ certificate: address.certificate, key: address.key })
    const timeout = Math.min(options.timeLeft(), attemptTime)
    const reply = await http({
      method: 'GET',
      url: new URL(path, member),
      timeout,
      limit: longest,
    }).catch(() => undefined)
    return reply?.status === 200 ? reply.body : undefined
  }

  /** All members, from the one that answered last. */
  function turns(): readonly string[] {
    return [...members.slice(first), ...members.slice(0, first)]
  }

  function timeOf(): () => number {
    // Whoever goes on for ever has all the time of the world left.
    const end = time.monotonic() + options.timeLeft()
    return () => Math.max(0, Math.min(options.timeLeft(), end - time.monotonic()))
  }

  /** etcd has no request for its clock; each answer says in its header when it was given, in seconds. */
  function noteClock({ headers }: HttpReply, sentAt: number): void {
    const date = headers.find(([name]) => name === 'date')?.[1]
    const at = date === undefined ? Number.NaN : Date.parse(date)
    if (!Number.isFinite(at)) return
    ahead = readAhead(at, sentAt, time.now())
  }
}

/** How far a clock is ahead that showed the second `at`; 0 where the two may agree. */
function readAhead(at: number, sentAt: number, receivedAt: number): number {
  if (at + 1_000 < sentAt) return at + 1_000 - sentAt
  return at > receivedAt ? at - receivedAt : 0
}
