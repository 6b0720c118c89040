import { randomBytes } from 'node:crypto'
import { ToknError } from '../core/errors.ts'
import type { StoreKind } from '../core/profile.ts'
import { refusedToReader } from '../core/reader-refusal.ts'
import { Secret } from '../core/secret.ts'
import type { SharedEngine } from '../core/shared-engine.ts'
import type { SharedTime } from '../core/shared-time.ts'
import type { StoreKeyring } from '../core/store-keys.ts'
import { words } from '../messages/words.ts'
import type { Ports } from '../session/ports.ts'
import { renewCounts } from '../session/renew-counts.ts'
import { storeCatalog } from '../stores/catalog.ts'
import { seal } from '../stores/seal.ts'
import { beginRekey, endRekey, lookAtKeys } from '../stores/shared/rekey.ts'
import { keyFrom } from '../stores/shared/keys.ts'
import { refuseNone } from '../stores/shared/key-ring.ts'
import { openKeys } from '../stores/shared/store-keys.ts'
import type { Near } from './far-context.ts'
import { openSharedKinds, sharedTime } from './shared-kinds.ts'

/** The part of a context that the keys of a store in force are opened with. */
export interface KeyringSurroundings extends Pick<Near, 'environment' | 'variables'> {
  readonly kind: StoreKind
  readonly ports: Ports
  /** `--ca`. */
  readonly ca: string | undefined
}

/** The keys of the store in force. Throws `usage` where that is none for many machines, `store` without a key. */
export async function openKeyringInForce(from: KeyringSurroundings): Promise<StoreKeyring> {
  const { kind, ports, variables, environment, ca } = from
  if (storeCatalog.traits(kind).shared !== true) {
    const shared = storeCatalog.kinds.filter((one) => storeCatalog.traits(one).shared === true)
    throw new ToknError('usage', words.refresherService.notShared(kind, shared))
  }
  const key = keyFrom(variables.readSecret('store_key'), variables.holding('store_key'))
  const kinds = openSharedKinds({
    ...{ environment, ca, seal, profiles: ports.profiles, requester: () => ports.requester },
    storeUrl: () => variables.storeUrl,
    storePassword: () => variables.readSecret('store_password'),
    storeKey: () => key,
    timeLeft: ports.timeLeft,
    // Each call has its time; all of them take as long as there are sessions.
    lasting: true,
    http: ports.http,
  })
  const { engine, ledger, ring } = await kinds.of(kind)
  await engine.prepare()
  if (key === undefined) return await refuseNone(engine)
  return openStoreKeyring({
    ...{ engine, key, time: sharedTime, patience: ports.timeout },
    newKey: () => variables.readSecret('store_new_key'),
    renewCounts: async () => {
      const home = await ports.home?.(kind)
      ring.forget()
      if (home !== undefined) await renewCounts(ports, home, ledger)
    },
  })
}

interface KeyringOptions {
  readonly engine: SharedEngine
  readonly key: Secret
  newKey(): Secret | undefined
  /** What is counted in the store is under the keys in use by now. */
  renewCounts(): Promise<void>
  readonly time: SharedTime
  /** How long a refresh under way is waited for, in milliseconds. */
  readonly patience: number
}

/** The keys of a store, and what changes them. */
function openStoreKeyring(options: KeyringOptions): StoreKeyring {
  const { engine, key, time, patience } = options
  const change = { engine, key, time, patience }
  return {
    where: engine.describe(),
    look: async () => await lookAtKeys(change),
    readerKey: async () => {
      const document = await engine.readDocument('keys')
      const { refresher, inUse, kid, sets } = openKeys(key, document?.text)
      if (refresher === undefined) throw refusedToReader('readerKey', engine.describe())
      // Of two keys the first is the older one.
      const leaving = inUse !== undefined && sets.length > 1 && inUse.sets[0]?.kid === kid
      return { key: refresher.readerKey(), kid, leaving }
    },
    newKey: options.newKey,
    makeKey: () => new Secret(randomBytes(32).toString('base64')),
    nameKey: (given) => openKeys(given, undefined).kid,
    begin: async (next) => await beginRekey(change, next),
    end: async (cancel) => {
      const ended = await endRekey(change, cancel)
      // Also where an earlier end was cut off before this: it is the same command again.
      await options.renewCounts()
      return ended
    },
    close: async () => await engine.close(),
  }
}
