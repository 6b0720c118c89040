import { randomBytes } from 'node:crypto'
import type { RowChange, RowCondition, RowWritten } from '../../core/shared-engine.ts'
import type { RedisConnection } from './connection.ts'
import {
  channelOf,
  documentKey,
  idsKey,
  leaseKey,
  namesKey,
  rowKey,
  wishKey,
  wishedKey,
} from './keys.ts'

// Of each condition: '' where it is not asked for, else '=' and what has to be so.
const conditionFunction = `
local function failed(row, lease, keys, wanted)
  local function differs(wish, found) return wish ~= '' and wish ~= '=' .. (found or '') end
  local found = redis.call('HMGET', row, 'version', 'generation')
  if differs(wanted[1], found[1]) then return 'version' end
  if differs(wanted[2], redis.call('HGET', lease, 'fence')) then return 'fence' end
  if differs(wanted[3], found[2] or '0') then return 'generation' end
  if differs(wanted[4], redis.call('HGET', keys, 'version')) then return 'keys' end
  return false
end`

const writeScript = `#!lua
${conditionFunction}
local row, names, ids = KEYS[1], KEYS[4], KEYS[5]
local id, version, channel, name, generation = ARGV[5], ARGV[6], ARGV[7], ARGV[8], ARGV[9]
local why = failed(row, KEYS[2], KEYS[3], ARGV)
if why then return why end
local before = redis.call('HGET', row, 'name')
if name == '' then name = before end
if not name then return 'version' end
local owner = redis.call('HGET', names, name)
if owner and owner ~= id then return 'name' end
if before and before ~= name then redis.call('HDEL', names, before) end
if before ~= name then redis.call('HSET', names, name, id) end
if not before then redis.call('ZADD', ids, 0, id) end
redis.call('HSET', row, 'id', id, 'name', name, 'version', version)
if generation ~= '' then
  redis.call('HSET', row, 'generation', generation)
else
  redis.call('HSETNX', row, 'generation', '0')
end
for at = 10, #ARGV, 2 do
  if ARGV[at + 1] == '' then redis.call('HDEL', row, ARGV[at])
  else redis.call('HSET', row, ARGV[at], string.sub(ARGV[at + 1], 2)) end
end
redis.call('PUBLISH', channel, id)
return ''`

// What is full may be emptied. Fencing numbers grow without the lease too, so it need not stay for
// ever: long enough that a writer who slept finds another number, or none.
const removeScript = `#!lua flags=allow-oom
${conditionFunction}
local row, names, ids, wishes, wished = KEYS[1], KEYS[4], KEYS[5], KEYS[6], KEYS[7]
local id, channel, staying = ARGV[5], ARGV[6], ARGV[7]
local name = redis.call('HGET', row, 'name')
if not name or failed(row, KEYS[2], KEYS[3], ARGV) then return 0 end
redis.call('DEL', row, wishes)
redis.call('HDEL', names, name)
redis.call('ZREM', ids, id)
redis.call('SREM', wished, id)
redis.call('PEXPIRE', KEYS[2], staying)
redis.call('PUBLISH', channel, id)
return 1`

const leaseStays = 30 * 86_400_000

export async function writeRow(
  redis: RedisConnection,
  id: string,
  { name = '', generation, parts = {}, when }: RowChange,
): Promise<RowWritten> {
  const version = randomBytes(12).toString('base64url')
  const changed = Object.entries(parts).flatMap(([part, text]) =>
    text === undefined ? [] : [part, text === null ? '' : `=${text}`],
  )
  const channel = channelOf('rows', redis.address().db)
  const args = [
    ...conditions(when),
    id,
    version,
    channel,
    name,
    generation === undefined ? '' : String(generation),
    ...changed,
  ]
  const failed = await redis.run({ text: writeScript }, keysOf(id), args)
  return failed === '' ? { written: version } : { failed: failed as Failed }
}

type Failed = Extract<RowWritten, { readonly failed: unknown }>['failed']

export async function removeRow(
  redis: RedisConnection,
  id: string,
  when: RowCondition,
): Promise<boolean> {
  const args = [...conditions(when), id, channelOf('rows', redis.address().db), String(leaseStays)]
  const keys = [...keysOf(id), wishKey(id), wishedKey]
  return (await redis.run({ text: removeScript }, keys, args)) === 1
}

function keysOf(id: string): readonly string[] {
  return [rowKey(id), leaseKey(`session:${id}`), documentKey('keys'), namesKey, idsKey]
}

function conditions(when: RowCondition): readonly string[] {
  const names = ['version', 'fence', 'generation', 'keys'] as const
  return names.map((name) => (name in when ? `=${when[name] ?? ''}` : ''))
}
