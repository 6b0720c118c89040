import { isToknError, ToknError } from '../../core/errors.ts'
import type { Files, Lock } from '../../core/ports.ts'
import type { Secret } from '../../core/secret.ts'
import type { PassphraseQuestion } from '../../core/store-traits.ts'
import { words } from '../../messages/words.ts'
import { decodeBase64Url } from '../entry.ts'

export interface KeyOptions {
  readonly directory: string
  readonly files: Files
  /** 32 bytes in base64 or base64url; goes before the passphrase. */
  readonly key?: Secret | undefined
  /** Asks, where that is possible; `undefined` where there is none. */
  readonly passphrase?: ((question: PassphraseQuestion) => Promise<Secret | undefined>) | undefined
  /** Keeps two processes from setting up the folder at once. */
  readonly lock?: (() => Promise<Lock>) | undefined
  /** N of scrypt for a new folder. Default 2^17: a second and 128 MiB. */
  readonly cost?: number | undefined
}

const lockTimeout = 10_000
/** Opening with each takes a second: whoever gives them must come to an end. */
const mostTries = 3

/**
 * Gives the key of the file store, found at the first call; `stored` for the key of what is there
 * already: a passphrase that was never chosen opens none of that. Throws `store`.
 */
export function keepKey(options: KeyOptions): (stored?: boolean) => Promise<Uint8Array> {
  let key: Promise<Uint8Array> | undefined
  return async (stored = false) => {
    key ??= findKey(options, stored)
    try {
      return await key
    } catch (error) {
      // Asked again, the user may give the right one.
      key = undefined
      throw error
    }
  }
}

async function findKey(options: KeyOptions, stored: boolean): Promise<Uint8Array> {
  if (options.key !== undefined) return decodeKey(options.key)
  const { isNewVault, unlock } = await import('./passphrase.ts')
  const isNew = isNewVault(options)
  if (stored && isNew) throw new ToknError('store', words.stores.storedUnderKey())
  let refused: ToknError | undefined
  for (let tries = 1; ; tries++) {
    // One that was refused belongs to a vault that is there.
    const asked = { isNew: isNew && refused === undefined, refused: refused !== undefined }
    const passphrase = await options.passphrase?.(asked)
    if (passphrase === undefined) throw refused ?? noKey(isNew)
    try {
      return await unlock(passphrase.reveal(), { ...options, alone })
    } catch (error) {
      const wrong = isToknError(error) && error.details.fault === 'wrong-passphrase'
      if (!wrong || tries >= mostTries) throw error
      refused = error
    }
  }

  async function alone<Value>(make: () => Promise<Value>): Promise<Value> {
    const lock = await (await options.lock?.())?.(`file:${options.directory}`, lockTimeout)
    try {
      return await make()
    } finally {
      await lock?.release()
    }
  }
}

function noKey(isNew: boolean): ToknError {
  const { noStoreKey, noPassphrase } = words.stores
  return new ToknError('store', isNew ? noStoreKey() : noPassphrase())
}

/** The 32 bytes of a key in base64 or base64url; throws `store` for anything else. */
export function decodeKey(key: Secret): Uint8Array {
  const text = key.reveal().trim().replace(/=$/, '').replaceAll('+', '-').replaceAll('/', '_')
  const bytes = decodeBase64Url(text)
  if (bytes?.length === 32) return bytes
  throw new ToknError('store', words.stores.notAStoreKey(text.startsWith('tokn-reader-')))
}
