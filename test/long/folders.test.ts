import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  cpSync,
  mkdirSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { makeHome, program, type Environment, type Home } from '../support/home.ts'
import { requirePart, requireParts } from '../support/parts.ts'
import { run, startCommand } from '../support/run.ts'
import { addressOf, credentialsOf, startServers, type Servers } from '../support/servers.ts'
import { hasTerminal } from '../support/terminal.ts'

const stranger = 54_321

let home: Home
let servers: Servers
beforeAll(async () => {
  home = makeHome()
  servers = await startServers(['hosterby', 'rightech'])
  for (const [name, api] of [
    ['web', servers.api('hosterby')],
    ['iot', servers.api('rightech')],
  ] as const) {
    const ended = await tokn(['login', name, ...addressOf(api)], credentialsOf(api))
    expect(ended, ended.err).toMatchObject({ status: 0 })
  }
  mkdirSync(join(home.work, 'below'))
})
afterAll(async () => {
  await servers.close()
  home.remove()
})
afterEach(() => rmSync(file(), { recursive: true, force: true }))

const file = () => join(home.work, '.tokn')
const below = () => join(home.work, 'below')
const tokn = (args: readonly string[], env: Environment = {}, cwd = home.work) =>
  run(args, { home, env, cwd })

/** The profile that a command uses, and what it says besides. */
async function used(args: readonly string[] = [], env: Environment = {}, cwd = below()) {
  const { status, out, err } = await tokn(['token', '--json', ...args], env, cwd)
  const { profile } = (out === '' ? {} : JSON.parse(out)) as { profile?: string }
  return { status, profile, err }
}

const quiet = { status: 0, err: '' }

describe('the profile in use', () => {
  test('by all that can say it, one stronger than the other', async () => {
    expect(await used()).toEqual({ ...quiet, profile: 'web' })
    writeFileSync(file(), '\ufeff# ours\r\n\r\niot\r\n')
    expect(await used()).toEqual({ ...quiet, profile: 'iot' })
    expect(await used([], { TOKN_PROFILE: 'web' })).toEqual({ ...quiet, profile: 'web' })
    expect(await used(['web'], { TOKN_PROFILE: 'iot' })).toEqual({ ...quiet, profile: 'web' })
    expect(await used([], { TOKN_IOT_TOKEN: 'x' })).toEqual({ ...quiet, profile: 'iot' })
    expect(await used([], { TOKN_WEB_TOKEN: 'x' })).toEqual({ ...quiet, profile: 'iot' })
    const fast = await tokn(['header'], {}, below())
    expect(fast.out).toBe((await tokn(['header', 'iot'])).out)
    const child = ['exec', '--', 'sh', '-c', 'echo $TOKN_PROFILE']
    expect((await tokn(child, {}, below())).out).toBe('iot\n')
  })

  test.each([
    'info',
    'list',
    'check',
    'why',
    'refresh',
    'curl -- https://x.example',
    'profile show',
    'logout',
  ])('is that of the folder for tokn %s, which says so where it fails', async (command) => {
    writeFileSync(file(), 'production\n')
    const { status, out, err } = await tokn(command.split(' '), {}, below())
    expect({ status, out }).toEqual({ status: 3, out: '' })
    expect(err).toMatch(/there is no profile "production", which \S+\/\.tokn names$/m)
  })

  test('is none where the file is wrong, but for what needs none', async () => {
    writeFileSync(file(), 'eyJhbGciOiJIUzI1NiJ9.SECRET\n')
    const { status, err } = await tokn(['token'], {}, below())
    expect(status).toBe(2)
    expect(err).toMatch(/^tokn: error: \S+\.tokn has no name of a profile in line 1$/m)
    expect(err).not.toContain('SECRET')
    expect((await tokn(['token'], { TOKN_TOKEN: 'x' }, below())).out).toBe('x\n')
    for (const args of [['token', 'web'], ['profile', 'list'], ['list', '--local'], ['status']]) {
      expect({ args, ...(await tokn(args, {}, below())) }).toMatchObject({ args, ...quiet })
    }
  })

  test('can be asked for in a folder that is gone', async () => {
    const gone = (line: string) =>
      startCommand(['sh', '-c', `mkdir gone && cd gone && rmdir ../gone && exec tokn ${line}`], {
        home,
      }).ended
    expect(JSON.parse((await gone('token --json')).out)).toMatchObject({ profile: 'web' })
    for (const line of ['profile bind web', 'profile unbind', 'token --config-dir relative']) {
      const { status, out, err } = await gone(line)
      expect({ line, status, out }).toEqual({ line, status: 2, out: '' })
      expect(err).toContain('tokn: error: the current folder is gone\n')
    }
  })
})

describe('a file that does not count', () => {
  test.skipIf(!requirePart('root'))('is told once, and not with -q: of another user', async () => {
    writeFileSync(file(), 'iot\n')
    chownSync(file(), stranger, stranger)
    const { profile, err } = await used()
    expect(profile).toBe('web')
    expect(err).toMatch(/^tokn: warning: \S+\.tokn is ignored: it belongs to another user\n$/)
    expect(await tokn(['token', '-q'], {}, below())).toMatchObject(quiet)
    const several = ['exec', '-e', 'A', '-e', 'B', '--', 'true']
    expect((await tokn(several, {}, below())).err.split('\n')).toHaveLength(2)
  })

  test.skipIf(!requirePart('mkfifo'))('is a pipe, for which nobody waits', async () => {
    execFileSync('mkfifo', [file()])
    const told = await tokn(['token'], {}, below())
    expect(told.err).toMatch(/\.tokn is ignored: it is not a regular file\n$/)
    for (const verb of ['bind', 'unbind']) {
      expect((await tokn(['profile', verb])).err).toContain('was not made by tokn')
    }
  })

  test('is one that everybody may write; a folder is none', async () => {
    writeFileSync(file(), 'iot\n')
    chmodSync(file(), 0o666)
    expect((await tokn(['token'])).err).toMatch(/is ignored: it can be written by everybody\n$/)
    rmSync(file())
    mkdirSync(file())
    expect(await used()).toEqual({ ...quiet, profile: 'web' })
    expect((await tokn(['profile', 'bind', 'web'])).err).toContain('it is a folder')
  })

  test.skipIf(!requireParts('root', 'setpriv'))('is root’s where it may be read', async () => {
    for (const part of ['bin', 'dist', 'package.json']) {
      const to = join(home.path, 'program', part)
      cpSync(join(dirname(program), '..', part), to, { recursive: true })
    }
    execFileSync('chmod', ['-R', 'a+rX', join(home.path, 'program'), home.work])
    chmodSync(home.path, 0o755)
    const own = join(home.path, 'stranger')
    mkdirSync(own)
    chownSync(own, stranger, stranger)
    const user = ['setpriv', `--reuid=${stranger}`, `--regid=${stranger}`, '--clear-groups']
    const env = { HOME: own, TMPDIR: undefined, XDG_CONFIG_HOME: undefined }
    const line = [process.execPath, join(home.path, 'program/bin/tokn.js'), 'token']
    const asStranger = () => startCommand([...user, ...line], { home, env, cwd: below() }).ended
    writeFileSync(file(), 'iot\n')
    const there = await asStranger()
    expect(there.err).toContain('there is no profile "iot", which ')
    chmodSync(file(), 0o600)
    const closed = await asStranger()
    expect(closed.err).toMatch(/^tokn: warning: \S+\.tokn is ignored: it cannot be read$/m)
    chownSync(file(), stranger, stranger)
    chmodSync(file(), 0o000)
    const mine = await asStranger()
    expect(mine.err).toMatch(/^tokn: error: cannot read \S+\.tokn: permission denied$/m)
    expect([there.status, closed.status, mine.status]).toEqual([3, 3, 2])
  })
})

describe('tokn profile bind', () => {
  test('by several at once leaves one file, and it is whole', async () => {
    const all = await Promise.all(
      ['web', 'web', 'web'].map((name) => tokn(['profile', 'bind', name])),
    )
    expect(all.map(({ status }) => status)).toEqual([0, 0, 0])
    expect(await used()).toEqual({ ...quiet, profile: 'web' })
    expect(readdirSync(home.work).toSorted()).toEqual(['.tokn', 'below'])
  })
})

describe('tokn which', () => {
  test.each<readonly [string, readonly string[], Environment, object]>([
    ['flag', ['web', '--store', 'file'], {}, { profile: 'web', store_source: 'flag' }],
    ['flag', ['-P', 'web'], { TOKN_PROFILE: 'iot' }, { profile: 'web', store_source: 'env' }],
    ['env', [], { TOKN_PROFILE: 'web' }, { profile: 'web', variable: 'TOKN_PROFILE' }],
    ['env', [], { TOKN_TOKEN: 'x' }, { profile: null, variable: 'TOKN_TOKEN', store: null }],
    ['env', [], { TOKN_TOKEN_FILE: '/x' }, { profile: null, variable: 'TOKN_TOKEN_FILE' }],
    ['env', [], { TOKN_PROVIDER: 'mcs' }, { profile: null, variable: 'TOKN_PROVIDER' }],
    ['env', [], { TOKN_IOT_TOKEN: 'x' }, { profile: null, variable: 'TOKN_IOT_TOKEN' }],
    ['env', ['web'], { TOKN_WEB_TOKEN: 'x' }, { profile: null, variable: 'TOKN_WEB_TOKEN' }],
    ['folder', [], {}, { profile: 'iot', store: 'file' }],
    ['folder', [], { TOKN_STORE: undefined }, { profile: 'iot', store_source: 'profile' }],
    ['folder', [], { TOKN_WEB_TOKEN: 'x' }, { profile: 'iot' }],
  ])('%s: %j %j', async (source, args, env, winner) => {
    writeFileSync(file(), 'iot\n')
    const seen = () => servers.api('hosterby').log.length + servers.api('rightech').log.length
    const before = seen()
    const { status, out, err } = await tokn(['which', '--json', ...args], env, below())
    expect({ status, err, seen: seen() }).toEqual({ ...quiet, seen: before })
    const document = JSON.parse(out) as { winner: object; losers: { source: string }[] }
    expect(document).toMatchObject({ schema: 'tokn.which/v1', winner: { source, ...winner } })
    expect(document.losers.map((one) => one.source)).toContain('default')
  })
})

describe('tokn env', () => {
  test('hands over a token of any kind, and nothing of it is a command', async () => {
    const trap = join(home.path, 'trap')
    const touch = `touch$IFS${trap}`
    const tokens = [`';${touch};'`, `$(${touch})\``, `\\';${touch};#`, `"|${touch}|"`, '%!^&']
    for (const token of tokens) {
      const script = 'eval "$(tokn env --shell sh)"; printf %s "$TOKN_ACCESS_TOKEN"'
      const env = { TOKN_TOKEN: token }
      const { out, err } = await startCommand(['sh', '-c', script], { home, env }).ended
      expect({ out, err }).toEqual({ out: token, err: '' })
      const guess = await tokn(['env'], { ...env, SHELL: '/bin/bash' })
      expect({ status: guess.status, out: guess.out }).toEqual({ status: 2, out: '' })
      expect(guess.err).toContain('tokn: hint: say which shell is to read it: --shell bash')
    }
    expect(readdirSync(home.path)).not.toContain('trap')
  })

  test.skipIf(!hasTerminal())('says in a terminal what to type', async () => {
    const line = ['script', '--quiet', '--return', '--command', 'tokn env web', '/dev/null']
    const env = { SHELL: '/bin/bash', TERM: 'dumb' }
    const { out } = await startCommand(line, { home, env }).ended
    expect(out).toContain('tokn: hint: to set it in this shell: eval "$(tokn env web)"')
  })
})
