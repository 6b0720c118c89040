import { isUtf8 } from 'node:buffer'
import { createDecipheriv, diffieHellman, type KeyObject } from 'node:crypto'
import { isObject, ownString } from '../../core/json.ts'
import { decodeBase64Url } from '../entry.ts'
import { concatKey } from './concat-key.ts'
import { importPublic } from './curve-keys.ts'

export const algorithm = 'ECDH-ES+A256KW'
export const encryption = 'A256GCM'
// RFC 7518 sections 4.4 and 5.3: lengths in bytes.
export const lengths = { key: 32, wrapped: 40, iv: 12, tag: 16 } as const
/** The initial value of RFC 3394 section 2.2.3.1. */
export const wrapStart = Buffer.alloc(8, 0xa6)

/** For whom a text is encrypted: a public key of X25519, and the name of the set that it is of. */
export interface Recipient {
  readonly kid: string
  readonly key: KeyObject
}

/** A JWE in the general JSON form of RFC 7516 section 7.2.1. */
export interface Jwe {
  readonly protected: string
  readonly recipients: ReadonlyArray<{
    readonly header: { readonly kid: string; readonly epk: object }
    readonly encrypted_key: string
  }>
  readonly iv: string
  readonly ciphertext: string
  readonly tag: string
}

/**
 * The text of a JWE for `kid`, opened with that one's private key; `undefined` where it is none for it,
 * does not open, or has another header than `header`.
 */
export function decryptWith(
  jwe: unknown,
  kid: string,
  key: KeyObject,
  header: Readonly<Record<string, unknown>>,
): string | undefined {
  if (!isObject(jwe)) return undefined
  const protectedHeader = ownString(jwe, 'protected') ?? ''
  if (!hasHeader(protectedHeader, header)) return undefined
  const [iv, ciphertext, tag] = ['iv', 'ciphertext', 'tag'].map((name) => bytesOf(jwe, name))
  if (iv?.length !== lengths.iv || ciphertext === undefined || tag?.length !== lengths.tag) {
    return undefined
  }
  try {
    const content = unwrapFor(jwe, kid, key)
    if (content?.length !== lengths.key) return undefined
    const opening = createDecipheriv('aes-256-gcm', content, iv, { authTagLength: lengths.tag })
    opening.setAAD(Buffer.from(protectedHeader)).setAuthTag(tag)
    const bytes = Buffer.concat([opening.update(ciphertext), opening.final()])
    return isUtf8(bytes) ? bytes.toString() : undefined
  } catch {
    return undefined
  }
}

/** The names of the sets that a JWE is for, as it says itself. */
export function recipientsOf(jwe: unknown): readonly string[] {
  const recipients = isObject(jwe) ? jwe['recipients'] : undefined
  if (!Array.isArray(recipients)) return []
  return recipients.flatMap((one: unknown) => {
    const header = isObject(one) ? one['header'] : undefined
    return isObject(header) ? (ownString(header, 'kid') ?? []) : []
  })
}

/** Of members that are not asked for, none is there: `crit` and `zip` are not understood. */
function hasHeader(text: string, header: Readonly<Record<string, unknown>>): boolean {
  const expected = { alg: algorithm, enc: encryption, ...header }
  const bytes = decodeBase64Url(text)
  if (bytes === undefined) return false
  try {
    const found: unknown = JSON.parse(bytes.toString())
    if (!isObject(found)) return false
    const names = Object.keys(expected).filter(
      (name) => expected[name as keyof typeof expected] !== undefined,
    )
    return (
      Object.keys(found).length === names.length &&
      names.every((name) => found[name] === expected[name as keyof typeof expected])
    )
  } catch {
    return false
  }
}

function unwrapFor(
  jwe: Readonly<Record<string, unknown>>,
  kid: string,
  key: KeyObject,
): Uint8Array | undefined {
  const recipients = jwe['recipients']
  if (!Array.isArray(recipients)) return undefined
  const mine = recipients.filter(
    (one: unknown) => isObject(one) && isObject(one['header']) && one['header']['kid'] === kid,
  )
  const [one, ...others] = mine as readonly Readonly<Record<string, unknown>>[]
  if (one === undefined || others.length > 0 || !isObject(one['header'])) return undefined
  const { epk } = one['header']
  const wrapped = bytesOf(one, 'encrypted_key')
  if (!isObject(epk) || epk['kty'] !== 'OKP' || epk['crv'] !== 'X25519') return undefined
  if (wrapped?.length !== lengths.wrapped) return undefined
  const publicKey = importPublic('X25519', ownString(epk, 'x') ?? '')
  if (publicKey === undefined) return undefined
  const secret = diffieHellman({ privateKey: key, publicKey })
  const unwrapping = createDecipheriv('id-aes256-wrap', agreedKey(secret), wrapStart)
  return Buffer.concat([unwrapping.update(wrapped), unwrapping.final()])
}

/** The key that wraps, of an agreed secret: RFC 7518 section 4.6, without PartyUInfo and PartyVInfo. */
export function agreedKey(secret: Uint8Array): Uint8Array {
  return concatKey(secret, { algorithm, length: 32, partyU: '', partyV: '' })
}

function bytesOf(value: Readonly<Record<string, unknown>>, name: string): Buffer | undefined {
  return decodeBase64Url(ownString(value, name) ?? '')
}
