import { isToknError } from '../../core/errors.ts'
import type { EngineFinding } from '../../core/shared-engine.ts'
import { words } from '../../messages/words.ts'
import type { RedisConnection } from './connection.ts'
import { listOf, renewLease } from './leases.ts'
import { readSettings } from './life.ts'

/** Milliseconds: clocks further apart than this are worth a word, and so is a slower answer. */
const farApart = 2_000
const slow = 50

export async function examineRedis(redis: RedisConnection): Promise<readonly EngineFinding[]> {
  const { latency, distance } = await measure(redis)
  const info = await readInfo(redis)
  const settings = await readSettings(redis, [
    ...['appendonly', 'appendfsync', 'maxmemory', 'maxmemory-policy', 'min-replicas-to-write'],
  ])
  return [
    versionOf(info),
    await privilegesOf(redis, info !== undefined),
    ...durabilityOf(info, settings),
    clockOf(distance),
    latencyOf(latency),
  ]
}

type Info = ReadonlyMap<string, string>

async function measure(redis: RedisConnection) {
  const rounds: { readonly latency: number; readonly distance: number }[] = []
  for (let round = 0; round < 5; round++) {
    const [begun, sent] = [performance.now(), Date.now()]
    const [seconds, micros] = listOf(await redis.ask(['time'])).map(Number)
    const latency = performance.now() - begun
    const theirs = (seconds ?? 0) * 1_000 + (micros ?? 0) / 1_000
    rounds.push({ latency, distance: theirs - sent - latency / 2 })
  }
  return rounds.toSorted((one, other) => one.latency - other.latency)[0] ?? empty
}

const empty = { latency: 0, distance: 0 }

async function readInfo(redis: RedisConnection): Promise<Info | undefined> {
  try {
    const text = String(await redis.ask(['info']))
    const fields = [...text.matchAll(/^([a-z0-9_]+):(.*?)\r?$/gm)]
    return new Map(fields.map(([, name = '', value = '']) => [name, value]))
  } catch (error) {
    if (isToknError(error, 'store')) return undefined
    throw error
  }
}

function versionOf(info: Info | undefined): EngineFinding {
  const version = info?.get('redis_version') ?? ''
  const detail = words.redis.version(version)
  // What reads is sent as EVAL_RO, which 7.0 has brought: an older one has refused before this.
  return { id: 'version', status: 'ok', detail }
}

/** By a lease that nobody has: nothing is written. */
async function privilegesOf(redis: RedisConnection, seesInfo: boolean): Promise<EngineFinding> {
  const user = redis.address().user ?? 'default'
  const id = 'privileges'
  try {
    await renewLease(redis, 'doctor', 0, 1)
  } catch (error) {
    if (!isToknError(error, 'store')) throw error
    return { id, status: 'ok', detail: words.redis.reads(user) }
  }
  return seesInfo
    ? { id, status: 'ok', detail: words.redis.writes(user) }
    : { id, status: 'fail', ...words.redis.lacksInfo(user) }
}

function durabilityOf(info: Info | undefined, settings: Info | undefined): EngineFinding[] {
  const id = 'durability'
  const lasting = settings ?? new Map()
  const writes = lasting.get('appendonly') ?? (info?.get('aof_enabled') === '1' ? 'yes' : 'no')
  const durable: EngineFinding =
    writes !== 'yes' && info === undefined && settings === undefined
      ? { id, status: 'warn', ...words.redis.unseen() }
      : writes !== 'yes'
        ? { id, status: 'warn', ...words.redis.noFile() }
        : settings === undefined
          ? { id, status: 'warn', ...words.redis.unseenSync() }
          : lasting.get('appendfsync') === 'always'
            ? { id, status: 'ok', detail: words.redis.isDurable() }
            : { id, status: 'warn', ...words.redis.lateSync() }
  return [durable, ...evictionOf(info, settings), ...replicasOf(info, settings)]
}

/** Keys that expire by themselves are wishes and what is left of removed sessions: these may go. */
function evictionOf(info: Info | undefined, settings: Info | undefined): EngineFinding[] {
  const policy = settings?.get('maxmemory-policy') ?? info?.get('maxmemory_policy') ?? ''
  if (!policy.startsWith('allkeys')) return []
  return [{ id: 'durability', status: 'fail', ...words.redis.evicts(policy) }]
}

function replicasOf(info: Info | undefined, settings: Info | undefined): EngineFinding[] {
  const count = Number(info?.get('connected_slaves') ?? 0)
  const role = info?.get('role')
  const id = 'durability'
  if (role === 'slave') return [{ id, status: 'fail', ...words.redis.isReplica() }]
  if (count === 0 || Number(settings?.get('min-replicas-to-write') ?? 0) > 0) return []
  return [{ id, status: 'warn', ...words.redis.replicas(count) }]
}

function clockOf(distance: number): EngineFinding {
  const far = Math.abs(distance) > farApart
  const detail = words.redis.clock(Math.round(distance))
  return {
    ...{ id: 'clock', status: far ? 'warn' : 'ok', detail },
    ...(far ? { fix: words.redis.clockFix() } : {}),
  }
}

function latencyOf(latency: number): EngineFinding {
  const detail = words.redis.latency(latency.toFixed(1))
  return { id: 'latency', status: latency > slow ? 'warn' : 'ok', detail }
}
