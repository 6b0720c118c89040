import { createHash } from 'node:crypto'
import type { Wish } from '../../core/shared-engine.ts'
import { ToknError } from '../../core/errors.ts'
import { words } from '../../messages/words.ts'
import type { RedisConnection } from './connection.ts'
import { channelOf, wishedKey, wishKey } from './keys.ts'
import { listOf } from './link.ts'

// A wish is a field, so that the same one again is no other. Of one session no more are kept than
// serve to say who waits, and none for longer than anybody does.
const addScript = `#!lua
local time = redis.call('TIME')
local now = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
if redis.call('HSETNX', KEYS[1], ARGV[1], now .. ' ' .. ARGV[2]) == 1 then
  redis.call('SADD', KEYS[2], ARGV[3])
  if redis.call('HLEN', KEYS[1]) > tonumber(ARGV[5]) then
    local oldest, since
    local all = redis.call('HGETALL', KEYS[1])
    for at = 1, #all, 2 do
      local added = tonumber(string.match(all[at + 1], '^%d+')) or 0
      if not since or added < since then oldest, since = all[at], added end
    end
    redis.call('HDEL', KEYS[1], oldest)
  end
end
redis.call('PEXPIRE', KEYS[1], ARGV[6])
redis.call('PEXPIRE', KEYS[2], ARGV[6])
redis.call('PUBLISH', ARGV[4], ARGV[3])
return 1`

const listScript = `#!lua flags=no-writes
return redis.call('HGETALL', KEYS[1])`

const dropScript = `#!lua flags=allow-oom
for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
  if (tonumber(string.match(field, '^%d+')) or 0) <= tonumber(ARGV[1]) then
    redis.call('HDEL', KEYS[1], field)
  end
end
if redis.call('EXISTS', KEYS[1]) == 0 then redis.call('SREM', KEYS[2], ARGV[2]) end
return 1`

const longestText = 1_000
const mostOfOne = 100
const wishStays = 86_400_000

export async function addWish(
  redis: RedisConnection,
  { id, generation, text }: Omit<Wish, 'at'>,
): Promise<void> {
  if (Buffer.byteLength(text) > longestText) {
    throw new ToknError('store', words.redis.longWish(longestText))
  }
  const field = `${generation}:${createHash('sha256').update(text).digest('base64url')}`
  const channel = channelOf('wishes', redis.address().db)
  const args = [field, text, id, channel, String(mostOfOne), String(wishStays)]
  await redis.run({ text: addScript }, [wishKey(id), wishedKey], args)
}

export async function listWishes(redis: RedisConnection, id: string): Promise<readonly Wish[]> {
  const found = listOf(await redis.run({ text: listScript, reads: true }, [wishKey(id)], []))
  const texts = found.map(String)
  return texts
    .flatMap((field, index) => {
      if (index % 2 === 1) return []
      const [, at = '0', text = ''] = /^(\d+) ([^]*)$/.exec(texts[index + 1] ?? '') ?? []
      return [{ id, generation: Number.parseInt(field, 10), text, at: Number(at) }]
    })
    .toSorted((one, other) => one.at - other.at)
}

export async function dropWishes(
  redis: RedisConnection,
  id: string,
  generation: number,
): Promise<void> {
  await redis.run({ text: dropScript }, [wishKey(id), wishedKey], [String(generation), id])
}
