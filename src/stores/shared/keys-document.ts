import { sign, type KeyObject } from 'node:crypto'
import { ToknError } from '../../core/errors.ts'
import { isObject, ownString } from '../../core/json.ts'
import { words } from '../../messages/words.ts'
import { decodeBase64Url } from '../entry.ts'
import { importPublic } from './curve-keys.ts'
import type { Jwe } from './jwe.ts'
import { isSigned, signingHeader } from './jws.ts'
import { nameSet, type KeySet } from './keys.ts'

/** The keys in use, as the document `keys` of a store says. */
export interface KeysInUse {
  /** Grows with each change. */
  readonly serial: number
  /** The first is the older one, where there are two. */
  readonly sets: readonly KeySet[]
  /** The key that seals journals, for refreshers, where it is older than the keys in use. */
  readonly sealing?: Jwe | undefined
  /** The set that is about to go: nothing is sealed for it, and nobody begins with it any more. */
  readonly leaving?: string | undefined
  /** The names of those that went before, the last few: what a key that is refused is told by. */
  readonly former: readonly string[]
}

/** The longest such document, in characters. */
const longest = 16_384

/**
 * The document, signed with each of `keys`, which are those of its sets: whoever trusts one of them
 * trusts what is written under the other. A JWS in the general JSON form of RFC 7515 section 7.2.1.
 */
export function signKeys(
  inUse: KeysInUse,
  keys: ReadonlyArray<{ readonly kid: string; readonly signing: KeyObject }>,
): string {
  const payload = Buffer.from(JSON.stringify({ v: 1, ...inUse })).toString('base64url')
  const signatures = keys.map(({ kid, signing }) => {
    const header = signingHeader('tokn-keys', kid)
    const signature = sign(null, Buffer.from(`${header}.${payload}`), signing)
    return { protected: header, signature: signature.toString('base64url') }
  })
  return JSON.stringify({ payload, signatures })
}

/**
 * What the document says, where the set `own`, or one of `trusted`, has signed it. Throws `store` where
 * none has, naming the keys in use.
 */
export function verifyKeys(
  text: string,
  own: SigningSet & NamedKey,
  trusted: readonly SigningSet[] = [],
): KeysInUse {
  const document = text.length <= longest ? parse(text) : undefined
  const payload = document && ownString(document, 'payload')
  const inUse = payload === undefined ? undefined : readKeys(payload)
  if (document === undefined || payload === undefined || inUse === undefined) throw damaged()
  const { leaving, former, sets } = inUse
  // Not verified here, and good for nothing but the sentence.
  const others = sets.map(({ kid }) => kid).filter((kid) => kid !== own.kid)
  const isIn = others.length < sets.length
  if (!isIn && !former.includes(own.kid)) {
    throw new ToknError('store', words.storeKeys.anotherKey(own, others))
  }
  if (!isIn || (leaving === own.kid && trusted.length === 0)) throw keyHasGone(own, others)
  if ([own, ...trusted].some((set) => hasSigned(set, payload, document['signatures']))) return inUse
  throw damaged()
}

/** The names of the keys that the document says are in use; nothing is verified. */
export function namesIn(text: string): readonly string[] {
  const payload = ownString((text.length <= longest && parse(text)) || {}, 'payload')
  return payload === undefined ? [] : (readKeys(payload)?.sets.map(({ kid }) => kid) ?? [])
}

/** A key, and the variable that gave it. */
export interface NamedKey {
  readonly kid: string
  readonly from: string
}

export interface SigningSet {
  readonly kid: string
  /** Ed25519, in base64url. */
  readonly sign: string
}

function hasSigned({ kid, sign }: SigningSet, payload: string, signatures: unknown): boolean {
  const header = signingHeader('tokn-keys', kid)
  const mine = (Array.isArray(signatures) ? signatures : []).filter(
    (one: unknown) => isObject(one) && one['protected'] === header,
  )
  const signature = decodeBase64Url(
    mine.length === 1 ? (ownString(mine[0], 'signature') ?? '') : '',
  )
  const key = importPublic('Ed25519', sign)
  if (key === undefined || signature === undefined) return false
  return isSigned(`${header}.${payload}`, signature, key)
}

function readKeys(payload: string): KeysInUse | undefined {
  const bytes = decodeBase64Url(payload)
  const value = bytes && parse(bytes.toString())
  if (value?.['v'] !== 1) return undefined
  const { serial, sets, sealing, leaving, former } = value
  if (typeof serial !== 'number' || !Number.isSafeInteger(serial) || !Array.isArray(sets)) {
    return undefined
  }
  const read = sets.map(readSet)
  if (read.length < 1 || read.length > 2 || read.includes(undefined)) return undefined
  return {
    serial,
    sets: read as readonly KeySet[],
    sealing: isObject(sealing) ? (sealing as unknown as Jwe) : undefined,
    former: Array.isArray(former) ? former.filter((kid) => typeof kid === 'string') : [],
    leaving: typeof leaving === 'string' ? leaving : undefined,
  }
}

function readSet(value: unknown): KeySet | undefined {
  if (!isObject(value)) return undefined
  const [kid, key, refreshers, readers] = ['kid', 'sign', 'refreshers', 'readers'].map((name) =>
    ownString(value, name),
  )
  const raw = [key, refreshers, readers].map((one) => decodeBase64Url(one ?? '')?.length)
  if (kid === undefined || key === undefined || kid !== nameSet(key)) return undefined
  if (refreshers === undefined || readers === undefined || raw.some((size) => size !== 32)) {
    return undefined
  }
  return { kid, sign: key, refreshers, readers }
}

function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** For a key that may be used no more, or for nothing new. */
export function keyHasGone(own: NamedKey, others: readonly string[]): ToknError {
  return new ToknError('store', words.storeKeys.keyHasGone(own, others))
}

function damaged(): ToknError {
  return new ToknError('store', words.storeKeys.damagedKeys(), { fault: 'damaged' })
}
