import { isUtf8 } from 'node:buffer'
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { isObject } from '../../core/json.ts'
import { decodeBase64Url } from '../entry.ts'

/** Members of the protected header: authenticated, not hidden. */
export type Header = Readonly<Record<string, unknown>>

const fixed = { alg: 'dir', enc: 'A256GCM', v: 1 } as const

// A256GCM as RFC 7518 section 5.3 has it: lengths in bytes.
const cipher = 'aes-256-gcm'
const lengths = { iv: 12, tag: 16 } as const

/** `text` as a JWE (RFC 7516, compact) under `key` of 32 bytes, with `header` authenticated. */
export function encryptText(text: string, key: Uint8Array, header: Header): string {
  const head = Buffer.from(JSON.stringify({ ...header, ...fixed })).toString('base64url')
  const iv = randomBytes(lengths.iv)
  const sealing = createCipheriv(cipher, key, iv, { authTagLength: lengths.tag })
  sealing.setAAD(Buffer.from(head))
  const ciphertext = Buffer.concat([sealing.update(text), sealing.final()])
  const parts = [iv, ciphertext, sealing.getAuthTag()].map((part) => part.toString('base64url'))
  // With `dir` there is no encrypted key: its part is empty (RFC 7518 section 4.5).
  return [head, '', ...parts].join('.')
}

/**
 * Text and header of a JWE made by `encryptText`; `undefined` when `key` does not decrypt it,
 * or differs from what was made in a single bit.
 */
export function decryptText(
  sealed: string,
  key: Uint8Array,
): { readonly text: string; readonly header: Header } | undefined {
  const parts = readParts(sealed)
  if (parts === undefined) return undefined
  const header = parseHeader(parts)
  if (header === undefined || !isOurs(header)) return undefined
  const [, encryptedKey, iv, ciphertext, tag] = parts
  if (encryptedKey.length > 0 || iv.length !== lengths.iv || tag.length !== lengths.tag) {
    return undefined
  }
  try {
    const opening = createDecipheriv(cipher, key, iv, { authTagLength: lengths.tag })
    opening.setAAD(Buffer.from(sealed.slice(0, sealed.indexOf('.')))).setAuthTag(tag)
    const bytes = Buffer.concat([opening.update(ciphertext), opening.final()])
    return isUtf8(bytes) ? { text: bytes.toString(), header } : undefined
  } catch {
    return undefined
  }
}

/**
 * The header of a JWE, not authenticated: good for explaining a failure, not for trusting.
 * `undefined` for what is not one in canonical form.
 */
export function readHeader(sealed: string): Header | undefined {
  const parts = readParts(sealed)
  return parts && parseHeader(parts)
}

type Parts = readonly [
  header: Buffer,
  encryptedKey: Buffer,
  iv: Buffer,
  ciphertext: Buffer,
  tag: Buffer,
]

/** `undefined` for what is not five parts, each the one canonical text of its bytes. */
function readParts(sealed: string): Parts | undefined {
  const texts = sealed.split('.')
  // Decoders skip stray bits and characters, so that two texts could be one message.
  const parts = texts.map(decodeBase64Url)
  return parts.length === 5 && !parts.includes(undefined) ? (parts as unknown as Parts) : undefined
}

function parseHeader([bytes]: Parts): Header | undefined {
  try {
    const header: unknown = JSON.parse(bytes.toString())
    return isObject(header) ? header : undefined
  } catch {
    return undefined
  }
}

/** What must be understood and is not by us, `crit` and `zip`, is refused (RFC 7516 section 4.1). */
function isOurs(header: Header): boolean {
  const asked = Object.entries(fixed).every(([name, value]) => header[name] === value)
  return asked && !('crit' in header) && !('zip' in header)
}
