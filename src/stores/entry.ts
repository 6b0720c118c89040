import { ToknError } from '../core/errors.ts'
import { longestRecord } from '../core/record.ts'

/** Longest text of an entry, in bytes of UTF-8. */
export const longestEntry = longestRecord

/** Names in the keychain that are not those of sessions. */
export const reserved = { sealingKey: 'sealing-key', probe: 'probe' } as const

// One case only: some file systems take two for the same.
const idPattern = /^[a-z0-9_-]{1,64}$/
const reservedNames: readonly string[] = Object.values(reserved)

/** Throws `store` where `id` cannot name an entry: it becomes a file name and an account. */
export function checkId(id: string): void {
  if (idPattern.test(id) && !reservedNames.includes(id)) return
  throw new ToknError('store', 'the profile has a damaged id', {
    hint: 'remove the profile and log in again',
    fault: 'unusable-id',
  })
}

/** Throws `store` where a store could not give `text` back as it was. */
export function checkText(text: string): void {
  const bytes = Buffer.from(text)
  if (bytes.length > longestEntry) {
    throw new ToknError(
      'store',
      `the session is too large to store: ${bytes.length} bytes, and ${longestEntry} are the most`,
    )
  }
  if (text === '') throw new ToknError('store', 'there is nothing to store')
  if (text.includes('\0') || bytes.toString() !== text) {
    throw new ToknError('store', 'the session holds characters that cannot be stored')
  }
}

/** A writer that was overtaken: what is stored is newer than what it brings. */
export function superseded(): ToknError {
  return new ToknError('store', 'a newer session has been stored meanwhile', {
    hint: 'run the command again',
    fault: 'superseded',
  })
}

/** What does not open, or is not what it should be; it is left where it is. */
export function damaged(place?: string): ToknError {
  const where = place === undefined ? '' : ` in ${place}`
  return new ToknError('store', `the stored session${where} is damaged`, {
    hint: 'tokn login',
    fault: 'damaged',
  })
}

/** The bytes of base64url (RFC 4648 section 5), in its one canonical form; `undefined` otherwise. */
export function decodeBase64Url(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64url')
  return bytes.toString('base64url') === text ? bytes : undefined
}
