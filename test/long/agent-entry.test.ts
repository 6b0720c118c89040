import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeHome, program, type Environment, type Home } from '../support/home.ts'
import { requirePart } from '../support/parts.ts'
import { run, startCommand, type Ended } from '../support/run.ts'
import { addressOf, credentialsOf, startServers, type Servers } from '../support/servers.ts'

const recorder = join(import.meta.dirname, '../support/record-loads.cjs')

let home: Home
let servers: Servers
let runtime: string

beforeAll(async () => {
  home = makeHome()
  servers = await startServers(['hosterby', 'mcs'])
  runtime = join(home.path, 'run')
  mkdirSync(runtime, { mode: 0o700 })
  for (const [name, server] of [
    ['web', 'hosterby'],
    ['vis', 'mcs'],
  ] as const) {
    const api = servers.api(server)
    const ended = await tokn(['login', name, ...addressOf(api)], credentialsOf(api))
    expect(ended, ended.err).toMatchObject({ status: 0 })
  }
  expect(await tokn(['profile', 'use', 'web'])).toMatchObject({ status: 0 })
  expect(await tokn(['agent', 'start'])).toMatchObject({ status: 0 })
})

afterAll(async () => {
  await tokn(['agent', 'stop'])
  await servers.close()
  home.remove()
})

async function tokn(args: readonly string[], env: Environment = {}, cwd = home.work) {
  return await run(args, { home, env: { XDG_RUNTIME_DIR: runtime, ...env }, cwd })
}

/** The same, and which of our files that took, by their names. */
async function watched(words: string, env: Environment = {}, cwd = home.work) {
  const target = join(home.path, 'loads.json')
  const node = ['--require', recorder]
  const given = { XDG_RUNTIME_DIR: runtime, ...env, LOADS_FILE: target }
  const ended = await run(split(words), { home, env: given, cwd, node })
  const { files, connections } = JSON.parse(readFileSync(target, 'utf8')) as {
    files: string[]
    connections: string[]
  }
  const loaded = files.filter((path) => path.endsWith('.cjs')).map((path) => basename(path))
  return { ended, whole: loaded.includes('start.cjs'), asked: connections.length }
}

function split(words: string): readonly string[] {
  return words.split(' ').map((word) => (word === "''" ? '' : word))
}

/** Without the seconds that have passed between two calls. */
function untimed(ended: Ended): Ended {
  return { ...ended, out: ended.out.replace(/("expires_in": )\d+/, '$1') }
}

/** It says nothing, and is none of those that the entry knows. */
const whole = { TOKN_DEBUG: 'off' }

describe('what is answered before the program is loaded, the program answers with the same words', () => {
  test.each<[string, Environment?]>([
    ['token'],
    ['token web'],
    ['token vis'],
    ['token -P web'],
    ['token --profile=web'],
    ['token --profile web --min-ttl 1m'],
    ['token web --min-ttl=0s'],
    ['token web -o raw'],
    ['token web --output raw -n'],
    ['token web -q'],
    ['header web'],
    ['header'],
    ['header web -o header --min-ttl 30s'],
    ['header -P web --output=value -q'],
    ['token', { TOKN_PROFILE: 'vis' }],
    ['token web', { TOKN_PROFILE: 'vis' }],
    ['token web', { TOKN_MIN_TTL: '1m' }],
    ['token web', { TOKN_STORE: undefined, TOKN_STORE_KEY: undefined }],
    ['token web', { TOKN_TOKEN: '', TOKN_WEB_TOKEN: '', TOKN_PROFILE: '' }],
    ['token web', { TOKN_NO_COLOR: '1', TOKN_NO_INPUT: '1', TOKN_EXPIRES_AT: 'x' }],
    ['token web', { TOKN_ACCESS_TOKEN: 'of exec' }],
    ['token web', { LANG: 'de_DE.UTF-8', CI: '1' }],
  ])('tokn %s %j', async (words, env = {}) => {
    const [quick, full] = [await watched(words, env), await watched(words, { ...env, ...whole })]
    expect(quick).toMatchObject({ whole: false, asked: 1, ended: { status: 0, err: '' } })
    expect(full).toMatchObject({ whole: true, asked: 1, ended: quick.ended })
  })
})

test('a socket that is named answers for a profile that is named', async () => {
  const named = { TOKN_AGENT_SOCK: join(runtime, 'tokn/agent.sock'), TOKN_STORE: undefined }
  const quick = await watched('token web', named)
  expect(quick).toMatchObject({ whole: false, asked: 1, ended: { status: 0, err: '' } })
  expect(await watched('token web', { ...named, ...whole })).toMatchObject({ ended: quick.ended })
  // Which profile is meant where none is named, only the program finds out.
  expect(await watched('token', named)).toMatchObject({ whole: true, ended: quick.ended })
  // From where there is no configuration at all, the name is enough.
  const far = { ...named, HOME: join(home.path, 'far'), XDG_CONFIG_HOME: undefined }
  expect(await watched('token web', far)).toMatchObject({ whole: false, ended: quick.ended })
  const gone = { TOKN_AGENT_SOCK: join(runtime, 'tokn/gone.sock') }
  expect(await watched('token web', gone)).toMatchObject({ whole: true, ended: quick.ended })
  expect(await watched('token web', { TOKN_AGENT_SOCK: 'relative' })).toMatchObject({ whole: true })
})

describe('what is not plain is left to the program', () => {
  test.each<[string, number, Environment?]>([
    ['token nope', 3],
    ["token ''", 2],
    ['token Web', 2],
    ['token web extra', 2],
    ['token web -P web', 0],
    ['token web -P vis', 2],
    ['token web --min-ttl soon', 2],
    ['token web --min-ttl 1000h', 10],
    ['token web -o json', 0],
    ['token web -o env', 0],
    ['token web -o nothing', 2],
    ['token web --json', 0],
    ['token web --store file', 0],
    ['token web --no-input', 0],
    ['token web --timeout 9s', 0],
    ['token web --refresh never', 0],
    ['token web --help', 0],
    ['token web --', 0],
    ['header web -n', 2],
    ['header web -o curl', 0],
    ['header vis', 2],
    ['header vis -o value', 2],
    ['token web', 0, { TOKN_TOKEN: 'given' }],
    ['token web', 0, { TOKN_WEB_TOKEN: 'given' }],
    ['token', 2, { TOKN_PROFILE: 'Web' }],
    ['token', 3, { TOKN_PROFILE: 'nope' }],
    ['token', 2, { TOKN_PROFILE: 'a\nb' }],
    ['token web', 2, { TOKN_STORE: 'nowhere' }],
    ['token web', 4, { TOKN_STORE: 'memory' }],
    ['token web', 2, { TOKN_MIN_TTL: 'soon' }],
    ['token web', 10, { TOKN_MIN_TTL: '1000h' }],
    ['token web', 3, { TOKN_CONFIG_DIR: '/nonexistent' }],
    ['token web', 0, { TOKN_TIMEOUT: '9s' }],
    ['token web', 2, { TOKN_TIMEOUT: 'soon' }],
    ['token web', 0, { TOKN_AGENT_SOCK: 'off' }],
    ['token web', 0, { TOKN_AGENT_SOCK: '' }],
    ['token web', 0, { XDG_RUNTIME_DIR: '/nonexistent' }],
    ['token web', 2, { NODE_OPTIONS: '--heapsnapshot-signal=SIGUSR2' }],
    ['token web', 0, { NODE_OPTIONS: '--max-old-space-size=512' }],
    ['token web', 0, { TOKN_SOMETHING: 'new' }],
  ])('tokn %s: %i %j', async (words, status, env = {}) => {
    const { ended, whole: loaded } = await watched(words, env)
    expect({ status: ended.status, loaded }).toEqual({ status, loaded: true })
    const again = (await watched(words, { TOKN_DEBUG: 'off', ...env })).ended
    expect(untimed(ended)).toEqual(untimed(again))
  })

  test('a folder that is bound to a profile', async () => {
    const bound = join(home.work, 'bound')
    mkdirSync(join(bound, 'below'), { recursive: true })
    writeFileSync(join(bound, '.tokn'), 'vis\n')
    const named = (await tokn(['token', 'vis'])).out
    for (const cwd of [bound, join(bound, 'below')]) {
      const { ended, whole: loaded } = await watched('token', {}, cwd)
      expect({ loaded, ...ended }).toEqual({ loaded: true, status: 0, out: named, err: '' })
      expect((await watched('token web', {}, cwd)).whole).toBe(false)
    }
    rmSync(bound, { recursive: true })
  })

  test('a home of which nobody knows, and one of another user', async () => {
    expect((await watched('token web', { HOME: undefined })).whole).toBe(true)
    expect((await watched('token web', { HOME: 'relative' })).whole).toBe(true)
    expect((await watched('token web', { SUDO_UID: '1000' })).whole).toBe(true)
  })

  test('a folder of states that is not the one of the agent: what is asked is what the program asks', async () => {
    const other = { XDG_DATA_HOME: join(home.path, 'elsewhere') }
    const { ended, whole: loaded, asked } = await watched('token web', other)
    expect(loaded).toBe(true)
    // Once before and not again, and once for the profile that it then knows of.
    expect(asked).toBe((await watched('token web', { ...other, ...whole })).asked)
    expect(ended.status).toBe(4)
  })

  test.skipIf(!requirePart('script'))('a terminal, where a person is told more', async () => {
    const target = join(home.path, 'loads.json')
    const line = `'${process.execPath}' --require '${recorder}' '${program}' token web`
    const { out } = await startCommand(['script', '-qec', line, '/dev/null'], {
      home,
      env: { XDG_RUNTIME_DIR: runtime, LOADS_FILE: target },
    }).ended
    expect(out).toContain('eyJ')
    expect(readFileSync(target, 'utf8')).toContain('start.cjs')
  })
})

describe('an agent that gives no plain answer', () => {
  test('is not gone around where it is locked', async () => {
    writeFileSync(join(home.work, 'passphrase'), 'one of a lock\n', { mode: 0o600 })
    expect(await tokn(['agent', 'lock', '--passphrase-file', 'passphrase'])).toMatchObject({
      status: 0,
    })
    const { ended, asked } = await watched('token web')
    expect(await watched('token web', whole)).toMatchObject({ ended, asked })
    expect(ended).toMatchObject({ status: 8, out: '' })
    expect(ended.err).toContain('tokn agent unlock')
    const opened = await tokn(['agent', 'unlock', '--passphrase-file', 'passphrase'])
    expect(opened, opened.err).toMatchObject({ status: 0 })
    expect((await watched('token web')).whole).toBe(false)
  })

  test('is not asked at a socket that others can use', async () => {
    const socket = join(runtime, 'tokn/agent.sock')
    chmodSync(socket, 0o666)
    const { ended, whole: loaded, asked } = await watched('token web')
    expect({ loaded, asked, status: ended.status }).toEqual({ loaded: true, asked: 0, status: 0 })
    expect(ended).toEqual((await watched('token web', whole)).ended)
    chmodSync(socket, 0o600)
    chmodSync(join(runtime, 'tokn'), 0o755)
    expect(await watched('token web')).toMatchObject({ whole: true, asked: 0 })
    chmodSync(join(runtime, 'tokn'), 0o700)
    expect((await watched('token web')).whole).toBe(false)
  })

  test('has every warning told once, by the program', async () => {
    const api = servers.api('hosterby')
    const document = { do: 'merge', under: 'payload' } as const
    const dateExpires = new Date(Date.now() + 1_500).toISOString()
    api.control.replaceFaults([{ ...document, body: { dateExpires } }])
    await tokn(['login', 'short', ...addressOf(api)], credentialsOf(api))
    api.control.replaceFaults([{ do: 'status', status: 503, path: '/token/refresh', body: {} }])
    await new Promise((resolve) => setTimeout(resolve, 1_600))
    const { ended, whole: loaded, asked } = await watched('token short')
    expect({ loaded, asked, out: ended.out }).toEqual({ loaded: true, asked: 1, out: '' })
    expect(ended.status).toBe(7)
    api.control.replaceFaults([])
    expect(await watched('token short')).toMatchObject({ whole: false, ended: { status: 0 } })
  })

  test('is asked once where it has died, and left a socket behind', async () => {
    const own = join(home.path, 'dead-run')
    mkdirSync(join(own, 'tokn'), { recursive: true, mode: 0o700 })
    const bind = `require('node:net').createServer().listen('${own}/tokn/agent.sock', () => process.kill(process.pid, 'SIGKILL'))`
    const line = ['sh', '-c', 'umask 177; "$@"; true', 'sh', process.execPath, '-e', bind]
    await startCommand(line, { home }).ended
    const left = { XDG_RUNTIME_DIR: own }
    const { ended, whole: loaded, asked } = await watched('token web', left)
    expect({ loaded, status: ended.status, err: ended.err }).toEqual({
      loaded: true,
      status: 0,
      err: '',
    })
    expect(asked).toBe((await watched('token web', { ...left, ...whole })).asked)
  })

  test.each([
    ['nothing, and hangs up', ''],
    ['nonsense', 'hello\r\n\r\n'],
    ['another document', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}'],
    ['more than it said', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n{}'],
  ])('says %s: the program does without', async (_, said) => {
    const own = join(home.path, 'other-run')
    mkdirSync(join(own, 'tokn'), { recursive: true, mode: 0o700 })
    const mask = process.umask(0o177)
    const server = createServer((socket) => {
      socket.on('error', () => undefined)
      socket.once('data', () => socket.end(said))
    })
    await new Promise<void>((resolve) => server.listen(join(own, 'tokn/agent.sock'), resolve))
    process.umask(mask)
    try {
      const { ended, whole: loaded } = await watched('token web', { XDG_RUNTIME_DIR: own })
      expect({ loaded, ...ended }).toMatchObject({ loaded: true, status: 0, err: '' })
      expect(ended.out).toMatch(/^eyJ/)
    } finally {
      await new Promise((resolve) => server.close(resolve))
      rmSync(own, { recursive: true })
    }
  })
})

describe('a token that was answered at once', () => {
  test('goes to nobody, and that is no failure', async () => {
    const line = `'${process.execPath}' '${program}' token web | true; echo "\${PIPESTATUS[0]}"`
    const env = { XDG_RUNTIME_DIR: runtime }
    const ended = await startCommand(['bash', '-c', line], { home, env }).ended
    expect(ended).toEqual({ status: 0, out: '0\n', err: '' })
  })

  test.skipIf(process.platform !== 'linux')('says so where the disk is full', async () => {
    const line = `'${process.execPath}' '${program}' token web > /dev/full`
    const env = { XDG_RUNTIME_DIR: runtime }
    const ended = await startCommand(['bash', '-c', line], { home, env }).ended
    const full = await startCommand(['bash', '-c', line], { home, env: { ...env, ...whole } }).ended
    expect(ended).toEqual(full)
    expect(ended).toMatchObject({ status: 1, out: '' })
  })

  test('opens no debugger for a signal', async () => {
    const own = join(home.path, 'silent-run')
    mkdirSync(join(own, 'tokn'), { recursive: true, mode: 0o700 })
    const mask = process.umask(0o177)
    let asked: () => void = () => undefined
    const first = new Promise<void>((resolve) => (asked = resolve))
    const server = createServer((socket) => {
      socket.on('error', () => undefined)
      socket.once('data', () => asked())
    })
    await new Promise<void>((resolve) => server.listen(join(own, 'tokn/agent.sock'), resolve))
    process.umask(mask)
    const running = startCommand([process.execPath, program, 'token', 'web'], {
      home,
      env: { XDG_RUNTIME_DIR: own },
    })
    await first
    running.child.kill('SIGUSR1')
    // It waits for a second, and then does without.
    const ended = await running.ended
    server.close()
    expect(ended).toMatchObject({ status: 0, err: '' })
  })
})
