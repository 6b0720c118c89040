import { createHash } from 'node:crypto'
import { makeHex, makeWord } from './random.ts'
import { Refusal, startCounts, type Api, type ApiOptions, type Call, type Reply } from './api.ts'
import { answerJson, asRecord, hasContentType, readJson } from './reply.ts'
import type { OzSwitches } from './switches.ts'

interface Account {
  readonly email: string
  readonly password: string
  readonly id: string
  readonly type: 'CLIENT' | 'CLIENT_SERVICE'
  /** OZ_SESSION_TTL, or OZ_SESSION_LONGLIVE_TTL of a service account; in milliseconds. */
  readonly ttl: number
}

interface Session {
  readonly generation: number
  readonly id: string
  readonly owner: Account
  readonly access: string
  readonly refresh: string
  /** The session whose pair ends at the first authenticated use of this one's. */
  readonly replaces?: Session
  expiresAt: number
  deleted: boolean
}

const sessionTtl = 15 * 60 * 1000
const serviceTtl = 5 * 365 * 24 * 60 * 60 * 1000

function refuse(status: number, code: number, message: string): Refusal {
  return new Refusal(
    answerJson(status, { error_code: code, error_message: message, details: null }),
  )
}

function refuseMissing(field: string): Refusal {
  return refuse(400, 3, `Could not locate field for key_path ${field} from provided dict data`)
}

function readAccess(call: Call): string {
  const access = call.headers.get('x-forensic-access-token')
  if (access === undefined) throw refuse(401, 6, 'Authentication was not provided')
  return access
}

/** A fake of the Oz API: sliding sessions, pairs that rotate in two phases. */
export function createOz(options: ApiOptions<OzSwitches>): Api {
  const { clock, switches } = options
  const ttl = options.ttlMs ?? sessionTtl
  const credentials = {
    email: `${makeWord(8).toLowerCase()}@example.com`,
    password: makeWord(20),
    ...options.credentials,
  }
  const { email, password } = credentials
  const secondAccount = { email: `second.${email}`, password: `${password}.second` }
  const serviceAccount = { email: `service.${email}`, password: `${password}.service` }
  const person = { type: 'CLIENT', ttl } as const
  const service = { type: 'CLIENT_SERVICE', ttl: options.ttlMs ?? serviceTtl } as const
  // From the address, so that the user stays the same when the sessions are reset.
  const firstUser = createHash('md5').update(email).digest('hex')
  const accounts: readonly Account[] = [
    { email, password, id: firstUser, ...person },
    { ...secondAccount, id: makeHex(32), ...person },
    { ...serviceAccount, id: makeHex(32), ...service },
  ]
  const sessions: Session[] = []
  const counts = startCounts()

  function isLive(session: Session): boolean {
    return !session.deleted && clock.now() < session.expiresAt
  }

  function isStored(session: Session): boolean {
    return !session.deleted && clock.now() < session.expiresAt + switches.keepExpiredMs
  }

  function openSession(owner: Account, replaces?: Session): Session {
    const session: Session = {
      generation: sessions.length + 1,
      id: makeHex(32),
      owner,
      access: makeHex(128),
      refresh: makeHex(128),
      ...(replaces && { replaces }),
      expiresAt: clock.now() + owner.ttl,
      deleted: false,
    }
    sessions.push(session)
    return session
  }

  function tellExpireDate(expiresAt: number): Readonly<Record<string, unknown>> {
    const forms = {
      seconds: { expire_date: Math.floor(expiresAt / 1000) },
      fraction: { expire_date: expiresAt / 1000 },
      text: { expire_date: String(Math.floor(expiresAt / 1000)) },
      absent: {},
    }
    return forms[switches.expireDate]
  }

  function answerSession(session: Session): Reply {
    return answerJson(switches.madeStatus, {
      access_token: session.access,
      expire_token: session.refresh,
      ...tellExpireDate(session.expiresAt),
      session_id: session.id,
      user: {
        user_id: session.owner.id,
        email: session.owner.email,
        user_type: session.owner.type,
      },
    })
  }

  function readBody(call: Call): Readonly<Record<string, unknown>> {
    if (switches.jsonOnly && !hasContentType(call, 'application/json')) {
      throw refuse(400, 3, 'Content-Type must be application/json')
    }
    return readJson(call) ?? {}
  }

  function authenticate(access: string, mayBeExpired: boolean): Session {
    const session = sessions.find((candidate) => candidate.access === access)
    if (session === undefined || !isStored(session)) throw refuse(401, 7, 'Token is invalid')
    if (!isLive(session) && !mayBeExpired) throw refuse(401, 8, 'Session expired')
    if (isLive(session)) session.expiresAt = clock.now() + session.owner.ttl
    if (session.replaces) session.replaces.deleted = true
    return session
  }

  function logIn(call: Call): Reply {
    const sent = asRecord(readBody(call)['credentials'])
    if (sent === undefined) throw refuseMissing('credentials')
    if (typeof sent['email'] !== 'string') throw refuseMissing('credentials.email')
    if (typeof sent['password'] !== 'string') throw refuseMissing('credentials.password')
    const owner = accounts.find(
      (account) => account.email === sent['email'] && account.password === sent['password'],
    )
    if (owner === undefined) throw refuse(401, 7, 'Wrong email or password')
    counts.logins += 1
    return answerSession(openSession(owner))
  }

  function refresh(call: Call): Reply {
    const access = readAccess(call)
    const sent = readBody(call)['expire_token']
    if (typeof sent !== 'string') throw refuseMissing('expire_token')
    const session = sessions.find((candidate) => candidate.refresh === sent)
    if (session === undefined || !isStored(session)) throw refuse(401, 7, 'Session not found')
    const asking = authenticate(access, !switches.refreshNeedsLiveAccess)
    if (asking.owner !== session.owner) {
      throw refuse(403, 9, 'You have not access to refresh this session')
    }
    counts.refreshes += 1
    return answerSession(openSession(session.owner, session))
  }

  /** What a user may ask of himself alone: 403 and AUTH FORBIDDEN for everybody else. */
  function tellUser(id: string, asking: Account): Reply {
    if (asking.id !== id) throw refuse(403, 9, 'Access to this user is forbidden')
    counts.calls += 1
    return answerJson(200, { user_id: id, email: asking.email, user_type: asking.type })
  }

  function handle(call: Call): Reply {
    // The document writes its paths without the prefix, and every client has it.
    const path = call.path.replace(/^\/api(?=\/)/, '').replace(/(?<=.)\/$/, '')
    const route = `${call.method} ${path}`
    if (route === 'POST /authorize/auth') return logIn(call)
    if (route === 'POST /authorize/refresh') return refresh(call)
    const { owner } = authenticate(readAccess(call), false)
    const user = /^GET \/users\/([^/]+)$/.exec(route)?.[1]
    if (user !== undefined) return tellUser(user, owner)
    if (route !== 'GET /folders') throw refuse(404, 0, 'Not found')
    counts.calls += 1
    return answerJson(200, { items: [], limit: 25, offset: 0, total: 0 })
  }

  function expire(): void {
    for (const session of sessions.filter(isLive)) session.expiresAt = clock.now()
  }

  function readTokens(): ReturnType<Api['readTokens']> {
    return sessions.map((session) => ({
      generation: session.generation,
      access: session.access,
      refresh: session.refresh,
      accessLive: isLive(session),
      refreshLive: isStored(session),
      expiresAt: session.expiresAt,
      id: session.id,
    }))
  }

  const resourcePath = '/api/folders/'
  const ownResourcePath = `/api/users/${firstUser}/`
  const others = { secondAccount, serviceAccount, ownResourcePath }
  return { credentials, ...others, resourcePath, counts, handle, readTokens, expire }
}
