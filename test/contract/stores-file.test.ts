import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compactDecrypt, CompactEncrypt } from 'jose'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Secret } from '../../src/core/secret.ts'
import type { Store } from '../../src/core/ports.ts'
import { openFiles } from '../../src/io/files/files.ts'
import { openFileStore } from '../../src/stores/file.ts'

const bytes = Buffer.alloc(32, 3)
const key = new Secret(bytes.toString('base64url'))
const text = JSON.stringify({ generation: 4, access: 'canary-access', filling: 'z'.repeat(3_000) })

let folder: string
let directory: string
let store: Store

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tokn-file-'))
  directory = join(folder, 'sessions')
  store = openFileStore({ directory, files: openFiles(), key })
  await store.write('one', 4, text)
})

afterEach(() => rmSync(folder, { recursive: true }))

const pathOf = (id: string): string => join(directory, `${id}.jwe`)

async function outcome(content: string | Uint8Array, id = 'one'): Promise<unknown> {
  writeFileSync(pathOf(id), content, { mode: 0o600 })
  return await store.read(id).catch((error: unknown) => error)
}

const refused = expect.objectContaining({ code: 'store', exit: 8 })

describe('an encrypted file', () => {
  it('E18, E20: holds nothing in clear, in a folder and with modes that keep others out', () => {
    expect(readFileSync(pathOf('one'), 'utf8')).not.toContain('canary')
    expect(statSync(pathOf('one')).mode & 0o777).toBe(0o600)
    expect(statSync(directory).mode & 0o777).toBe(0o700)
    expect(readFileSync(join(directory, '.gitignore'), 'utf8')).toBe('*\n')
    expect(readdirSync(directory).sort()).toEqual(['.gitignore', 'one.jwe'])
  })

  it('opens with any other implementation of JWE', async () => {
    const { plaintext, protectedHeader } = await compactDecrypt(
      readFileSync(pathOf('one'), 'utf8'),
      bytes,
    )
    expect(new TextDecoder().decode(plaintext)).toBe(text)
    expect(protectedHeader).toMatchObject({
      alg: 'dir',
      enc: 'A256GCM',
      typ: 'tokn-session+jwe',
      v: 1,
      id: 'one',
      generation: 4,
    })
  })

  it('E14: is refused with any one bit changed, whichever', async () => {
    const good = readFileSync(pathOf('one'))
    for (let index = 0; index < good.length; index++) {
      const bad = Buffer.from(good)
      bad[index] = (bad[index] ?? 0) ^ (1 << (index % 8))
      expect(await outcome(bad), `byte ${index}`).toEqual(refused)
    }
    expect(await outcome(good)).toBe(text)
  })

  it('E14: is refused at every length but its own', async () => {
    const good = readFileSync(pathOf('one'))
    for (let length = 0; length < good.length; length++) {
      expect(await outcome(good.subarray(0, length)), `length ${length}`).toEqual(refused)
    }
    for (const tail of ['\n', ' ', 'A', '.', '=', '\0']) {
      expect(await outcome(Buffer.concat([good, Buffer.from(tail)]))).toEqual(refused)
    }
  })

  it('E14: is refused under the name of another', async () => {
    expect(await outcome(readFileSync(pathOf('one')), 'two')).toEqual(refused)
  })

  it.each([
    ['plaintext', text],
    ['nothing', ''],
    ['an array', '[]'],
    ['null', 'null'],
    ['dots', '....'],
    ['too much', 'x'.repeat(200_000)],
  ])('E15: is refused when it is %s', async (_name, content) => {
    expect(await outcome(content)).toEqual(refused)
  })

  it.each([
    ['another type', { typ: 'tokn-sealed+jwe' }],
    ['no type', { typ: undefined }],
    ['a newer version', { v: 2 }],
    ['a version that is text', { v: '1' }],
    ['no generation', { generation: undefined }],
    ['another algorithm', { enc: 'A128CBC-HS256' }],
  ])('E14: is refused with the right key and %s', async (_name, changes) => {
    const header = {
      alg: 'dir',
      enc: 'A256GCM',
      typ: 'tokn-session+jwe',
      v: 1,
      id: 'one',
      generation: 4,
    }
    const changed = JSON.parse(JSON.stringify({ ...header, ...changes })) as typeof header
    const sealed = await new CompactEncrypt(new TextEncoder().encode(text))
      .setProtectedHeader(changed)
      .encrypt(bytes)
    expect(await outcome(sealed)).toEqual(refused)
  })

  it.each([
    { alg: 'none', enc: 'none' },
    { alg: 'PBES2-HS256+A128KW', enc: 'A256GCM', p2c: 1_000_000_000, p2s: 'AAAA' },
    { alg: 'dir', enc: 'A256GCM', zip: 'DEF', v: 1 },
    { alg: 'dir', enc: 'A256GCM', crit: ['b64'], v: 1 },
  ])('E14: is refused for the header %j before anything is spent on it', async (header) => {
    const first = Buffer.from(JSON.stringify(header)).toString('base64url')
    const [, ...rest] = readFileSync(pathOf('one'), 'utf8').split('.')
    expect(await outcome([first, ...rest].join('.'))).toEqual(refused)
  })

  it('says whether the key or the file is wrong', async () => {
    const other = new Secret(Buffer.alloc(32, 4).toString('base64url'))
    const stranger = openFileStore({ directory, files: openFiles(), key: other })
    await expect(stranger.read('one')).rejects.toThrow(/^the store key does not open /)
    const sealed = readFileSync(pathOf('one'), 'utf8')
    expect(await outcome(`${sealed.slice(0, -30)}AAAA${sealed.slice(-26)}`)).toMatchObject({
      message: expect.stringMatching(/^the stored session in .*one\.jwe is damaged$/),
    })
  })

  it('stays where it is when it does not open, and can be replaced', async () => {
    await outcome('damaged')
    expect(readFileSync(pathOf('one'), 'utf8')).toBe('damaged')
    await store.write('one', 1, 'anew')
    expect(await store.read('one')).toBe('anew')
  })

  it('is not read where others may write it', async () => {
    chmodSync(pathOf('one'), 0o666)
    await expect(store.read('one')).rejects.toMatchObject({ code: 'store' })
  })

  it('keeps the old one when the new one cannot be written', async () => {
    rmSync(pathOf('one'))
    mkdirSync(pathOf('one'))
    await expect(store.write('one', 5, 'new')).rejects.toMatchObject({ code: 'store' })
    expect(readdirSync(directory).sort()).toEqual(['.gitignore', 'one.jwe'])
  })
})

function open(options: { key?: string; passphrase?: string; cost?: number }): Store {
  return openFileStore({
    directory,
    files: openFiles(),
    key: options.key === undefined ? undefined : new Secret(options.key),
    passphrase: async ({ refused }) =>
      options.passphrase === undefined || refused ? undefined : new Secret(options.passphrase),
    cost: options.cost ?? 16_384,
  })
}

describe('the key of the file store', () => {
  it.each([
    ['short', Buffer.alloc(31).toString('base64url')],
    ['long', Buffer.alloc(33).toString('base64url')],
    ['hexadecimal', Buffer.alloc(32).toString('hex')],
    ['not base64', '!'.repeat(43)],
    ['empty', ''],
  ])('is refused when it is %s', async (_name, bad) => {
    await expect(open({ key: bad }).read('one')).rejects.toMatchObject({
      code: 'store',
      message: expect.stringContaining('TOKN_STORE_KEY is not a key'),
      hint: expect.stringContaining('openssl rand'),
    })
  })

  it.each([
    ['base64', Buffer.alloc(32, 0xfb).toString('base64')],
    ['base64 with a line end', `${Buffer.alloc(32, 0xfb).toString('base64')}\n`],
    ['base64url', Buffer.alloc(32, 0xfb).toString('base64url')],
  ])('may be %s', async (_name, good) => {
    await open({ key: good }).write('spelt', 1, 'x')
    expect(await open({ key: Buffer.alloc(32, 0xfb).toString('base64url') }).read('spelt')).toBe(
      'x',
    )
  })

  it('is missed only where there is something to open', async () => {
    expect(await open({}).read('absent')).toBeUndefined()
    await expect(open({}).read('one')).rejects.toMatchObject({
      code: 'store',
      hint: expect.stringContaining('TOKN_STORE_KEY'),
    })
    await expect(open({}).sealingKey()).rejects.toMatchObject({ code: 'store' })
  })

  it('comes from the passphrase of the first login, and from no other', async () => {
    await open({ passphrase: 'correct horse é' }).write('sealed', 1, 'x')
    expect(await open({ passphrase: 'correct horse e\u0301' }).read('sealed')).toBe('x')
    await expect(open({ passphrase: 'wrong' }).read('sealed')).rejects.toThrow(
      'the passphrase does not open the file store',
    )
    await expect(open({ passphrase: '' }).read('sealed')).rejects.toMatchObject({ code: 'store' })
  })

  it('may be asked for again after a wrong answer', async () => {
    await open({ passphrase: 'right' }).write('asked', 1, 'x')
    const answers = ['wrong', 'right']
    const asking = openFileStore({
      directory,
      files: openFiles(),
      passphrase: async ({ refused }) => (refused ? undefined : new Secret(answers.shift() ?? '')),
    })
    await expect(asking.read('asked')).rejects.toMatchObject({ code: 'store' })
    expect(await asking.read('asked')).toBe('x')
    expect(await asking.read('asked')).toBe('x')
  })

  it('is asked for three times at most, with the reason, and said to be new where it is', async () => {
    const inside = mkdtempSync(join(tmpdir(), 'tokn-asked-'))
    const asked: string[] = []
    const asking = (answers: string[]) =>
      openFileStore({
        directory: inside,
        files: openFiles(),
        cost: 16_384,
        passphrase: async ({ isNew, refused }) => {
          asked.push(`${isNew ? 'new' : 'known'}${refused ? ', refused' : ''}`)
          return new Secret(answers.shift() ?? 'wrong')
        },
      })
    await asking(['right']).write('asked', 1, 'x')
    expect(await asking(['wrong', 'right']).read('asked')).toBe('x')
    await expect(asking([]).read('asked')).rejects.toThrow('does not open the file store')
    expect(asked).toEqual([
      ...['new', 'known', 'known, refused'],
      ...['known', 'known, refused', 'known, refused'],
    ])
    rmSync(inside, { recursive: true })
  })

  it.each([
    { N: 2 ** 40 },
    { N: 2 ** 21 },
    { N: 2 },
    { N: 100_000 },
    { N: '131072' },
    { r: 1_000 },
    { p: 1_000 },
    { salt: '' },
    { salt: 'AA' },
    { check: undefined },
    { kdf: 'pbkdf2' },
    { v: 2 },
  ])('E14: is not made by parameters that were tampered with: %j', async (changes) => {
    await open({ passphrase: 'p' }).write('vaulted', 1, 'x')
    const vault = join(directory, 'vault.json')
    const parameters: unknown = JSON.parse(readFileSync(vault, 'utf8'))
    writeFileSync(vault, JSON.stringify({ ...(parameters as object), ...changes }))
    await expect(open({ passphrase: 'p' }).read('vaulted')).rejects.toThrow(
      /vault\.json .* damaged/,
    )
  })

  it('differs from the key for sealing', async () => {
    expect(Buffer.from(await store.sealingKey()).equals(bytes)).toBe(false)
  })
})
