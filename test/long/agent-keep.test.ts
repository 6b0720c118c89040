import { execFileSync } from 'node:child_process'
import { scryptSync } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { makeHome, type Environment, type Home } from '../support/home.ts'
import { requireParts } from '../support/parts.ts'
import { run, start, type Ended, type Running } from '../support/run.ts'
import { logInToStrictApi, startStrictApi, type StrictApi } from '../support/strict-api.ts'
import { hasTerminal, openTerminal, type Terminal } from '../support/terminal.ts'
import { until } from '../support/until.ts'

let home: Home
let api: StrictApi
let env: Record<string, string | undefined>
let socket: string
let agent: Running | undefined

beforeAll(async () => {
  home = makeHome()
  const runtime = join(home.path, 'run')
  mkdirSync(runtime, { mode: 0o700 })
  socket = join(runtime, 'tokn/agent.sock')
  env = { XDG_RUNTIME_DIR: runtime, TOKN_STORE_KEY: undefined, TOKN_PASSPHRASE: 'of the store' }
  api = await startStrictApi()
  await logInToStrictApi({ ...home, environment: { ...home.environment, ...env } }, api, 'web')
  env = { ...env, TOKN_PASSPHRASE: undefined, TOKN_STORE_KEY: keyOf('of the store') }
})
afterEach(async () => {
  agent?.child.kill('SIGTERM')
  await agent?.ended
  agent = undefined
})
afterAll(async () => {
  await api?.close()
  home?.remove()
})

/** The key that the passphrase gives, which opens the same files in a moment. */
function keyOf(passphrase: string): string {
  const text = readFileSync(join(home.sessions, 'vault.json'), 'utf8')
  const { salt, N, r, p } = JSON.parse(text) as Record<'N' | 'r' | 'p', number> & { salt: string }
  const options = { N, r, p, maxmem: 256 * N * r }
  return scryptSync(passphrase, Buffer.from(salt, 'base64url'), 32, options).toString('base64url')
}

/** An agent in the foreground, when it answers at `path`. */
async function open(flags: readonly string[] = [], more: Environment = {}, path = socket) {
  agent = start(['agent', 'run', ...flags], { home, env: { ...env, ...more } })
  const ended = agent.ended.then(({ err }) => {
    throw new Error(err)
  })
  ended.catch(() => undefined)
  await Promise.race([until(() => existsSync(path)), ended])
}

async function tokn(line: string, more: Environment = {}, input?: string): Promise<Ended> {
  return await run(line.split(' '), { home, env: { ...env, ...more }, input })
}

interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: string
}

async function ask(path: string, at = socket): Promise<Reply> {
  return await new Promise((resolve, reject) => {
    const sent = request({ socketPath: at, path, agent: false }, (reply) => {
      let body = ''
      reply.setEncoding('utf8').on('data', (part: string) => (body += part))
      reply.on('end', () =>
        resolve({ status: reply.statusCode ?? 0, headers: reply.headers, body }),
      )
    })
    sent.on('error', reject).end()
  })
}

const noKey = { TOKN_STORE_KEY: undefined }

test('says what it was started with, and whom it does not serve', async () => {
  const file = join(home.path, 'held')
  mkdirSync(file, { mode: 0o700 })
  const path = join(file, 'web')
  await open(['--lifetime', '12h', '--token-file', path])
  const { configuration, lifetime, idle_exit, confirm, token_files } = JSON.parse(
    (await tokn('agent status --json')).out,
  ) as Record<string, unknown>
  expect({ lifetime, idle_exit, confirm, token_files }).toEqual({
    lifetime: 43_200,
    idle_exit: null,
    confirm: false,
    token_files: [{ profile: 'web', path }],
  })
  const { out } = await tokn('agent status')
  expect(out.split('\n').slice(1, 4)).toEqual([
    `with the profiles of ${String(configuration)}`,
    'locks itself 12h after its start, and after each unlocking',
    `keeps the token of "web" in ${path}`,
  ])
  expect((await tokn('agent start')).err).not.toContain('profiles of')
  const others = await tokn('agent start', { TOKN_CONFIG_DIR: join(home.path, 'others') })
  expect(others).toMatchObject({ status: 0 })
  expect(others.err).toContain(
    `the agent that is running has the profiles of ${String(configuration)}, and is not asked for those of ${home.path}/others`,
  )
})

describe('a lock', () => {
  test('J2: has nothing given out, and a plain unlock opens a plain one', async () => {
    await open([], {})
    const before = await ask('/token/web')
    expect(before).toMatchObject({ status: 200, body: expect.stringMatching(/^[0-9a-f]{32}\n$/) })
    expect(await tokn('agent lock')).toMatchObject({ status: 0, out: '' })
    for (const path of ['/token/web', '/header/web', '/auth/web', '/token/other', '/get?uri=x:']) {
      expect(await ask(path), path).toMatchObject({
        status: path.startsWith('/get') ? 400 : 404,
        body: '',
      })
    }
    expect(await ask(`/get?uri=${api.origin}/a`)).toMatchObject({ status: 404, body: '' })
    expect(await ask('/session/web')).toMatchObject({ status: 423, body: '' })
    const told = JSON.parse((await ask('/status')).body) as object
    expect(told).toMatchObject({ locked: true, passphrase: false, profiles: [] })
    for (const line of ['token web', 'header web --min-ttl 1m', 'token web --refresh force']) {
      const barred = await tokn(line)
      expect(barred).toMatchObject({ status: 8, out: '' })
      expect(barred.err).toBe('tokn: error: the agent is locked\ntokn: hint: tokn agent unlock\n')
    }
    // What opens the store is dropped too, though the agent was started with it.
    expect(told).toMatchObject({ store_closed: true })
    expect(await tokn('agent unlock')).toMatchObject({ status: 0 })
    expect(await ask('/token/web')).toMatchObject({ status: 200, body: before.body })
  })

  test('wants a passphrase where a file is given for one', async () => {
    await open()
    const ended = await tokn('agent lock --passphrase-file -', {}, '')
    expect(ended).toMatchObject({ status: 2, out: '' })
    expect(ended.err).toContain(
      'the passphrase is empty, so nothing was locked\ntokn: hint: leave out',
    )
    expect(JSON.parse((await ask('/status')).body)).toMatchObject({ locked: false })
  })

  test('with a passphrase is opened by that alone, and by nothing for a while after a wrong one', async () => {
    await open()
    const file = '--passphrase-file -'
    expect(await tokn(`agent lock ${file}`, {}, 'correct horse\n')).toMatchObject({ status: 0 })
    expect((await tokn('agent status')).out).toContain('locked, and only its passphrase unlocks it')
    expect(await tokn('agent unlock')).toMatchObject({ status: 8 })
    for (let tries = 0; tries < 3; tries++) {
      const wrong = await tokn(`agent unlock ${file}`, {}, 'wrong')
      expect(wrong).toMatchObject({ status: 8, out: '' })
      expect(wrong.err).toContain('hint: tokn agent unlock')
      if (tries === 0) expect(wrong.err).toContain('--passphrase-file FILE')
    }
    const early = await tokn(`agent unlock ${file} --timeout 1s`, {}, 'correct horse')
    expect(early.status).toBe(early.err.includes('looks at no other') ? 8 : 0)
    expect(await tokn(`agent unlock ${file}`, {}, 'correct horse')).toMatchObject({ status: 0 })
    expect(await ask('/token/web')).toMatchObject({ status: 200 })
  })

  test('of the store is opened by its passphrase, whose key also refreshes', async () => {
    await open([], noKey)
    expect(await ask('/token/web')).toMatchObject({ status: 503 })
    expect(await ask('/session/web')).toMatchObject({ status: 424 })
    for (const command of ['token', 'header']) {
      const without = await tokn(`${command} web`, noKey)
      expect(without).toMatchObject({ status: 8, out: '' })
      expect(without.err).toMatch(/^tokn: hint: tokn agent unlock\n {2}set TOKN_/m)
    }
    expect(await tokn('token web')).toMatchObject({ status: 0, err: '' })
    expect(await tokn('agent unlock', noKey)).toMatchObject({ status: 8 })
    const wrong = await tokn('agent unlock', { ...noKey, TOKN_PASSPHRASE: 'of another' })
    expect(wrong).toMatchObject({ status: 8 })
    expect(wrong.err).toContain('does not open the file store')
    const right = { ...noKey, TOKN_PASSPHRASE: 'of the store' }
    expect(await tokn('agent unlock', right)).toMatchObject({ status: 0 })
    const { headers } = await ask('/auth/web')
    const before = api.refreshes()
    const again = await ask(`/auth/web?rejected=${headers['x-tokn-generation']}`)
    expect(again).toMatchObject({ status: 200 })
    expect(again.headers['authorization']).not.toBe(headers['authorization'])
    expect(api.refreshes()).toBe(before + 1)
  })
})

describe.runIf(hasTerminal())('a lock, typed by a person,', () => {
  const type = async (line: string, ...keys: readonly string[]) => {
    const terminal = openTerminal(line.split(' '), home, { ...env, TERM: 'dumb' })
    for (const [index, one] of keys.entries()) {
      await until(() => questions(terminal) > index)
      terminal.type(one)
    }
    return await terminal.ended
  }
  const questions = (terminal: Terminal) =>
    terminal.shown().match(/Passphrase (that|of)|The same passphrase/g)?.length ?? 0

  test('wants its passphrase twice, and asks for it again three times at most', async () => {
    await open()
    expect(await type('agent lock', 'one\r', 'two\r')).toMatchObject({ status: 2, out: '' })
    expect(await type('agent lock', '\u0004')).toMatchObject({ status: 130 })
    expect(await ask('/token/web')).toMatchObject({ status: 200 })
    const locked = await type('agent lock', 'one\r', 'one\r')
    expect(locked).toMatchObject({ status: 0 })
    expect(await type('agent unlock', 'a\r', 'b\r', 'c\r')).toMatchObject({ status: 8 })
    expect(await type('agent unlock', 'a\r', 'one\r')).toMatchObject({ status: 0 })
    expect(await type('agent lock', '\r')).toMatchObject({ status: 0 })
    expect(await tokn('agent unlock')).toMatchObject({ status: 0 })
  })

  test('and the passphrase of the store, which opens it after a wrong one too', async () => {
    await open([], noKey)
    const before = env
    env = { ...env, ...noKey }
    try {
      const unlocked = await type('agent unlock', 'of another\r', 'of the store\r')
      expect(unlocked).toMatchObject({ status: 0 })
      expect(unlocked.err).toContain('it holds the key of the file store')
    } finally {
      env = before
    }
    expect(await ask('/token/web')).toMatchObject({ status: 200 })
  })
})

test('J2: whatever is under way when an agent is locked, nothing is given out after that', async () => {
  await open()
  let over = false
  const late: Reply[] = []
  const askOn = async (path: string) => {
    for (;;) {
      const asked = over
      const reply = await ask(path)
      if (reply.status !== 200) return
      if (asked) late.push(reply)
    }
  }
  const paths = ['/token/web', '/auth/web', '/header/web?min_ttl=1s', '/auth/web?rejected=1']
  const all = paths.flatMap((path) => Array.from({ length: 5 }, () => askOn(path)))
  await delay(200)
  expect(await tokn('agent lock')).toMatchObject({ status: 0 })
  over = true
  await Promise.all(all)
  expect(late).toEqual([])
  expect(await tokn('agent unlock')).toMatchObject({ status: 0 })
})

describe('a limit', () => {
  test('of its life locks an agent, again and again', async () => {
    await open(['--lifetime', '1s'])
    expect(await ask('/token/web')).toMatchObject({ status: 200 })
    for (let times = 0; times < 2; times++) {
      await until(async () => (await ask('/token/web')).status === 404)
      expect(await tokn('agent unlock')).toMatchObject({ status: 0 })
      expect(await ask('/token/web')).toMatchObject({ status: 200 })
    }
  })

  test('of idleness ends an agent that nobody asks, and leaves nothing', async () => {
    await open(['--idle-exit', '1s'])
    for (let times = 0; times < 4; times++) {
      await delay(400)
      expect(await ask('/status')).toMatchObject({ status: 200 })
    }
    expect(await agent?.ended).toMatchObject({ status: 0, out: '' })
    expect(readdirSync(join(socket, '..'))).toEqual([])
  })

  test('that is a person: each use is asked about, and a no holds for a moment', async () => {
    const program = join(home.path, 'askpass')
    const asked = join(home.path, 'asked')
    const answer = join(home.path, 'answer')
    writeFileSync(
      program,
      `#!/bin/sh\necho "$SSH_ASKPASS_PROMPT $* [\${TOKN_STORE_KEY-}]" >> '${asked}'\n. '${answer}'\n`,
    )
    chmodSync(program, 0o755)
    writeFileSync(answer, 'exit 0')
    await open(['--confirm'], { TOKN_ASKPASS: program, SSH_ASKPASS: '/nowhere' })
    expect(await ask('/token/web')).toMatchObject({ status: 200 })
    const lines = () => readFileSync(asked, 'utf8').trim().split('\n')
    expect(lines()).toEqual([expect.stringMatching(/^confirm .*\bweb\b.*token.* \[\]$/)])
    writeFileSync(answer, 'echo no; exit 0')
    const all = await Promise.all(Array.from({ length: 5 }, () => ask('/token/web')))
    expect(all.map(({ status, body }) => `${status}${body}`)).toEqual(Array(5).fill('403'))
    expect(lines()).toHaveLength(2)
    expect(await ask('/status')).toMatchObject({ status: 200 })
    expect(lines()).toHaveLength(2)
  })

  test('that is a person needs a program that asks', async () => {
    const nobody = { TOKN_ASKPASS: '', SSH_ASKPASS: undefined }
    const ended = await tokn('agent run --confirm', nobody)
    expect(ended).toMatchObject({ status: 2, out: '' })
    expect(ended.err).toContain('hint: set SSH_ASKPASS')
    expect(await tokn('agent start --confirm', nobody)).toMatchObject({ status: 2 })
    for (const program of ['/nowhere', 'no-such-program', home.path]) {
      const refused = await tokn('agent start --confirm', { SSH_ASKPASS: program })
      expect(refused).toMatchObject({ status: 2, out: '' })
      expect(refused.err).toContain(`${program} cannot be run`)
    }
    expect(await tokn('agent start --confirm', { SSH_ASKPASS: 'false' })).toMatchObject({
      status: 0,
    })
    expect((await tokn('agent start --confirm')).err).toContain('tokn agent stop first')
    expect((await tokn('token web')).err).toContain('the use of the token was not allowed')
    expect(await tokn('agent stop')).toMatchObject({ status: 0 })
    await open(['--confirm'], { SSH_ASKPASS: 'false' })
    expect(await ask('/token/web')).toMatchObject({ status: 403 })
  })
})

describe('a token file', () => {
  const at = (...parts: readonly string[]) => join(home.path, 'tokens', ...parts)
  beforeAll(() => mkdirSync(at(), { mode: 0o700 }))

  test('follows the session, and goes with a lock and with the agent', async () => {
    await open(['--token-file', at('web'), '--token-file', `${at('same')}=web`])
    await until(() => existsSync(at('same')) && existsSync(at('web')))
    const { body } = await ask('/token/web')
    expect(`${readFileSync(at('web'), 'utf8')}\n`).toBe(body)
    expect(lstatSync(at('web')).mode & 0o777).toBe(0o600)
    expect(await tokn('refresh web')).toMatchObject({ status: 0 })
    await until(() => `${readFileSync(at('web'), 'utf8')}\n` !== body)
    expect(await tokn('agent lock')).toMatchObject({ status: 0 })
    expect(readdirSync(at())).toEqual([])
    expect(await tokn('agent unlock')).toMatchObject({ status: 0 })
    await until(() => existsSync(at('web')))
    agent?.child.kill('SIGTERM')
    expect(await agent?.ended).toMatchObject({ status: 0 })
    expect(readdirSync(at())).toEqual([])
  })

  test('J4: left by an agent that was killed goes, and a file of somebody else never', async () => {
    await open(['--token-file', `${at('left')}=web`])
    await until(() => existsSync(at('left')))
    agent?.child.kill('SIGKILL')
    await agent?.ended
    rmSync(socket)
    writeFileSync(at('mine'), 'a key')
    const refused = await tokn(`agent run --token-file ${at('mine')}=web`)
    expect(refused).toMatchObject({ status: 2, out: '' })
    expect(refused.err).toContain('is no token file of tokn')
    expect(readFileSync(at('mine'), 'utf8')).toBe('a key')
    rmSync(at('mine'))
    await open(['--token-file', `${at('left')}=web`], noKey)
    await until(() => !existsSync(at('left')))
  })

  test.each([
    ['--token-file NAME/', 'names no file'],
    ['--token-file /tmp/web', 'has to be yours'],
    ['--token-file LINK/web', 'has to be yours, no link'],
    ['--token-file OPEN/web', /hint: chmod 0700 [^ ]*\/open\n/],
    ['--token-file OPEN/none/web', /hint: mkdir -p -m 0700 [^ ]*\/open\/none\n/],
    ['--token-file SAME --token-file SAME', 'twice'],
    ['--token-file SAME --idle-exit 1h', 'never idle'],
  ])('is refused: %s', async (line, why) => {
    mkdirSync(join(home.path, 'open'), { recursive: true, mode: 0o755 })
    rmSync(join(home.path, 'link'), { force: true })
    symlinkSync(at(), join(home.path, 'link'))
    const typed = line
      .replaceAll('SAME', at('web'))
      .replace('NAME', at())
      .replace('OPEN', join(home.path, 'open'))
      .replace('LINK', join(home.path, 'link'))
    const ended = await tokn(`agent run ${typed}`)
    expect(ended).toMatchObject({ status: 2, out: '' })
    expect(ended.err).toMatch(why)
    expect(existsSync(socket)).toBe(false)
  })
})

describe.runIf(requireParts('linux', 'root', 'setpriv', 'curl'))('a socket for a group', () => {
  const group = 54_322
  let folder: string
  let place: string
  const flags = () => ['--socket', place, '--group', String(group), '--profile', 'web']
  const as = (gid: number, path: string) => {
    const user = ['--reuid=54321', `--regid=${gid}`, '--clear-groups']
    const curl = ['curl', '-s', '-o', '/dev/null', '-w', '%{http_code}', '--unix-socket', place]
    try {
      return execFileSync('setpriv', [...user, ...curl, `http://tokn${path}`]).toString()
    } catch (error) {
      return String((error as { stdout: Buffer }).stdout)
    }
  }

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tokn-group-'))
    place = join(folder, 'web.sock')
    chownSync(folder, 0, group)
    chmodSync(folder, 0o750)
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test('J1: answers its group, for one profile, and nothing but /auth', async () => {
    await open(flags(), {}, place)
    expect(lstatSync(place)).toMatchObject({ gid: group, uid: 0 })
    expect(lstatSync(place).mode & 0o777).toBe(0o660)
    expect(as(group, '/auth/web')).toBe('200')
    expect(as(group + 1, '/auth/web')).toBe('000')
    const others = ['/token/web', '/header/web', '/session/web', '/status', '/auth/other', '/lock']
    for (const path of others) expect(as(group, path), path).toBe('404')
    expect(existsSync(socket)).toBe(false)
  })

  test('is replaced after a kill, and refused where another agent answers', async () => {
    await open(flags(), {}, place)
    expect((await tokn(`agent run ${flags().join(' ')}`)).status).toBe(9)
    agent?.child.kill('SIGKILL')
    await agent?.ended
    expect(existsSync(place)).toBe(true)
    const before = lstatSync(place).ino
    agent = start(['agent', 'run', ...flags()], { home, env })
    await until(() => lstatSync(place).ino !== before)
    expect(as(group, '/auth/web')).toBe('200')
    agent.child.kill('SIGTERM')
    await agent.ended
    expect(readdirSync(folder)).toEqual([])
  })

  test('needs a folder that its group gets through, and that nobody else can write', async () => {
    const refused = async (mode: number) => {
      chmodSync(folder, mode)
      const { status, err } = await tokn(`agent run ${flags().join(' ')}`)
      chmodSync(folder, 0o750)
      expect(readdirSync(folder)).toEqual([])
      return `${status} ${err}`
    }
    expect(await refused(0o700)).toMatch(/^2 .*cannot get through/)
    expect(await refused(0o770)).toMatch(/^8 /)
    const line = `agent run --socket ${place} --profile web --group`
    expect((await tokn(`${line} no-such-group`)).err).toContain('there is no group')
    expect(await tokn(`agent run --socket ${place} --profile web`)).toMatchObject({ status: 2 })
    const nowhere = place.replace('web.sock', 'none/web.sock')
    const none = await tokn(`agent run --socket ${nowhere} --profile web --group ${group}`)
    expect(none).toMatchObject({ status: 2, out: '' })
    expect(none.err).toContain(`hint: install -d -m 0750 -g ${group} `)
    const pasted = await tokn('login query --provider mcs --with-token', {}, 'a-pasted-token')
    expect(pasted.status).toBe(0)
    const query = await tokn(`agent run --socket ${place} --profile query --group ${group}`)
    expect(query).toMatchObject({ status: 2, out: '' })
    expect(query.err).toContain('no header carries the token of query')
    writeFileSync(place, 'mine')
    expect(await tokn(`${line} ${group}`)).toMatchObject({ status: 8 })
    expect(readFileSync(place, 'utf8')).toBe('mine')
    rmSync(place)
  })
})

test('what has an agent started names everything by its path, and goes with the links to it', async () => {
  const units = join(home.path, 'config/systemd/user')
  const installed = await tokn('agent install --json', { TOKN_CONFIG_DIR: 'a b/100%' })
  expect(installed).toMatchObject({ status: 0, err: '' })
  const service = readFileSync(join(units, 'tokn-agent.service'), 'utf8')
  const folder = join(home.work, 'a b/100%%')
  expect(service).toContain(`"agent" "run" "--config-dir" "${folder}"\n`)
  expect(service).toContain(`ExecStart="${process.execPath}" `)
  expect(JSON.parse(installed.out)).toMatchObject({
    files: [{ change: 'written' }, { change: 'written', text: service }],
    next: expect.stringContaining('systemctl --user enable --now tokn-agent.socket'),
  })
  // As systemctl enable does it.
  const wants = join(units, 'sockets.target.wants')
  mkdirSync(wants)
  symlinkSync(join(units, 'tokn-agent.socket'), join(wants, 'tokn-agent.socket'))
  symlinkSync('/lib/systemd/user/other.socket', join(wants, 'other.socket'))
  expect(await tokn('agent install --undo')).toMatchObject({ status: 0, out: '' })
  expect(readdirSync(units)).toEqual(['sockets.target.wants'])
  expect(readdirSync(wants)).toEqual(['other.socket'])
})
