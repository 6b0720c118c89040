import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { socketOf, startAgent, talkTo, withRuntime, type TestAgent } from '../support/agent.ts'
import { makeHome, program, type Home } from '../support/home.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { requirePart } from '../support/parts.ts'
import { run, startCommand } from '../support/run.ts'
import { addressOf, credentialsOf, startServers, type Servers } from '../support/servers.ts'

let home: Home
let servers: Servers
let agents: TestAgent[]

beforeEach(async () => {
  home = makeHome()
  servers = await startServers(['hosterby', 'mcs'])
  agents = []
})

afterEach(async () => {
  for (const agent of agents) {
    agent.kill('SIGKILL')
    await agent.ended
  }
  await servers.close()
  home.remove()
})

const tokn = async (...args: string[]) => await run(args, { home, env: withRuntime(home) })

async function login(name: 'hosterby' | 'mcs', ...flags: string[]): Promise<void> {
  const api = servers.api(name)
  const ended = await run(['login', name, ...addressOf(api), ...flags], {
    home,
    env: credentialsOf(api),
  })
  expect(ended, ended.err).toMatchObject({ status: 0 })
}

async function serve(options?: Parameters<typeof startAgent>[1]): Promise<TestAgent> {
  const agent = await startAgent(home, options)
  agents.push(agent)
  return agent
}

const refreshes = () => servers.api('hosterby').state.counts.refreshes

describe('an agent', () => {
  it('looks where its TOKN_STORE says, for who says the same', async () => {
    await login('hosterby')
    const path = join(home.config, 'config.json')
    writeFileSync(path, readFileSync(path, 'utf8').replace('"store": "file"', '"store": "pass"'))
    const agent = await serve()
    const { out } = await tokn('token', 'hosterby')
    expect(await agent.ask('/token/hosterby')).toMatchObject({ status: 200, body: out })
    expect((await tokn('token', 'hosterby', '--fields', 'source')).out).toContain('agent')
    const env = { ...withRuntime(home), TOKN_STORE: undefined }
    const other = await run(['token', 'hosterby', '--debug'], { home, env })
    expect(other).toMatchObject({ out: '' })
    expect(other.err).toContain('agent.sock -> 404')
  })

  it('hands out what the command line prints', async () => {
    await login('hosterby')
    await login('mcs')
    const agent = await serve()
    const { out } = await tokn('token', 'hosterby')
    const token = await agent.ask('/token/hosterby?min_ttl=60s')
    expect(token).toMatchObject({ status: 200, body: out })
    expect(token.headers).toMatchObject({
      'cache-control': 'no-store',
      'content-type': 'text/plain; charset=utf-8',
    })
    const header = JSON.parse((await agent.ask('/header/mcs')).body) as Record<string, unknown>
    const shown = JSON.parse((await tokn('header', 'mcs', '--json')).out) as Record<string, unknown>
    expect(header).toMatchObject({ query: shown['query'], headers: {}, generation: 1 })
    const auth = await agent.ask('/auth/hosterby', { method: 'POST' })
    expect(auth).toMatchObject({ status: 200, body: '' })
    expect(auth.headers).toMatchObject({ 'access-token': out.trim(), 'x-tokn-generation': '1' })
    const { origin } = new URL(servers.api('hosterby').baseUrl)
    const helped = await agent.ask(`/get?uri=${encodeURIComponent(`${origin}/x`)}`)
    expect(JSON.parse(helped.body)).toMatchObject({ headers: { 'Access-Token': [out.trim()] } })
    const answers = [
      agent.ask(`/auth/hosterby?for=${encodeURIComponent(`${origin}/x`)}`),
      agent.ask('/auth/hosterby?for=https://evil.example/'),
      agent.ask('/get?uri=https://evil.example/'),
      agent.ask('/auth/mcs'),
      agent.ask('/token/hosterby', { method: 'HEAD' }),
      agent.ask('/token/nobody'),
      agent.ask('/token/..%2fhosterby'),
      agent.ask('/token/hosterby?min_tll=1m'),
      agent.ask('/token/hosterby?min_ttl=9h'),
      agent.ask('/token/hosterby', { method: 'POST' }),
      agent.ask('/token/hosterby', { headers: { Origin: 'null' } }),
      agent.ask('/token/hosterby', { headers: { 'Sec-Fetch-Mode': 'cors' } }),
      agent.ask('/token/hosterby', { headers: { Upgrade: 'websocket', Connection: 'Upgrade' } }),
      agent.ask('/token/hosterby', { method: 'OPTIONS' }),
    ]
    const statuses = (await Promise.all(answers)).map(({ status }) => status)
    expect(statuses).toEqual([200, 403, 404, 409, 200, 404, 404, 400, 409, 405, 403, 403, 403, 403])
    const status = JSON.parse((await tokn('agent', 'status', '--json')).out) as unknown
    expect(status).toMatchObject({
      pid: agent.child.pid,
      locked: false,
      profiles: [
        { profile: 'hosterby', state: 'alive', generation: 1 },
        { profile: 'mcs', state: 'alive', generation: 1 },
      ],
    })
    expect(refreshes()).toBe(0)
    // What it writes down is no secret.
    expect(agent.log()).not.toContain(out.trim())
  })

  it('is not started by hand', async () => {
    const ended = await run(['__agent'], { home, input: '' })
    expect(ended).toMatchObject({ status: 2, out: '' })
    expect(ended.err).toBe(
      'tokn: error: this is for tokn itself: it is an agent that another process of tokn has started\n',
    )
  })

  it('sees at the next request what was done elsewhere', async () => {
    await login('hosterby')
    const agent = await serve()
    const tokenOf = async (name = 'hosterby') => (await agent.ask(`/token/${name}`)).body
    const first = await tokenOf()
    expect((await tokn('refresh', 'hosterby')).status).toBe(0)
    const second = await tokenOf()
    expect(second).toBe((await tokn('token', 'hosterby')).out)
    expect(second).not.toBe(first)
    expect((await tokn('profile', 'rename', 'hosterby', 'other')).status).toBe(0)
    expect((await agent.ask('/token/hosterby')).status).toBe(404)
    expect(await tokenOf('other')).toBe(second)
    expect((await tokn('logout', 'other')).status).toBe(0)
    expect(await agent.ask('/token/other')).toMatchObject({ status: 401, body: '' })
    await login('hosterby')
    expect((await agent.ask('/token/other')).status).toBe(401)
    expect(await tokenOf()).toBe((await tokn('token', 'hosterby')).out)
    expect((await tokn('logout', 'hosterby', '--local-only')).status).toBe(0)
    expect((await tokn('profile', 'remove', 'hosterby')).status).toBe(0)
    expect(await agent.ask('/token/hosterby')).toMatchObject({ status: 404, body: '' })
  })

  it('J3: refreshes once for 20 clients and 20 commands', async () => {
    await login('hosterby')
    const agent = await serve()
    servers.api('hosterby').control.expire()
    home.shiftClock(900_000)
    agent.kill('SIGKILL')
    await agent.ended
    const late = await serve()
    const clients = Array.from({ length: 20 }, async () => await late.ask('/token/hosterby'))
    const commands = Array.from({ length: 20 }, async () => {
      const line = ['tokn', 'token', 'hosterby']
      return await startCommand(line, { home, env: withRuntime(home) }).ended
    })
    const bodies = (await Promise.all(clients)).map(({ body }) => body)
    const outs = (await Promise.all(commands)).map(({ out }) => out)
    expect(new Set([...bodies, ...outs]).size).toBe(1)
    expect(refreshes()).toBe(1)
  })

  it.runIf(requirePart('faketime'))(
    'takes what it holds for old after a sleep of eight hours',
    async () => {
      await login('hosterby')
      const clock = join(home.path, 'clock')
      writeFileSync(clock, '+0\n')
      const agent = await serve({ env: fakeClock({ fromFile: clock }) })
      const first = (await agent.ask('/token/hosterby')).body
      servers.api('hosterby').control.advance(8 * 3_600_000)
      writeFileSync(clock, '+8h\n')
      const second = await agent.ask('/token/hosterby')
      expect(second.status, agent.log()).toBe(200)
      expect(second.body).not.toBe(first)
      expect(refreshes()).toBe(1)
    },
  )

  it('J3: refreshes once for 20 refusals that are about something else', async () => {
    await login('hosterby')
    const agent = await serve()
    const statuses: number[] = []
    for (let count = 0, generation = '1'; count < 20; count++) {
      const answer = await agent.ask(`/auth/hosterby?rejected=${generation}`)
      statuses.push(answer.status)
      generation = String(answer.headers['x-tokn-generation'] ?? generation)
    }
    expect(statuses).toEqual([200, ...Array<number>(19).fill(401)])
    expect(refreshes()).toBe(1)
    const vain = await agent.ask('/auth/hosterby?rejected=2')
    expect(vain.headers).toMatchObject({ 'x-tokn-error': 'vain' })
    // One that refuses what is no longer the token gets the token, and one that made it up, too.
    expect((await agent.ask('/auth/hosterby?rejected=1')).status).toBe(200)
    expect((await agent.ask('/auth/hosterby?rejected=999')).status).toBe(200)
    expect(refreshes()).toBe(1)
  })

  it('keeps an API apart that does not answer', async () => {
    await login('hosterby')
    await login('mcs')
    const agent = await serve({ flags: ['--timeout', '2s'] })
    await servers.close()
    const failed = await agent.ask('/auth/hosterby?rejected=1')
    expect(failed).toMatchObject({ status: 503, body: '' })
    expect(failed.headers).toMatchObject({ 'retry-after': '5', 'x-tokn-error': 'network' })
    expect((await agent.ask('/token/mcs')).status).toBe(200)
    servers = await startServers(['hosterby', 'mcs'])
  })
})

describe('the process', () => {
  it('ends with 0 and takes its socket away, whatever ends it', async () => {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
      const agent = await serve()
      agent.kill(signal)
      expect(await agent.ended).toMatchObject({ status: 0, out: '' })
      expect(statSync(agent.socket, { throwIfNoEntry: false })).toBeUndefined()
    }
    const agent = await serve()
    expect((await tokn('agent', 'stop')).status).toBe(0)
    expect((await agent.ended).status).toBe(0)
  })

  it('finishes what is under way before it ends', async () => {
    await login('hosterby')
    const agent = await serve()
    servers.api('hosterby').control.replaceFaults([{ do: 'delay', ms: 1_500 }])
    const under = agent.ask('/auth/hosterby?rejected=1')
    await new Promise((resolve) => setTimeout(resolve, 700))
    agent.kill('SIGTERM')
    expect((await under).headers['x-tokn-generation']).toBe('2')
    expect((await agent.ended).status).toBe(0)
  })

  it('loads nothing that sends, writes profiles or checks definitions', async () => {
    await login('hosterby')
    const target = join(home.path, 'loads.json')
    const recorder = join(import.meta.dirname, '../support/record-loads.cjs')
    const env = { LOADS_FILE: target, NODE_OPTIONS: `--require ${recorder}` }
    const agent = await serve({ env })
    await agent.ask('/auth/hosterby?rejected=1')
    await agent.ask('/session/hosterby')
    await agent.ask('/header/hosterby')
    expect((await tokn('agent', 'stop')).status).toBe(0)
    await agent.ended
    const { files } = JSON.parse(readFileSync(target, 'utf8')) as { files: readonly string[] }
    const ours = files.filter((path) => path.includes('/dist/'))
    expect(ours.length).toBeGreaterThan(5)
    // The bundler names, above each part of a chunk, the file that it comes from.
    const bundled = ours.flatMap((path) => [
      ...readFileSync(path, 'utf8').matchAll(/^\/\/ .*node_modules\/([^/]+)\//gm),
    ])
    const unwanted = new Set(['undici', 'conf', 'zod', 'openid-client', 'jose'])
    expect(bundled.map(([, name = '']) => name).filter((name) => unwanted.has(name))).toEqual([])
  })

  it('opens no debugger', async () => {
    const agent = await serve()
    agent.kill('SIGUSR1')
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect((await agent.ask('/status')).status).toBe(200)
    expect(agent.log()).not.toContain('Debugger')
    const env = { ...withRuntime(home), NODE_OPTIONS: '--inspect=0' }
    const refused = await run(['agent', 'start'], { home, env })
    expect(refused.status).toBe(2)
  })

  it('J6: leaves a socket to the one that has it, and takes that of one that was killed', async () => {
    const first = await serve()
    const second = await tokn('agent', 'run')
    expect(second).toMatchObject({ status: 9, out: '' })
    const told = await tokn('agent', 'start', '--json')
    expect(JSON.parse(told.out)).toMatchObject({ started: false, pid: first.child.pid })
    first.kill('SIGKILL')
    await first.ended
    expect(statSync(first.socket).isSocket()).toBe(true)
    expect((await tokn('agent', 'status')).status).toBe(3)
    const third = await serve()
    expect((await third.ask('/status')).status).toBe(200)
  })

  it('holds on to nothing that whoever started it had open', async () => {
    const script = 'exec 40>"$1"; tokn agent start -q && flock --nonblock "$1" true'
    const line = [
      'flock',
      join(home.path, 'held'),
      'bash',
      '-c',
      script,
      'bash',
      join(home.path, 'a'),
    ]
    expect(await startCommand(line, { home, env: withRuntime(home) }).ended).toMatchObject({
      status: 0,
    })
    const { pid } = JSON.parse((await tokn('agent', 'status', '--json')).out) as { pid: number }
    const open = readdirSync(`/proc/${pid}/fd`).map((fd) => readlink(`/proc/${pid}/fd/${fd}`))
    expect(open.filter((path) => path.startsWith(home.path))).toEqual([])
    const variables = readFileSync(`/proc/${pid}/environ`, 'latin1')
    expect(variables).not.toContain('TOKN')
    expect(readFileSync(`/proc/${pid}/cmdline`, 'latin1')).not.toContain(home.path)
    expect((await tokn('agent', 'stop')).status).toBe(0)
  })

  it('starts once of ten that start at once', async () => {
    const starts = Array.from({ length: 10 }, async () => await tokn('agent', 'start', '--json'))
    const ended = await Promise.all(starts)
    const told = ended.map(({ out }) => JSON.parse(out) as { started: boolean; pid: number })
    try {
      expect(new Set(told.map(({ pid }) => pid)).size).toBe(1)
      expect(told.filter(({ started }) => started).length).toBe(1)
    } finally {
      expect((await tokn('agent', 'stop')).status).toBe(0)
    }
  })

  it.runIf(requirePart('systemd-socket-activate'))(
    'takes a socket that is open already',
    async () => {
      await login('hosterby')
      const env = { ...withRuntime(home) }
      const socket = join(home.path, 'activated.sock')
      const line = ['systemd-socket-activate', `--listen=${socket}`, process.execPath, program]
      // It hands over its own environment only by name.
      const names = Object.keys({ ...home.environment, ...env }).flatMap((name) => ['-E', name])
      const running = startCommand(
        [...line.slice(0, 2), ...names, ...line.slice(2), 'agent', 'run'],
        {
          home,
          env,
        },
      )
      try {
        while (statSync(socket, { throwIfNoEntry: false }) === undefined) {
          await new Promise((resolve) => setTimeout(resolve, 50))
        }
        expect((await talkTo(socket).ask('/token/hosterby')).status).toBe(200)
        running.child.kill('SIGTERM')
        const ended = await running.ended
        expect(ended.status).toBe(0)
        // Where that is, only whoever has made it knows.
        expect(ended.err).toContain('serving at the socket that it was given')
      } finally {
        running.child.kill('SIGKILL')
      }
    },
  )
})

function readlink(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}

describe('doctor', () => {
  interface Told {
    readonly checks: ReadonlyArray<{ readonly id: string; readonly status: string }>
  }
  const sockets = async (...flags: string[]) => {
    const { out } = await tokn('doctor', '--offline', '--json', ...flags)
    return (JSON.parse(out) as Told).checks.filter(({ id }) => id === 'agent-sockets')
  }

  it('finds sockets that killed processes have left, and one that others can use', async () => {
    const agent = await serve()
    expect(await sockets()).toEqual([])
    const folder = dirname(agent.socket)
    agent.kill('SIGKILL')
    await agent.ended
    renameSync(agent.socket, join(folder, 'exec-999999999-a.sock'))
    expect(await sockets()).toMatchObject([{ status: 'warn', fix: 'tokn doctor --fix' }])
    expect(await sockets('--fix')).toMatchObject([{ status: 'fixed' }])
    expect(await sockets()).toEqual([])
    expect(readdirSync(folder)).toEqual([])
    const next = await serve()
    chmodSync(next.socket, 0o666)
    expect(await sockets()).toMatchObject([{ status: 'fail' }])
  })
})

describe('the place of the socket', () => {
  const refused = async () => {
    const started = await tokn('agent', 'start')
    expect(started).toMatchObject({ status: 8, out: '' })
    return started.err
  }

  it('J1: is for its user alone', async () => {
    const agent = await serve()
    expect(statSync(agent.socket).mode & 0o777).toBe(0o600)
    expect(statSync(dirname(agent.socket)).mode & 0o777).toBe(0o700)
  })

  it('J1: is refused where others could get at it, or it is something else', async () => {
    withRuntime(home)
    const socket = socketOf(home)
    mkdirSync(dirname(socket), { mode: 0o755 })
    expect(await refused()).toContain('other users have access to it')
    for (const command of ['status', 'stop', 'lock']) {
      expect((await tokn('agent', command)).status, command).toBe(8)
    }
    chmodSync(dirname(socket), 0o777)
    expect(await refused()).toContain('other users may write to it')
    chmodSync(dirname(socket), 0o700)
    writeFileSync(socket, '')
    expect(await refused()).toContain('it is no socket')
    unlinkSync(socket)
    symlinkSync('/dev/null', socket)
    expect(await refused()).toContain('it is no socket')
    unlinkSync(socket)
    const server = createServer().listen(socket)
    await new Promise((resolve) => server.once('listening', resolve))
    chmodSync(socket, 0o666)
    expect(await refused()).toContain('other users have access to it')
    expect((await tokn('agent', 'status')).status).toBe(8)
    await new Promise((resolve) => server.close(resolve))
  })

  it('is told of by whoever goes around it', async () => {
    await login('hosterby')
    const agent = await serve()
    expect((await tokn('agent', 'lock')).status).toBe(0)
    expect((await tokn('token', 'hosterby')).status).toBe(8)
    chmodSync(agent.socket, 0o644)
    const around = await tokn('token', 'hosterby')
    expect(around.status).toBe(0)
    expect(around.err).toContain(
      `tokn: warning: no agent is asked: refusing ${agent.socket}: other users have access to it`,
    )
    expect((await tokn('token', 'hosterby', '--quiet')).err).toBe('')
  })

  it('is refused where its path is too long', async () => {
    const runtime = join(home.path, 'r'.repeat(80))
    mkdirSync(runtime, { mode: 0o700 })
    const ended = await run(['agent', 'start'], { home, env: { XDG_RUNTIME_DIR: runtime } })
    expect(ended).toMatchObject({ status: 8, out: '' })
    expect(ended.err).toMatch(/too long for a socket: \d+ bytes/)
  })
})
