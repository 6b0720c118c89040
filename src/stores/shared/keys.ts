import { createHash, type KeyObject } from 'node:crypto'
import { ToknError } from '../../core/errors.ts'
import { Secret } from '../../core/secret.ts'
import { words } from '../../messages/words.ts'
import { deriveKey } from '../derive-key.ts'
import { decodeBase64Url } from '../entry.ts'
import { decodeKey } from '../file/store-key.ts'
import { exportPublic, importPrivate } from './curve-keys.ts'

/** What begins a reader's key, so that nobody takes it for one of a refresher. */
const readerPrefix = 'tokn-reader-'

/** The public halves of the keys that one key of a store gives; base64url of 32 bytes each. */
export interface KeySet {
  /** Names the set: from the key that signs, of which it reveals nothing. */
  readonly kid: string
  /** Ed25519: verifies what refreshers have written. */
  readonly sign: string
  /** X25519: what refreshers alone open. */
  readonly refreshers: string
  /** X25519: what readers open too. */
  readonly readers: string
}

/** The halves that are secret; of a reader's key there is but one. */
export interface OwnKeys {
  readonly kid: string
  /** The public half of `signing`, in base64url. */
  readonly sign: string
  readonly readers: KeyObject
  readonly refresher?: {
    readonly signing: KeyObject
    readonly refreshers: KeyObject
    readonly sealing: Uint8Array
    readonly set: KeySet
    readonly readerKey: () => Secret
  }
}

/** What a key of a store gives: a refresher's, or a reader's. Throws `store` for what is neither. */
export function ownKeys(key: Secret): OwnKeys {
  const text = key.reveal().trim()
  return text.startsWith(readerPrefix) ? readerKeys(text) : refresherKeys(key)
}

function refresherKeys(key: Secret): OwnKeys {
  const bytes = decodeKey(key)
  const signing = importPrivate('Ed25519', deriveKey(bytes, 'store signature'))
  const refreshers = importPrivate('X25519', deriveKey(bytes, 'store refreshers'))
  const readersRaw = deriveKey(bytes, 'store readers')
  const readers = importPrivate('X25519', readersRaw)
  const sign = exportPublic(signing)
  const kid = nameSet(sign)
  return {
    kid,
    sign,
    readers,
    refresher: {
      signing,
      refreshers,
      sealing: deriveKey(bytes, 'store sealing'),
      set: { kid, sign, refreshers: exportPublic(refreshers), readers: exportPublic(readers) },
      readerKey: () => {
        const both = Buffer.concat([readersRaw, Buffer.from(sign, 'base64url')])
        return new Secret(readerPrefix + both.toString('base64url'))
      },
    },
  }
}

function readerKeys(text: string): OwnKeys {
  const bytes = decodeBase64Url(text.slice(readerPrefix.length))
  if (bytes?.length !== 64) throw new ToknError('store', words.storeKeys.notAReaderKey())
  const sign = bytes.subarray(32).toString('base64url')
  return { kid: nameSet(sign), sign, readers: importPrivate('X25519', bytes.subarray(0, 32)) }
}

/** The name of the set whose key `sign` verifies. */
export function nameSet(sign: string): string {
  const digest = createHash('sha256').update('tokn key set ').update(sign).digest('base64url')
  return digest.slice(0, 12)
}
