import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { makeHome, type Environment, type Home } from '../support/home.ts'
import { run, start, type Ended } from '../support/run.ts'
import { addressOf, credentialsOf, startServers, type Servers } from '../support/servers.ts'

let home: Home
let servers: Servers
let folder: string

beforeAll(async () => {
  home = makeHome()
  servers = await startServers(['hosterby', 'rightech'])
  for (const [name, api] of [
    ['web', 'hosterby'],
    ['iot', 'rightech'],
  ] as const) {
    const words = ['login', name, ...addressOf(servers.api(api))]
    const ended = await run(words, { home, env: credentialsOf(servers.api(api)) })
    expect(ended, ended.err).toMatchObject({ status: 0 })
  }
})
beforeEach(() => {
  folder = join(home.path, 'run', 'tokn')
  rmSync(join(home.path, 'run'), { recursive: true, force: true })
  mkdirSync(join(home.path, 'run'), { mode: 0o700 })
})
afterAll(async () => {
  await servers.close()
  home.remove()
})

/** Without any key, as in a program that must not have one; `TOKN_AGENT_SOCK` is all there is. */
const keyless = 'unset TOKN_STORE_KEY TOKN_STORE;'

async function tokn(args: readonly string[], env: Environment = {}): Promise<Ended> {
  return await run(args, { home, env: { XDG_RUNTIME_DIR: join(home.path, 'run'), ...env } })
}

const inside = async (script: string, flags: readonly string[] = ['web'], env: Environment = {}) =>
  await tokn(['exec', ...flags, '--', 'sh', '-c', `${keyless} ${script}`], env)

const sockets = () => (existsSync(folder) ? readdirSync(folder) : [])

async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; !holds() && tries < 400; tries++) await delay(25)
  expect(holds()).toBe(true)
}

describe('in a program that exec started', () => {
  test('tokn works for the profile named, and without a key', async () => {
    const token = (await tokn(['token', 'web'])).out
    expect(await inside('tokn token web')).toEqual({ status: 0, out: token, err: '' })
    expect(await inside('tokn token')).toEqual({ status: 0, out: token, err: '' })
    expect(await inside('unset TOKN_PROFILE; tokn token')).toMatchObject({ out: token })
    expect(await inside('tokn header -o value')).toMatchObject({ out: token })
    const line = `export TOKN_ACCESS_TOKEN='${token.trim()}'\n`
    expect(await inside('tokn env --shell sh')).toMatchObject({ out: line })
    const url = servers.api('hosterby').resource.url
    expect((await inside(`tokn curl -- -sS ${url}`)).out).toContain('"httpCode": 200')
    const nested = `tokn exec -e MINE -- sh -c '${keyless} echo $MINE; tokn token web'`
    expect(await inside(nested)).toEqual({ status: 0, out: token + token, err: '' })
    expect(sockets()).toEqual([])
  })

  test('it tells of the session what it tells outside', async () => {
    const outside = JSON.parse((await tokn(['token', 'web', '--json'])).out) as object
    const told = JSON.parse((await inside('tokn token --json')).out) as object
    expect(told).toEqual({
      ...outside,
      source: 'agent',
      expires_in: expect.any(Number) as number,
    })
  })

  test('a refresh is made for it, and is there for all', async () => {
    const script = 'tokn token --refresh force --fields generation,refreshed'
    const { out } = await inside(script)
    const { generation, refreshed } = JSON.parse(out) as { generation: number; refreshed: boolean }
    expect(refreshed).toBe(true)
    const now = JSON.parse((await tokn(['token', 'web', '--json'])).out) as { generation: number }
    expect(now.generation).toBe(generation)
  })

  test('J5: no other profile is served, and it says what to do', async () => {
    const denied = await inside('tokn token iot')
    expect(denied).toMatchObject({ status: 8, out: '' })
    expect(denied.err).toContain(
      'tokn: hint: tokn exec keeps the key of a store from its program: give it that profile as well: tokn exec -e NAME:iot -- COMMAND\n',
    )
    expect((await inside('tokn token nobody')).status).toBe(3)
    const both = ['-e', 'A:web', '-e', 'B:iot']
    expect(
      await inside('test "$A:$B" = "$(tokn token web):$(tokn token iot)"', both),
    ).toMatchObject({
      status: 0,
    })
    // As if there were no agent, where there is a key.
    const keyed = await tokn(['exec', 'web', '--', 'sh', '-c', 'tokn token iot --json'], {})
    expect(keyed.status).toBe(8)
    const given = await tokn(
      ['exec', 'web', '--', 'sh', '-c', `TOKN_STORE_KEY=$KEY tokn token iot --fields source`],
      { KEY: home.environment['TOKN_STORE_KEY'] },
    )
    expect(given.out).toContain('"file"')
  })

  test('a profile that is named twice is the one that is meant where none is named', async () => {
    const token = (await tokn(['token', 'web'])).out
    const script = 'unset TOKN_PROFILE; test "$A" = "$B"; tokn token'
    expect(await inside(script, ['-e', 'A:web', '-e', 'B:web'])).toMatchObject({ out: token })
    const either = await inside('unset TOKN_PROFILE; tokn token', ['-e', 'A:web', '-e', 'B:iot'])
    expect(either).toMatchObject({ status: 8, out: '' })
    expect(either.err).toContain(
      'tokn: hint: tokn exec keeps the key of a store from its program, and has given it several profiles: name one of web, iot\n',
    )
  })

  test('what needs the store says so, and what does without it', async () => {
    for (const command of ['refresh web', 'check web', 'info web']) {
      const ended = await inside(`tokn ${command}`)
      expect(ended, command).toMatchObject({ status: 8, out: '' })
      expect(ended.err).toContain(
        'tokn: hint: tokn exec keeps the key of a store from its program: run this outside of it.',
      )
      expect(ended.err).toContain('token, header, curl, exec and env do without the store\n')
    }
  })

  test('it waits for an exec that the machine is too busy for', async () => {
    const script = 'kill -STOP $PPID; (sleep 2; kill -CONT $PPID) & tokn token web'
    const token = (await tokn(['token', 'web'])).out
    expect(await inside(script)).toEqual({ status: 0, out: token, err: '' })
  })

  test('whose profile is renewed, renamed or logged out meanwhile, that is seen', async () => {
    const steps = [
      'set -e; tokn token web >first',
      'TOKN_STORE=file TOKN_STORE_KEY=$KEY tokn refresh web -q',
      'tokn token web >second; ! cmp -s first second',
      'TOKN_STORE_KEY=$KEY tokn profile rename web other',
      '! tokn token web; TOKN_STORE_KEY=$KEY tokn profile rename other web; tokn token web',
    ].join('\n')
    const { status, err } = await inside(steps, ['web'], {
      KEY: home.environment['TOKN_STORE_KEY'],
    })
    expect({ status, err }).toMatchObject({ status: 0 })
    expect(err).toContain('there is no profile "web"')
  })

  test('a token of the environment alone makes no socket', async () => {
    const given = { TOKN_TOKEN: 'given' }
    const script = 'test -z "$TOKN_AGENT_SOCK"; echo $?'
    expect((await inside(script, ['web'], given)).out).toBe('0\n')
  })

  test('an outer socket is not passed on where there is no own one', async () => {
    const env = { TOKN_AGENT_SOCK: join(home.path, 'outer.sock'), TOKN_TOKEN: 'given' }
    expect((await inside('echo "[$TOKN_AGENT_SOCK]"', ['web'], env)).out).toBe('[]\n')
  })
})

describe('the socket of exec', () => {
  test('J5: is for its owner alone, and goes with exec however that ends', async () => {
    const modes = await inside('stat -c %a "$TOKN_AGENT_SOCK" "$(dirname "$TOKN_AGENT_SOCK")"')
    expect(modes.out).toBe('600\n700\n')
    for (const [script, status] of [
      ['exit 0', 0],
      ['exit 3', 3],
      ['kill -KILL $$', 137],
    ] as const) {
      expect((await inside(script)).status).toBe(status)
      expect(sockets()).toEqual([])
    }
    expect((await tokn(['exec', 'web', '--', './none'])).status).toBe(127)
    expect(sockets()).toEqual([])
    for (const [signal, status] of [
      ['SIGTERM', 143],
      ['SIGHUP', 129],
      ['SIGINT', 130],
      ['SIGQUIT', 131],
    ] as const) {
      const { child, ended } = start(['exec', 'web', '--', 'sleep', '60'], {
        home,
        env: { XDG_RUNTIME_DIR: join(home.path, 'run') },
      })
      await until(() => sockets().some((name) => name.startsWith('exec-')))
      await delay(100)
      child.kill(signal)
      expect(await ended).toMatchObject({ status, out: '' })
      expect(sockets()).toEqual([])
    }
  })

  test('J6: that a killed exec leaves is answered by nobody, and swept by the next', async () => {
    const { child, ended } = start(['exec', 'web', '--', 'sleep', '60'], {
      home,
      env: { XDG_RUNTIME_DIR: join(home.path, 'run') },
    })
    await until(() => sockets().some((name) => name.startsWith('exec-')))
    const [left = ''] = sockets()
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
    await ended
    expect(sockets()).toEqual([left])
    // A program that outlived it goes its own way.
    const env = { TOKN_AGENT_SOCK: join(folder, left) }
    expect((await tokn(['token', 'web'], env)).status).toBe(0)
    const closed = await tokn(['token', 'web'], { ...env, TOKN_STORE_KEY: undefined })
    expect(closed).toMatchObject({ status: 8, out: '' })
    expect(closed.err).toContain(
      'the agent of TOKN_AGENT_SOCK cannot be asked: nobody listens there',
    )
    await inside('true')
    expect(sockets()).toEqual([])
  })

  test('of another exec that runs is left alone by the sweep', async () => {
    const { child, ended } = start(['exec', 'web', '--', 'sleep', '60'], {
      home,
      env: { XDG_RUNTIME_DIR: join(home.path, 'run') },
    })
    await until(() => sockets().some((name) => name.startsWith('exec-')))
    const before = sockets()
    child.kill('SIGSTOP')
    await inside('true')
    expect(sockets()).toEqual(before)
    child.kill('SIGCONT')
    const at = { TOKN_AGENT_SOCK: join(folder, before[0] ?? ''), TOKN_STORE_KEY: undefined }
    expect(await tokn(['token', 'web'], at)).toMatchObject({ status: 0, err: '' })
    child.kill('SIGTERM')
    expect((await ended).status).toBe(143)
  })

  test('goes with exec although a child of its child lives on', async () => {
    const path = join(home.path, 'late')
    const script = `(sleep 1; tokn token web --json >${path} 2>&1; echo $? >>${path}) >/dev/null 2>&1 &`
    expect(await inside(script)).toMatchObject({ status: 0 })
    expect(sockets()).toEqual([])
    await until(() => existsSync(path) && readFileSync(path, 'utf8').endsWith('8\n'))
    expect(readFileSync(path, 'utf8')).toContain(
      'the tokn exec that has started this program has ended, and its socket with it',
    )
  })

  test('is elsewhere without XDG_RUNTIME_DIR, and nowhere where nothing can be written', async () => {
    const away = await inside('echo "$TOKN_AGENT_SOCK"; tokn token web', ['web'], {
      XDG_RUNTIME_DIR: undefined,
    })
    expect(away).toMatchObject({ status: 0 })
    expect(away.out).toMatch(/^\/.*\/tokn\/agent\/exec-\d+-[a-z0-9]+\.sock\n/)
    // A file in the place of the folder: nobody can make one there, whoever they are.
    writeFileSync(folder, '')
    const none = await inside('echo "[$TOKN_AGENT_SOCK]"')
    expect(none).toEqual({ status: 0, out: '[]\n', err: '' })
    const told = await inside('true', ['web', '--debug'])
    expect(told.err).toContain('the program gets no socket of its own: ')
    rmSync(folder)
    mkdirSync(folder)
    chmodSync(folder, 0o755)
    const open = await inside('echo "[$TOKN_AGENT_SOCK]"')
    expect(open).toMatchObject({ status: 0, out: '[]\n' })
    // The profile was given: what is missing is the way to it.
    const without = await inside('tokn token web')
    expect(without).toMatchObject({ status: 8, out: '' })
    expect(without.err).toContain(
      'tokn: hint: tokn exec keeps the key of a store from its program, and it has no socket to ask: read the token from its variable, tokn exec -e NAME:',
    )
    const other = await inside('tokn token iot')
    expect(other).toMatchObject({ status: 8, out: '' })
    expect(other.err).toContain('give it that profile as well: tokn exec -e NAME:iot -- COMMAND\n')
    // As is one that is there, of a program that has nothing of the store.
    const given = await inside('tokn refresh web', ['web'], { TOKN_TOKEN: 'given' })
    expect(given).toMatchObject({ status: 8, out: '' })
    expect(given.err).toContain('run this outside of it')
  })

  test('has a path that fits, or is not made', async () => {
    const long = join(home.path, 'x'.repeat(90))
    mkdirSync(long, { mode: 0o700 })
    const none = await inside('echo "[$TOKN_AGENT_SOCK]"', ['web'], { XDG_RUNTIME_DIR: long })
    expect(none).toEqual({ status: 0, out: '[]\n', err: '' })
  })

  test('answers many at once, and one that asks while another is silent', async () => {
    const script = `
      for i in 1 2 3 4 5 6 7 8; do tokn token web >out$i & done
      wait; cat out* | sort -u | wc -l`
    expect((await inside(script)).out.trim()).toBe('1')
    const silent = `
      node -e 'require("net").connect(process.env.TOKN_AGENT_SOCK).on("connect", () => console.log("there"))' >open &
      until grep -q there open; do sleep 0.05; done
      tokn token web; kill $!`
    const token = (await tokn(['token', 'web'])).out
    expect(await inside(silent)).toMatchObject({ status: 0, out: token })
  })
})

describe('what stands at TOKN_AGENT_SOCK', () => {
  const path = () => join(home.path, 'run', 'odd.sock')
  let server: Server | undefined
  let connections = 0

  /** What a program does that asks there first. */
  async function askFirst(): Promise<Ended> {
    // Half of which is for the way without it.
    const env = { TOKN_AGENT_SOCK: path(), TOKN_TIMEOUT: '6s' }
    connections = 0
    const ended = await tokn(['token', 'web'], env)
    server?.close()
    return ended
  }

  const listen = async (answer: string | undefined) => {
    const umask = process.umask(0o077)
    server = createServer((socket) => {
      connections++
      socket.on('error', () => undefined)
      if (answer === '') socket.destroy()
      else if (answer !== undefined) socket.write(answer)
    })
    await new Promise<void>((resolve) => void server?.listen(path(), resolve))
    process.umask(umask)
  }

  test.each([
    ['hangs', undefined],
    ['hangs up', ''],
    ['is of another kind', 'SSH-2.0-OpenSSH_9.2\r\n'],
    ['is of a later version', 'HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n'],
    ['stops in the middle', 'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"schema"'],
    ['never ends', `HTTP/1.1 200 OK\r\nA: ${'b'.repeat(1_000_000)}`],
  ])('and %s is gone without', async (_, answer) => {
    await listen(answer)
    expect(await askFirst()).toMatchObject({ status: 0, err: '' })
    expect(connections).toBeGreaterThan(0)
  })

  test('and is no socket, or none that can be trusted, is gone without', async () => {
    writeFileSync(path(), '')
    expect(await askFirst()).toMatchObject({ status: 0, err: '' })
    rmSync(path())
    await listen('')
    chmodSync(path(), 0o666)
    const closed = await tokn(['token', 'web'], {
      TOKN_AGENT_SOCK: path(),
      TOKN_STORE_KEY: undefined,
    })
    expect(closed.err).toContain('every user can connect to it')
    expect(await askFirst()).toMatchObject({ status: 0, err: '' })
    expect(connections).toBe(0)
  })

  test('and is gone where there is no session here either is said', async () => {
    const env = { TOKN_AGENT_SOCK: path(), TOKN_CONFIG_DIR: '../nothing' }
    const ended = await tokn(['token', 'web'], env)
    expect(ended).toMatchObject({ status: 8, out: '' })
    expect(ended.err).toContain('the agent of TOKN_AGENT_SOCK cannot be asked: there is no socket')
  })

  test('and is stopped is waited for a moment alone', async () => {
    const env = { XDG_RUNTIME_DIR: join(home.path, 'run') }
    await tokn(['agent', 'start'])
    const { pid } = JSON.parse((await tokn(['agent', 'status', '--json'])).out) as { pid: number }
    process.kill(pid, 'SIGSTOP')
    try {
      expect(await tokn(['token', 'web'], env)).toMatchObject({ status: 0, err: '' })
      const debug = await tokn(['token', 'web', '--debug'], env)
      expect(debug.err).toContain('agent.sock -> silent')
    } finally {
      process.kill(pid, 'SIGCONT')
      await tokn(['agent', 'stop'])
    }
  })
})
