import type { KeyObject } from 'node:crypto'
import { ToknError } from '../../core/errors.ts'
import type { Secret } from '../../core/secret.ts'
import { words } from '../../messages/words.ts'
import { importPublic } from './curve-keys.ts'
import { decryptWith, type Recipient } from './jwe.ts'
import { verifyKeys, type KeysInUse } from './keys-document.ts'
import { ownKeys, type KeySet } from './keys.ts'

/** The keys of a store, as far as one key opens them. */
export interface StoreKeys {
  readonly role: 'refresher' | 'reader'
  /** Names the key; may be shown to anybody. */
  readonly kid: string
  /** That of the keys in use. */
  readonly serial: number
  /** Those in use: what they have signed is trusted, and what is sealed is sealed for all of them. */
  readonly sets: ReadonlyArray<{
    readonly kid: string
    readonly sign: KeyObject
    readonly refreshers: Recipient | undefined
    readonly readers: Recipient | undefined
  }>
  readonly readers: KeyObject
  /** Absent with a reader's key, as all below. */
  readonly refreshers?: KeyObject | undefined
  readonly signing?: KeyObject | undefined
  readonly set?: KeySet | undefined
  /** As the document says it; absent where there is none. */
  readonly inUse?: KeysInUse | undefined
  sealing?(): Uint8Array
  readerKey?(): Secret
}

/** What the sealing key is sealed with in the document. */
export const sealingHeader = { typ: 'tokn-sealing-key', role: 'refreshers' } as const

/**
 * The keys that `key` (a refresher's or a reader's) opens; `document` is the text of the document
 * `keys`, absent where the store has none. Throws `store` for what is no key, for a key that is not in
 * use, and for a document that it has not signed.
 */
export function openKeys(key: Secret, document: string | undefined): StoreKeys {
  const own = ownKeys(key)
  const { kid, sign, readers, refresher } = own
  const inUse = document === undefined ? undefined : verifyKeys(document, own)
  if (inUse?.leaving === true && inUse.sets[0]?.kid === kid) {
    throw new ToknError('store', words.storeKeys.keyHasGone(kid, inUse.sets[1]?.kid ?? ''))
  }
  const alone = refresher?.set ?? { kid, sign }
  const sets = (inUse?.sets ?? [alone]).map((set) => importSet(set))
  const common = { kid, serial: inUse?.serial ?? 0, sets, readers, inUse }
  if (refresher === undefined) return { role: 'reader', ...common }
  return {
    role: 'refresher',
    ...common,
    refreshers: refresher.refreshers,
    signing: refresher.signing,
    set: refresher.set,
    sealing: () => openSealing(inUse, kid, refresher),
    readerKey: refresher.readerKey,
  }
}

function openSealing(
  inUse: KeysInUse | undefined,
  kid: string,
  refresher: { readonly refreshers: KeyObject; readonly sealing: Uint8Array },
): Uint8Array {
  if (inUse?.sealing === undefined) return refresher.sealing
  const text = decryptWith(inUse.sealing, kid, refresher.refreshers, sealingHeader)
  const bytes = Buffer.from(text ?? '', 'base64url')
  if (bytes.length === 32) return new Uint8Array(bytes)
  throw new ToknError('store', words.storeKeys.damagedKeys(), { fault: 'damaged' })
}

function importSet(
  set: { readonly kid: string; readonly sign: string } & Partial<KeySet>,
): StoreKeys['sets'][number] {
  const sign = importPublic('Ed25519', set.sign)
  if (sign === undefined) throw new Error('a set of keys was not checked')
  const recipient = (text: string | undefined): Recipient | undefined => {
    const key = text === undefined ? undefined : importPublic('X25519', text)
    return key && { kid: set.kid, key }
  }
  return {
    kid: set.kid,
    sign,
    // Needed for writing alone.
    get refreshers() {
      return recipient(set.refreshers)
    },
    get readers() {
      return recipient(set.readers)
    },
  }
}
