import { decodeExactly } from '../core/base64.ts'
import { isToknError, ToknError } from '../core/errors.ts'
import { isObject } from '../core/json.ts'
import { longestRecord } from '../core/record.ts'
import { words } from '../messages/words.ts'

/** Longest text of an entry, in bytes of UTF-8. */
export const longestEntry = longestRecord

/** Names of entries that are not those of sessions. */
export const reserved = { sealingKey: 'sealing-key', probe: 'probe' } as const

// Lower case only: some file systems do not distinguish it from upper case.
const idPattern = /^[a-z0-9_-]{1,64}$/
const reservedNames: readonly string[] = Object.values(reserved)

/** Throws `store` where `id` cannot name an entry: it becomes a file name and an account. */
export function checkId(id: string): void {
  if (idPattern.test(id) && !reservedNames.includes(id)) return
  throw new ToknError('store', words.stores.damagedId(), { fault: 'unusable-id' })
}

/** Throws `store` where a store could not give `text` back as it was. */
export function checkText(text: string): void {
  const bytes = Buffer.from(text)
  if (bytes.length > longestEntry) {
    throw new ToknError('store', words.stores.tooLarge(bytes.length, longestEntry))
  }
  if (text === '') throw new ToknError('store', words.stores.nothingToStore())
  if (text.includes('\0') || bytes.toString() !== text) {
    throw new ToknError('store', words.stores.notStorable())
  }
}

/** For a writer that was overtaken: what is stored is newer. */
export function superseded(): ToknError {
  return new ToknError('store', words.stores.superseded(), { fault: 'superseded' })
}

/** For an entry that cannot be decrypted, or is not what it should be; it is left in place. */
export function damaged(place?: string): ToknError {
  return new ToknError('store', words.stores.damaged(place), { fault: 'damaged' })
}

/** The generation in the text of a record; 0 for any other text. */
export function generationOf(text: string | undefined): number {
  try {
    const value: unknown = text === undefined ? undefined : JSON.parse(text)
    const generation = isObject(value) ? value['generation'] : undefined
    return typeof generation === 'number' ? generation : 0
  } catch {
    return 0
  }
}

/** What `read` gives; `undefined` also for a damaged entry, which may be replaced. Throws the rest. */
export async function readUndamaged(
  read: () => Promise<string | undefined>,
): Promise<string | undefined> {
  try {
    return await read()
  } catch (error) {
    if (isToknError(error) && error.details.fault === 'damaged') return undefined
    throw error
  }
}

/** The bytes of base64url in its canonical form; `undefined` otherwise. */
export function decodeBase64Url(text: string): Buffer | undefined {
  return decodeExactly(text, 'base64url')
}
