import { isUtf8 } from 'node:buffer'
import { ToknError } from '../core/errors.ts'
import type { Lock, Store } from '../core/ports.ts'
import type { Trace } from '../core/trace.ts'
import { words } from '../messages/words.ts'
import { readValue, removeValue, writeValue } from './keychain/chunks.ts'
import {
  checkId,
  checkText,
  damaged,
  decodeBase64Url,
  generationOf,
  longestEntry,
  readUndamaged,
  reserved,
  superseded,
} from './entry.ts'
import { openEntries } from './keychain/entries.ts'
import { readSealingKey } from './keychain/sealing-key.ts'
import type { Keytar } from './keychain/keytar.ts'

export interface KeychainOptions {
  /** Milliseconds for one call to the operating system. Default 3 000. */
  readonly limit?: number | undefined
  /** Keeps two processes from making the sealing key at once. */
  readonly lock?: (() => Promise<Lock>) | undefined
  readonly service?: string | undefined
  readonly platform?: NodeJS.Platform | undefined
  /**
   * Characters that one entry can hold. Default: 2 400 on Windows, no limit of its own elsewhere.
   */
  readonly entryLimit?: number | undefined
  readonly keytar?: (() => Keytar) | undefined
  /** Every call runs in a process of its own. */
  readonly apart?: boolean | undefined
}

const longestValue = Math.ceil((longestEntry * 4) / 3)

/**
 * The keychain of the operating system. A read cannot distinguish a locked keychain from a missing
 * entry, a write can: where an entry is missing that should exist, `sealingKey` finds out.
 */
export function openKeychain(options: KeychainOptions = {}): Store {
  const {
    platform = process.platform,
    service = 'tokn/v1',
    limit = 3_000,
    keytar,
    lock,
    apart,
  } = options
  const { entryLimit = platform === 'win32' ? 2_400 : Number.POSITIVE_INFINITY } = options
  const entries = openEntries({ service, limit, keytar, apart })
  return { kind: 'keychain', describe, read, write, remove, traces, sealingKey }

  function describe(): string {
    return words.stores.keychainName(platform)
  }

  async function read(id: string): Promise<string | undefined> {
    checkId(id)
    const value = await readValue(entries, id)
    return value === undefined ? undefined : decode(value)
  }

  async function write(id: string, generation: number, text: string): Promise<void> {
    checkId(id)
    checkText(text)
    const before = await readUndamaged(() => read(id))
    if (generationOf(before) > generation) throw superseded()
    await writeValue(entries, id, encode(text), entryLimit)
    const after = await readUndamaged(() => read(id))
    if (after === text) return
    if (generationOf(after) > generation) throw superseded()
    if (before !== undefined) await writeValue(entries, id, encode(before), entryLimit)
    throw new ToknError('store', words.stores.notKept(describe()))
  }

  async function remove(id: string): Promise<boolean> {
    checkId(id)
    return await removeValue(entries, id)
  }

  function traces(ids: readonly string[]): readonly Trace[] {
    const accounts = [...ids, reserved.sealingKey]
    return accounts.map((account) => ({ kind: 'keychain-entry', service, account }))
  }

  async function sealingKey(): Promise<Uint8Array> {
    return await readSealingKey(entries, lock)
  }
}

// Stored as base64url: the backends cut at NUL and replace what they do not take for text.
function encode(text: string): string {
  return Buffer.from(text).toString('base64url')
}

function decode(value: string): string {
  const bytes = value.length <= longestValue ? decodeBase64Url(value) : undefined
  if (bytes === undefined || !isUtf8(bytes)) throw damaged()
  return bytes.toString()
}
