import { damaged } from '../entry.ts'
import type { Entries } from './entries.ts'
import { words } from '../../messages/words.ts'

/** Says where the parts of a long value are. `:` cannot occur in a value itself. */
interface Head {
  readonly slot: Slot
  readonly count: number
  readonly digest: string
}

type Slot = 'a' | 'b'

const attempts = 4
const mostChunks = 256

/**
 * The value of an account, joined where it was split. A writer may replace it meanwhile: then it is
 * read again. Throws `store` for parts that do not belong together.
 */
export async function readValue(entries: Entries, account: string): Promise<string | undefined> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const value = await entries.get(account)
    const head = value === undefined ? undefined : parseHead(value)
    if (head === undefined) return value
    const whole = await join(entries, account, head)
    if (whole !== undefined) return whole
  }
  throw damaged(words.stores.theKeychain())
}

/**
 * Stores a value of any length in entries of `limit` characters at most. Parts go to the one of two
 * slots that is not in use, then the account names them: a crash leaves the old value or the new.
 */
export async function writeValue(
  entries: Entries,
  account: string,
  value: string,
  limit: number,
): Promise<void> {
  const before = parseHead((await entries.get(account)) ?? '')
  if (value.length <= limit) await entries.set(account, value)
  else {
    const slot: Slot = before?.slot === 'a' ? 'b' : 'a'
    const count = Math.ceil(value.length / limit)
    for (let index = 0; index < count; index++) {
      const part = value.slice(index * limit, (index + 1) * limit)
      await entries.set(nameOf(account, slot, index), part)
    }
    await entries.set(account, `parts:${slot}:${count}:${digest(value)}`)
    await sweep(entries, account, slot, count)
  }
  if (before !== undefined) await sweep(entries, account, before.slot, 0)
}

/** Removes an account with all its parts, also those of interrupted writes. */
export async function removeValue(entries: Entries, account: string): Promise<boolean> {
  const there = await entries.delete(account)
  await sweep(entries, account, 'a', 0)
  await sweep(entries, account, 'b', 0)
  return there
}

async function join(entries: Entries, account: string, head: Head): Promise<string | undefined> {
  const parts: string[] = []
  for (let index = 0; index < head.count; index++) {
    const part = await entries.get(nameOf(account, head.slot, index))
    if (part === undefined) return undefined
    parts.push(part)
  }
  const value = parts.join('')
  return digest(value) === head.digest ? value : undefined
}

/** Removes the parts of a slot from number `from` on. */
async function sweep(entries: Entries, account: string, slot: Slot, from: number): Promise<void> {
  let end = from
  while (end < mostChunks && (await entries.get(nameOf(account, slot, end))) !== undefined) end++
  // From the last one down, so that an interrupted sweep leaves no gap for the next one to stop at.
  while (end-- > from) await entries.delete(nameOf(account, slot, end))
}

function parseHead(value: string): Head | undefined {
  const match = /^parts:([ab]):([0-9]{1,3}):([0-9a-f]{64})$/.exec(value)
  const count = Number(match?.[2])
  if (match === null || count < 1 || count > mostChunks) return undefined
  return { slot: match[1] === 'a' ? 'a' : 'b', count, digest: match[3] ?? '' }
}

function nameOf(account: string, slot: Slot, index: number): string {
  return `${account}.${slot}.${index}`
}

function digest(value: string): string {
  // Loaded here, since values are split on one platform only.
  const { createHash } = process.getBuiltinModule('node:crypto')
  return createHash('sha256').update(value).digest('hex')
}
