import type { SharedParts, SharedRow } from '../../core/shared-engine.ts'
import type { RedisConnection } from './connection.ts'
import { namesKey, rowKey, rowPrefix, wishKey, wishPrefix } from './keys.ts'
import { listOf } from './link.ts'
import type { Reply } from './link.ts'

// Of a row: its hash, whether somebody wishes for a newer generation, what time it is, and its id: what
// the hash says of that anybody may have written. So it is with wishes, which no row is missed for.
export const rowFunction = `
local function rowOf(row, id, wishes)
  if #row == 0 then return false end
  local generation, wished, fields = 0, 0, redis.pcall('HKEYS', wishes)
  for at = 1, #row, 2 do
    if row[at] == 'generation' then generation = tonumber(row[at + 1]) or 0 end
  end
  for _, field in ipairs(fields) do
    if (tonumber(string.match(field, '^%d+')) or -1) >= generation then wished = 1 end
  end
  local time = redis.pcall('TIME')
  return {wished, row, time[1], time[2], id}
end`

const readScript = `#!lua flags=no-writes
${rowFunction}
return rowOf(redis.call('HGETALL', KEYS[1]), ARGV[1], KEYS[2])`

// A name leads to a key that nobody could name beforehand; its slot is that of the names.
const findScript = `#!lua flags=no-writes
${rowFunction}
local id = redis.call('HGET', KEYS[1], ARGV[1])
return id and rowOf(redis.call('HGETALL', ARGV[2] .. id), id, ARGV[3] .. id)`

export async function readRow(redis: RedisConnection, id: string): Promise<SharedRow | undefined> {
  const script = { text: readScript, reads: true }
  return rowOf(await redis.run(script, [rowKey(id), wishKey(id)], [id]))
}

export async function findRow(
  redis: RedisConnection,
  name: string,
): Promise<SharedRow | undefined> {
  const script = { text: findScript, reads: true }
  const row = rowOf(await redis.run(script, [namesKey], [name, rowPrefix, wishPrefix]))
  // Of another name it does not verify.
  return row && { ...row, name }
}

export function rowOf(reply: Reply): SharedRow | undefined {
  const [wished, pairs, seconds, micros, id] = listOf(reply)
  if (pairs === undefined) return undefined
  const { id: _, name = '', version = '', generation, ...parts } = fieldsOf(listOf(pairs))
  return {
    ...{ id: String(id), name, version, generation: readGeneration(generation) },
    wished: wished === 1,
    parts: parts as SharedParts,
    now: seconds === undefined ? undefined : readInstant(seconds, micros),
  }
}

/** 0 for what is none: a record that says another does not verify. */
function readGeneration(text: string | undefined): number {
  const generation = Number(text)
  return Number.isSafeInteger(generation) ? generation : 0
}

/** Epoch milliseconds, of seconds and the microseconds besides. */
export function readInstant(seconds: Reply | undefined, micros: Reply | undefined): number {
  return Number(seconds) * 1_000 + Math.floor(Number(micros) / 1_000)
}

function fieldsOf(pairs: readonly Reply[]): Record<string, string | undefined> {
  const fields: Record<string, string> = {}
  for (let at = 0; at < pairs.length; at += 2) fields[String(pairs[at])] = String(pairs[at + 1])
  return fields
}
