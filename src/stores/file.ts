import { homedir } from 'node:os'
import { join } from 'node:path'
import { isToknError, systemCode, ToknError } from '../core/errors.ts'
import type { Store } from '../core/ports.ts'
import { Secret } from '../core/secret.ts'
import { display } from '../core/text.ts'
import type { Trace } from '../core/trace.ts'
import { words } from '../messages/words.ts'
import { deriveKey, nameKey } from './derive-key.ts'
import { checkId, checkText, damaged, longestEntry, superseded } from './entry.ts'
import { decryptText, encryptText, readHeader } from './file/jwe.ts'
import { keepKey, type KeyOptions } from './file/store-key.ts'

interface Opened {
  readonly text: string
  readonly generation: number
}

const type = 'tokn-session+jwe'
const longestFile = 2 * longestEntry
// A link, something other than a file, a file of another user: it does not hold a session of ours.
const foreign: ReadonlySet<string> = new Set(['ELOOP', 'ENXIO', 'EISDIR', 'EACCES'])

/** A store of one encrypted file per session: a JWE that only opens under its own name. */
export function openFileStore(options: KeyOptions): Store {
  const { directory, files } = options
  const openKey = keepKey(options)
  return { kind: 'file', describe, read, write, remove, list, traces, openingKey, sealingKey }

  function describe(): string {
    return words.stores.encryptedFiles(show(directory))
  }

  async function read(id: string): Promise<string | undefined> {
    const sealed = readSealed(id)
    return sealed === undefined ? undefined : (await open(id, sealed)).text
  }

  async function write(id: string, generation: number, text: string): Promise<void> {
    checkId(id)
    checkText(text)
    const secret = await openKey()
    if ((await storedGeneration(id)) > generation) throw superseded()
    const header = { typ: type, kid: nameKey(secret), id, generation }
    const sealed = encryptText(text, secret, header)
    prepareDirectory()
    files.write(pathOf(id), Buffer.from(sealed))
  }

  async function remove(id: string): Promise<boolean> {
    checkId(id)
    return files.remove(pathOf(id))
  }

  async function list(): Promise<readonly string[]> {
    return files.list(directory).flatMap((name) => /^([a-z0-9_-]+)\.jwe$/.exec(name)?.[1] ?? [])
  }

  function traces(): readonly Trace[] {
    return [{ kind: 'sessions', path: directory }]
  }

  async function openingKey(): Promise<Secret> {
    return new Secret(Buffer.from(await openKey(true)).toString('base64url'))
  }

  async function sealingKey(): Promise<Uint8Array> {
    // Called before anything is spent: the time to find out that nothing could be stored.
    files.ensureDirectory(directory)
    return deriveKey(await openKey(), 'sealing')
  }

  function pathOf(id: string): string {
    return join(directory, `${id}.jwe`)
  }

  function readSealed(id: string): string | undefined {
    checkId(id)
    try {
      const bytes = files.read(pathOf(id), longestFile)
      return bytes === undefined ? undefined : Buffer.from(bytes).toString('latin1')
    } catch (error) {
      if (!isUnfit(error) || error.hint !== undefined) throw error
      throw new ToknError('store', error.message, { hint: words.stores.logInAgain() })
    }
  }

  async function open(id: string, sealed: string): Promise<Opened> {
    const secret = await openKey(true)
    const opened = decryptText(sealed, secret)
    if (opened === undefined) throw explain(id, sealed, secret)
    const { typ, id: name, generation } = opened.header
    if (typ !== type || name !== id || typeof generation !== 'number') {
      throw damaged(show(pathOf(id)))
    }
    return { text: opened.text, generation }
  }

  /** 0 where nothing is stored, or nothing that can be decrypted: that may be replaced. */
  async function storedGeneration(id: string): Promise<number> {
    try {
      const sealed = readSealed(id)
      return sealed === undefined ? 0 : (await open(id, sealed)).generation
    } catch (error) {
      if (isUnfit(error)) return 0
      throw error
    }
  }

  function prepareDirectory(): void {
    files.ensureDirectory(directory)
    const ignore = join(directory, '.gitignore')
    if (files.read(ignore, 64) === undefined) files.write(ignore, Buffer.from('*\n'))
  }

  function explain(id: string, sealed: string, secret: Uint8Array): ToknError {
    const header = readHeader(sealed)
    const version = header?.['v']
    if (typeof version === 'number' && version > 1) {
      return new ToknError('store', words.stores.writtenByNewer(show(pathOf(id))))
    }
    const kid = header?.['kid']
    if (typeof kid !== 'string' || kid === nameKey(secret)) return damaged(show(pathOf(id)))
    return new ToknError('store', words.stores.wrongStoreKey(show(pathOf(id))))
  }
}

/** Whether an entry was refused for what it is, and not because reading it failed. */
function isUnfit(error: unknown): error is ToknError {
  if (!isToknError(error, 'store')) return false
  const { cause } = error.details
  return cause === undefined || foreign.has(systemCode(cause) ?? '')
}

function show(path: string): string {
  const home = homedir()
  const inside = home.length > 1 && path.startsWith(`${home}/`)
  return display(inside ? `~${path.slice(home.length)}` : path, 300)
}
