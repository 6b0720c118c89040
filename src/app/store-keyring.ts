import { randomBytes } from 'node:crypto'
import { ToknError } from '../core/errors.ts'
import { Secret } from '../core/secret.ts'
import type { SharedEngine } from '../core/shared-engine.ts'
import type { StoreKeyring } from '../core/store-keys.ts'
import { words } from '../messages/words.ts'
import { beginRekey, endRekey, lookAtKeys } from '../stores/shared/rekey.ts'
import { openKeys } from '../stores/shared/store-keys.ts'

export interface KeyringOptions {
  readonly engine: SharedEngine
  readonly key: Secret | undefined
  newKey(): Secret | undefined
  wait(duration: number): Promise<void>
  /** How long a refresh under way is waited for, in milliseconds. */
  readonly patience: number
}

/** The keys of a store, and what changes them. Throws `store` where no key is given. */
export function openStoreKeyring(options: KeyringOptions): StoreKeyring {
  const { engine, key, wait, patience } = options
  if (key === undefined) throw new ToknError('store', words.storeKeys.noKey())
  const change = { engine, key, wait, patience }
  return {
    where: engine.describe(),
    look: async () => await lookAtKeys(change),
    readerKey: async () => {
      const document = await engine.readDocument('keys')
      const { refresher, inUse, kid, sets } = openKeys(key, document?.text)
      if (refresher === undefined) throw new ToknError('store', words.storeKeys.isReaderKey())
      // Of two keys the first is the older one.
      const leaving = inUse !== undefined && sets.length > 1 && inUse.sets[0]?.kid === kid
      return { key: refresher.readerKey(), kid, leaving }
    },
    newKey: options.newKey,
    makeKey: () => new Secret(randomBytes(32).toString('base64')),
    nameKey: (given) => openKeys(given, undefined).kid,
    begin: async (next) => await beginRekey(change, next),
    end: async (cancel) => await endRekey(change, cancel),
    close: async () => await engine.close(),
  }
}
