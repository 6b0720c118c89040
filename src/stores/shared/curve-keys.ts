import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { decodeBase64Url } from '../entry.ts'

export type Curve = 'Ed25519' | 'X25519'

// What goes before the 32 raw bytes of a private key in PKCS #8 (RFC 8410).
const before = {
  Ed25519: Buffer.from('302e020100300506032b657004220420', 'hex'),
  X25519: Buffer.from('302e020100300506032b656e04220420', 'hex'),
} as const
const unused = Buffer.alloc(32).toString('base64url')

/** The private key of 32 raw bytes: a seed of RFC 8032, or a scalar of RFC 7748. */
export function importPrivate(curve: Curve, raw: Uint8Array): KeyObject {
  // A JWK (RFC 8037) is read ten times as fast. Its public half is asked for, and not looked at.
  try {
    const d = Buffer.from(raw).toString('base64url')
    const key = { kty: 'OKP', crv: curve, d, x: unused }
    return createPrivateKey({ key, format: 'jwk' })
  } catch {
    const key = Buffer.concat([before[curve], raw])
    return createPrivateKey({ key, format: 'der', type: 'pkcs8' })
  }
}

/** The public key of 32 bytes in base64url; `undefined` where it is no such text. */
export function importPublic(curve: Curve, x: string): KeyObject | undefined {
  if (decodeBase64Url(x)?.length !== 32) return undefined
  return createPublicKey({ key: { kty: 'OKP', crv: curve, x }, format: 'jwk' })
}

/** The 32 raw bytes of a public key, or of the public half of a private one, in base64url. */
export function exportPublic(key: KeyObject): string {
  const half = key.type === 'private' ? createPublicKey(key) : key
  return half.export({ format: 'jwk' }).x ?? ''
}
