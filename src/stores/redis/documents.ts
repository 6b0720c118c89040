import { randomBytes } from 'node:crypto'
import type { SharedDocument } from '../../core/shared-engine.ts'
import type { RedisConnection } from './connection.ts'
import { documentKey } from './keys.ts'
import { listOf } from './link.ts'

const writeScript = `#!lua
if (redis.call('HGET', KEYS[1], 'version') or '') ~= ARGV[1] then return 0 end
if ARGV[3] == '' then redis.call('DEL', KEYS[1])
else redis.call('HSET', KEYS[1], 'version', ARGV[2], 'text', string.sub(ARGV[3], 2)) end
return 1`

export async function readDocument(
  redis: RedisConnection,
  name: string,
): Promise<SharedDocument | undefined> {
  const found = listOf(await redis.ask(['hmget', documentKey(name), 'version', 'text']))
  const [version, text] = found
  return typeof version === 'string' ? { version, text: String(text ?? '') } : undefined
}

export async function writeDocument(
  redis: RedisConnection,
  name: string,
  version: string,
  text: string | null,
): Promise<string | undefined> {
  const next = randomBytes(12).toString('base64url')
  const args = [version, next, text === null ? '' : `=${text}`]
  const done = await redis.run({ text: writeScript }, [documentKey(name)], args)
  if (done !== 1) return undefined
  return text === null ? '' : next
}
