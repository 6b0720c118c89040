import type { IntrospectionResponse } from 'openid-client'
import { isToknError } from '../../../core/errors.ts'
import { expiresAt, type Expiry } from '../../../core/expiry.ts'
import { readClaims, type Claims } from '../../../core/jwt.ts'
import type { Reach } from '../../../core/provider.ts'
import { quoteForeign, type Secret } from '../../../core/secret.ts'
import type { Introspection, TokenSet } from '../../../core/token.ts'
import { words } from '../../../messages/words.ts'
import { checkClaims } from '../replies/claims.ts'
import { connect, type Connection, type ConfiguredServer } from '../server/connect.ts'
import { readScopes } from '../settings/scope-words.ts'
import { sendAsClient } from '../client/send-as-client.ts'
import { retryWithServerTime } from '../server/clock-skew.ts'
import { withOurErrors } from '../replies/library-errors.ts'

/** A server says the same of what it does not know; some know no refresh tokens (RFC 7662, 2.2). */
const notActive = 'not active, or not known to the server'

/**
 * What the server says of the held token: introspection (RFC 7662), userinfo, and the claims of the
 * access token, else of the ID token, with their signature checked where there are keys. Each part
 * that the server does not offer, or not to us, is left out.
 */
export async function inspectToken(
  configured: ConfiguredServer,
  reach: Reach,
  held: TokenSet,
): Promise<Introspection> {
  const connection = await connect(configured, reach, held.context)
  const introspected = await introspect(connection, held.access, 'access_token')
  const refresh =
    introspected === undefined || held.refresh === undefined
      ? undefined
      : await introspect(connection, held.refresh, 'refresh_token')
  const ahead = connection.transport.time.ahead()
  const user = await askUserinfo(connection, held)
  const token = (await checkClaims(connection, held.access.reveal())) ?? idToken(connection, held)
  const checked = await token
  const claims = checked?.claims
  const active = isActive(connection, held, { introspected, refresh, user })
  const unknown = introspected?.active === false && active === undefined
  return {
    answered: introspected !== undefined || user.active !== undefined,
    asked: connection.server.introspection_endpoint !== undefined || mayAskUser(connection, held),
    active,
    uncertain: unknown,
    userId: shown(
      introspected?.sub ?? user.claims?.['sub'] ?? claims?.['sub'] ?? held.context['sub'],
    ),
    scopes: scopesOf(introspected?.scope, connection.settings, held.scopes) ?? held.scopes,
    access: introspected === undefined ? undefined : expiryOf(introspected, ahead),
    refresh: refresh === undefined ? undefined : expiryOf(refresh, ahead),
    facts: {
      ...factsOf(claims, ['iss', 'aud', 'client_id', 'azp']),
      ...(introspected === undefined
        ? {}
        : factsOf(introspected, ['client_id', 'username', 'aud', 'iss'])),
      ...factsOf(user.claims, ['name', 'preferred_username', 'email']),
      ...clientFacts(held),
      ...(unknown ? { introspection: notActive } : {}),
      ...(refresh === undefined ? {} : { 'refresh token': refresh.active ? 'active' : notActive }),
    },
    ...(checked?.signature === undefined ? {} : { signature: checked.signature }),
  }
}

function idToken(connection: Connection, { context }: TokenSet) {
  const token = context['id_token']
  return token === undefined ? undefined : checkClaims(connection, token)
}

interface Answers {
  readonly introspected: IntrospectionResponse | undefined
  readonly refresh: IntrospectionResponse | undefined
  readonly user: User
}

/**
 * Whether the token is alive, where a reply proves it. Introspection also answers "not active" for a
 * token that it does not know, like many JWTs, or that this client may not ask about (RFC 7662 section
 * 2.2): it counts only if the refresh token of an opaque pair is active.
 */
function isActive(
  { server }: Connection,
  held: TokenSet,
  { introspected, refresh, user }: Answers,
): boolean | undefined {
  if (introspected?.active === true || user.active === true) return true
  if (user.active === false && isForUserinfo(server, held)) return false
  const opaque = readClaims(held.access.reveal()) === undefined
  const counts = opaque && refresh?.active === true
  return introspected?.active === false && counts ? false : undefined
}

/** RFC 7662 has a text with spaces; some servers have an array. `undefined` for anything else. */
function scopesOf(
  scope: unknown,
  settings: Connection['settings'],
  known: readonly string[] | undefined,
): readonly string[] | undefined {
  const list = typeof scope === 'string' ? readScopes(scope, settings, known) : scope
  if (!Array.isArray(list)) return undefined
  return list.filter((one) => typeof one === 'string').map((one) => quoteForeign(one))
}

/** Whether a refusal at userinfo is about the token itself, and not about its audience. */
export function isForUserinfo(
  { issuer, userinfo_endpoint: endpoint }: Connection['server'],
  { access, scopes, context }: TokenSet,
): boolean {
  if (scopes?.includes('openid') !== true || context['resource'] !== undefined) return false
  const aud = readClaims(access.reveal())?.['aud']
  if (aud === undefined || endpoint === undefined) return true
  const { origin } = new URL(endpoint)
  return [aud].flat().some((one) => one === issuer || one === endpoint || one === origin)
}

/** `undefined` where the server has no introspection, or not for this client. */
export async function introspect(
  connection: Connection,
  token: Secret,
  hint: 'access_token' | 'refresh_token',
): Promise<IntrospectionResponse | undefined> {
  const { openid, config, server } = connection
  if (server.introspection_endpoint === undefined) return undefined
  try {
    return await withOurErrors('introspection', () =>
      sendAsClient(connection, 'introspection', () =>
        openid.tokenIntrospection(config, token.reveal(), { token_type_hint: hint }),
      ),
    )
  } catch (error) {
    const notOurs = ['reauth_required', 'forbidden', 'provider_refused', 'unsupported'] as const
    if (isToknError(error, ...notOurs)) return undefined
    throw error
  }
}

export interface User {
  readonly claims?: Claims
  /** Whether the token was accepted; absent where nothing was asked, or it was refused for another reason. */
  readonly active?: boolean
}

function mayAskUser({ server }: Connection, { scopes }: Pick<TokenSet, 'scopes'>): boolean {
  return server.userinfo_endpoint !== undefined && (scopes?.includes('openid') ?? true)
}

/** Asks who the user is, with the token. */
export async function askUserinfo(connection: Connection, held: TokenSet): Promise<User> {
  const { openid, config, dpop, transport } = connection
  if (!mayAskUser(connection, held)) return {}
  try {
    const claims = await withOurErrors('userinfo', () =>
      retryWithServerTime(transport.time, () =>
        openid.fetchUserInfo(
          config,
          held.access.reveal(),
          held.context['sub'] ?? openid.skipSubjectCheck,
          dpop && { DPoP: dpop.handle },
        ),
      ),
    )
    return { claims, active: true }
  } catch (error) {
    if (isToknError(error, 'reauth_required')) return { active: false }
    if (isToknError(error, 'forbidden', 'provider_refused')) return {}
    throw error
  }
}

function clientFacts({ context }: TokenSet): Readonly<Record<string, string>> {
  const method = context['client_auth']
  if (method === undefined) return {}
  return {
    'client authentication': words.oauthClient.used(method, context['client_audience']),
  }
}

/**
 * By our clock, where that of the server is `ahead` by so many milliseconds. Nothing where it does
 * not say when the token ends, which some do by 0 or by null.
 */
function expiryOf({ exp }: { readonly exp?: unknown }, ahead: number): Expiry | undefined {
  const seconds = Number(exp)
  return seconds > 0 ? expiresAt(seconds * 1_000 - ahead) : undefined
}

const labels: Readonly<Record<string, string>> = {
  iss: 'issuer',
  aud: 'audience',
  client_id: 'client',
  azp: 'client',
  preferred_username: 'user name',
  username: 'user name',
}

function factsOf(
  claims: Readonly<Record<string, unknown>> | undefined,
  names: readonly string[],
): Readonly<Record<string, string>> {
  const facts: Record<string, string> = {}
  for (const name of names) {
    const value = shown(claims?.[name])
    if (value !== undefined) facts[labels[name] ?? name] = value
  }
  return facts
}

function shown(value: unknown): string | undefined {
  const text = Array.isArray(value)
    ? value.filter((one) => typeof one === 'string').join(' ')
    : value
  return typeof text === 'string' && text !== '' ? quoteForeign(text) : undefined
}
