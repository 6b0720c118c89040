import { hkdfSync } from 'node:crypto'

/** Another key of 32 bytes, from `key`, for the use that `label` names (HKDF-SHA256, RFC 5869). */
export function deriveKey(key: Uint8Array, label: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', key, new Uint8Array(0), `tokn/v1 ${label}`, 32))
}

/** Identifies a key without revealing anything of it. */
export function nameKey(key: Uint8Array): string {
  return Buffer.from(deriveKey(key, 'key id').subarray(0, 12)).toString('base64url')
}
