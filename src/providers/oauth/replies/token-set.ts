import type { TokenEndpointResponse } from 'openid-client'
import { assumedExpiry, expiresAt, unknownExpiry, type Expiry } from '../../../core/expiry.ts'
import { readClaims, type Claims } from '../../../core/jwt.ts'
import { redact, Secret } from '../../../core/secret.ts'
import type { TokenSet } from '../../../core/token.ts'
import { words } from '../../../messages/words.ts'
import { instantGivenAsLength } from '../../replies/epoch.ts'
import type { FoundExpiry } from '../../replies/expiry.ts'
import { notGranted } from '../../replies/compare-grant.ts'
import { anotherUser, oddLifetime, warn } from '../../replies/warnings.ts'
import { describeValue } from '../../replies/describe-value.ts'
import type { Connection } from '../server/connect.ts'
import type { TokenResponse } from './token-response.ts'
import type { Flow } from '../settings/flow.ts'
import { keptProofs, lifetimeOf } from '../settings/in-force.ts'
import { readScopes } from '../settings/scope-words.ts'
import { issuerToRemember } from './id-token-issuer.ts'

/** A reply of the token endpoint, with the claims of its ID token once those are validated. */
export type ValidatedResponse = TokenEndpointResponse & { claims(): Claims | undefined }

export interface GrantRequest {
  readonly flow: Flow
  /** What was requested: RFC 6749 section 5.1 lets a server leave out a scope that it granted whole. */
  readonly parameters?: URLSearchParams | undefined
  readonly held?: TokenSet | undefined
}

/** The tokens of a response. Whatever is odd about them causes a warning only. */
export function readTokens(
  connection: Connection,
  reply: ValidatedResponse,
  { flow, parameters, held }: GrantRequest,
  tokenResponse: Pick<TokenResponse, 'tokenType' | 'refreshUnreadable' | 'expiry'>,
): TokenSet {
  const { tokenType, refreshUnreadable } = tokenResponse
  const access = new Secret(reply.access_token)
  const refresh = reply.refresh_token === undefined ? undefined : new Secret(reply.refresh_token)
  const { context: before = {} } = held ?? {}
  const subjects = readSubjects(connection, reply, before)
  const asked = scopesIn(parameters)
  if (held === undefined) tellLacking(connection, reply, asked)
  const kept = refresh ?? (refreshUnreadable ? undefined : held?.refresh)
  const expiry = readExpiry(connection, reply, tokenResponse.expiry, kept !== undefined)
  // A warning once, not at every refresh.
  if (before['token_type'] !== tokenType) tellType(connection, tokenType)
  return {
    access,
    refresh: kept,
    ...(refreshUnreadable ? { refreshUnreadable } : {}),
    expiry,
    refreshExpiry:
      readRefreshExpiry(connection, reply) ?? (refresh ? undefined : held?.refreshExpiry),
    scopes: grantedScopes(connection, reply, asked, held?.scopes),
    context: {
      ...before,
      ...subjects,
      ...facts(connection, reply, flow, parameters),
      ...connection.client.facts(),
      ...connection.transport.shape.remembered(),
      token_type: tokenType,
      ...((refresh ?? held?.refresh) === undefined
        ? {}
        : keptProofs(connection.settings, connection.secret)),
    },
  }
}

/** The scopes of a request. */
function scopesIn(parameters: URLSearchParams | undefined): readonly string[] {
  return (parameters?.get('scope') ?? '').split(' ').filter((word) => word !== '')
}

/** As the reply says; else those that were asked for, or that the tokens before had. */
function grantedScopes(
  { reach, settings }: Connection,
  { scope }: ValidatedResponse,
  asked: readonly string[],
  before: readonly string[] | undefined,
): readonly string[] | undefined {
  if (scope !== undefined) {
    const read = readScopes(scope, settings, [...asked, ...(before ?? [])])
    const scopes = read.filter((one) => redact(one) === one)
    // They are kept, and shown, as what is nobody's secret.
    if (scopes.length < read.length) warn(reach, words.oauthServer.secretAmongScopes())
    return scopes
  }
  return asked.length > 0 ? asked : before
}

/** RFC 6749 section 5.1: a server says which scopes it granted if they are not those requested. */
function tellLacking(
  { reach, settings }: Connection,
  reply: ValidatedResponse,
  asked: readonly string[],
): void {
  // Whether these two were granted shows in what came.
  const given = { offline_access: reply.refresh_token, openid: reply.id_token }
  const warned = notGranted(
    words.oauth.serverTitle(),
    asked.filter((scope) => given[scope as keyof typeof given] === undefined),
    reply.scope === undefined ? undefined : readScopes(reply.scope, settings, asked),
  )
  if (warned !== undefined) warn(reach, warned)
}

function facts(
  { dpop, expected, registered, remembered }: Connection,
  reply: ValidatedResponse,
  flow: Flow,
  parameters: URLSearchParams | undefined,
): Readonly<Record<string, string>> {
  const resource = parameters?.getAll('resource').join(' ')
  const issued = reply['issued_token_type']
  return {
    ...registered,
    flow,
    ...remembered,
    ...issuerToRemember(expected, reply.id_token),
    ...(reply.id_token === undefined ? {} : { id_token: new Secret(reply.id_token).reveal() }),
    ...(dpop === undefined ? {} : { dpop_key: new Secret(dpop.jwk).reveal() }),
    ...(resource ? { resource } : {}),
    ...(typeof issued === 'string' ? { issued_token_type: issued } : {}),
  }
}

/** Warns if the type of a token is not the one requested. */
function tellType({ dpop, reach, title }: Connection, type: string): void {
  if (type === 'dpop') {
    if (dpop === undefined) warn(reach, words.oauth.boundWithoutKey(title))
  } else if (dpop !== undefined) {
    warn(reach, words.oauth.notBound(title))
  } else if (!/bearer|^n_a$/.test(type)) {
    warn(reach, words.oauth.unknownTokenType(title, type))
  }
}

/**
 * Whom the tokens are for. OpenID Connect Core section 12.2 forbids another user than before; but the
 * old tokens may be gone, so the new ones are used, with one warning.
 */
function readSubjects(
  { title, reach }: Connection,
  reply: ValidatedResponse,
  before: TokenSet['context'],
): Readonly<Record<string, string>> {
  const found = {
    sub: reply.claims()?.['sub'],
    token_sub: readClaims(reply.access_token)?.['sub'],
  }
  const subjects: Record<string, string> = {}
  let warned = false
  for (const [name, subject] of Object.entries(found)) {
    if (typeof subject !== 'string') continue
    const previous = before[name]
    const changed = previous !== undefined && previous !== subject
    if (changed && !warned) warn(reach, anotherUser(title, previous, subject))
    warned ||= changed
    subjects[name] = subject
  }
  return subjects
}

/**
 * The expiry by the response, else by the token itself, else as the profile assumes; warns of whatever is
 * odd about it.
 */
function readExpiry(
  { reach, transport, title, settings }: Connection,
  reply: ValidatedResponse,
  { expiry: found, isZero, unread, value, oddity }: FoundExpiry,
  renewable: boolean,
): Expiry {
  const believed = found.state === 'at' && (isZero !== true || renewable)
  // Written by the server's clock, read by ours.
  const exp = readClaims(reply.access_token)?.['exp']
  const claimed =
    typeof exp === 'number' ? expiresAt(exp * 1_000 - transport.time.ahead()) : undefined
  const expiry = believed ? found : (claimed ?? unknownExpiry)
  const now = reach.clock.now()
  const shown = believed && value !== undefined ? describeValue(value) : undefined
  if (expiry.state === 'at' && expiry.at <= now) {
    const claim = typeof exp === 'number' ? words.replies.places.claim('exp') : undefined
    const source = shown ?? (claim && words.replies.foundAt(claim, String(exp)))
    warn(reach, words.replies.bornExpired(title, source))
  } else if (expiry.state === 'at' && oddity !== undefined && shown !== undefined) {
    warn(reach, oddLifetime(title, { oddity, value: shown, at: expiry.at, now }))
  }
  if (expiry.state === 'unknown' && isZero === true) warn(reach, words.replies.zeroLifetime(title))
  if (expiry.state === 'unknown' && unread !== undefined) {
    warn(reach, words.replies.unreadableExpiry(title, 'access', describeValue(unread)))
  }
  const lifetime = expiry.state === 'unknown' ? lifetimeOf(settings) : undefined
  return lifetime === undefined ? expiry : assumedExpiry(now + lifetime)
}

const refreshLives = ['refresh_token_expires_in', 'refresh_expires_in'] as const

/** The names of Keycloak, GitHub and Entra; RFC 6749 has none. */
function readRefreshExpiry(
  { reach, title, transport }: Connection,
  reply: ValidatedResponse,
): Expiry | undefined {
  const name = refreshLives.find((one) => (reply[one] ?? '') !== '')
  if (name === undefined) return undefined
  const said = reply[name]
  const seconds = typeof said === 'string' && /^[0-9]{1,12}$/.test(said) ? Number(said) : said
  if (typeof seconds !== 'number') {
    const unread = { place: { body: name }, value: said }
    warn(reach, words.replies.unreadableExpiry(title, 'refresh', describeValue(unread)))
    return undefined
  }
  // Keycloak sends zero for an offline token without a known expiry.
  if (seconds <= 0) return undefined
  const [now, ahead] = [reach.clock.now(), transport.time.ahead()]
  const instant = instantGivenAsLength(seconds, seconds * 1_000, now + ahead)
  if (instant === undefined) return expiresAt(now + seconds * 1_000)
  const value = describeValue({ place: { body: name }, value: seconds })
  const lifetime = { oddity: 'instant', value, at: instant - ahead, now, kind: 'refresh' } as const
  warn(reach, oddLifetime(title, lifetime))
  return expiresAt(instant - ahead)
}
