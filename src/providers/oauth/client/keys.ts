import { createPrivateKey, type KeyObject, type webcrypto } from 'node:crypto'
import { ToknError } from '../../../core/errors.ts'
import { isObject, ownString } from '../../../core/json.ts'
import type { Secret } from '../../../core/secret.ts'
import { words } from '../../../messages/words.ts'
import { privateKeyBlock, thumbprintsFor, type Thumbprints } from './pem.ts'

/** A key that signs, with the names that its signatures carry. */
export interface SigningKey {
  readonly key: webcrypto.CryptoKey
  /** JWS algorithm (RFC 7518). */
  readonly algorithm: string
  readonly kid: string | undefined
  /** Of its certificate, where one was given. */
  readonly thumbprints?: Thumbprints | undefined
}

type Import = Parameters<typeof crypto.subtle.importKey>[2]

/** WebCrypto's name for a JWS algorithm; `undefined` for one that we do not verify or sign with. */
export function importAlgorithm(algorithm: string): Import | undefined {
  const hash = `SHA-${algorithm.slice(2)}`
  if (/^RS(256|384|512)$/.test(algorithm)) return { name: 'RSASSA-PKCS1-v1_5', hash }
  if (/^PS(256|384|512)$/.test(algorithm)) return { name: 'RSA-PSS', hash }
  const curve = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' }[algorithm]
  if (curve !== undefined) return { name: 'ECDSA', namedCurve: curve }
  return algorithm === 'EdDSA' || algorithm === 'Ed25519' ? { name: 'Ed25519' } : undefined
}

/** What `crypto.subtle.sign` and `verify` want for a JWS algorithm. */
export function signatureAlgorithm(algorithm: string): { name: string; [key: string]: unknown } {
  const bits = Number(algorithm.slice(2))
  if (algorithm.startsWith('RS')) return { name: 'RSASSA-PKCS1-v1_5' }
  if (algorithm.startsWith('PS')) return { name: 'RSA-PSS', saltLength: bits / 8 }
  if (algorithm.startsWith('ES')) return { name: 'ECDSA', hash: `SHA-${bits}` }
  return { name: 'Ed25519' }
}

/**
 * A private key from a PEM or JWK text (a JWK set: its first key). `accepted` are the algorithms
 * that the server takes, if it says. Its certificate is in `certificate`, else beside it in the same
 * PEM text, or nowhere. Throws `usage`, never quoting the text.
 */
export async function readPrivateKey(
  text: Secret,
  accepted?: readonly string[],
  certificate?: Secret,
): Promise<SigningKey> {
  const jwk = readJwk(text.reveal())
  const key = parseKey(text, jwk)
  const algorithm = chooseAlgorithm(key, jwk && ownString(jwk, 'alg'), accepted)
  const wanted = importAlgorithm(algorithm)
  if (wanted === undefined) throw unusable('algorithm')
  const der = key.export({ type: 'pkcs8', format: 'der' })
  return {
    key: await crypto.subtle.importKey('pkcs8', der, wanted, false, ['sign']),
    algorithm,
    kid: jwk && ownString(jwk, 'kid'),
    thumbprints: findThumbprints(key, text, certificate),
  }
}

function findThumbprints(
  key: KeyObject,
  text: Secret,
  certificate: Secret | undefined,
): Thumbprints | undefined {
  const found = thumbprintsFor(key, (certificate ?? text).reveal())
  if (found === undefined && certificate !== undefined) throw unusable('certificate')
  if (typeof found === 'string') throw unusable(found)
  return found
}

/** A compact JWS (RFC 7515) over `claims`. */
export async function signClaims(
  { key, algorithm, kid, thumbprints }: SigningKey,
  claims: Readonly<Record<string, unknown>>,
): Promise<string> {
  const header = {
    alg: algorithm,
    typ: 'JWT',
    ...(kid === undefined ? {} : { kid }),
    ...thumbprints,
  }
  const input = `${encode(header)}.${encode(claims)}`
  const bytes = Buffer.from(input)
  const signature = await crypto.subtle.sign(signatureAlgorithm(algorithm), key, bytes)
  return `${input}.${Buffer.from(signature).toString('base64url')}`
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

function readJwk(text: string): Readonly<Record<string, unknown>> | undefined {
  if (!text.trimStart().startsWith('{')) return undefined
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw unusable('json')
  }
  const keys = isObject(value) ? value['keys'] : undefined
  const first: unknown = Array.isArray(keys) ? keys[0] : value
  if (!isObject(first)) throw unusable('empty')
  return first
}

function parseKey(text: Secret, jwk: Readonly<Record<string, unknown>> | undefined): KeyObject {
  try {
    return jwk === undefined
      ? createPrivateKey(privateKeyBlock(text.reveal()))
      : createPrivateKey({ key: { ...jwk }, format: 'jwk' })
  } catch {
    const locked = /ENCRYPTED/.test(text.reveal())
    throw unusable(locked ? 'encrypted' : 'format')
  }
}

function chooseAlgorithm(
  key: KeyObject,
  named: string | undefined,
  accepted: readonly string[] | undefined,
): string {
  if (named !== undefined) return named
  const fitting = fittingAlgorithms(key)
  const chosen = fitting.find((algorithm) => accepted?.includes(algorithm) ?? true) ?? fitting[0]
  if (chosen === undefined) throw unusable('type')
  return chosen
}

function fittingAlgorithms(key: KeyObject): readonly string[] {
  switch (key.asymmetricKeyType) {
    case 'rsa':
      return ['RS256', 'PS256', 'RS384', 'PS384', 'RS512', 'PS512']
    case 'rsa-pss':
      return ['PS256', 'PS384', 'PS512']
    case 'ed25519':
      return ['EdDSA', 'Ed25519']
    case 'ec': {
      const curves: Readonly<Record<string, string>> = {
        prime256v1: 'ES256',
        secp384r1: 'ES384',
        secp521r1: 'ES512',
      }
      const algorithm = curves[key.asymmetricKeyDetails?.namedCurve ?? '']
      return algorithm === undefined ? [] : [algorithm]
    }
    default:
      return []
  }
}

function unusable(problem: Parameters<typeof words.oauth.unusableKey>[0]): ToknError {
  return new ToknError('usage', words.oauth.unusableKey(problem))
}
