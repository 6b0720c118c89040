import { createHash, randomUUID, type webcrypto } from 'node:crypto'
import { ToknError } from '../../../core/errors.ts'
import { isObject } from '../../../core/json.ts'
import type { Secret } from '../../../core/secret.ts'
import { words } from '../../../messages/words.ts'

/** The request that a proof is for. */
interface Proven {
  readonly method: string
  readonly url: URL
  /** Epoch milliseconds. */
  readonly now: number
  /** The nonce that the server demands (RFC 9449 section 9). */
  readonly nonce?: string | undefined
}

/**
 * A DPoP proof for one request (RFC 9449 section 4.2), as the value of its `DPoP` header. `key` is
 * the private JWK that the token is bound to.
 */
export async function proveRequest(
  key: string,
  access: Secret,
  { method, url, now, nonce }: Proven,
): Promise<string> {
  const jwk = readKey(key)
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' }
  const signer = await crypto.subtle.importKey('jwk', jwk, algorithm, false, ['sign'])
  const { kty, crv, x, y } = jwk
  const header = { typ: 'dpop+jwt', alg: 'ES256', jwk: { kty, crv, x, y } }
  const payload = {
    jti: randomUUID(),
    htm: method,
    htu: `${url.origin}${url.pathname}`,
    iat: Math.floor(now / 1_000),
    ath: createHash('sha256').update(access.reveal()).digest('base64url'),
    // Not in the JSON where it is undefined.
    nonce,
  }
  const signed = `${encode(header)}.${encode(payload)}`
  const signature = await crypto.subtle.sign(
    { ...algorithm, hash: 'SHA-256' },
    signer,
    Buffer.from(signed),
  )
  return `${signed}.${Buffer.from(signature).toString('base64url')}`
}

function readKey(key: string): webcrypto.JsonWebKey {
  try {
    const jwk: unknown = JSON.parse(key)
    if (isObject(jwk)) {
      const { kty, crv, x, y, d } = jwk
      return { kty, crv, x, y, d } as webcrypto.JsonWebKey
    }
  } catch {
    // Reported below, because the parser's message would quote the key.
  }
  throw new ToknError('store', words.oauth.damagedDpopKey())
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url')
}
