import type { SharedPart, SharedRow, Wished } from '../../core/shared-engine.ts'
import type { RedisConnection } from './connection.ts'
import { idsKey, rowPrefix, wishedKey, wishPrefix } from './keys.ts'
import { listOf } from './link.ts'
import { rowFunction, rowOf } from './rows.ts'

// Parts whose names follow are told of, and not read. What is no row takes none of the others away: it
// is listed as one that does not verify.
const listScript = `#!lua flags=no-writes
${rowFunction}
local rows, told = {}, {}
for at = 5, #ARGV do told[ARGV[at]] = true end
local ids = redis.call('ZRANGE', KEYS[1], ARGV[1], '+', 'BYLEX', 'LIMIT', 0, ARGV[2])
for _, id in ipairs(ids) do
  local found = redis.pcall('HGETALL', ARGV[3] .. id)
  if found.err or #found == 0 then found = {'name', id, 'profile', ''} end
  for at = 1, #found, 2 do
    if told[found[at]] then found[at + 1] = '' end
  end
  table.insert(rows, rowOf(found, id, ARGV[4] .. id))
end
return rows`

const allParts: readonly SharedPart[] = ['profile', 'record', 'journal', 'index']

/** See `SharedEngine.list`. */
export async function listRows(
  redis: RedisConnection,
  after: string | undefined,
  limit: number,
  parts: readonly SharedPart[] = allParts,
): Promise<readonly SharedRow[]> {
  const from = after === undefined ? '-' : `(${after}`
  const told = allParts.filter((part) => !parts.includes(part))
  const args = [from, String(limit), rowPrefix, wishPrefix, ...told]
  const rows = await redis.run({ text: listScript, reads: true }, [idsKey], args)
  return listOf(rows).flatMap((row) => rowOf(row) ?? [])
}

// Those whose wishes have gone by their time are still in the set.
const wishedScript = `#!lua flags=no-writes
local ids, found = {}, {}
for _, id in ipairs(redis.call('SMEMBERS', KEYS[1])) do
  if ARGV[1] == '' or id > ARGV[1] then table.insert(ids, id) end
end
table.sort(ids)
for _, id in ipairs(ids) do
  if #found >= tonumber(ARGV[2]) then break end
  local fields = redis.pcall('HKEYS', ARGV[3] .. id)
  if not fields.err and #fields > 0 then
    table.insert(fields, 1, id)
    table.insert(found, fields)
  end
end
return found`

/** See `SharedEngine.wished`. */
export async function listWished(
  redis: RedisConnection,
  after: string | undefined,
  limit: number,
): Promise<readonly Wished[]> {
  const args = [after ?? '', String(limit), wishPrefix]
  const found = listOf(await redis.run({ text: wishedScript, reads: true }, [wishedKey], args))
  return found.map((one) => {
    const [id = '', ...fields] = listOf(one).map(String)
    return { id, generations: fields.map((field) => Number.parseInt(field, 10)) }
  })
}
