import { createHash } from 'node:crypto'
import { makeHex, makeWord, signJwt } from './random.ts'
import { Refusal, startCounts, type Api, type ApiOptions, type Call, type Reply } from './api.ts'
import { answerJson } from './reply.ts'
import type { HosterbySwitches } from './switches.ts'

interface Pair {
  readonly generation: number
  readonly access: string
  readonly refresh: string
  /** When the refresh token ends: with the keys, or before them. */
  readonly refreshEndsAt: number
  expiresAt: number
  /** When the pair ends because it was refreshed. */
  endsAt: number
}

// Inferred from one sample: the documents give no figure.
const accessTtl = 15 * 60 * 1000

/** A fake of the hoster.by API: keys in headers, pairs of which both halves always rotate. */
export function createHosterby(options: ApiOptions<HosterbySwitches>): Api {
  const { clock, switches } = options
  const ttl = options.ttlMs ?? accessTtl
  const credentials = {
    access_key: makeWord(32),
    secret_key: makeWord(64),
    ...options.credentials,
  }
  // From the key, so that the user stays the same when the tokens are reset.
  const hash = createHash('sha256').update(credentials.access_key).digest()
  const userId = 100_000 + (hash.readUInt32BE() % 900_000)
  const keysEndAt = clock.now() + switches.keyTtlMs
  const signingKey = makeHex(64)
  const pairs: Pair[] = []
  const counts = startCounts()
  const empty = switches.phpHabits ? [] : {}

  function refuse(status: number, code: string, text: string): Refusal {
    const unmatched = status === 520 ? switches.unmatchedStatus : status
    return new Refusal(
      answerJson(
        switches.errorsInside200 ? 200 : unmatched,
        {
          httpCode: status,
          statusCode: 'error',
          messageList: { error: { [code]: text } },
          codeList: { error: [code] },
        },
        4,
      ),
    )
  }

  function answerPayload(payload: unknown, code?: string): Reply {
    const codeList = code === undefined ? empty : { success: [code] }
    const envelope = { httpCode: 200, statusCode: 'ok', codeList, messageList: empty }
    return answerJson(200, { ...envelope, payload }, 4)
  }

  function isStored(pair: Pair): boolean {
    return clock.now() < pair.endsAt
  }

  function isLive(pair: Pair): boolean {
    return isStored(pair) && clock.now() < pair.expiresAt
  }

  function isRefreshable(pair: Pair): boolean {
    return isStored(pair) && clock.now() < pair.refreshEndsAt
  }

  function isKey(sent: string | undefined, key: string): boolean {
    if (sent === undefined) return false
    const decoded = Buffer.from(sent, 'latin1').toString('utf8')
    return decoded === key || (switches.latin1Keys && sent === key)
  }

  function makePair(code: string): Reply {
    const now = clock.now()
    const expiresAt = now + ttl
    const dateExpires = Math.floor(expiresAt / 1000)
    const iat = Math.floor(now / 1000)
    const claims = { jti: makeHex(32), userId, permissions: ['cloud_orders_list'] }
    const access = signJwt({ ...claims, iat, exp: dateExpires }, signingKey)
    const refresh = makeHex(64)
    const refreshEndsAt = Math.min(keysEndAt, now + switches.refreshTtlMs)
    const ends = { refreshEndsAt, expiresAt, endsAt: Infinity }
    pairs.push({ generation: pairs.length + 1, access, refresh, ...ends })
    const id = switches.phpHabits ? String(userId) : userId
    return answerPayload(
      { accessToken: access, refreshToken: refresh, userId: id, dateExpires },
      code,
    )
  }

  function checkBody(call: Call): void {
    if (switches.emptyBodyOnly && call.body !== '') {
      throw refuse(400, 'request_body_not_empty', 'This request takes no body')
    }
  }

  function checkUser(call: Call, isNeeded: boolean): void {
    const sent = call.headers.get('x-user-id')
    if (sent === undefined && !isNeeded) return
    if (sent !== String(userId)) throw refuse(401, 'user_id_not_found', 'User id not found')
  }

  function findByAccess(call: Call): Pair {
    const sent = call.headers.get('access-token')
    const pair = pairs.find((candidate) => candidate.access === sent)
    if (pair === undefined || !isStored(pair)) {
      throw refuse(401, 'access_token_not_found', 'Access token not found')
    }
    if (!isLive(pair)) throw refuse(401, 'access_token_expired', 'Access token expired')
    return pair
  }

  function findByRefresh(call: Call): Pair {
    const sent = call.headers.get('refresh-token')
    const pair = pairs.find((candidate) => candidate.refresh === sent)
    if (pair === undefined || !isStored(pair)) {
      throw refuse(401, 'refresh_token_not_found', 'Refresh token not found')
    }
    if (!isRefreshable(pair)) throw refuse(401, 'refresh_token_expired', 'Refresh token expired')
    return pair
  }

  function logIn(call: Call): Reply {
    checkBody(call)
    const isKnown =
      isKey(call.headers.get('access-key'), credentials.access_key) &&
      isKey(call.headers.get('secret-key'), credentials.secret_key)
    if (!isKnown) throw refuse(401, 'access_key_not_found', 'Access key not found')
    if (clock.now() >= keysEndAt) throw refuse(401, 'access_key_expired', 'Access key expired')
    counts.logins += 1
    return makePair('create_token_success')
  }

  function refresh(call: Call): Reply {
    checkBody(call)
    checkUser(call, true)
    const old = findByRefresh(call)
    old.endsAt = Math.min(old.endsAt, clock.now() + switches.graceMs)
    counts.refreshes += 1
    return makePair('refresh_token_success')
  }

  function tellAccess(call: Call): Reply {
    checkUser(call, true)
    const { accessInfoNeeds } = switches
    const isByAccess =
      accessInfoNeeds === 'access' ||
      (accessInfoNeeds === 'either' && call.headers.has('access-token'))
    const pair = isByAccess ? findByAccess(call) : findByRefresh(call)
    return answerPayload({ userId, dateExpires: Math.floor(pair.expiresAt / 1000) })
  }

  function tellRefresh(call: Call): Reply {
    checkUser(call, true)
    const { refreshEndsAt } = findByRefresh(call)
    return answerPayload({ userId, dateExpires: Math.floor(refreshEndsAt / 1000) })
  }

  function listOrders(call: Call): Reply {
    findByAccess(call)
    checkUser(call, false)
    counts.calls += 1
    return answerPayload({ orders: [] })
  }

  function handle(call: Call): Reply {
    const route = `${call.method} ${call.path}`
    if (route === 'POST /service/account/create/token') return logIn(call)
    if (route === `${switches.refreshVerb} /token/refresh`) return refresh(call)
    if (route === 'GET /token/info/access') return tellAccess(call)
    if (route === 'GET /token/info/refresh') return tellRefresh(call)
    if (route === `GET ${resourcePath}`) return listOrders(call)
    throw refuse(520, 'unknown_error', `Matched route "${call.path}" has no handler`)
  }

  function expire(): void {
    for (const pair of pairs.filter(isLive)) pair.expiresAt = clock.now()
  }

  function readTokens(): ReturnType<Api['readTokens']> {
    return pairs.map((pair) => ({
      generation: pair.generation,
      access: pair.access,
      refresh: pair.refresh,
      accessLive: isLive(pair),
      refreshLive: isRefreshable(pair),
      expiresAt: pair.expiresAt,
    }))
  }

  const resourcePath = '/cloud/orders'
  return { credentials, resourcePath, counts, handle, readTokens, expire }
}
