import { ToknError } from '../../core/errors.ts'
import { isObject, ownString } from '../../core/json.ts'
import { refusedToReader } from '../../core/reader-refusal.ts'
import { words } from '../../messages/words.ts'
import { decodeBase64Url } from '../entry.ts'
import { recipientsOf } from './jwe.ts'
import { isSigned, signCompact, signingHeader, type SignedType } from './jws.ts'
import type { StoreKeys } from './store-keys.ts'

/** The parts that each say how old the others were when they were written. */
export const datedParts = ['profile', 'record', 'index'] as const
export type DatedPart = (typeof datedParts)[number]
export type SignedPart = DatedPart | 'journal'

/** Which write of its row a part is of, and those that the others were of by then. */
export type Ages = Readonly<Record<string, number>>

/** What is signed. */
export interface Payload {
  readonly id: string
  readonly name: string
  readonly generation: number
  readonly ages: Ages
  /** The serial number of the keys in use: a list of them that is put back is noticed. */
  readonly keys: number
  /** Whatever else the kind of part has. */
  readonly [member: string]: unknown
}

/** In characters: a record of the greatest length, encrypted and encoded twice. */
const longest = 400_000

/** Throws `forbidden` where the key is a reader's. */
export function signPayload(keys: StoreKeys, part: SignedPart, payload: Payload): string {
  const { kid, refresher } = keys
  if (refresher === undefined) throw refusedToReader('change')
  return signCompact(JSON.stringify(payload), typeOf(part), kid, refresher.signing)
}

/** What `text` says, where a key in use has signed it for this row. Throws `store`. */
export function verifyPayload(
  keys: StoreKeys,
  part: SignedPart,
  row: { readonly id: string; readonly name: string },
  text: string,
): Payload {
  const payload = verified(keys, part, text)
  const [found, expected] = [payload, row].map(({ id, name }) => `"${name}" (${id})`)
  if (found !== expected) {
    throw refusal(words.storeKeys.partOfAnother(nameOf(part), found ?? '', expected ?? ''))
  }
  if (keys.inUse !== undefined && payload.keys > keys.inUse.serial)
    throw refusal(words.storeKeys.keysPutBack())
  return payload
}

type KeySet = StoreKeys['sets'][number]

/** By the keys that it is verified with: each part of a row is looked at for the sake of the others. */
const known = new WeakMap<KeySet, { readonly text: string; readonly payload: Payload }[]>()
const mostKnown = 8

function verified(keys: StoreKeys, part: SignedPart, text: string): Payload {
  const segments = text.length <= longest ? text.split('.') : []
  const [header = '', body = '', end = ''] = segments
  const set = keys.sets.find(({ kid }) => header === signingHeader(typeOf(part), kid))
  if (segments.length !== 3 || set === undefined) throw foreign(keys, part, header)
  const before = known.get(set) ?? []
  const found = before.find((one) => one.text === text)
  if (found !== undefined) return found.payload
  const signature = decodeBase64Url(end)
  if (signature === undefined || !isSigned(`${header}.${body}`, signature, set.sign())) {
    throw damagedPart(part)
  }
  const payload = readPayload(body)
  if (payload === undefined) throw damagedPart(part)
  known.set(set, [{ text, payload }, ...before].slice(0, mostKnown))
  return payload
}

/** How a part begins that the key `kid` has signed. */
export function beginningOf(part: SignedPart, kid: string): string {
  return `${signingHeader(typeOf(part), kid)}.`
}

/** The ages that a part says; not verified. `undefined` where it says none. */
export function claimedAges(text: string): Ages | undefined {
  const ages = parse(text.length <= longest ? (text.split('.')[1] ?? '') : '')?.['ages']
  if (!isObject(ages) || !Object.values(ages).every(Number.isSafeInteger)) return undefined
  return ages as Ages
}

/** Says that a part is not as a refresher wrote it. */
export function damagedPart(part: SignedPart): ToknError {
  return refusal(words.storeKeys.damagedPart(nameOf(part)))
}

/** For what is not trusted, and may be written anew. */
export function refusal(said: { readonly message: string; readonly hint: string }): ToknError {
  return new ToknError('store', said, { fault: 'damaged' })
}

/** How a person calls it. */
export function nameOf(part: SignedPart): string {
  const { theRecord, theProfile, theIndex, theJournal } = words.storeKeys
  return { record: theRecord, profile: theProfile, index: theIndex, journal: theJournal }[part]()
}

/** By which key a part says that it is signed, and for which each of what is sealed in it; not verified. */
export function kidsOf(text: string): {
  readonly signed: string | undefined
  readonly sealed: ReadonlyArray<readonly string[]>
} {
  const [header = '', body = ''] = text.split('.')
  const sealed = Object.values(parse(body) ?? {}).map(recipientsOf)
  return { signed: readHeader(header), sealed: sealed.filter(({ length }) => length > 0) }
}

function typeOf(part: SignedPart): SignedType {
  return `tokn-${part}`
}

/** The sentence for a header that none of the keys in use has written; it is not verified. */
function foreign(keys: StoreKeys, part: SignedPart, header: string): ToknError {
  const kid = header.length < 500 ? readHeader(header) : undefined
  if (kid === undefined || keys.sets.some((set) => set.kid === kid)) return damagedPart(part)
  return refusal(words.storeKeys.partOfAnotherKey(nameOf(part), kid, keys))
}

function readHeader(header: string): string | undefined {
  const value = parse(header)
  const kid = value && ownString(value, 'kid')
  // It is said to a person, and anybody may have written it.
  return kid !== undefined && /^[\w-]{12}$/.test(kid) ? kid : undefined
}

/** Only ever of what has been verified. */
function readPayload(body: string): Payload | undefined {
  const value = parse(body)
  if (value === undefined) return undefined
  const { id, name, generation, ages, keys } = value
  const numbers = [generation, keys, ...(isObject(ages) ? Object.values(ages) : [undefined])]
  const good =
    typeof id === 'string' && typeof name === 'string' && numbers.every(Number.isSafeInteger)
  return good ? (value as Payload) : undefined
}

function parse(segment: string): Readonly<Record<string, unknown>> | undefined {
  const value = readSignedJson(decodeBase64Url(segment)?.toString())
  return isObject(value) ? value : undefined
}

/** `undefined` for what is no JSON: who may sign may have signed anything. */
export function readSignedJson(text = ''): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
