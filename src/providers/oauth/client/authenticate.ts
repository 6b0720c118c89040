import type * as Openid from 'openid-client'
import { ToknError } from '../../../core/errors.ts'
import { variableOf } from '../../../core/variable.ts'
import { words } from '../../../messages/words.ts'
import type { ClientAuthMethod } from '../settings/fields.ts'
import type { ServerClock } from '../server/server-clock.ts'
import { encodedBasic, rawBasic } from './basic.ts'
import { readPrivateKey } from './keys.ts'
import type { ClientCredentials, KnownClient, Proof } from './proofs.ts'

/** Seconds that a client assertion (RFC 7523 section 2.2) is good for. */
const assertionLifetime = 60

/**
 * The client authentication of one kind (RFC 6749 section 2.3, RFC 7523, RFC 8705). Throws
 * `reauth_required` where what it takes is not held, `usage` for a key that cannot be used.
 */
export async function makeAuth(
  openid: typeof Openid,
  server: Openid.ServerMetadata,
  { method, audience }: Proof,
  { settings, credentials }: KnownClient,
  time: ServerClock,
): Promise<Openid.ClientAuth> {
  const aud = settings['assertion_audience'] ?? audienceOf(server, audience)
  const complete = (claims: Record<string, unknown>) => {
    const now = time.stamp()
    Object.assign(claims, { iat: now, nbf: now, exp: now + assertionLifetime, aud })
  }
  switch (method) {
    case 'none':
      return openid.None()
    case 'tls_client_auth':
      return openid.TlsClientAuth()
    case 'client_secret_post':
      return openid.ClientSecretPost(secretOf(credentials, method))
    case 'client_secret_basic':
      return encodedBasic(secretOf(credentials, method))
    case 'basic_raw':
      return rawBasic(secretOf(credentials, method))
    case 'client_secret_jwt':
      return openid.ClientSecretJwt(secretOf(credentials, method), {
        [openid.modifyAssertion]: (_, claims) => complete(claims),
      })
    case 'private_key_jwt': {
      if (credentials.privateKey === undefined) throw lacking('private_key', method)
      const accepted = server.token_endpoint_auth_signing_alg_values_supported
      const { key, algorithm, kid, thumbprints } = await readPrivateKey(
        credentials.privateKey,
        accepted,
        credentials.certificate,
      )
      return openid.PrivateKeyJwt(kid === undefined ? { key } : { key, kid }, {
        [openid.modifyAssertion]: (header, claims) => {
          // The library writes Ed25519 (RFC 9864), but most servers only know EdDSA.
          Object.assign(header, { alg: algorithm, ...thumbprints })
          complete(claims)
        },
      })
    }
  }
}

/** The audience of an assertion; by default the issuer. */
export function audienceOf(
  server: Openid.ServerMetadata,
  audience: Proof['audience'],
): string | undefined {
  return audience === 'token_endpoint' ? server.token_endpoint : server.issuer
}

function secretOf(credentials: ClientCredentials, method: ClientAuthMethod): string {
  if (credentials.secret === undefined) throw lacking('client_secret', method)
  return credentials.secret.reveal()
}

function lacking(field: 'client_secret' | 'private_key', method: ClientAuthMethod): ToknError {
  return new ToknError('reauth_required', words.oauth.noProof(method, field, variableOf(field)))
}
