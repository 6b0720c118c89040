import { ToknError } from '../../core/errors.ts'
import { quoteForeign } from '../../core/secret.ts'
import type { EngineOptions, SharedEngine } from '../../core/shared-engine.ts'
import { words } from '../../messages/words.ts'
import { placeOf, readAddress, type RedisAddress } from './address.ts'
import { openConnection, type RedisConnection } from './connection.ts'
import { readDocument, writeDocument } from './documents.ts'
import { channelOf, schemaKey } from './keys.ts'
import { heldLeases, leaseLeft, releaseLease, renewLease, takeLease } from './leases.ts'
import { listOf } from './link.ts'
import { findRow, readInstant, readRow } from './rows.ts'
import type { Authorities } from './socket.ts'
import { addWish, dropWishes, listWishes } from './wishes.ts'
import { removeRow, writeRow } from './write-rows.ts'

/** The version of what is in Redis. */
const schema = 1

/** Reads the address, and connects with the first question. Throws `usage`. */
export function openRedis(options: EngineOptions): SharedEngine {
  const address = readAddress(options)
  const redis = openConnection({
    address,
    timeLeft: () => options.timeLeft(),
    time: options.time,
    authorities: () => readAuthorities(options),
  })
  return {
    kind: 'redis',
    describe: () => describe(address),
    prepare: () => prepare(redis),
    read: (id) => readRow(redis, id),
    find: (name) => findRow(redis, name),
    list: async (...page) => await (await import('./list.ts')).listRows(redis, ...page),
    write: (id, change) => writeRow(redis, id, change),
    remove: (id, when) => removeRow(redis, id, when),
    takeLease: (name, holder, ttl) => takeLease(redis, name, holder, ttl),
    renewLease: (name, fence, ttl) => renewLease(redis, name, fence, ttl),
    leaseLeft: (name, fence) => leaseLeft(redis, name, fence),
    releaseLease: (name, fence) => releaseLease(redis, name, fence),
    leases: () => heldLeases(redis),
    addWish: (id, generation, text) => addWish(redis, { id, generation, text }),
    wishes: (id) => listWishes(redis, id),
    wished: async (...page) => await (await import('./list.ts')).listWished(redis, ...page),
    dropWishes: (id, generation) => dropWishes(redis, id, generation),
    readDocument: (name) => readDocument(redis, name),
    writeDocument: (name, version, text) => writeDocument(redis, name, version, text),
    watch: async (what, heard) => {
      const { watchChannel } = await import('./watch.ts')
      return await watchChannel(redis, channelOf(what, address.db), heard, options.timeLeft())
    },
    now: () => readTime(redis),
    incarnation: async () => await (await import('./life.ts')).readLife(redis),
    lifeSeen: async () => await (await import('./life.ts')).readLifeNoted(redis),
    examine: async (writes) => await (await import('./examine.ts')).examineRedis(redis, writes),
    rest: async () => redis.rest(),
    close: async () => redis.close(),
  }
}

function describe(address: RedisAddress): string {
  return `Redis at ${placeOf(address)}${address.db === 0 ? '' : `/${address.db}`}`
}

/** There is nothing to make but the version, by which a later one can tell what it has before it. */
async function prepare(redis: RedisConnection): Promise<void> {
  const known = await redis.ask(['get', schemaKey])
  if (known === String(schema)) return
  if (known !== null)
    throw new ToknError('store', words.redis.newer(quoteForeign(String(known), 20)))
  await redis.run({ text: schemaScript }, [schemaKey], [String(schema)])
}

const schemaScript = `#!lua
redis.call('SET', KEYS[1], ARGV[1], 'NX')
return 1`

async function readTime(redis: RedisConnection): Promise<number> {
  const [seconds, micros] = listOf(await redis.ask(['time']))
  return readInstant(seconds, micros)
}

/** Node forgets the further ones of its variable where authorities are given, so they are added again. */
async function readAuthorities({ ca, environment }: EngineOptions): Promise<Authorities> {
  if (ca === undefined) return []
  const path = environment['NODE_EXTRA_CA_CERTS'] ?? ''
  if (path === '') return [ca]
  const { readFile } = process.getBuiltinModule('node:fs/promises')
  const extra = await readFile(path, 'utf8').catch(() => '')
  return extra === '' ? [ca] : [ca, extra]
}
