import { createHash, type KeyObject } from 'node:crypto'
import { ToknError } from '../../core/errors.ts'
import { Secret } from '../../core/secret.ts'
import { words } from '../../messages/words.ts'
import { deriveKey } from '../derive-key.ts'
import { decodeBase64Url } from '../entry.ts'
import { decodeKey } from '../file/store-key.ts'
import { exportPublic, importPrivate } from './curve-keys.ts'

const usualVariable = 'TOKN_STORE_KEY'
const sources = new WeakMap<Secret, string>()

/** `key`, of which is told that `variable` gave it, or names its file. */
export function keyFrom(key: Secret | undefined, variable: string | undefined): Secret | undefined {
  if (key !== undefined && variable !== undefined) sources.set(key, variable)
  return key
}

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
  /** The variable that gave the key. */
  readonly from: string
  /** The public half of `signing`, in base64url. */
  readonly sign: string
  readonly readers: () => KeyObject
  readonly refresher?: RefresherKeys
}

export interface RefresherKeys {
  readonly signing: KeyObject
  readonly refreshers: () => KeyObject
  readonly sealing: () => Uint8Array
  readonly set: () => KeySet
  readonly readerKey: () => Secret
}

/** What a key of a store gives: a refresher's, or a reader's. Throws `store` for what is neither. */
export function ownKeys(key: Secret): OwnKeys {
  const from = sources.get(key) ?? usualVariable
  const text = key.reveal().trim()
  return text.startsWith(readerPrefix)
    ? readerKeys(text, from)
    : refresherKeys(decodeKey(key), from)
}

// Each is made where it is needed: who hands a token out needs few of them.
function refresherKeys(key: Uint8Array, from: string): OwnKeys {
  const signing = importPrivate('Ed25519', deriveKey(key, 'store signature'))
  const sign = exportPublic(signing)
  const kid = nameSet(sign)
  const [readersRaw, refreshersRaw] = ['store readers', 'store refreshers'].map((label) =>
    once(() => deriveKey(key, label)),
  ) as [() => Uint8Array, () => Uint8Array]
  const readers = once(() => importPrivate('X25519', readersRaw()))
  const refreshers = once(() => importPrivate('X25519', refreshersRaw()))
  const refresher = {
    signing,
    refreshers,
    sealing: () => deriveKey(key, 'store sealing'),
    set: () => ({
      ...{ kid, sign },
      ...{ refreshers: exportPublic(refreshers()), readers: exportPublic(readers()) },
    }),
    readerKey: () => {
      const both = Buffer.concat([readersRaw(), Buffer.from(sign, 'base64url')])
      return new Secret(readerPrefix + both.toString('base64url'))
    },
  }
  return { kid, from, sign, readers, refresher }
}

function readerKeys(text: string, from: string): OwnKeys {
  const bytes = decodeBase64Url(text.slice(readerPrefix.length))
  if (bytes?.length !== 64) throw new ToknError('store', words.storeKeys.notAReaderKey(from))
  const sign = bytes.subarray(32).toString('base64url')
  const readers = once(() => importPrivate('X25519', bytes.subarray(0, 32)))
  return { kid: nameSet(sign), from, sign, readers }
}

/** The name of the set whose key `sign` verifies. */
export function nameSet(sign: string): string {
  const digest = createHash('sha256').update('tokn key set ').update(sign).digest('base64url')
  return digest.slice(0, 12)
}

/** Gives what `make` makes, made at the first call. */
export function once<Value extends object>(make: () => Value): () => Value {
  let made: Value | undefined
  return () => (made ??= make())
}
