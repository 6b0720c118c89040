import { execFileSync, spawn } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ToknError } from '../../../src/core/errors.ts'
import type { Profile } from '../../../src/core/profile.ts'
import { openFiles } from '../../../src/io/files/files.ts'
import { createLock } from '../../../src/io/files/lock.ts'
import { openProfiles } from '../../../src/io/profiles/profiles.ts'
import { storeCatalog } from '../../../src/stores/catalog.ts'
import { hasPart } from '../../support/parts.ts'
import { buildProgram } from '../../support/build-program.ts'

const canary = 'CANARY-7f3d9a'
let directory = ''
const warnings: string[] = []

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tokn-profiles-'))
  warnings.length = 0
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

function config(): string {
  return join(directory, 'config/config.json')
}

function open() {
  const files = openFiles()
  const lock = createLock({ directory: join(directory, 'locks'), files, command: 'profile' })
  return openProfiles({
    directory: join(directory, 'config'),
    files,
    stores: storeCatalog,
    lock: async () => lock,
    timeout: 5_000,
    warn: (text) => warnings.push(text),
  })
}

function give(content: string | Uint8Array): void {
  mkdirSync(join(directory, 'config'), { recursive: true, mode: 0o700 })
  writeFileSync(config(), content, { mode: 0o600 })
}

function stored(): { default?: string; profiles: Record<string, Record<string, unknown>> } {
  return JSON.parse(readFileSync(config(), 'utf8'))
}

async function refusal(action: () => unknown): Promise<ToknError> {
  let refused: unknown
  try {
    await action()
  } catch (error) {
    refused = error
  }
  expect(refused).toBeInstanceOf(ToknError)
  const error = refused as ToknError
  expect(`${error.message} ${error.hint}`).not.toContain(canary)
  expect(error.message).not.toContain('\u001b')
  return error
}

async function build(): Promise<string> {
  return buildProgram(join(import.meta.dirname, 'profiles-program.ts'), join(directory, 'program'))
}

function start(program: string, name: string, count: number) {
  const paths = [join(directory, 'config'), join(directory, 'locks')]
  const child = spawn(process.execPath, [program, ...paths, name, String(count)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let done = 0
  child.stdout.on('data', (chunk: Buffer) => (done += chunk.length))
  const ended = new Promise((resolve) => child.once('close', resolve))
  return { child, ended, done: () => done }
}

const plain: Profile = {
  name: 'prod',
  id: '0123456789abcdef',
  provider: 'oz',
  settings: { email: 'a@b.example' },
  store: 'keychain',
}
const full: Profile = {
  ...plain,
  name: 'my.prod-2_x',
  baseUrl: 'https://a.example/api',
  apiUrls: ['https://b.example'],
  overrides: { 'login.request.path': '/x', 'attach.headers.X-A': '{access}' },
  store: 'file',
  ca: '/etc/ca.pem',
  proxy: 'http://proxy.example:3128',
}
const entry = { id: plain.id, provider: 'oz', settings: {}, store: 'keychain' }

describe('profiles', () => {
  it('B1: are none where there is no file, and making none makes no file', () => {
    expect([open().get('prod'), open().list(), open().defaultName()]).toEqual([
      undefined,
      [],
      undefined,
    ])
    expect(readdirSync(directory)).toEqual([])
    expect(open().path).toBe(config())
  })

  it.each([0, 0o022, 0o077])('B1: are kept, in 0600 and 0700, under the umask %i', async (mask) => {
    const before = process.umask(mask)
    try {
      await open().put(plain)
      await open().put(full)
    } finally {
      process.umask(before)
    }
    expect(open().get('prod')).toEqual(plain)
    expect(open().get('my.prod-2_x')).toEqual(full)
    expect(open().list()).toEqual([full, plain])
    expect(stored().profiles).toHaveProperty(['my.prod-2_x', 'baseUrl'], full.baseUrl)
    expect(statSync(config()).mode & 0o777).toBe(0o600)
    expect(statSync(join(directory, 'config')).mode & 0o777).toBe(0o700)
    expect(readdirSync(join(directory, 'config')).sort()).toEqual([
      'config.json',
      'config.json.bak',
    ])
  })

  it('can be the default, be renamed, be removed', async () => {
    const profiles = open()
    await profiles.put(plain)
    await profiles.put(full)
    await profiles.setDefault('prod')
    await profiles.rename('prod', 'main')
    expect(profiles.defaultName()).toBe('main')
    expect(profiles.get('main')).toEqual({ ...plain, name: 'main' })
    expect(profiles.get('prod')).toBeUndefined()
    await profiles.remove('main')
    expect(profiles.defaultName()).toBeUndefined()
    expect(stored()).not.toHaveProperty('default')
    await profiles.setDefault('my.prod-2_x')
    await profiles.setDefault(undefined)
    expect(profiles.defaultName()).toBeUndefined()
  })

  it('say so when there is no such profile, or one already', async () => {
    await open().put(plain)
    await open().put(full)
    for (const action of [
      () => open().setDefault('prdo'),
      () => open().rename('prdo', 'x'),
      () => open().remove('prdo'),
    ]) {
      expect(await refusal(action)).toMatchObject({
        code: 'not_found',
        hint: 'did you mean "prod"?',
      })
    }
    expect(await refusal(() => open().rename('prod', full.name))).toMatchObject({ code: 'usage' })
    expect(open().list()).toHaveLength(2)
  })

  it.each([
    '../../etc/x',
    'a/b',
    '.',
    '..',
    'con',
    'nul.txt',
    'a:b',
    'a.',
    'a ',
    'PROD',
    'й',
    '',
    '__proto__',
    'constructor',
    'prototype',
    'tostring',
    'valueof',
    'a\0b',
    'a\u001b[2J',
    'a\u2028b',
    '\u202eabc',
    '\ud800',
    'x'.repeat(65),
    'x'.repeat(1_048_576),
  ])('A2, A3, A4, A5, A7: cannot be called %j', async (name) => {
    const error = await refusal(() => open().put({ ...plain, name }))
    expect(error.code).toBe('usage')
    expect(error.message.length).toBeLessThan(200)
    expect(existsSync(config())).toBe(false)
    expect(open().get(name)).toBeUndefined()
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  })

  it('B10: keep what this version does not know', async () => {
    give(
      JSON.stringify({
        version: 1,
        future: { a: [1] },
        profiles: {
          prod: { ...entry, colour: 'red', baseUrl: 'https://x.example' },
          other: { ...entry, n: 1 },
        },
      }),
    )
    await open().put(plain)
    await open().rename('other', 'another')
    expect(stored()).toMatchObject({
      future: { a: [1] },
      profiles: { prod: { colour: 'red', settings: plain.settings }, another: { n: 1 } },
    })
    expect(stored().profiles['prod']).not.toHaveProperty('baseUrl')
  })

  it('keep the file before the last change', async () => {
    await open().put(plain)
    const before = readFileSync(config(), 'utf8')
    await open().put(full)
    expect(readFileSync(`${config()}.bak`, 'utf8')).toBe(before)
    expect(statSync(`${config()}.bak`).mode & 0o777).toBe(0o600)
  })

  it('B15, B16: are written whole, in a snap as well, and leave nothing behind', async () => {
    await open().put(plain)
    const inode = statSync(config()).ino
    const old = Date.now() / 1_000 - 3_700
    const leftover = `${config()}.tmp-1234567890abcdef`
    writeFileSync(leftover, '')
    utimesSync(leftover, old, old)
    process.env['SNAP'] = '1'
    try {
      await open().put(full)
      expect(process.env['SNAP']).toBe('1')
    } finally {
      delete process.env['SNAP']
    }
    expect(statSync(config()).ino).not.toBe(inode)
    expect(existsSync(leftover)).toBe(false)
  })
})

describe('a file that is not what it should be', () => {
  const sound = JSON.stringify({ version: 1, default: 'prod', profiles: { prod: entry } })

  it.each([
    ['empty', ''],
    ['blank', ' \n'],
    ['nothing but a byte order mark', '\ufeff'],
    ['UTF-16', Buffer.from(sound, 'utf16le')],
    ['binary', Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0xff, 0xfe])],
    ['another language', `token = "${canary}"`],
    ['a secret', `${canary}${canary}`],
    ['a comma too much', '{"version": 1,\n "profiles": {},}'],
  ])('B6: is refused when it is %s', async (_name, content) => {
    give(content)
    for (const action of [() => open().list(), () => open().put(plain)]) {
      const error = await refusal(action)
      expect(error.code).toBe('usage')
      expect(error.message).toMatch(/is not valid JSON \(line \d+, column \d+\)/)
      expect(error.hint).toContain('tokn doctor')
      expect(error.hint).toContain('.bak')
    }
    expect(Buffer.compare(readFileSync(config()), Buffer.from(content))).toBe(0)
  })

  it('is read and written after a byte order mark', async () => {
    give(`\ufeff${sound}`)
    expect(
      open()
        .list()
        .map(({ name }) => name),
    ).toEqual(['prod'])
    await open().put({ ...plain, name: 'other' })
    expect(
      open()
        .list()
        .map(({ name }) => name),
    ).toEqual(['other', 'prod'])
    expect(readFileSync(config(), 'utf8')).toMatch(/^\{/)
  })

  it('says where it stops being JSON', async () => {
    give('{"version": 1,\n "profiles": {},}')
    expect((await refusal(() => open().list())).message).toContain('(line 2, column 17)')
  })

  it('B6: is refused when it is cut at any byte', async () => {
    give(sound)
    for (let length = sound.length - 1; length >= 0; length--) {
      truncateSync(config(), length)
      expect((await refusal(() => open().get('prod'))).code).toBe('usage')
    }
  })

  it('is refused when it is too large', async () => {
    give(sound + ' '.repeat(1_048_576))
    expect(open().list().length).toBeGreaterThan(0)
    truncateSync(config(), 67_108_865)
    const { message, details } = await refusal(() => open().list())
    expect(message).toContain('larger than 64 MiB')
    expect(details.hint).toMatch(/move it away .*config\.json\.bak.*--config-dir/)
  })

  it.each([
    ['[]', 'does not hold a JSON object'],
    ['null', 'does not hold a JSON object'],
    ['"x"', 'does not hold a JSON object'],
    ['42', 'does not hold a JSON object'],
    ['{}', 'has no version'],
    ['{"version":"1"}', 'has no version'],
    ['{"version":-1}', 'has no version'],
    ['{"version":1.5}', 'has no version'],
    ['{"version":1,"profiles":[]}', 'no object of profiles'],
    ['{"version":1,"default":5}', 'not a text'],
    ['{"version":1,"default":"../x"}', 'is not a valid profile name'],
    ['{"version":1,"profiles":{"../x":{}}}', 'is not a valid profile name'],
    ['{"version":1,"profiles":{"__proto__":{"polluted":1}}}', 'is not a valid profile name'],
  ])('B7, B8, B9: is refused when it is %s', async (content, words) => {
    give(content)
    const error = await refusal(() => open().list())
    expect(error.code).toBe('usage')
    expect(error.message).toContain(words)
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  })

  it('B8: is not touched when a newer tokn wrote it', async () => {
    give('{"version":2,"profiles":{}}')
    for (const action of [() => open().list(), () => open().put(plain)]) {
      const error = await refusal(action)
      expect(error.code).toBe('usage')
      expect(error.message).toContain('written by a newer tokn (config v2, this one knows v1)')
    }
    expect(readFileSync(config(), 'utf8')).toBe('{"version":2,"profiles":{}}')
  })

  it('B9: may hold keys twice, prototypes and depths, and harms nothing', async () => {
    const deep = `${'['.repeat(10_000)}${']'.repeat(10_000)}`
    give(`{"version":1,"version":1,"__proto__":{"polluted":1},"deep":${deep},"profiles":{}}`)
    expect(open().list()).toEqual([])
    expect((await refusal(() => open().put(plain))).message).toContain('nested too deeply')
    give('{"version":1,"__proto__":{"polluted":1},"profiles":{}}')
    await open().put(plain)
    expect(open().get('prod')).toEqual(plain)
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  })

  it.each([
    'token',
    'access_token',
    'accessToken',
    'refresh-token',
    'password',
    'client_secret',
    'clientSecret',
    'secret_key',
    'private_key',
    'API_KEY',
    'authorization',
  ])('B13: is refused when a profile has the field %s', async (field) => {
    for (const prod of [
      { ...entry, [field]: canary },
      { ...entry, settings: { [field]: canary } },
    ]) {
      give(JSON.stringify({ version: 1, profiles: { prod } }))
      const error = await refusal(() => open().get('other'))
      expect(error.code).toBe('usage')
      expect(error.message).toContain(field)
      expect(error.hint).toContain('tokn login prod')
    }
    await expect(
      (async () => {
        rmSync(config())
        await open().put({ ...plain, settings: { [field]: canary } })
      })(),
    ).rejects.toMatchObject({ code: 'usage' })
  })

  it('may have settings that merely sound alike', async () => {
    const settings = {
      token_endpoint: 'https://x.example',
      private_key_file: '/k',
      client_auth: 'none',
    }
    await open().put({ ...plain, settings })
    expect(open().get('prod')?.settings).toEqual(settings)
  })

  it.each([
    [{ id: '../../etc/passwd-0123456789' }, 'id'],
    [{ id: undefined }, 'id'],
    [{ provider: 'Oz' }, 'provider'],
    [{ provider: 5 }, 'provider'],
    [{ store: 'plain' }, 'store'],
    [{ settings: [] }, 'settings'],
    [{ settings: { a: 1 } }, 'a'],
    [{ settings: { __proto__x: '1' } }, 'settings'],
    [{ settings: { a: 'b\r\nc\0' } }, 'a'],
    [{ overrides: { 'a.__proto__.b': '1' } }, 'overrides'],
    [{ overrides: { 'a b': '1' } }, 'overrides'],
    [{ apiUrls: 'https://x.example' }, 'apiUrls'],
    [{ apiUrls: ['http://x.example'] }, 'the API URL'],
    [{ ca: 'ca.pem' }, 'ca'],
    [{ proxy: `http://u:${canary}@proxy` }, 'proxy'],
    [{ proxy: 'socks5://proxy' }, 'proxy'],
    [{ baseUrl: 5 }, 'baseUrl'],
  ])('is refused when a profile says %j', async (fields, words) => {
    give(JSON.stringify({ version: 1, profiles: { prod: { ...entry, ...fields }, fine: entry } }))
    for (const action of [() => open().get('prod'), () => open().list()]) {
      const error = await refusal(action)
      expect(error.code).toBe('usage')
      expect(error.message).toContain(words)
    }
    expect(open().get('fine')).toBeDefined()
  })

  it.each([
    ['http://example.com', 'not encrypted'],
    ['http://localhost.evil.example', 'not encrypted'],
    ['http://[::ffff:127.0.0.1]', 'not encrypted'],
    ['https://user:pass@example.com', 'only have a host and a path'],
    ['https://example.com/?a=b', 'only have a host and a path'],
    ['https://example.com/?', 'only have a host and a path'],
    ['https://example.com/#a', 'only have a host and a path'],
    ['ftp://example.com', 'not a valid URL'],
    ['example.com', 'not a valid URL'],
    ['https://exa\tmple.com', 'not a valid URL'],
    ['https://example.com:0', 'not a valid URL'],
    ['https://example.com:65536', 'not a valid URL'],
    ['https://', 'not a valid URL'],
    ['//evil.example', 'not a valid URL'],
  ])('C20, C21, C32: is refused when a base URL is %s', async (baseUrl, words) => {
    expect((await refusal(() => open().put({ ...plain, baseUrl }))).message).toMatch(
      new RegExp(`${words}|contains a control character`),
    )
    give(JSON.stringify({ version: 1, profiles: { prod: { ...entry, baseUrl } } }))
    expect((await refusal(() => open().get('prod'))).code).toBe('usage')
  })

  it.each([
    ['https://Example.COM/', 'https://example.com'],
    ['https://example.com./api/', 'https://example.com/api'],
    ['https://example.com:443', 'https://example.com'],
    ['https://пример.example', 'https://xn--e1afmkfd.example'],
    ['http://127.0.0.1:8080/', 'http://127.0.0.1:8080'],
    ['http://0x7f.1:8080', 'http://127.0.0.1:8080'],
    ['http://2130706433', 'http://127.0.0.1'],
    ['http://[::1]:1', 'http://[::1]:1'],
    ['http://localhost.:5/a//', 'http://localhost:5/a'],
  ])('C21: has one spelling for the base URL %s', async (baseUrl, expected) => {
    await open().put({ ...plain, baseUrl })
    expect(open().get('prod')?.baseUrl).toBe(expected)
  })
})

describe('a file that others could have made', () => {
  it('B2: is refused when others may write to it, or to its directory', async () => {
    await open().put(plain)
    for (const mode of [0o666, 0o660, 0o602]) {
      chmodSync(config(), mode)
      for (const action of [() => open().list(), () => open().put(full)]) {
        const error = await refusal(action)
        expect(error.code).toBe('usage')
        expect(error.hint).toMatch(/^chmod go-w /)
      }
    }
    chmodSync(config(), 0o600)
    chmodSync(join(directory, 'config'), 0o777)
    expect((await refusal(() => open().list())).hint).toMatch(/^chmod go-w /)
  })

  it('B2: is warned of once when others may read it, and closed with the next change', async () => {
    await open().put(plain)
    chmodSync(config(), 0o644)
    const profiles = open()
    profiles.list()
    profiles.list()
    expect(warnings).toHaveLength(1)
    await profiles.put(full)
    expect(statSync(config()).mode & 0o777).toBe(0o600)
  })

  it('B4: may be reached by a link, which stays one', async () => {
    await open().put(plain)
    const dotfiles = join(directory, 'dotfiles')
    mkdirSync(dotfiles, { mode: 0o700 })
    renameSync(config(), join(dotfiles, 'tokn.conf'))
    symlinkSync(join(dotfiles, 'tokn.conf'), config())
    expect(open().get('prod')).toEqual(plain)
    await open().put(full)
    expect(lstatSync(config()).isSymbolicLink()).toBe(true)
    expect(open().list()).toHaveLength(2)
    expect(statSync(join(dotfiles, 'tokn.conf')).mode & 0o777).toBe(0o600)
    chmodSync(join(dotfiles, 'tokn.conf'), 0o666)
    expect((await refusal(() => open().put(plain))).code).toBe('usage')
    rmSync(join(dotfiles, 'tokn.conf'))
    for (const action of [() => open().list(), () => open().put(plain)]) {
      expect((await refusal(action)).message).toContain('a file that does not exist')
    }
  })

  it('B5: is not waited for when it is no file', async () => {
    mkdirSync(join(directory, 'config'), { mode: 0o700 })
    const place = [
      () => mkdirSync(config()),
      ...(hasPart('mkfifo') ? [() => execFileSync('mkfifo', [config()])] : []),
      () => symlinkSync('/dev/zero', config()),
      () => symlinkSync(config(), config()),
    ]
    for (const put of place) {
      put()
      expect((await refusal(() => open().list())).code).toBe('usage')
      expect((await refusal(() => open().put(plain))).code).toBe('usage')
      rmSync(config(), { recursive: true })
    }
  })
})

describe('several processes', () => {
  it('B14: lose no profile of each other', { timeout: 60_000 }, async () => {
    const program = await build()
    const children = Array.from({ length: 20 }, (_, index) => start(program, `p${index}`, 1))
    const statuses = await Promise.all(children.map((child) => child.ended))
    expect(statuses).toEqual(children.map(() => 0))
    expect(open().list()).toHaveLength(20)
  })

  it(
    'B15: leave the old file or the new one when they are killed',
    { timeout: 60_000 },
    async () => {
      const program = await build()
      for (let i = 0; i < 12; i++) {
        const child = start(program, `k${i}`, 1_000)
        while (child.done() === 0) await delay(2)
        await delay(Math.random() * 30)
        child.child.kill('SIGKILL')
        await child.ended
        const kept = open()
          .list()
          .filter((profile) => profile.name.startsWith(`k${i}-`)).length
        // What was acknowledged is there, and at most one that was not.
        expect(kept - child.done()).toBeGreaterThanOrEqual(0)
        expect(kept - child.done()).toBeLessThanOrEqual(1)
      }
    },
  )
})

describe('a profile that a login comes back with', () => {
  const other: Profile = { ...plain, name: 'other', id: 'fedcba9876543210' }
  const renew: Profile = { ...plain, settings: { email: 'c@d.example' } }

  it.each([
    ['is new', [], renew, renew, ['prod']],
    ['is as it was', [plain], renew, renew, ['prod']],
    [
      'was renamed meanwhile',
      [{ ...plain, name: 'main' }],
      renew,
      { ...renew, name: 'main' },
      ['main'],
    ],
    [
      'was renamed, and another has its name',
      [
        { ...plain, name: 'main' },
        { ...other, name: 'prod' },
      ],
      renew,
      { ...renew, name: 'main' },
      ['main', 'prod'],
    ],
    [
      'was first made by another login',
      [{ ...other, name: 'prod' }],
      renew,
      { ...renew, id: other.id },
      ['prod'],
    ],
    ['was removed meanwhile', [other], renew, renew, ['other', 'prod']],
    [
      'shares its id with another',
      [plain, { ...plain, name: 'twin' }],
      renew,
      renew,
      ['prod', 'twin'],
    ],
    [
      'is of a name that nothing can be read of',
      [{ ...plain, id: 'short' }],
      renew,
      renew,
      ['prod'],
    ],
  ] as const)('%s', async (_what, there, profile, expected, names) => {
    const profiles = Object.fromEntries(there.map(({ name, ...rest }) => [name, rest]))
    give(JSON.stringify({ version: 1, profiles }))
    const settled = await open().putIfCurrent(profile)
    expect(settled).toEqual(expected)
    // Written at once where it is to stay; else the caller comes again, with the right lock.
    const again = await open().putIfCurrent(settled)
    expect(again).toEqual(settled)
    expect(Object.keys(stored().profiles).toSorted()).toEqual(names)
    expect(stored().profiles[settled.name]).toMatchObject({
      id: settled.id,
      settings: renew.settings,
    })
  })

  it('is the default where there is none, and leaves the file alone where nothing is new', async () => {
    await open().putIfCurrent(plain)
    expect(stored().default).toBe('prod')
    await open().putIfCurrent(other)
    expect(stored().default).toBe('prod')
    const before = statSync(config()).ino
    await open().putIfCurrent(other)
    expect(statSync(config()).ino).toBe(before)
  })

  it('is proven without a trace', async () => {
    give(JSON.stringify({ version: 1, profiles: { prod: entry } }))
    const before = readFileSync(config(), 'utf8')
    await open().prove(renew)
    await open().prove(other)
    expect(readFileSync(config(), 'utf8')).toBe(before)
    expect(readdirSync(join(directory, 'config'))).toEqual(['config.json'])
    const long = await refusal(() =>
      open().prove({ ...renew, settings: { x: canary.repeat(1_000) } }),
    )
    expect(long).toMatchObject({ code: 'usage' })
  })

  it('is made once, by whoever is first', async () => {
    const made = await Promise.allSettled(
      ['a', 'b', 'c', 'd'].map((letter) => open().create({ ...plain, id: letter.repeat(16) })),
    )
    expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(Object.keys(stored().profiles)).toEqual(['prod'])
  })
})

describe('changes of profiles at the same time', () => {
  it('rename one of them once', async () => {
    await open().put(plain)
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']
    const renamed = await Promise.allSettled(names.map((name) => open().rename('prod', name)))
    const index = renamed.findIndex(({ status }) => status === 'fulfilled')
    expect(renamed.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(Object.keys(stored().profiles)).toEqual([names[index]])
  })

  it('remove one only while it is the one that was meant', async () => {
    await open().put(plain)
    const other = await refusal(() => open().remove('prod', 'fedcba9876543210'))
    expect(other).toMatchObject({ code: 'not_found' })
    expect(Object.keys(stored().profiles)).toEqual(['prod'])
    await open().remove('prod', plain.id)
    expect(stored().profiles).toEqual({})
  })

  it('leave no default behind that is not there', async () => {
    for (let turn = 0; turn < 8; turn++) {
      await open().put(plain)
      await Promise.allSettled([
        open().setDefault('prod'),
        open().rename('prod', 'main'),
        open().remove('prod'),
      ])
      const { default: chosen, profiles } = stored()
      expect([undefined, ...Object.keys(profiles)]).toContain(chosen)
      for (const name of Object.keys(profiles)) await open().remove(name)
    }
  })

  it('outline what cannot be read', () => {
    const profiles = {
      prod: entry,
      bad: { ...entry, provider: 7 },
      worse: { id: 'x', store: 'y' },
      none: 3,
    }
    give(JSON.stringify({ version: 1, profiles }))
    const outlines = open().outlines()
    expect(outlines.map((one) => ({ ...one, read: undefined }))).toEqual([
      { name: 'prod', id: plain.id, store: 'keychain' },
      { name: 'bad', id: plain.id, store: 'keychain' },
      { name: 'worse', id: undefined, store: undefined },
      { name: 'none' },
    ])
    const [prod, ...damaged] = outlines
    expect(prod?.read()).toEqual(open().get('prod'))
    for (const { read } of damaged) expect(read).toThrow(expect.objectContaining({ code: 'usage' }))
  })
})
