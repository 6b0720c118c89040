import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openKeychain } from '../../src/stores/keychain.ts'
import type { Keytar } from '../../src/stores/keychain/keytar.ts'
import { findTexts } from '../support/files.ts'
import { root, type Home } from '../support/home.ts'
import { requirePart } from '../support/parts.ts'
import { startCommand, type Ended } from '../support/run.ts'
import { addressOf, credentialsOf } from '../support/servers.ts'
import { errorOf, openHome, openWorld, type World } from './world.ts'

/** A copy of the program with `keytar`, a module of the name, or without one. */
function install(home: Home, keytar?: string, name = 'installed'): string {
  const place = join(home.path, name)
  for (const part of ['bin', 'dist', 'package.json']) {
    cpSync(join(root, part), join(place, part), { recursive: true })
  }
  if (keytar !== undefined) {
    mkdirSync(join(place, 'node_modules/keytar'), { recursive: true })
    writeFileSync(join(place, 'node_modules/keytar/index.js'), keytar)
  }
  return join(place, 'bin/tokn.js')
}

async function runInstalled(start: string, world: World, args: readonly string[]): Promise<Ended> {
  const env = { TOKN_STORE: undefined, NODE_PATH: undefined, ...credentialsOf(world.api) }
  return await startCommand([process.execPath, start, ...args], { home: world.home, env }).ended
}

const sessionOf = ({ home }: World) =>
  join(home.sessions, readdirSync(home.sessions).find((name) => name.endsWith('.jwe')) ?? '')

describe('where sessions rest', () => {
  test('E1: without a secret service it is said, and nothing is written instead', async () => {
    const world = await openWorld()
    const env = { ...credentialsOf(world.api), TOKN_STORE: undefined }
    const login = ['login', 'web', ...addressOf(world.api)]
    for (const more of [{}, { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nowhere' }]) {
      const before = performance.now()
      const ended = await world.tokn(login, { env: { ...env, ...more } })
      expect(ended, ended.err).toMatchObject({ status: 8 })
      expect(ended.err).toContain('--store file')
      expect(performance.now() - before).toBeLessThan(5_000)
    }
    expect(existsSync(world.home.sessions)).toBe(false)
    const { tokens } = world.api.state
    expect(
      findTexts(
        world.home.path,
        tokens.map(({ access }) => access),
      ),
    ).toEqual([])
  })

  test('E5: without keytar, or with one for another machine, all else works', async () => {
    const world = await openWorld()
    const broken = `throw new Error('invalid ELF header \\u001b[31m SECRET')`
    for (const keytar of [undefined, broken]) {
      const start = install(world.home, keytar)
      const login = await runInstalled(start, world, ['login', 'web', ...addressOf(world.api)])
      expect(login, login.err).toMatchObject({ status: 8, out: '' })
      expect(errorOf(login)).toContain('keytar')
      expect(login.err.trimEnd().split('\n')).toHaveLength(2)
      expect(login.err).not.toMatch(/SECRET|\u001b/)
      for (const args of [['profile', 'list'], ['provider', 'list'], ['--version'], ['help']]) {
        expect((await runInstalled(start, world, args)).status, args.join(' ')).toBe(0)
      }
      const file = ['login', 'kept', ...addressOf(world.api), '--store', 'file']
      expect((await runInstalled(start, world, file)).status).toBe(0)
      expect((await runInstalled(start, world, ['token', 'kept'])).status).toBe(0)
      rmSync(join(world.home.path, 'installed'), { recursive: true })
    }
  })

  test('E6, F17: a keychain that hangs, lies or talks ends with 8', async () => {
    const world = await openWorld()
    const methods = (body: string) =>
      ['getPassword', 'setPassword', 'deletePassword']
        .map((name) => `exports.${name} = async (service, account, value) => { ${body} }`)
        .join('\n')
    const stuck = 'await new Promise((resolve) => setTimeout(resolve, 60000))'
    const bad = [
      `throw new Error('\\u001b[2J' + (value ?? 'x') + '\\n    at evil (/x.js:1:1)' + 'y'.repeat(5000))`,
      'return Buffer.from("garbage")',
      'return "not base64!"',
      'throw "text"',
      stuck,
    ]
    const turns = bad.map(async (body, index) => {
      const start = install(world.home, methods(body), `installed-${index}`)
      const login = ['login', `web${index}`, ...addressOf(world.api)]
      const ended = await runInstalled(start, world, login)
      // A call that never ends leaves no way but a signal.
      const status = body === stuck ? -1 : 8
      expect(ended, `${body}: ${ended.err}`).toMatchObject({ status, out: '' })
      expect(errorOf(ended)).toContain('keychain')
      expect(ended.err).not.toMatch(/\u001b|^\s*at evil|is a bug/m)
      expect(ended.err.length).toBeLessThan(1_000)
      return ended.err
    })
    const said = (await Promise.all(turns)).join('')
    for (const { access, refresh = access } of world.api.state.tokens) {
      expect(said).not.toContain(access)
      expect(said).not.toContain(refresh)
    }
  })

  test('E8, E9: what is too large is refused before anything is sent', async () => {
    const { home, tokn } = openHome()
    const login = [
      'login',
      'web',
      '--provider',
      'oz',
      '--base-url',
      'http://127.0.0.1:9',
      '--with-token',
    ]
    expect((await tokn(login, { input: 'x'.repeat(16_384) })).status).toBe(0)
    const before = readdirSync(home.sessions).map((name) => readFileSync(join(home.sessions, name)))
    for (const input of [
      'x'.repeat(16_385),
      'x'.repeat(65_536),
      'x'.repeat(16_777_216),
      'a\u{1f600}',
    ]) {
      expect((await tokn(login, { input })).status).toBe(2)
    }
    const after = readdirSync(home.sessions).map((name) => readFileSync(join(home.sessions, name)))
    expect(after).toEqual(before)
    expect((await tokn(['token', 'web'])).out).toBe(`${'x'.repeat(16_384)}\n`)
  })

  test('E10: a keychain that kept something else is noticed', async () => {
    const entries = new Map<string, string>()
    const keytar: Keytar = {
      getPassword: async (_service, account) => entries.get(account) ?? null,
      setPassword: async (_service, account, value) => void entries.set(account, value),
      deletePassword: async (_service, account) => entries.delete(account),
    }
    await openKeychain({ keytar: () => keytar }).write('a', 1, 'old')
    const good = entries.get('a')
    const cutting: Keytar = {
      ...keytar,
      setPassword: async (_service, account, value) =>
        void entries.set(account, value === good ? value : value.slice(0, 8)),
    }
    const write = openKeychain({ keytar: () => cutting }).write('a', 2, 'a new session')
    await expect(write).rejects.toMatchObject({ code: 'store' })
    expect(await openKeychain({ keytar: () => keytar }).read('a')).toBe('old')
  })

  test('E11: logging out twice is fine, and a session that cannot be erased is not forgotten', async () => {
    const world = await openWorld('oz')
    await world.login()
    const path = sessionOf(world)
    const sealed = readFileSync(path)
    rmSync(path)
    mkdirSync(join(path, 'in-the-way'), { recursive: true })
    expect((await world.tokn(['logout', 'web', '--local-only'])).status).toBe(8)
    expect((await world.tokn(['profile', 'show', 'web'])).status).toBe(0)
    rmSync(path, { recursive: true })
    writeFileSync(path, sealed, { mode: 0o600 })
    expect((await world.tokn(['logout', 'web', '--local-only'])).status).toBe(0)
    expect((await world.tokn(['logout', 'web', '--local-only'])).status).toBe(0)
    expect((await world.tokn(['token', 'web'])).status).toBe(4)
  })

  test('E14, E15: a file that was changed in any way is refused in no time', async () => {
    const world = await openWorld('oz')
    await world.login()
    const path = sessionOf(world)
    const good = readFileSync(path)
    const [, ...rest] = good.toString('latin1').split('.')
    const header = (value: object) =>
      [Buffer.from(JSON.stringify(value)).toString('base64url'), ...rest].join('.')
    const flipped = (at: number) => {
      const bytes = Buffer.from(good)
      bytes[at] = (bytes[at] ?? 0) ^ 1
      return bytes
    }
    const middle = good.length >> 1
    const plain = { v: 1, access: 'x', profileId: 'x', generation: 9, provider: 'oz' }
    const bad = [
      ...[0, middle, good.length - 2].map(flipped),
      ...[0, 1, middle, good.length - 1].map((length) => good.subarray(0, length)),
      Buffer.concat([good, Buffer.from('A')]),
      JSON.stringify(plain),
      header({ alg: 'none' }),
      header({ alg: 'PBES2-HS256+A128KW', enc: 'A256GCM', p2c: 1_000_000_000, p2s: 'AAAA' }),
      header({ alg: 'dir', enc: 'A256GCM', zip: 'DEF', v: 1 }),
      header({ alg: 'dir', enc: 'A256GCM', v: 99 }),
    ]
    for (const content of bad) {
      writeFileSync(path, content)
      const before = performance.now()
      const ended = await world.tokn(['token', 'web'])
      expect(performance.now() - before).toBeLessThan(5_000)
      expect(ended, content.toString('latin1').slice(0, 60)).toMatchObject({ status: 8 })
    }
    writeFileSync(path, good)
    const wrong = await world.tokn(['token', 'web'], { env: { TOKN_STORE_KEY: 'A'.repeat(43) } })
    expect(wrong).toMatchObject({ status: 8 })
    expect(await world.tokn(['token', 'web'])).toMatchObject({ status: 0 })
  })

  test('E14: a passphrase that is wrong, and parameters that were tampered with', async () => {
    const world = await openWorld('oz')
    const env = (passphrase: string) => ({
      TOKN_STORE_KEY: undefined,
      TOKN_PASSPHRASE: passphrase,
      ...credentialsOf(world.api),
    })
    const login = ['login', 'web', ...addressOf(world.api)]
    expect((await world.tokn(login, { env: env('right') })).status).toBe(0)
    const wrong = await world.tokn(['token', 'web'], { env: env('wrong') })
    expect(wrong).toMatchObject({ status: 8 })
    expect(wrong.err).not.toContain('right')
    const vault = join(world.home.sessions, 'vault.json')
    const parameters = JSON.parse(readFileSync(vault, 'utf8'))
    for (const change of [{ N: 2 ** 40 }, { p: 1e9 }, { r: 1e9 }, { v: 99 }]) {
      writeFileSync(vault, JSON.stringify({ ...parameters, ...change }))
      const before = performance.now()
      const ended = await world.tokn(['token', 'web'], { env: env('right') })
      expect(ended, JSON.stringify(change)).toMatchObject({ status: 8 })
      expect(performance.now() - before).toBeLessThan(5_000)
    }
    writeFileSync(vault, JSON.stringify(parameters))
    expect((await world.tokn(['token', 'web'], { env: env('right') })).status).toBe(0)
  })

  test('E18: is for its owner alone, whatever the umask and the modes before', async () => {
    for (const umask of ['000', '077']) {
      const world = await openWorld('oz')
      const login = `umask ${umask}; exec tokn login web ${addressOf(world.api).join(' ')}`
      const options = { home: world.home, env: credentialsOf(world.api) }
      expect(await startCommand(['sh', '-c', login], options).ended).toMatchObject({ status: 0 })
      const path = sessionOf(world)
      const modes = () => [path, world.home.sessions].map((at) => statSync(at).mode & 0o777)
      expect(modes()).toEqual([0o600, 0o700])
      chmodSync(path, 0o666)
      expect((await world.tokn(['token', 'web'])).status).toBe(8)
      expect((await world.login()).status).toBe(0)
      expect(modes()).toEqual([0o600, 0o700])
      // Nobody puts a file of theirs there: a refresh keeps its answer, and says so.
      chmodSync(world.home.sessions, 0o777)
      const ended = await world.tokn(['refresh', 'web'])
      if (ended.status === 0) expect(ended.err).toContain('other users may write')
      else expect(ended.status).toBe(8)
      chmodSync(world.home.sessions, 0o700)
      expect((await world.tokn(['token', 'web'])).status).toBe(0)
    }
  })

  test.skipIf(!requirePart('git'))(
    'E20: is ignored by git, and nothing of it is in clear',
    async () => {
      const world = await openWorld('oz')
      await world.login()
      const git = async (...args: readonly string[]) =>
        await startCommand(['git', '-C', world.home.sessions, ...args], { home: world.home }).ended
      expect((await git('init', '-q')).status).toBe(0)
      await git('add', '.')
      expect((await git('status', '--porcelain')).out).toBe('')
      const texts = [
        ...Object.values(world.api.credentials),
        world.api.state.tokens[0]?.access ?? '',
      ]
      expect(findTexts(world.home.sessions, texts)).toEqual([])
    },
  )
})
