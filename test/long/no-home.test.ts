import { execFileSync } from 'node:child_process'
import { chownSync, cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeHome, program, type Environment, type Home } from '../support/home.ts'
import { requirePart } from '../support/parts.ts'
import { startCommand, type Ended } from '../support/run.ts'
import { addressOf, credentialsOf, startServers, type Servers } from '../support/servers.ts'

const able = requirePart('root') && requirePart('setpriv')
const firstUid = 54_400

let home: Home
let servers: Servers
beforeAll(async () => {
  home = makeHome()
  servers = await startServers(['hosterby'])
  for (const part of ['bin', 'dist', 'package.json']) {
    const to = join(home.path, 'program', part)
    cpSync(join(dirname(program), '..', part), to, { recursive: true })
  }
  mkdirSync(join(home.path, 'of-root'), { mode: 0o755 })
  writeFileSync(join(home.path, 'file'), '')
  execFileSync('chmod', ['-R', 'a+rX', home.path])
  mkdirSync(join(home.path, 'closed'), { mode: 0o700 })
})
afterAll(async () => {
  await servers.close()
  home.remove()
})

/** What HOME may be for a user that the password database does not know. */
const homes: Readonly<Record<string, () => string | undefined>> = {
  'no HOME': () => undefined,
  'an empty HOME': () => '',
  'a relative HOME': () => 'some/where',
  'the root directory': () => '/',
  'a HOME that does not exist': () => '/nonexistent/home',
  'a HOME that only root may write': () => join(home.path, 'of-root'),
  'a HOME that may not be read': () => join(home.path, 'closed'),
  'a HOME that is a file': () => join(home.path, 'file'),
  'a HOME that is a device': () => '/dev/null',
  'a HOME where nothing can be made': () => '/proc',
}

const key = Buffer.alloc(32, 7).toString('base64url')

/** A user of its own for each, so that nobody finds what another has left in /tmp. */
function asStranger(uid: number, env: Environment, nowhere: string | undefined) {
  const start = [process.execPath, join(home.path, 'program/bin/tokn.js')]
  const none = Object.keys(home.environment).map((name) => [name, undefined])
  const all = { ...Object.fromEntries(none), PATH: home.environment['PATH'], ...env }
  return async (args: readonly string[], more: Environment = {}): Promise<Ended> => {
    const user = ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups']
    const ended = await startCommand([...user, ...start, ...args], {
      home,
      cwd: '/',
      env: { ...all, HOME: nowhere, ...more },
    }).ended
    const said = `tokn ${args.join(' ')}: ${ended.status} ${ended.out} ${ended.err}`
    expect([0, 2, 3, 4, 8, 10, 111], said).toContain(ended.status)
    expect(ended.err, said).not.toMatch(/\bbug\b|GLib|^\s+at |Error\b/m)
    if (ended.status !== 0) expect(ended.err, said).toMatch(/^tokn: error: \S/m)
    if ([2, 4, 8].includes(ended.status)) expect(ended.err, said).toMatch(/^tokn: hint: \S/m)
    return ended
  }
}

const address = () => addressOf(servers.api('hosterby'))
const credentials = () => credentialsOf(servers.api('hosterby'))

const commands = (): ReadonlyArray<readonly string[]> => [
  ['help'],
  ['doctor', '--offline'],
  ['login', 'web', ...address(), '--store', 'keychain'],
  ['login', 'web', ...address(), '--store', 'memory'],
  ['login', 'web', ...address(), '--store', 'file'],
  ['token'],
  ['refresh', 'web'],
  ['header', 'web'],
  ['list'],
  ['info', 'web'],
  ['why', 'web'],
  ['profile', 'list'],
  ['profile', 'rename', 'web', 'net'],
  ['provider', 'list'],
  ['provider', 'show', 'oz'],
  ['exec', 'net', '-e', 'T', '--', 'true'],
  ['curl', 'net', '--', 'http://127.0.0.1:9/'],
  ['logout', 'net'],
  ['profile', 'remove', 'net'],
]

// One of each kind gets all commands; the others get those that touch every folder.
const wholly = new Set(['no HOME', 'a HOME that does not exist', 'a HOME that may not be read'])
const few = new Set<string | undefined>(['doctor', 'login', 'token', 'refresh'])

describe.skipIf(!able)('a user without a home', () => {
  for (const [index, [name, nowhere]] of Object.entries(homes).entries()) {
    const uid = firstUid + index
    const left = `/tmp/tokn-${uid}`

    test(`${name}: every command works, or says what to set`, async () => {
      const tokn = asStranger(uid, { TOKN_STORE_KEY: key, ...credentials() }, nowhere())
      try {
        const statuses: number[] = []
        const every = commands()
        for (const args of wholly.has(name) ? every : every.filter(([word]) => few.has(word))) {
          statuses.push((await tokn(args)).status)
        }
        expect(statuses).toContain(0)
        expect(statuses).not.toContain(1)
      } finally {
        rmSync(left, { recursive: true, force: true })
      }
    })

    test(`${name}: a login is kept where XDG says`, async () => {
      const own = join(home.path, `own-${uid}`)
      mkdirSync(own, { mode: 0o700 })
      chownSync(own, uid, uid)
      const folders = { XDG_CONFIG_HOME: own, XDG_DATA_HOME: own, XDG_STATE_HOME: own }
      const tokn = asStranger(
        uid,
        { TOKN_STORE_KEY: key, TOKN_STORE: 'file', ...folders },
        nowhere(),
      )
      try {
        const login = await tokn(['login', 'web', ...address()], credentials())
        expect(login, login.err).toMatchObject({ status: 0 })
        const { status, out, err } = await tokn(['token', 'web', '--refresh', 'force'])
        expect(status, err).toBe(0)
        expect(servers.api('hosterby').state.live).toContain(out.trim())
        const doctor = await tokn(['doctor', '--offline'])
        expect(doctor, doctor.out).toMatchObject({ status: 0 })
        expect(doctor.out).toMatch(new RegExp(`lock-folder: (${own}|${left})/`))
      } finally {
        rmSync(left, { recursive: true, force: true })
      }
    })

    test(`${name}: a job gets its token, and nothing is left`, async () => {
      const where = { TOKN_PROVIDER: 'hosterby', TOKN_BASE_URL: servers.api('hosterby').baseUrl }
      const tokn = asStranger(uid, { TOKN_STORE: 'memory', CI: 'true' }, nowhere())
      const ended = await tokn(['token'], { ...where, ...credentials() })
      // A definition of the user's own may be in there; who knows where it sends the secrets.
      const unread = nowhere() === join(home.path, 'closed')
      expect(ended, ended.err).toMatchObject({ status: unread ? 8 : 0 })
      if (!unread) expect(servers.api('hosterby').state.live).toContain(ended.out.trim())
      const config = { TOKN_CONFIG_DIR: join(home.path, 'of-root') }
      const given = await tokn(['token'], { TOKN_TOKEN: 'abcdef', ...config })
      expect(given, given.err).toMatchObject({ status: 0, out: 'abcdef\n' })
      // What stands in for a home here is not for others.
      const child = ['exec', '-e', 'T', '--', 'sh', '-c', 'echo "$T ${HOME-none}"']
      const seen = await tokn(child, { TOKN_TOKEN: 'abcdef', ...config })
      expect(seen.out).toBe(`abcdef ${nowhere() ?? 'none'}\n`)
      expect(existsSync(left)).toBe(false)
    })
  }
})
