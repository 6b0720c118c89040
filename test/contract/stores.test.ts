import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { exitStatus, isToknError } from '../../src/core/errors.ts'
import type { Store } from '../../src/core/ports.ts'
import { Secret } from '../../src/core/secret.ts'
import { openFiles } from '../../src/io/files/files.ts'
import { runProgram } from '../../src/io/process/run-program.ts'
import { longestEntry } from '../../src/stores/entry.ts'
import { openFileStore } from '../../src/stores/file.ts'
import { openKeychain } from '../../src/stores/keychain.ts'
import { openMemory } from '../../src/stores/memory.ts'
import { openPass } from '../../src/stores/pass.ts'
import { requirePart } from '../support/parts.ts'
import { makePasswordStore, type PasswordStore } from '../support/password-store.ts'
import { keyringAvailable, startKeyring, type Keyring } from '../keychain/keyring.ts'

const text = (generation: number): string => JSON.stringify({ generation })

interface Case {
  readonly name: string
  /** Opens the same store again, as another process would. */
  readonly open: () => Store
  readonly begin?: () => Promise<void>
  readonly end?: () => Promise<void>
  /** How many write at once; 40 unless said. */
  readonly writers?: number
}

const key = new Secret(Buffer.alloc(32, 1).toString('base64url'))
const folders: string[] = []

function fileCase(name: string, secret: Partial<Parameters<typeof openFileStore>[0]>): Case {
  const directory = join(mkdtempSync(join(tmpdir(), 'tokn-store-')), 'sessions')
  folders.push(join(directory, '..'))
  return { name, open: () => openFileStore({ directory, files: openFiles(), ...secret }) }
}

function memoryCase(): Case {
  const store = openMemory()
  return { name: 'memory', open: () => store }
}

function keychainCase(): Case {
  let keyring: Keyring
  const before = { ...process.env }
  return {
    name: 'keychain',
    open: () => openKeychain(),
    async begin() {
      keyring = await startKeyring('unlocked')
      // libsecret reads the real environment of this process.
      for (const [name, value] of Object.entries(keyring.environment)) {
        if (value === undefined) delete process.env[name]
        else process.env[name] = value
      }
    },
    async end() {
      for (const name of Object.keys(keyring.environment)) {
        if (before[name] === undefined) delete process.env[name]
        else process.env[name] = before[name]
      }
      await keyring.close()
    },
  }
}

function passCase(): Case {
  let passwords: PasswordStore
  return {
    name: 'pass',
    // Each of them starts some twenty processes.
    writers: 6,
    open: () => {
      const environment = { ...process.env, ...passwords.environment }
      return openPass({
        files: openFiles(),
        environment,
        run: async (program) => await runProgram(program, environment),
        limit: 60_000,
      })
    },
    async begin() {
      passwords = makePasswordStore()
    },
    async end() {
      passwords.close()
    },
  }
}

const passphrase = async (): Promise<Secret> => new Secret('a passphrase of the tests')
const cases: readonly Case[] = [
  memoryCase(),
  fileCase('file (key)', { key }),
  fileCase('file (passphrase)', { passphrase, cost: 16_384 }),
  ...(keyringAvailable() ? [keychainCase()] : []),
  ...(requirePart('pass') ? [passCase()] : []),
]

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true })
})

describe.each(cases)('$name', ({ open, begin, end, writers = 40 }) => {
  let store: Store

  beforeAll(async () => {
    await begin?.()
    store = open()
  })

  afterAll(async () => await end?.())

  it('describes itself to a person', () => {
    expect(store.describe()).toMatch(/^[a-z][^\n]{5,}$/i)
  })

  it('has nothing where nothing was written', async () => {
    expect(await store.read('0a'.repeat(16))).toBeUndefined()
    expect(await store.remove('0a'.repeat(16))).toBe(false)
  })

  it.each([
    ['plain', '{"generation":1}'],
    ['line ends', 'a\r\nb\nc\r'],
    ['beyond ASCII', '{"name":"Ключ 🔑 é \u2028"}'],
    ['base64 look-alikes', 'parts:a:1:00'],
    ['as long as allowed', 'x'.repeat(longestEntry)],
  ])('gives back what was written: %s', async (_name, text) => {
    await store.write('text', 1, text)
    expect(await store.read('text')).toBe(text)
    expect(await open().read('text')).toBe(text)
  })

  it.each([
    ['more than 64 KiB', 'x'.repeat(longestEntry + 1)],
    ['more than 64 KiB in bytes', 'é'.repeat(longestEntry / 2 + 1)],
    ['nothing', ''],
    ['NUL', 'abc\0def'],
    ['half a character', 'abc\ud800'],
  ])('refuses what could not be given back: %s', async (_name, text) => {
    await store.write('kept', 1, 'before')
    await expect(store.write('kept', 2, text)).rejects.toMatchObject({ code: 'store' })
    expect(await store.read('kept')).toBe('before')
  })

  it.each([
    '',
    '..',
    'a/b',
    'a\\b',
    'a\0b',
    'a.b',
    'One',
    'sealing-key',
    'probe',
    'ä',
    'x'.repeat(65),
  ])('refuses the id %j', async (id) => {
    for (const attempt of [
      () => store.read(id),
      () => store.write(id, 1, 'x'),
      () => store.remove(id),
    ]) {
      await expect(attempt()).rejects.toMatchObject({ code: 'store' })
    }
  })

  it('replaces, and removes once', async () => {
    await store.write('twice', 1, 'one')
    await store.write('twice', 2, 'two')
    expect(await store.read('twice')).toBe('two')
    expect(await store.remove('twice')).toBe(true)
    expect(await store.remove('twice')).toBe(false)
    expect(await store.read('twice')).toBeUndefined()
  })

  it('keeps entries apart', async () => {
    await store.write('one', 1, 'first')
    await store.write('two', 1, 'second')
    await store.write('one-', 1, 'third')
    expect(await store.read('one')).toBe('first')
    expect(await store.read('two')).toBe('second')
    await store.remove('one')
    expect(await store.read('one-')).toBe('third')
  })

  it('D3: never goes back to an older generation', async () => {
    await store.write('fenced', 7, text(7))
    const error: unknown = await store
      .write('fenced', 6, text(6))
      .catch((reason: unknown) => reason)
    expect(isToknError(error, 'store') && error.details.fault).toBe('superseded')
    expect(isToknError(error) && error.exit).toBe(exitStatus.store)
    expect(await store.read('fenced')).toBe(text(7))
    await store.write('fenced', 7, `${text(7)} `)
    await store.write('fenced', 8, text(8))
    expect(await store.read('fenced')).toBe(text(8))
    await store.remove('fenced')
    await store.write('fenced', 1, text(1))
    expect(await store.read('fenced')).toBe(text(1))
  })

  it('has a sealing key of 32 bytes that stays', async () => {
    const bytes = await store.sealingKey()
    expect(bytes).toHaveLength(32)
    expect(new Set(bytes).size).toBeGreaterThan(8)
    expect(await open().sealingKey()).toEqual(bytes)
    bytes.fill(0)
    expect(new Set(await store.sealingKey()).size).toBeGreaterThan(8)
  })

  it('E13: is whole after many writers at once', async () => {
    const texts = Array.from({ length: writers }, (_, index) => `${index}:`.repeat(300))
    const outcomes = await Promise.allSettled(
      texts.map(async (text) => await open().write('many', 1, text)),
    )
    expect(outcomes.some(({ status }) => status === 'fulfilled')).toBe(true)
    const reasons = outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))
    expect(reasons.every((reason) => isToknError(reason, 'store'))).toBe(true)
    expect(texts).toContain(await store.read('many'))
  })

  it('F2: says nothing of a secret in its errors', async () => {
    const secret = 'canary-b7d1'
    const error: unknown = await store
      .write('canary', 1, `${secret}\0`)
      .catch((reason: unknown) => reason)
    expect(isToknError(error, 'store') && `${error.message} ${error.hint}`).not.toContain(secret)
  })
})
