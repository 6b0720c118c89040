import { makeWord } from './random.ts'
import { Refusal, startCounts, type Api, type ApiOptions, type Call, type Reply } from './api.ts'
import { answerJson, hasContentType, readJson } from './reply.ts'
import type { McsSwitches } from './switches.ts'

interface Grant {
  readonly value: string
  endsAt: number
}

interface Access {
  readonly generation: number
  readonly value: string
  readonly grant: Grant
  /** Whether it was made by the refresh_token grant; the budget counts those alone. */
  readonly counted: boolean
  expiresAt: number
}

const budget = 25
const accessTtl = 60 * 60 * 1000
const scopes = ['objects', 'video', 'persons']

function refuse(status: number, error: string, description: string): Refusal {
  return new Refusal(answerJson(status, { error, error_description: description }))
}

function answerEnvelope(httpStatus: number, status: number, body: unknown): Reply {
  return answerJson(httpStatus, { status, body, htmlencoded: false, last_modified: 0 })
}

/** A fake of MCS Vision: one token endpoint, one resource host, two budgets of 25. */
export function createMcs(options: ApiOptions<McsSwitches>): Api {
  const { clock, switches } = options
  const ttl = options.ttlMs ?? accessTtl
  const credentials = {
    client_id: `mcs1017666666.ml.vision.${makeWord(13).toLowerCase()}`,
    client_secret: makeWord(46),
    service_token: makeWord(50),
    ...options.credentials,
  }
  const grants: Grant[] = []
  const accesses: Access[] = []
  const counts = startCounts()

  function isAlive(grant: Grant): boolean {
    return clock.now() < grant.endsAt
  }

  function isLive(access: Access): boolean {
    return clock.now() < access.expiresAt
  }

  function listCounted(grant: Grant): readonly Access[] {
    return accesses.filter((access) => access.grant === grant && access.counted && isLive(access))
  }

  function answerToken(grant: Grant, counted: boolean): Reply {
    const value = makeWord(50)
    const generation = accesses.length + 1
    accesses.push({ generation, value, grant, counted, expiresAt: clock.now() + ttl })
    const seconds = Math.floor(ttl / 1000)
    const lifetimes = {
      'expired_in text': { expired_in: String(seconds) },
      'expired_in number': { expired_in: seconds },
      'expires_in number': { expires_in: seconds },
    }
    const scope = {
      object: Object.fromEntries(scopes.map((name) => [name, 1])),
      list: scopes,
      text: scopes.join(' '),
    }
    return answerJson(200, {
      ...(counted && !switches.repeatRefresh ? {} : { refresh_token: grant.value }),
      access_token: value,
      ...lifetimes[switches.lifetime],
      scope: scope[switches.scope],
    })
  }

  function logIn(sent: Readonly<Record<string, unknown>>): Reply {
    if (sent['client_secret'] !== credentials.client_secret) {
      throw refuse(401, 'invalid_client', 'unknown client or wrong client_secret')
    }
    const alive = grants.filter(isAlive)
    const [oldest] = alive
    if (oldest !== undefined && alive.length >= budget) {
      if (!switches.evictOldest) {
        throw refuse(switches.budgetStatus, 'limit_exceeded', `${budget} refresh tokens in use`)
      }
      oldest.endsAt = clock.now()
    }
    const grant = { value: makeWord(41), endsAt: clock.now() + switches.refreshTtlMs }
    grants.push(grant)
    counts.logins += 1
    return answerToken(grant, false)
  }

  function refresh(sent: Readonly<Record<string, unknown>>): Reply {
    const grant = grants.find((candidate) => candidate.value === sent['refresh_token'])
    if (grant === undefined || !isAlive(grant)) {
      throw refuse(400, 'invalid_grant', 'refresh_token is unknown or expired')
    }
    const live = listCounted(grant)
    const [oldest] = live
    if (oldest !== undefined && live.length >= budget) {
      if (!switches.evictOldest) {
        throw refuse(switches.budgetStatus, 'limit_exceeded', `${budget} access tokens in use`)
      }
      oldest.expiresAt = clock.now()
    }
    counts.refreshes += 1
    return answerToken(grant, true)
  }

  function readFields(call: Call): Readonly<Record<string, unknown>> {
    if (switches.acceptForm && hasContentType(call, 'application/x-www-form-urlencoded')) {
      return Object.fromEntries(new URLSearchParams(call.body))
    }
    const sent = hasContentType(call, 'application/json') ? readJson(call) : undefined
    if (sent === undefined) throw refuse(400, 'invalid_request', 'a JSON object is needed')
    return sent
  }

  function handle(call: Call): Reply {
    if (call.path !== '/auth/oauth/v1/token') throw refuse(404, 'not_found', 'no such path')
    if (call.method !== 'POST') throw refuse(405, 'method_not_allowed', 'POST only')
    const sent = readFields(call)
    if (sent['client_id'] !== credentials.client_id) {
      throw refuse(401, 'invalid_client', 'unknown client or wrong client_secret')
    }
    if (sent['grant_type'] === 'client_credentials') return logIn(sent)
    if (sent['grant_type'] === 'refresh_token') return refresh(sent)
    throw refuse(400, 'unsupported_grant_type', 'client_credentials or refresh_token')
  }

  function handleResource(call: Call): Reply {
    const isRoute = call.path === resourcePath && ['GET', 'POST'].includes(call.method)
    if (!isRoute) throw new Refusal(answerEnvelope(404, 404, 'not found'))
    const provider = call.query.get('oauth_provider') ?? ''
    const token = call.query.get('oauth_token') ?? ''
    const isGood =
      token === credentials.service_token ||
      accesses.some((access) => access.value === token && isLive(access))
    if (provider !== 'mcs' || !isGood) {
      const reason = 'reason: CONDITION/UNAUTHORIZED, Access Token invalid'
      const shown = `token: ${token.slice(0, 24)}(...)`
      const text = `authorization failed, provider: ${provider}, ${shown}, ${reason}`
      throw new Refusal(answerEnvelope(switches.envelopeStatus, 401, text))
    }
    counts.calls += 1
    return answerEnvelope(200, 200, { objects: [] })
  }

  function expire(): void {
    for (const access of accesses.filter(isLive)) access.expiresAt = clock.now()
  }

  function readTokens(): ReturnType<Api['readTokens']> {
    return accesses.map((access) => ({
      generation: access.generation,
      access: access.value,
      refresh: access.grant.value,
      accessLive: isLive(access),
      refreshLive: isAlive(access.grant),
      expiresAt: access.expiresAt,
    }))
  }

  function readBudget(): Readonly<Record<string, number>> {
    const alive = grants.filter(isAlive)
    const fullest = Math.max(0, ...alive.map((grant) => listCounted(grant).length))
    return {
      refreshTokens: alive.length,
      refreshTokensMade: grants.length,
      refreshTokensLimit: budget,
      accessTokensOfFullest: fullest,
      accessTokensLimit: budget,
    }
  }

  const resourcePath = '/api/v1/objects/detect'
  const served = { handle, handleResource, readTokens, readBudget, expire }
  return { credentials, resourcePath, counts, ...served }
}
