import type { EngineOptions, SharedEngine } from '../../core/shared-engine.ts'
import { readAddress } from './address.ts'
import { openDocuments } from './documents.ts'
import { openGateway } from './gateway.ts'
import { layOut } from './layout.ts'
import { openLeases } from './leases.ts'
import { openLife } from './life.ts'
import { openRows } from './rows.ts'
import { watchFolder } from './watch.ts'
import { openWishes } from './wishes.ts'
import { one } from './wire.ts'

/**
 * An etcd, 3.4 or later, by its JSON gateway: one request for a row, and one for a write. Opens nothing.
 * Throws `usage` for a URL that cannot be used.
 */
export function openEtcd(options: EngineOptions): SharedEngine {
  const address = readAddress(options.url)
  const gateway = openGateway(address, options)
  const keys = layOut(address.prefix)
  const rows = openRows(gateway, keys)
  const leases = openLeases(gateway, keys)
  const wishes = openWishes(gateway, keys)
  const documents = openDocuments(gateway, keys)
  const life = openLife(gateway, keys)
  const watching = new Set<() => Promise<void>>()
  return {
    kind: 'etcd',
    describe: gateway.where,
    prepare: life.prepare,
    read: rows.read,
    find: rows.find,
    list: async (...page) => await (await import('./list.ts')).listRows(gateway, keys, ...page),
    write: rows.write,
    remove: rows.remove,
    takeLease: leases.take,
    renewLease: leases.renew,
    leaseLeft: leases.left,
    releaseLease: leases.release,
    leases: leases.list,
    addWish: wishes.add,
    wishes: wishes.list,
    wished: async (...page) => await (await import('./list.ts')).listWished(gateway, keys, ...page),
    dropWishes: wishes.drop,
    readDocument: documents.read,
    writeDocument: documents.write,
    watch: async (what, heard) => {
      const folder = what === 'rows' ? keys.changes : keys.wishes
      const end = await watchFolder(gateway, folder, heard)
      watching.add(end)
      return async () => {
        watching.delete(end)
        await end()
      }
    },
    now: async () => {
      await gateway.ask('/v3/kv/range', { ...one(keys.store), count_only: true })
      return gateway.now()
    },
    incarnation: life.incarnation,
    lifeSeen: life.seen,
    examine: async (writes) => {
      const { examine } = await import('./examine.ts')
      return await examine(gateway, keys, writes)
    },
    close: async () => {
      await Promise.all([...watching].map((end) => end()))
      watching.clear()
    },
  }
}
