import { isToknError } from '../../core/errors.ts'
import type { EngineFinding } from '../../core/shared-engine.ts'
import { quoteForeign } from '../../core/secret.ts'
import { words } from '../../messages/words.ts'
import type { RedisConnection } from './connection.ts'
import { renewLease } from './leases.ts'
import { readSettings } from './life.ts'

export async function examineRedis(
  redis: RedisConnection,
  isToWrite?: boolean,
): Promise<readonly EngineFinding[]> {
  const info = await readInfo(redis)
  const settings = await readSettings(redis, [
    ...['appendonly', 'appendfsync', 'maxmemory', 'maxmemory-policy', 'min-replicas-to-write'],
  ])
  // By a lease that nobody has: nothing is written.
  const writes = await isAllowed(async () => await renewLease(redis, 'doctor', 0, 1))
  const isBlindReader = !writes && info === undefined && settings === undefined
  return [
    versionOf(info),
    isToWrite === true && !writes
      ? { id: 'privileges', status: 'fail', ...words.redis.lacksWriting(userOf(redis)) }
      : await privilegesOf(redis, writes, info !== undefined),
    ...(isBlindReader ? [unseenByReader()] : durabilityOf(info, settings)),
  ]
}

function unseenByReader(): EngineFinding {
  return { id: 'durability', status: 'ok', detail: words.redis.unseenByReader() }
}

/** Not one of ours; whoever may ask for it may ask for all. */
const foreignKey = 'tokn'

type Info = ReadonlyMap<string, string>

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
  const version = quoteForeign(info?.get('redis_version') ?? '', 40)
  const detail = words.redis.version(version)
  // What reads is sent as EVAL_RO, which 7.0 has brought: an older one has refused before this.
  return { id: 'version', status: 'ok', detail }
}

/** By questions alone. `writes`: a lease that nobody has was refused for no other reason. */
async function privilegesOf(
  redis: RedisConnection,
  writes: boolean,
  seesInfo: boolean,
): Promise<EngineFinding> {
  const user = userOf(redis)
  const id = 'privileges'
  const may = async (...command: readonly string[]) =>
    await isAllowed(async () => await redis.ask(command))
  if (writes && !seesInfo) return { id, status: 'fail', ...words.redis.lacksInfo(user) }
  const powers = [
    ...((await may('exists', foreignKey)) ? (['keys'] as const) : []),
    ...((await may('acl', 'users')) ? (['administration'] as const) : []),
  ]
  if (powers.length > 0) return { id, status: 'warn', ...words.redis.tooMuch(user, powers) }
  return { id, status: 'ok', detail: writes ? words.redis.writes(user) : words.redis.reads(user) }
}

function userOf(redis: RedisConnection): string {
  return redis.address().user ?? 'default'
}

async function isAllowed(ask: () => Promise<unknown>): Promise<boolean> {
  try {
    await ask()
    return true
  } catch (error) {
    if (!isToknError(error, 'store')) throw error
    return false
  }
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
  return [{ id: 'durability', status: 'fail', ...words.redis.evicts(quoteForeign(policy, 40)) }]
}

function replicasOf(info: Info | undefined, settings: Info | undefined): EngineFinding[] {
  const count = Number(info?.get('connected_slaves') ?? 0)
  const role = info?.get('role')
  const id = 'durability'
  if (role === 'slave') return [{ id, status: 'fail', ...words.redis.isReplica() }]
  if (count === 0 || Number(settings?.get('min-replicas-to-write') ?? 0) > 0) return []
  return [{ id, status: 'warn', ...words.redis.replicas(count) }]
}
