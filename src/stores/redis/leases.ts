import type { HeldLease, LeaseTaken } from '../../core/shared-engine.ts'
import type { RedisConnection } from './connection.ts'
import { fenceKey, heldKey, leaseKey, leasePrefix } from './keys.ts'
import { listOf } from './link.ts'

// By the clock of Redis, in milliseconds: the one that runs the script. Where that was put back, a
// lease seems to have more left than it was taken for, and is held to what it was taken for.
const timeFunction = `
local function micros()
  local time = redis.call('TIME')
  return time[1] * 1000000 + time[2]
end
local function leftOf(lease, now)
  return math.min((tonumber(lease[1]) or 0) - now, tonumber(lease[2]) or 0)
end
local function textOf(number) return string.format('%.0f', number) end`

// The number is never below the time, so that Redis does not give one again after it has lost its last
// writes, or all of them.
const takeScript = `#!lua
${timeFunction}
local time = micros()
local now = math.floor(time / 1000)
local lease = redis.call('HMGET', KEYS[1], 'until', 'ttl', 'holder')
local left = leftOf(lease, now)
if left > 0 then
  if tonumber(lease[1]) - now > left then
    redis.call('HSET', KEYS[1], 'until', textOf(now + left))
  end
  return {0, lease[3], left}
end
local fence = textOf(math.max(tonumber(redis.call('GET', KEYS[2]) or '0') + 1, time))
local ending = textOf(now + ARGV[2])
redis.call('SET', KEYS[2], fence)
redis.call('HSET', KEYS[1], 'fence', fence, 'holder', ARGV[1], 'until', ending, 'ttl', ARGV[2])
redis.call('PERSIST', KEYS[1])
redis.call('ZADD', KEYS[3], ending, ARGV[3])
return {1, fence}`

const renewScript = `#!lua
${timeFunction}
local now = math.floor(micros() / 1000)
local lease = redis.call('HMGET', KEYS[1], 'until', 'ttl', 'fence')
if lease[3] ~= ARGV[1] or leftOf(lease, now) <= 0 then return 0 end
local ending = textOf(now + ARGV[2])
redis.call('HSET', KEYS[1], 'until', ending, 'ttl', ARGV[2])
redis.call('ZADD', KEYS[2], ending, ARGV[3])
return 1`

const leftScript = `#!lua flags=no-writes
${timeFunction}
local lease = redis.call('HMGET', KEYS[1], 'until', 'ttl', 'fence')
if lease[3] ~= ARGV[1] then return 0 end
return math.max(0, leftOf(lease, math.floor(micros() / 1000)))`

const releaseScript = `#!lua flags=allow-oom
if redis.call('HGET', KEYS[1], 'fence') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'until', '0')
redis.call('ZREM', KEYS[2], ARGV[2])
return 1`

const heldScript = `#!lua flags=no-writes
${timeFunction}
local now = math.floor(micros() / 1000)
local held = {}
for _, name in ipairs(redis.call('ZRANGE', KEYS[1], textOf(now), '+inf', 'BYSCORE')) do
  local lease = redis.pcall('HMGET', ARGV[1] .. name, 'until', 'ttl', 'holder')
  local left = leftOf(lease, now)
  if left > 0 then table.insert(held, {name, lease[3], left}) end
end
return held`

export async function takeLease(
  redis: RedisConnection,
  name: string,
  holder: string,
  ttl: number,
): Promise<LeaseTaken> {
  const keys = [leaseKey(name), fenceKey, heldKey]
  const args = [holder, String(Math.ceil(ttl)), name]
  const [taken, text, left] = listOf(await redis.run({ text: takeScript }, keys, args))
  return taken === 1
    ? { fence: Number(text) }
    : { heldBy: String(text ?? ''), left: Number(left ?? 0) }
}

export async function renewLease(
  redis: RedisConnection,
  name: string,
  fence: number,
  ttl: number,
): Promise<boolean> {
  const args = [String(fence), String(Math.ceil(ttl)), name]
  return (await redis.run({ text: renewScript }, [leaseKey(name), heldKey], args)) === 1
}

export async function leaseLeft(
  redis: RedisConnection,
  name: string,
  fence: number,
): Promise<number> {
  const script = { text: leftScript, reads: true }
  return Number(await redis.run(script, [leaseKey(name)], [String(fence)]))
}

export async function releaseLease(
  redis: RedisConnection,
  name: string,
  fence: number,
): Promise<void> {
  await redis.run({ text: releaseScript }, [leaseKey(name), heldKey], [String(fence), name])
}

export async function heldLeases(redis: RedisConnection): Promise<readonly HeldLease[]> {
  const held = listOf(await redis.run({ text: heldScript, reads: true }, [heldKey], [leasePrefix]))
  return held.map((lease) => {
    const [name, holder, left] = listOf(lease)
    return { name: String(name), holder: String(holder), left: Number(left) }
  })
}
