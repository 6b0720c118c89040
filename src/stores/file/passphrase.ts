import { randomBytes, scrypt } from 'node:crypto'
import { join } from 'node:path'
import { ToknError } from '../../core/errors.ts'
import { isObject } from '../../core/json.ts'
import type { Files } from '../../core/ports.ts'
import { words } from '../../messages/words.ts'
import { decodeBase64Url } from '../entry.ts'
import { nameKey } from '../derive-key.ts'

/** Parameters of scrypt (RFC 7914), with the name of the key that they give. */
interface Vault {
  readonly v: 1
  readonly kdf: 'scrypt'
  readonly N: number
  readonly r: number
  readonly p: number
  readonly salt: string
  readonly check: string
}

const name = 'vault.json'
const usualCost = 131_072
const leastCost = 16_384
const mostCost = 1_048_576

export interface PassphraseOptions {
  readonly directory: string
  readonly files: Files
  /** N of scrypt for a new folder. */
  readonly cost?: number | undefined
  /** Runs `make` while no other process does. */
  readonly alone: <Value>(make: () => Promise<Value>) => Promise<Value>
}

/**
 * The key that `passphrase` gives; the first passphrase used decides which one opens the folder.
 * Takes about a second, by intent. Throws `store` for any other passphrase.
 */
export async function unlock(passphrase: string, options: PassphraseOptions): Promise<Uint8Array> {
  if (passphrase === '') throw new ToknError('store', words.stores.emptyPassphrase())
  const vault = readVault(options) ?? (await options.alone(() => makeVault(passphrase, options)))
  const key = await stretch(passphrase, vault)
  if (nameKey(key) === vault.check) return key
  throw new ToknError('store', words.stores.wrongPassphrase(), { fault: 'wrong-passphrase' })
}

/** Whether no passphrase was chosen yet. Throws `store` where that cannot be seen. */
export function isNewVault(options: Pick<PassphraseOptions, 'directory' | 'files'>): boolean {
  return readVault(options) === undefined
}

async function makeVault(passphrase: string, options: PassphraseOptions): Promise<Vault> {
  const there = readVault(options)
  if (there !== undefined) return there
  const salt = randomBytes(16).toString('base64url')
  const draft = { v: 1, kdf: 'scrypt', N: options.cost ?? usualCost, r: 8, p: 1, salt } as const
  const vault: Vault = { ...draft, check: nameKey(await stretch(passphrase, draft)) }
  options.files.ensureDirectory(options.directory)
  options.files.write(join(options.directory, name), Buffer.from(`${JSON.stringify(vault)}\n`))
  return readVault(options) ?? vault
}

function readVault({
  directory,
  files,
}: Pick<PassphraseOptions, 'directory' | 'files'>): Vault | undefined {
  const bytes = files.read(join(directory, name), 4_096)
  if (bytes === undefined) return undefined
  const vault = parseVault(Buffer.from(bytes).toString())
  if (vault !== undefined) return vault
  throw new ToknError('store', words.stores.damagedVault(name))
}

function parseVault(text: string): Vault | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isVault(value) ? value : undefined
  } catch {
    return undefined
  }
}

function isVault(value: unknown): value is Vault {
  if (!isObject(value)) return false
  const { v, kdf, N, r, p, salt, check } = value
  return (
    v === 1 &&
    kdf === 'scrypt' &&
    // Memory and time grow with these, and whoever can write the file chooses them.
    typeof N === 'number' &&
    N >= leastCost &&
    N <= mostCost &&
    Number.isInteger(Math.log2(N)) &&
    r === 8 &&
    p === 1 &&
    typeof salt === 'string' &&
    (decodeBase64Url(salt)?.length ?? 0) >= 16 &&
    typeof check === 'string'
  )
}

async function stretch(
  passphrase: string,
  { N, r, p, salt }: Omit<Vault, 'check'>,
): Promise<Uint8Array> {
  const bytes = Buffer.from(salt, 'base64url')
  const options = { N, r, p, maxmem: 256 * N * r }
  // One text, whichever way the keyboard or the file composed its characters.
  const text = passphrase.normalize('NFC')
  return await new Promise((resolve, reject) => {
    scrypt(text, bytes, 32, options, (error, key) => {
      if (error === null) resolve(new Uint8Array(key))
      else reject(new ToknError('store', words.stores.noKeyFromPassphrase(), { cause: error }))
    })
  })
}
