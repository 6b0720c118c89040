import {
  chmodSync,
  cpSync,
  existsSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { journalName } from '../../src/io/files/journal-name.ts'
import { openWorld, type More, type World } from '../catalogue/world.ts'
import { root, type Environment } from '../support/home.ts'
import { startCommand } from '../support/run.ts'
import { addressOf, credentialsOf } from '../support/servers.ts'
import { changeConfig, profilesOf, storedIds } from './look.ts'

interface Damage {
  readonly what: string
  readonly damage: (world: World) => void
  /** What is set from then on. */
  readonly env?: Environment
  /** Whether the session can be read, and nothing may be sent with it. */
  readonly foreign?: boolean
  /** Whether there has to be another profile. */
  readonly beside?: boolean
  /** What a login over it needs besides. */
  readonly login?: Environment
}

const otherKey = Buffer.alloc(32, 7).toString('base64url')
const nothing = () => undefined
const idOf = ({ home }: World) => profilesOf(home)['web']!.id
const fileOf = (world: World) => join(world.home.sessions, `${idOf(world)}.jwe`)
const journalOf = (world: World) =>
  join(homedir(), '.local/state/tokn/journal', journalName(`file:${idOf(world)}`))

function writeJournal(world: World, content: string, mode = 0o600): void {
  const path = journalOf(world)
  writeFileSync(path, content)
  chmodSync(path, mode)
  onTestFinished(() => rmSync(path, { force: true }))
}

const damages: readonly Damage[] = [
  {
    what: 'its key is given no more',
    damage: nothing,
    env: { TOKN_STORE_KEY: undefined },
    login: { TOKN_STORE_KEY: otherKey },
  },
  { what: 'another key is given', damage: nothing, env: { TOKN_STORE_KEY: otherKey } },
  {
    what: 'its key was in a file that is gone',
    damage: nothing,
    env: { TOKN_STORE_KEY: undefined, TOKN_STORE_KEY_FILE: '/nowhere/key' },
    login: { TOKN_STORE_KEY: otherKey },
  },
  {
    what: 'what is given is no key',
    damage: nothing,
    env: { TOKN_STORE_KEY: 'AAAA' },
    login: { TOKN_STORE_KEY: otherKey },
  },
  { what: 'its file is cut short', damage: (world) => truncateSync(fileOf(world), 100) },
  { what: 'its file is empty', damage: (world) => truncateSync(fileOf(world), 0) },
  {
    what: 'its file is something else',
    damage: (world) => writeFileSync(fileOf(world), 'x'.repeat(999)),
  },
  {
    what: 'its file is plain JSON',
    damage: (world) => writeFileSync(fileOf(world), '{"v":1,"access":"x"}'),
  },
  { what: 'its file is too large', damage: (world) => truncateSync(fileOf(world), 10_000_000) },
  {
    what: 'its file is a link',
    damage: (world) => {
      rmSync(fileOf(world))
      symlinkSync('/etc/hostname', fileOf(world))
    },
  },
  { what: 'others may write to its file', damage: (world) => chmodSync(fileOf(world), 0o666) },
  {
    what: 'its file is that of another profile',
    damage: (world) => {
      const other = profilesOf(world.home)['other']!.id
      cpSync(join(world.home.sessions, `${other}.jwe`), fileOf(world))
    },
    beside: true,
  },
  {
    what: 'its journal is something else',
    damage: (world) => writeJournal(world, 'x'.repeat(999)),
    foreign: true,
  },
  {
    what: 'others may write to its journal',
    damage: (world) => writeJournal(world, '', 0o666),
    foreign: true,
  },
  {
    what: 'its profile goes elsewhere',
    damage: ({ home, api }) =>
      changeConfig(home, (text) => text.replace(api.baseUrl, 'http://127.0.0.1:9')),
    foreign: true,
  },
  {
    what: 'its provider is another one',
    damage: ({ home }) =>
      changeConfig(home, (text) => text.replace('"provider": "hosterby"', '"provider": "gone"')),
    foreign: true,
  },
]

/** Whether nothing but what is left of a refresh is damaged: the session is as good as any. */
const isGood = ({ what }: Damage) => what.includes('journal')

describe('a session that cannot be used, since', () => {
  test.each(damages)('$what, is erased, removed and replaced', async (one) => {
    const world = await openWorld()
    if (one.beside === true) await world.login([], 'other')
    const { other } = one.beside === true ? profilesOf(world.home) : {}
    const others = other === undefined ? [] : [other.id]
    const tokn = async (args: readonly string[], more: More = {}) =>
      await world.tokn(args, { ...more, env: { ...one.env, ...more.env } })
    const sent = () => world.api.log.length

    // It is not logged out, and it is said how it can be erased.
    await world.login()
    const id = idOf(world)
    one.damage(world)
    const before = sent()
    if (one.foreign !== true) {
      const ended = await tokn(['logout', 'web'])
      expect(ended, ended.err).toMatchObject({ status: 8 })
      expect(ended.err).toContain('tokn: hint: tokn logout web --local-only\n')
      expect(storedIds(world.home)).toContain(id)
    }

    // It is erased, and it is said what may be alive.
    const local = await tokn(['logout', 'web', '--local-only'])
    expect(local, local.err).toMatchObject({ status: 0 })
    expect(local.err).toMatch(/^web: (its tokens may still be|still) alive at the provider: /m)
    expect(storedIds(world.home)).toEqual(others)
    expect(existsSync(journalOf(world))).toBe(false)
    expect((await tokn(['logout', 'web', '--local-only'])).err).toBe('web: was not logged in\n')
    expect(sent()).toBe(before)

    // It is replaced by a login.
    await world.login()
    one.damage(world)
    const env = { ...credentialsOf(world.api), ...one.login }
    const over = await tokn(['login', 'web', ...addressOf(world.api)], { env })
    expect(over, over.err).toMatchObject({ status: 0 })
    const token = await tokn(['token', 'web'], { env: one.login ?? {} })
    expect(token.out.trim(), token.err).toBe(world.api.state.tokens.at(-1)?.access)
    expect(idOf(world)).toBe(id)

    // It is removed with its profile.
    await world.login()
    one.damage(world)
    const logins = sent()
    const removed = await tokn(['profile', 'remove', 'web'])
    expect(removed, removed.err).toMatchObject({ status: isGood(one) ? 2 : 0 })
    expect(sent()).toBe(logins)
    if (isGood(one)) return
    expect(removed.err).toMatch(
      /^"web" is removed; its tokens may still be alive at the provider: /m,
    )
    expect(Object.keys(profilesOf(world.home))).toEqual(one.beside === true ? ['other'] : [])
    expect(storedIds(world.home)).toEqual(others)
  })
})

/** As the real one, with what it has in a file: what another process of the user does can be done. */
const keytar = `const fs = require('node:fs'), path = process.env.FAKE_KEYCHAIN
const read = () => fs.existsSync(path) ? JSON.parse(fs.readFileSync(path, 'utf8')) : {}
const write = (all) => fs.writeFileSync(path, JSON.stringify(all))
exports.getPassword = async (_, account) => read()[account] ?? null
exports.setPassword = async (_, account, value) => write({ ...read(), [account]: value })
exports.deletePassword = async (_, account) => { const all = read(); const had = account in all; delete all[account]; write(all); return had }`

describe('a session in a keychain (simulated)', () => {
  async function inKeychain() {
    const world = await openWorld()
    const place = join(world.home.path, 'installed')
    const keychain = join(world.home.path, 'keychain.json')
    for (const part of ['bin', 'dist', 'package.json']) {
      cpSync(join(root, part), join(place, part), { recursive: true })
    }
    cpSync(join(root, 'package.json'), join(place, 'node_modules/keytar/package.json'))
    writeFileSync(join(place, 'node_modules/keytar/package.json'), '{"main":"index.js"}')
    writeFileSync(join(place, 'node_modules/keytar/index.js'), keytar)
    const tokn = async (...args: readonly string[]) => {
      const env = { TOKN_STORE: undefined, FAKE_KEYCHAIN: keychain, ...credentialsOf(world.api) }
      const line = [process.execPath, join(place, 'bin/tokn.js'), ...args]
      return await startCommand(line, { home: world.home, env }).ended
    }
    const login = () => tokn('login', 'web', ...addressOf(world.api))
    const held = () => JSON.parse(readFileSync(keychain, 'utf8')) as Record<string, string>
    const lose = () =>
      writeFileSync(keychain, JSON.stringify({ 'sealing-key': held()['sealing-key'] }))
    // What is in this file is secret, and the test looks for secrets in files.
    onTestFinished(() => rmSync(keychain, { force: true }))
    return { world, tokn, login, held, lose }
  }

  test('whose entry is gone can be erased, removed and replaced', async () => {
    const { tokn, login, lose, held, world } = await inKeychain()
    expect(await login()).toMatchObject({ status: 0 })
    expect(Object.keys(held())).toEqual(['sealing-key', idOf(world)])
    lose()
    const logout = await tokn('logout', 'web')
    expect(logout, logout.err).toMatchObject({ status: 8 })
    expect(logout.err).toContain('tokn logout web --local-only')
    expect(await login()).toMatchObject({ status: 0 })
    expect(await tokn('token', 'web')).toMatchObject({ status: 0 })
    lose()
    const local = await tokn('logout', 'web', '--local-only')
    expect(local).toMatchObject({ status: 0 })
    expect(local.err).toContain('may still be alive')
    expect(await login()).toMatchObject({ status: 0 })
    lose()
    expect(await tokn('profile', 'remove', 'web')).toMatchObject({ status: 0 })
    expect(profilesOf(world.home)).toEqual({})
    expect(Object.keys(held())).toEqual(['sealing-key'])
  })

  test('leaves nothing there when the next login keeps it elsewhere', async () => {
    const { tokn, login, held, world } = await inKeychain()
    await login()
    expect(await tokn('login', 'web', '--store', 'file')).toMatchObject({ status: 0 })
    expect(Object.keys(held())).toEqual(['sealing-key'])
    expect(storedIds(world.home)).toEqual([idOf(world)])
    expect(await tokn('login', 'web', '--store', 'keychain')).toMatchObject({ status: 0 })
    expect(Object.keys(held())).toEqual(['sealing-key', idOf(world)])
    expect(storedIds(world.home)).toEqual([])
  })
})
