import type { KeyObject } from 'node:crypto'
import { ToknError } from '../../core/errors.ts'
import { refusedToReader } from '../../core/reader-refusal.ts'
import type { Secret } from '../../core/secret.ts'
import { words } from '../../messages/words.ts'
import { withFormer } from '../former-keys.ts'
import { exportPublic, importPublic } from './curve-keys.ts'
import { decryptWith, type Recipient } from './jwe.ts'
import { keyHasGone, verifyKeys, type KeysInUse } from './keys-document.ts'
import { once, ownKeys, type RefresherKeys } from './keys.ts'

/** The keys of a store, as far as one key opens them. */
export interface StoreKeys {
  readonly role: 'refresher' | 'reader'
  /** Names the key; may be shown to anybody. */
  readonly kid: string
  /** The variable that gave the key. */
  readonly from: string
  /** What the document says; absent where it was not read, or the store has none. */
  readonly inUse: KeysInUse | undefined
  /** Those in use: what they have signed is trusted. */
  readonly sets: readonly VerifyingSet[]
  readonly readers: () => KeyObject
  /** Absent with a reader's key. */
  readonly refresher?: RefresherKeys | undefined
}

interface VerifyingSet {
  readonly kid: string
  readonly sign: () => KeyObject
}

/** What the sealing key is sealed with in the document. */
export const sealingHeader = { typ: 'tokn-sealing-key', role: 'refreshers' } as const

/**
 * The keys that `key` (a refresher's or a reader's) opens; `document` is the text of the document
 * `keys`. Throws `store` for what is no key, for a key that is not in use, and for a document that it
 * has not signed. Without the document a key opens what its own set has written, and no more: for who
 * has a row alone, and asks for the document where that does not open. `before`: the keys that what is
 * under way was begun with; it may be ended with a key that has to go meanwhile.
 */
export function openKeys(key: Secret, document: string | undefined, before?: StoreKeys): StoreKeys {
  const own = ownKeys(key)
  const { kid, from, sign, readers, refresher } = own
  const trusted = before?.inUse?.sets ?? []
  const inUse = document === undefined ? undefined : verifyKeys(document, own, trusted)
  const sets = (inUse?.sets ?? [{ kid, sign }]).map((set) => ({
    kid: set.kid,
    sign: once(() => verifyingKey(set.sign)),
  }))
  return { role: refresher ? 'refresher' : 'reader', kid, from, inUse, sets, readers, refresher }
}

/** Throws `forbidden` for a reader's key. */
export function checkMayWrite({ role }: StoreKeys, store?: string): void {
  if (role === 'reader') throw refusedToReader('change', store)
}

/** Throws `store` for a reader's key of which the half that opens is another than it was. */
export function checkReaders({ inUse, kid, from, readers, role }: StoreKeys): void {
  const set = role === 'reader' ? inUse?.sets.find((one) => one.kid === kid) : undefined
  if (set === undefined || set.readers === exportPublic(readers())) return
  throw new ToknError('store', words.storeKeys.notAReaderKey(from))
}

/** Throws `store` where the key may end what was begun with it, and begin nothing. */
export function checkMayBegin({ kid, from, inUse }: StoreKeys): void {
  if (inUse?.leaving !== kid) return
  const others = inUse.sets.map((set) => set.kid).filter((one) => one !== kid)
  throw keyHasGone({ kid, from }, others)
}

/** For whom something is sealed: all sets in use, but one that is about to go. */
export function recipientsFor(
  { inUse, refresher }: StoreKeys,
  role: 'readers' | 'refreshers',
): readonly Recipient[] {
  const sets = inUse?.sets ?? (refresher === undefined ? [] : [refresher.set()])
  return sets
    .filter(({ kid }) => kid !== inUse?.leaving)
    .flatMap((set) => {
      const key = importPublic('X25519', set[role])
      return key === undefined ? [] : { kid: set.kid, key }
    })
}

const sealingLength = 32

/**
 * The key that seals what is under way: 32 bytes. Once keys were changed it is in the document, and
 * behind it those that it has replaced, which open what was under way then.
 */
export function openSealing(keys: StoreKeys): Uint8Array {
  const [key = new Uint8Array(), ...former] = openSealings(keys)
  return withFormer(key, former)
}

/** That key, and those before it. Throws `store`. */
export function openSealings({ inUse, kid, refresher }: StoreKeys): readonly Uint8Array[] {
  if (refresher === undefined) throw refusedToReader('open')
  if (inUse?.sealing === undefined) return [refresher.sealing()]
  const text = decryptWith(inUse.sealing, kid, refresher.refreshers(), sealingHeader)
  const bytes = Buffer.from(text ?? '', 'base64url')
  const count = bytes.length / sealingLength
  if (count >= 1 && Number.isInteger(count)) {
    const starts = Array.from({ length: count }, (_, at) => at * sealingLength)
    return starts.map((at) => new Uint8Array(bytes.subarray(at, at + sealingLength)))
  }
  throw new ToknError('store', words.storeKeys.damagedKeys(), { fault: 'damaged' })
}

function verifyingKey(sign: string): KeyObject {
  const key = importPublic('Ed25519', sign)
  if (key === undefined) throw new Error('a set of keys was not checked')
  return key
}
