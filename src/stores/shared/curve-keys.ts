import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { decodeBase64Url } from '../entry.ts'

export type Curve = 'Ed25519' | 'X25519'

// What goes before the 32 raw bytes of a key (RFC 8410): as PKCS #8 and as SubjectPublicKeyInfo.
const before = {
  Ed25519: {
    private: Buffer.from('302e020100300506032b657004220420', 'hex'),
    public: Buffer.from('302a300506032b6570032100', 'hex'),
  },
  X25519: {
    private: Buffer.from('302e020100300506032b656e04220420', 'hex'),
    public: Buffer.from('302a300506032b656e032100', 'hex'),
  },
} as const

/** The private key of 32 raw bytes: a seed of RFC 8032, or a scalar of RFC 7748. */
export function importPrivate(curve: Curve, raw: Uint8Array): KeyObject {
  const key = Buffer.concat([before[curve].private, raw])
  return createPrivateKey({ key, format: 'der', type: 'pkcs8' })
}

/** The public key of 32 bytes in base64url; `undefined` where it is no such text. */
export function importPublic(curve: Curve, text: string): KeyObject | undefined {
  const raw = decodeBase64Url(text)
  if (raw?.length !== 32) return undefined
  const key = Buffer.concat([before[curve].public, raw])
  return createPublicKey({ key, format: 'der', type: 'spki' })
}

/** The 32 raw bytes of a public key, or of the public half of a private one, in base64url. */
export function exportPublic(key: KeyObject): string {
  const half = key.type === 'private' ? createPublicKey(key) : key
  const der = half.export({ format: 'der', type: 'spki' })
  return der.subarray(der.length - 32).toString('base64url')
}
