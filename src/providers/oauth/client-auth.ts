import type * as Openid from 'openid-client'
import { ToknError } from '../../core/errors.ts'
import type { Secret } from '../../core/secret.ts'
import { variableOf } from '../../core/variable.ts'
import { words } from '../../messages/words.ts'
import { readPrivateKey } from './keys.ts'
import type { ClientAuthMethod, Settings } from './settings.ts'
import type { ServerClock } from './server-clock.ts'

/** Seconds that a client assertion (RFC 7523 section 2.2) is good for. */
const assertionLifetime = 60

/** What the client can authenticate with. */
export interface ClientCredentials {
  readonly secret?: Secret | undefined
  readonly privateKey?: Secret | undefined
}

/**
 * The client authentication of `settings` (RFC 6749 section 2.3, RFC 7523, RFC 8705); unless one is
 * named there, the first that fits both the credentials and what the server says it accepts.
 */
export function authenticateClient(
  openid: typeof Openid,
  settings: Settings,
  credentials: ClientCredentials,
  time: ServerClock,
): Openid.ClientAuth {
  let chosen: Promise<Openid.ClientAuth> | undefined
  // Chosen at the first request, when the server's metadata are known. The library awaits what a
  // client authentication returns, though its type does not say so.
  const authenticate = async (...request: Parameters<Openid.ClientAuth>) => {
    chosen ??= makeAuth(openid, request[0], settings, credentials, time)
    await (
      await chosen
    )(...request)
  }
  return authenticate as unknown as Openid.ClientAuth
}

function chooseMethod(
  supported: readonly string[] | undefined,
  settings: Settings,
  credentials: ClientCredentials,
): ClientAuthMethod {
  const named = settings['client_auth'] as ClientAuthMethod | undefined
  if (named !== undefined) return named
  if (credentials.privateKey !== undefined) return 'private_key_jwt'
  if (credentials.secret === undefined) return 'none'
  // Post before Basic: servers disagree about the percent-encoding inside Basic. By RFC 8414
  // a server that lists nothing accepts Basic.
  const order = ['client_secret_post', 'client_secret_basic', 'client_secret_jwt'] as const
  return order.find((method) => supported?.includes(method)) ?? 'client_secret_basic'
}

async function makeAuth(
  openid: typeof Openid,
  server: Openid.ServerMetadata,
  settings: Settings,
  credentials: ClientCredentials,
  time: ServerClock,
): Promise<Openid.ClientAuth> {
  const method = chooseMethod(server.token_endpoint_auth_methods_supported, settings, credentials)
  const audience = settings['assertion_audience']
  const complete = (claims: Record<string, unknown>) => {
    const now = time.stamp()
    Object.assign(claims, { iat: now, nbf: now, exp: now + assertionLifetime })
    if (audience !== undefined) claims['aud'] = audience
  }
  switch (method) {
    case 'none':
      return openid.None()
    case 'tls_client_auth':
      return openid.TlsClientAuth()
    case 'client_secret_post':
      return openid.ClientSecretPost(secretOf(credentials, method))
    case 'client_secret_basic':
      return openid.ClientSecretBasic(secretOf(credentials, method))
    case 'basic_raw':
      return rawBasic(secretOf(credentials, method))
    case 'client_secret_jwt':
      return openid.ClientSecretJwt(secretOf(credentials, method), {
        [openid.modifyAssertion]: (_, claims) => complete(claims),
      })
    case 'private_key_jwt': {
      if (credentials.privateKey === undefined) throw lacking('private_key', method)
      const accepted = server.token_endpoint_auth_signing_alg_values_supported
      const { key, algorithm, kid } = await readPrivateKey(credentials.privateKey, accepted)
      return openid.PrivateKeyJwt(kid === undefined ? { key } : { key, kid }, {
        [openid.modifyAssertion]: (header, claims) => {
          // The library writes Ed25519 (RFC 9864), but most servers only know EdDSA.
          header['alg'] = algorithm
          complete(claims)
        },
      })
    }
  }
}

/** HTTP Basic without the percent-encoding of RFC 6749: several real servers do not decode it. */
function rawBasic(secret: string): Openid.ClientAuth {
  return (_server, client, _body, headers) => {
    const pair = Buffer.from(`${client.client_id}:${secret}`).toString('base64')
    headers.set('authorization', `Basic ${pair}`)
  }
}

function secretOf(credentials: ClientCredentials, method: ClientAuthMethod): string {
  if (credentials.secret === undefined) throw lacking('client_secret', method)
  return credentials.secret.reveal()
}

function lacking(field: 'client_secret' | 'private_key', method: ClientAuthMethod): ToknError {
  return new ToknError('reauth_required', words.oauth.noProof(method, field, variableOf(field)))
}
