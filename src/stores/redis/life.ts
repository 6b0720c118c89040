import { randomBytes } from 'node:crypto'
import { isToknError } from '../../core/errors.ts'
import type { RedisConnection } from './connection.ts'
import { lifeKey } from './keys.ts'
import { listOf } from './link.ts'

// Which life of the data this is. Redis has nothing that tells a restart which kept everything from one
// that lost a second, nor a server from the copy of it that took its place. So a life is a random text
// among the data, together with the run of the server that was last seen with it, and it goes on
// - while the same run of the server (run_id) has the data;
// - over a restart, only where the run before could lose nothing and nobody could take its place: when it
//   was last looked at, each change was in the append-only file and on the disk before it was confirmed
//   (appendonly yes, appendfsync always), and no replica was ever seen at it in this life; and where the
//   new run was never a replica itself (a promotion sets master_replid2).
// Everything else is another life: no durable writes, a life that comes out of a snapshot, a failover,
// all data gone. Whoever is about to spend looks before, so what was last seen of a run holds for every
// write that depends on it. A user who may not ask CONFIG cannot know that a restart loses nothing: each
// one is another life then. One who may not ask INFO is refused, as nothing would be known.
// Not seen by any of this: a copy of the files put back while the server was stopped, which to Redis is a
// restart (the generations that a machine has seen are there for that); and a server that was replaced
// and does not know it yet, to which some still write (min-replicas-to-write makes it refuse).
const lifeScript = `#!lua
local function fieldOf(section, name)
  return string.match(redis.call('INFO', section), name .. ':([^\\r\\n]*)') or ''
end
local run, replicas = fieldOf('server', 'run_id'), fieldOf('replication', 'connected_slaves')
local promoted = string.find(fieldOf('replication', 'master_replid2'), '[^0]') ~= nil
local known = redis.call('HMGET', KEYS[1], 'life', 'run', 'durable', 'alone')
local life, alone = known[1], replicas == '0' and not promoted and '1' or '0'
if life and known[2] == run then
  if known[4] == '0' then alone = '0' end
elseif not (life and known[3] == '1' and known[4] == '1' and not promoted) then
  life = ARGV[2]
end
if life ~= known[1] or run ~= known[2] or ARGV[1] ~= known[3] or alone ~= known[4] then
  redis.call('HSET', KEYS[1], 'life', life, 'run', run, 'durable', ARGV[1], 'alone', alone)
end
return life`

export async function readLife(redis: RedisConnection): Promise<string> {
  const settings = await readSettings(redis, ['appendonly', 'appendfsync'])
  const durable = settings?.get('appendonly') === 'yes' && settings.get('appendfsync') === 'always'
  const args = [durable ? '1' : '0', randomBytes(12).toString('base64url')]
  return `redis ${String(await redis.run({ text: lifeScript }, [lifeKey], args))}`
}

/** The life that was noted last: whether it goes on, who may write has to see. */
export async function readLifeNoted(redis: RedisConnection): Promise<string> {
  return `redis ${String((await redis.ask(['hget', lifeKey, 'life'])) ?? '')}`
}

/** `undefined` where this user may not ask for them, as with most of those who run Redis for others. */
export async function readSettings(
  redis: RedisConnection,
  names: readonly string[],
): Promise<ReadonlyMap<string, string> | undefined> {
  try {
    return pairsOf(listOf(await redis.ask(['config', 'get', ...names])).map(String))
  } catch (error) {
    if (isToknError(error, 'store')) return undefined
    throw error
  }
}

function pairsOf(list: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    list.flatMap((name, at) => (at % 2 === 0 ? [[name, list[at + 1] ?? ''] as const] : [])),
  )
}
