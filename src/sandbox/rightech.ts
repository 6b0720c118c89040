import { makeHex, makeWord, signJwt } from './random.ts'
import { Refusal, startCounts, type Api, type ApiOptions, type Call, type Reply } from './api.ts'
import { answerJson, hasContentType, readJson } from './reply.ts'
import type { RightechSwitches } from './switches.ts'
import { allows, isScope, parseLifetime } from './scopes.ts'

interface Token {
  readonly generation: number
  readonly id: string
  readonly value: string
  readonly name?: string
  /** Absent: all rights of the user. */
  readonly scopes?: readonly string[]
  expiresAt: number
  revoked: boolean
}

type Fields = Readonly<Record<string, unknown>>

const defaultTtl = 24 * 60 * 60 * 1000
const prefix = '/api/v1'

// What the document names as scopes. Of the bodies it says nothing, so they are kept plain.
const documented = [
  'GET /objects',
  'POST /objects',
  'GET /objects/:id',
  'PATCH /objects/:id',
  'GET /objects/:id/packets',
  'POST /objects/:id/commands/:command',
  'GET /geofences',
  'POST /geofences',
  'DELETE /geofences/:id',
]

const ofTokens = ['GET /tokens', 'POST /tokens', 'DELETE /tokens/:id']

// The document has lost where the list of all methods is: this place is made up.
const methodsPath = '/methods'

function refuse(status: number, message: string): Refusal {
  const tag = `error_${message.toLowerCase().replaceAll(' ', '_')}`
  const tags = [tag, 'error_tokens']
  const body = { success: false, name: 'RicError', code: String(status), message }
  return new Refusal(answerJson(status, { ...body, tags, codes: tags }))
}

function readScopes(sent: Fields): readonly string[] | undefined {
  const scopes = sent['scopes']
  if (scopes === undefined) return undefined
  // An empty list could mean nothing or everything; who sends one should learn that it is unclear.
  const isList = Array.isArray(scopes) && scopes.length > 0 && scopes.every(isScope)
  if (!isList) throw refuse(400, 'Invalid scopes')
  return scopes as readonly string[]
}

/** A fake of Rightech IoT Cloud: scoped tokens that are made, listed and revoked, never refreshed. */
export function createRightech(options: ApiOptions<RightechSwitches>): Api {
  const { clock, switches } = options
  const credentials = {
    username: `${makeWord(8).toLowerCase()}@example.com`,
    password: makeWord(20),
    ...options.credentials,
  }
  const object = { _id: makeHex(24), id: 'demo-object', name: 'Demo object' }
  const owner = makeHex(24)
  const group = makeHex(24)
  const key = makeHex(64)
  const tokens: Token[] = []
  const counts = startCounts()

  function isLive(token: Token): boolean {
    return !token.revoked && clock.now() < token.expiresAt
  }

  function readBody(call: Call): Fields {
    const isTyped = !switches.jsonOnly || hasContentType(call, 'application/json')
    const sent = isTyped ? readJson(call) : undefined
    if (sent === undefined) throw refuse(400, 'Bad Request')
    return sent
  }

  function makeToken(sent: Fields, { fault }: Call): Reply {
    const issuedAt = clock.now()
    const scopes = readScopes(sent)
    const phrase = sent['expiresIn']
    const life = phrase === undefined ? (options.ttlMs ?? defaultTtl) : parseLifetime(phrase)
    if (life === undefined) throw refuse(400, 'Invalid expiresIn')
    const name = sent['name']
    if (name !== undefined && typeof name !== 'string') throw refuse(400, 'Invalid name')
    // Two entries of the list that the document prints have one and the same _id.
    const own = makeHex(24)
    const id = (fault === 'repeat-id' ? tokens.at(-1)?.id : undefined) ?? own
    const expiresAt = issuedAt + life
    const value = signJwt(
      {
        jti: own,
        sub: owner,
        grp: group,
        lic: false,
        usg: 'api',
        full: scopes === undefined,
        rights: scopes ?? [],
        iat: Math.floor(issuedAt / 1000),
        exp: Math.floor(expiresAt / 1000),
      },
      key,
    )
    const named = { ...(name !== undefined && { name }), ...(scopes && { scopes }) }
    const generation = tokens.length + 1
    tokens.push({ generation, id, value, ...named, expiresAt, revoked: false })
    const expiries = {
      milliseconds: { expiresAt },
      seconds: { expiresAt: Math.floor(expiresAt / 1000) },
      absent: {},
    }
    const expiry = expiries[switches.expiresAt]
    const user = { name: credentials.username }
    return answerJson(200, { _id: id, issuedAt, ...expiry, user, ...named, token: value })
  }

  function logIn(call: Call): Reply {
    const sent = readBody(call)
    const username = sent['username'] ?? (switches.acceptLogin ? sent['login'] : undefined)
    if (typeof username !== 'string' || typeof sent['password'] !== 'string') {
      throw refuse(400, 'Bad Request')
    }
    if (username !== credentials.username || sent['password'] !== credentials.password) {
      throw refuse(401, 'Unauthorized')
    }
    if (sent['name'] !== undefined && switches.loginName === 'refused') {
      throw refuse(400, 'Unknown parameter name')
    }
    const kept = switches.loginName === 'kept' ? sent : { ...sent, name: undefined }
    const reply = makeToken(kept, call)
    counts.logins += 1
    return reply
  }

  function authorize(call: Call): Token {
    const sent = /^Bearer (.+)$/.exec(call.headers.get('authorization') ?? '')?.[1]
    const token = tokens.find((candidate) => candidate.value === sent)
    if (token === undefined || !isLive(token)) throw refuse(401, 'Unauthorized')
    const isAllowed = token.scopes?.some((scope) => allows(scope, call.method, call.path)) ?? true
    if (!isAllowed) throw refuse(403, 'Forbidden')
    return token
  }

  function issue(call: Call, maker: Token): Reply {
    const sent = readBody(call)
    if (switches.childWithinParent && maker.scopes !== undefined) {
      const held = maker.scopes
      const isWithin = readScopes(sent)?.every((scope) => held.includes(scope)) ?? false
      if (!isWithin) throw refuse(403, 'Forbidden')
    }
    const reply = makeToken(sent, call)
    counts.issued += 1
    return { ...reply, status: switches.issueStatus }
  }

  function revoke(id: string): Reply {
    const token = tokens.find((candidate) => candidate.id === id && !candidate.revoked)
    if (token === undefined) throw refuse(404, 'Not Found')
    token.revoked = true
    counts.revoked += 1
    if (switches.revokeStatus === 204) return { status: 204, headers: {}, body: '' }
    return answerJson(switches.revokeStatus, { codes: [], success: true })
  }

  function listTokens(): Reply {
    const held = tokens.filter((token) => !token.revoked)
    return answerJson(
      200,
      held.map(({ id, name, scopes, expiresAt }) => ({ _id: id, name, expiresAt, scopes })),
    )
  }

  function handle(call: Call): Reply {
    const route = `${call.method} ${call.path.replace(prefix, '')}`
    if (!call.path.startsWith(`${prefix}/`)) throw refuse(404, 'Not Found')
    if (route === 'POST /auth/token') return logIn(call)
    const token = authorize(call)
    if (route === 'GET /tokens') return listTokens()
    if (route === `GET ${methodsPath}`) return answerJson(200, [...documented, ...ofTokens])
    if (route === 'POST /tokens') return issue(call, token)
    const revoked = /^DELETE \/tokens\/([^/]+)$/.exec(route)?.[1]
    if (revoked !== undefined) return revoke(revoked)
    const named = documented.find((scope) => allows(scope, call.method, call.path))
    const target = route.split('/')[2] ?? object._id
    if (named === undefined || target !== object._id) throw refuse(404, 'Not Found')
    counts.calls += 1
    if (named === 'GET /objects') return answerJson(200, [object])
    return answerJson(200, /^GET .+s$/.test(named) ? [] : object)
  }

  function expire(): void {
    for (const token of tokens.filter(isLive)) token.expiresAt = clock.now()
  }

  function readTokens(): ReturnType<Api['readTokens']> {
    return tokens.map((token) => ({
      generation: token.generation,
      access: token.value,
      accessLive: isLive(token),
      expiresAt: token.expiresAt,
      id: token.id,
    }))
  }

  const resourcePath = `${prefix}/objects`
  return { credentials, resourcePath, counts, handle, readTokens, expire }
}
