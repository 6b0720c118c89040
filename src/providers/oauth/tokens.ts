import type { TokenEndpointResponse } from 'openid-client'
import { ToknError } from '../../core/errors.ts'
import { expiresAt, unknownExpiry, type Expiry } from '../../core/expiry.ts'
import { readClaims, type Claims } from '../../core/jwt.ts'
import { Secret } from '../../core/secret.ts'
import type { TokenSet } from '../../core/token.ts'
import type { Connection } from './connect.ts'
import type { Flow } from './settings.ts'

/** A reply of the token endpoint, with the claims of its ID token once those are validated. */
export type TokenReply = TokenEndpointResponse & { claims(): Claims | undefined }

export interface Origin {
  readonly flow: Flow
  /** What was asked for: RFC 6749 section 5.1 lets a server leave out a scope that it gave whole. */
  readonly parameters?: URLSearchParams | undefined
  readonly held?: TokenSet | undefined
}

/**
 * The tokens of a reply. Throws `provider_nonsense` for a token that could not travel, for one that
 * is not bound to the key that it was asked with, and for a refresh that answers for somebody else.
 */
export function readTokens(
  connection: Connection,
  reply: TokenReply,
  { flow, parameters, held }: Origin,
): TokenSet {
  const access = readToken(reply.access_token, 'an access token')
  const refresh =
    reply.refresh_token === undefined
      ? undefined
      : readToken(reply.refresh_token, 'a refresh token')
  if (connection.dpop !== undefined && reply.token_type !== 'dpop') {
    throw nonsense('gave a token that is not bound to our key, though a bound one was asked for')
  }
  const { context: before = {} } = held ?? {}
  const subjects = readSubjects(connection, reply, before)
  const scope = reply.scope ?? parameters?.get('scope') ?? undefined
  return {
    access,
    refresh: refresh ?? held?.refresh,
    expiry: readExpiry(connection, reply),
    refreshExpiry:
      readRefreshExpiry(connection, reply) ?? (refresh ? undefined : held?.refreshExpiry),
    scopes: scope === undefined ? held?.scopes : scope.split(/[\s,]+/).filter(Boolean),
    context: {
      ...before,
      ...subjects,
      ...facts(connection, reply, flow, parameters),
      ...keptSecret(connection, refresh ?? held?.refresh),
    },
  }
}

function facts(
  { dpop }: Connection,
  reply: TokenReply,
  flow: Flow,
  parameters: URLSearchParams | undefined,
): Readonly<Record<string, string>> {
  const resource = parameters?.getAll('resource').join(' ')
  const issued = reply['issued_token_type']
  return {
    flow,
    token_type: reply.token_type,
    ...(reply.id_token === undefined ? {} : { id_token: new Secret(reply.id_token).reveal() }),
    ...(dpop === undefined ? {} : { dpop_key: new Secret(dpop.jwk).reveal() }),
    ...(resource ? { resource } : {}),
    ...(typeof issued === 'string' ? { issued_token_type: issued } : {}),
  }
}

/** The client's proof, without which the refresh token is worth nothing, stays beside it. */
function keptSecret(
  { settings, secret }: Connection,
  refresh: Secret | undefined,
): Readonly<Record<string, string>> {
  if (refresh === undefined) return {}
  const client = secret('client_secret')
  // A key that has a file of its own is read from there each time.
  const key = settings['private_key_file'] === undefined ? secret('private_key') : undefined
  return {
    ...(client === undefined ? {} : { client_secret: client.reveal() }),
    ...(key === undefined ? {} : { private_key: key.reveal() }),
  }
}

/** Whom the tokens are for: never somebody else than before (OpenID Connect Core section 12.2). */
function readSubjects(
  { title }: Connection,
  reply: TokenReply,
  before: TokenSet['context'],
): Readonly<Record<string, string>> {
  const found = {
    sub: reply.claims()?.['sub'],
    token_sub: readClaims(reply.access_token)?.['sub'],
  }
  const subjects: Record<string, string> = {}
  for (const [name, subject] of Object.entries(found)) {
    if (typeof subject !== 'string') continue
    if (before[name] !== undefined && before[name] !== subject) {
      throw new ToknError('provider_nonsense', `${title} refreshed the session of another user`, {
        hint: 'the session was not changed; log in again with: tokn login',
        sent: true,
      })
    }
    subjects[name] = subject
  }
  return subjects
}

function readToken(value: string, what: string): Secret {
  const lost = ['undefined', 'null', '[object Object]'].includes(value)
  if (lost || !/^[\x21-\x7e]{1,16384}$/.test(value)) {
    throw nonsense(`gave ${what} that cannot be sent in a header`)
  }
  return new Secret(value)
}

function readExpiry({ reach, wire }: Connection, reply: TokenReply): Expiry {
  if (reply.expires_in !== undefined) {
    return expiresAt(reach.clock.now() + reply.expires_in * 1_000)
  }
  // Told by the server's clock, read by ours.
  const exp = readClaims(reply.access_token)?.['exp']
  return typeof exp === 'number' ? expiresAt((exp - wire.skew()) * 1_000) : unknownExpiry
}

/** Keycloak, GitHub and Entra say it, each in a word of its own; RFC 6749 has none. */
function readRefreshExpiry({ reach }: Connection, reply: TokenReply): Expiry | undefined {
  const said = reply['refresh_token_expires_in'] ?? reply['refresh_expires_in']
  const seconds = typeof said === 'string' && /^[0-9]{1,12}$/.test(said) ? Number(said) : said
  // Zero is how Keycloak says of an offline token that no end is known.
  if (typeof seconds !== 'number' || seconds <= 0) return undefined
  return expiresAt(reach.clock.now() + seconds * 1_000)
}

function nonsense(what: string): ToknError {
  return new ToknError('provider_nonsense', `the server ${what}`, { sent: true })
}
