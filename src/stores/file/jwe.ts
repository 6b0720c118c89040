import { compactDecrypt } from 'jose/jwe/compact/decrypt'
import { isObject } from '../../core/json.ts'
import { decodeBase64Url } from '../entry.ts'

/** Members of the protected header: authenticated, not hidden. */
export type Header = Readonly<Record<string, unknown>>

const fixed = { alg: 'dir', enc: 'A256GCM', v: 1 } as const

/** `text` as a JWE (RFC 7516, compact) under `key` of 32 bytes, with `header` authenticated. */
export async function encryptText(text: string, key: Uint8Array, header: Header): Promise<string> {
  // Reading is the common case, and needs only half of the library.
  const { CompactEncrypt } = await import('jose/jwe/compact/encrypt')
  return await new CompactEncrypt(new TextEncoder().encode(text))
    .setProtectedHeader({ ...header, ...fixed })
    .encrypt(key)
}

/**
 * Text and header of a JWE made by `encryptText`; `undefined` when `key` does not decrypt it,
 * or differs from what was made in a single bit.
 */
export async function decryptText(
  sealed: string,
  key: Uint8Array,
): Promise<{ readonly text: string; readonly header: Header } | undefined> {
  const header = readHeader(sealed)
  if (header === undefined) return undefined
  if (!Object.entries(fixed).every(([name, value]) => header[name] === value)) return undefined
  try {
    const { plaintext } = await compactDecrypt(sealed, key, {
      keyManagementAlgorithms: [fixed.alg],
      contentEncryptionAlgorithms: [fixed.enc],
    })
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(plaintext), header }
  } catch {
    return undefined
  }
}

/**
 * The header of a JWE, not authenticated: good for explaining a failure, not for trusting.
 * `undefined` for what is not one in canonical form.
 */
export function readHeader(sealed: string): Header | undefined {
  const parts = sealed.split('.')
  // Decoders skip stray bits and characters, so that two texts could be one message.
  if (parts.length !== 5 || parts.some((part) => decodeBase64Url(part) === undefined)) {
    return undefined
  }
  try {
    const header: unknown = JSON.parse(Buffer.from(parts[0] ?? '', 'base64url').toString())
    return isObject(header) ? header : undefined
  } catch {
    return undefined
  }
}
