import { isAbsolute, join } from 'node:path'
import { ToknError } from '../core/errors.ts'
import type { Files, Lock, Store } from '../core/ports.ts'
import type { Trace } from '../core/trace.ts'
import { words } from '../messages/words.ts'
import {
  checkId,
  checkText,
  damaged,
  decodeBase64Url,
  generationOf,
  readUndamaged,
  reserved,
  superseded,
} from './entry.ts'
import { openCommand, type CommandOptions } from './pass/command.ts'
import { isDecrypted } from './pass/failure.ts'

export interface PassOptions extends CommandOptions {
  readonly files: Files
  /** Keeps two processes from making the sealing key at once. */
  readonly lock?: (() => Promise<Lock>) | undefined
}

const folder = 'tokn'
const lockTimeout = 10_000

/**
 * The user's password store (https://www.passwordstore.org): one file per session, encrypted by
 * gpg, written and read by `pass`, so that its keys, its agent and its git history are those of the
 * user.
 */
export function openPass(options: PassOptions): Store {
  const { environment, files, lock: openLock } = options
  const command = openCommand(options)
  const root =
    environment['PASSWORD_STORE_DIR'] || join(environment['HOME'] ?? '', '.password-store')
  return { kind: 'pass', describe, read, write, remove, list, traces, sealingKey }

  async function read(id: string): Promise<string | undefined> {
    checkId(id)
    return await show(id)
  }

  async function write(id: string, generation: number, text: string): Promise<void> {
    checkId(id)
    checkText(text)
    if (generationOf(await readUndamaged(() => show(id))) > generation) throw superseded()
    await removeDrafts(id)
    await replace(id, text)
  }

  async function remove(id: string): Promise<boolean> {
    checkId(id)
    await removeDrafts(id)
    if (!isThere(id)) return false
    await command(['rm', '-f', pathOf(id)])
    return true
  }

  async function list(): Promise<readonly string[]> {
    const names = listNames().filter((name) => /^[a-z0-9_-]+$/.test(name))
    return names.filter((name) => name !== reserved.sealingKey)
  }

  function traces(): readonly Trace[] {
    // Without a home, pass itself would look in whatever folder it is started in.
    return isAbsolute(root) ? [{ kind: 'pass-entries', path: join(root, folder) }] : []
  }

  async function sealingKey(): Promise<Uint8Array> {
    const there = await readKey()
    if (there !== undefined) return there
    const lock = await (await openLock?.())?.(`pass:${reserved.sealingKey}`, lockTimeout)
    try {
      const made = await readKey()
      if (made !== undefined) return made
      const { randomBytes } = process.getBuiltinModule('node:crypto')
      const bytes = randomBytes(32)
      await replace(reserved.sealingKey, bytes.toString('base64url'))
      return new Uint8Array(bytes)
    } finally {
      await lock?.release()
    }
  }

  async function readKey(): Promise<Uint8Array | undefined> {
    const text = await show(reserved.sealingKey)
    if (text === undefined) return undefined
    const bytes = decodeBase64Url(text)
    if (bytes?.length !== 32) throw damaged(pathOf(reserved.sealingKey))
    return new Uint8Array(bytes)
  }

  /**
   * `gpg` overwrites a file as it goes, and also encrypts for keys that this machine cannot decrypt
   * with: so the text goes into an entry of its own, is read back, and then replaces the old one.
   */
  async function replace(name: string, text: string): Promise<void> {
    const draft = `${name}.${globalThis.crypto.randomUUID().slice(0, 8)}`
    try {
      await command(['insert', '-m', '-f', pathOf(draft)], text)
      if ((await show(draft)) !== text)
        throw new ToknError('store', words.stores.notKept(describe()))
      await command(['mv', '-f', pathOf(draft), pathOf(name)])
    } catch (error) {
      await command(['rm', '-f', pathOf(draft)]).catch(() => undefined)
      throw error
    }
  }

  /** What killed writers have left behind. */
  async function removeDrafts(id: string): Promise<void> {
    for (const name of listNames().filter((one) => one.startsWith(`${id}.`))) {
      await command(['rm', '-f', pathOf(name)]).catch(() => undefined)
    }
  }

  async function show(name: string): Promise<string | undefined> {
    if (!isThere(name)) return undefined
    const printed = await command(['show', pathOf(name)])
    if (!isDecrypted(printed)) throw damaged(pathOf(name))
    return printed.out
  }

  function isThere(name: string): boolean {
    return listNames().includes(name)
  }

  function listNames(): readonly string[] {
    const names = files.list(join(root, folder))
    return names.filter((name) => name.endsWith('.gpg')).map((name) => name.slice(0, -4))
  }
}

function describe(): string {
  return words.stores.passwordStore(folder)
}

function pathOf(name: string): string {
  return `${folder}/${name}`
}
