import { ToknError } from '../../core/errors.ts'
import type { Lock } from '../../core/ports.ts'
import { words } from '../../messages/words.ts'
import { decodeBase64Url, reserved } from '../entry.ts'
import type { Entries } from './entries.ts'

const lockTimeout = 10_000

/**
 * 32 bytes that are kept in the keychain, made when they are first needed. Throws `store`, also
 * where the keychain is locked.
 */
export async function readSealingKey(
  entries: Entries,
  openLock: (() => Promise<Lock>) | undefined,
): Promise<Uint8Array> {
  const there = await readKey(entries)
  if (there !== undefined) return there
  const lock = await (await openLock?.())?.('keychain:sealing-key', lockTimeout)
  try {
    return await makeKey(entries)
  } finally {
    await lock?.release()
  }
}

async function makeKey(entries: Entries): Promise<Uint8Array> {
  // A locked keychain hides what it holds; writing something else first unlocks it, or fails.
  await entries.set(reserved.probe, 'tokn')
  await entries.delete(reserved.probe)
  const there = await readKey(entries)
  if (there !== undefined) return there
  const { randomBytes } = process.getBuiltinModule('node:crypto')
  await entries.set(reserved.sealingKey, randomBytes(32).toString('base64url'))
  const made = await readKey(entries)
  if (made !== undefined) return made
  throw new ToknError('store', words.stores.notKept(words.stores.theKeychain()))
}

async function readKey(entries: Entries): Promise<Uint8Array | undefined> {
  const value = await entries.get(reserved.sealingKey)
  const bytes = value === undefined ? undefined : decodeBase64Url(value)
  return bytes?.length === 32 ? new Uint8Array(bytes) : undefined
}
