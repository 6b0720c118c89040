import type { IntrospectionResponse } from 'openid-client'
import { isToknError } from '../../core/errors.ts'
import { expiresAt, type Expiry } from '../../core/expiry.ts'
import type { Claims } from '../../core/jwt.ts'
import type { Reach } from '../../core/provider.ts'
import { quoteForeign, type Secret } from '../../core/secret.ts'
import type { Introspection, TokenSet } from '../../core/token.ts'
import { checkClaims } from './claims.ts'
import { connect, type Connection, type Site } from './connect.ts'
import { wordsOf } from './settings.ts'
import { inTime } from './timely.ts'
import { asking } from './translate.ts'

/**
 * What the server says of the held token: introspection (RFC 7662), userinfo, and the claims of the
 * access token, else of the ID token, with their signature checked where there are keys. Each part
 * that the server does not offer, or not to us, is left out.
 */
export async function inspectToken(
  site: Site,
  reach: Reach,
  held: TokenSet,
): Promise<Introspection> {
  const connection = await connect(site, reach, held.context)
  const told = await introspect(connection, held.access, 'access_token')
  const refresh =
    told === undefined || held.refresh === undefined
      ? undefined
      : await introspect(connection, held.refresh, 'refresh_token')
  const user = await readUser(connection, held)
  const token = (await checkClaims(connection, held.access.reveal())) ?? idToken(connection, held)
  const checked = await token
  const claims = checked?.claims
  return {
    active: told?.active ?? user.active,
    userId: shown(told?.sub ?? user.claims?.['sub'] ?? claims?.['sub'] ?? held.context['sub']),
    scopes:
      told?.scope === undefined ? held.scopes : wordsOf(told.scope).map((one) => quoteForeign(one)),
    access: told === undefined ? undefined : expiryOf(told),
    refresh: refresh === undefined ? undefined : expiryOf(refresh),
    facts: {
      ...factsOf(claims, ['iss', 'aud', 'client_id', 'azp']),
      ...(told === undefined ? {} : factsOf(told, ['client_id', 'username', 'aud', 'iss'])),
      ...factsOf(user.claims, ['name', 'preferred_username', 'email']),
      ...(refresh === undefined
        ? {}
        : { 'refresh token': refresh.active ? 'active' : 'not active' }),
    },
    ...(checked?.signature === undefined ? {} : { signature: checked.signature }),
  }
}

function idToken(connection: Connection, { context }: TokenSet) {
  const token = context['id_token']
  return token === undefined ? undefined : checkClaims(connection, token)
}

/** `undefined` where the server has no introspection, or not for this client. */
export async function introspect(
  { openid, config, server, wire }: Connection,
  token: Secret,
  hint: 'access_token' | 'refresh_token',
): Promise<IntrospectionResponse | undefined> {
  if (server.introspection_endpoint === undefined) return undefined
  try {
    return await asking('introspection', () =>
      inTime(wire.time, () =>
        openid.tokenIntrospection(config, token.reveal(), { token_type_hint: hint }),
      ),
    )
  } catch (error) {
    const notOurs = ['reauth_required', 'forbidden', 'provider_refused', 'unsupported'] as const
    if (isToknError(error, ...notOurs)) return undefined
    throw error
  }
}

interface User {
  readonly claims?: Claims
  /** That the token was taken proves it alive, that it was refused dead. */
  readonly active?: boolean
}

async function readUser(connection: Connection, held: TokenSet): Promise<User> {
  const { openid, config, server, dpop, wire } = connection
  const forUsers = held.scopes === undefined || held.scopes.includes('openid')
  if (server.userinfo_endpoint === undefined || !forUsers) return {}
  try {
    const claims = await asking('userinfo', () =>
      inTime(wire.time, () =>
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

function expiryOf({ exp }: IntrospectionResponse): Expiry | undefined {
  return exp === undefined ? undefined : expiresAt(exp * 1_000)
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
