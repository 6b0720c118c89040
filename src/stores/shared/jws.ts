import { sign, verify, type KeyObject } from 'node:crypto'

/** What a text is signed as, so that none can stand for one of another kind. */
export type SignedType =
  'tokn-record' | 'tokn-profile' | 'tokn-index' | 'tokn-journal' | 'tokn-keys'

/** The protected header of what we sign: one text for each type and key. */
export function signingHeader(type: SignedType, kid: string): string {
  return Buffer.from(JSON.stringify({ alg: 'EdDSA', kid, typ: type })).toString('base64url')
}

/** `payload` as a compact JWS (RFC 7515), by Ed25519 (RFC 8037). */
export function signCompact(
  payload: string,
  type: SignedType,
  kid: string,
  key: KeyObject,
): string {
  const signed = `${signingHeader(type, kid)}.${Buffer.from(payload).toString('base64url')}`
  return `${signed}.${sign(null, Buffer.from(signed), key).toString('base64url')}`
}

/** Whether `signature` is that of `signed`, the header and payload as they are in a JWS. */
export function isSigned(signed: string, signature: Uint8Array, key: KeyObject): boolean {
  return signature.length === 64 && verify(null, Buffer.from(signed), key, signature)
}
