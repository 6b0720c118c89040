import { mkdirSync, readdirSync } from 'node:fs'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findTexts } from '../support/files.ts'
import { makeHome, type Environment, type Home } from '../support/home.ts'
import { requireParts } from '../support/parts.ts'
import { run, start, startCommand, type Ended } from '../support/run.ts'
import { socketOf, startAgent, withRuntime, type TestAgent } from '../support/agent.ts'
import { addressOf, credentialsOf, startServers, type Servers } from '../support/servers.ts'

let home: Home
/** Another machine: no profiles, no key, and no agent of its own. */
let away: Home
let servers: Servers
let agent: TestAgent

beforeAll(async () => {
  ;[home, away] = [makeHome(), makeHome()]
  servers = await startServers(['hosterby', 'rightech'])
  for (const [name, api] of [
    ['web', 'hosterby'],
    ['iot', 'rightech'],
  ] as const) {
    const words = ['login', name, ...addressOf(servers.api(api))]
    const ended = await run(words, { home, env: credentialsOf(servers.api(api)) })
    expect(ended, ended.err).toMatchObject({ status: 0 })
  }
  agent = await startAgent(home)
})
afterAll(async () => {
  agent.kill('SIGTERM')
  await agent.ended
  await servers.close()
  home.remove()
  away.remove()
})

const keyless = { TOKN_STORE_KEY: undefined, TOKN_STORE: undefined }

describe('over a forwarded socket, as of ssh -R', () => {
  let relay: Server
  let path: string
  const open = new Set<Socket>()

  beforeAll(async () => {
    path = join(withRuntime(away)['XDG_RUNTIME_DIR'] ?? '', 'forwarded.sock')
    relay = createServer((near) => {
      const far = connect(socketOf(home))
      for (const one of [near, far]) {
        open.add(one)
        one.on('error', () => undefined)
        one.on('close', () => open.delete(one))
      }
      near.pipe(far).pipe(near)
    })
    const umask = process.umask(0o077)
    await new Promise<void>((resolve) => void relay.listen(path, resolve))
    process.umask(umask)
  })
  afterAll(() => void relay.close())

  const tokn = async (args: readonly string[], env: Environment = {}): Promise<Ended> =>
    await run(args, {
      home: away,
      env: { ...keyless, ...withRuntime(away), TOKN_AGENT_SOCK: path, ...env },
    })

  test('a session works by its name alone where there is nothing else', async () => {
    const token = (await run(['token', 'web'], { home })).out
    expect(await tokn(['token', 'web'])).toEqual({ status: 0, out: token, err: '' })
    // The one that is meant there where none is named.
    expect(await tokn(['token'])).toEqual({ status: 0, out: token, err: '' })
    expect(await tokn(['header', 'web', '-o', 'value'])).toMatchObject({ out: token })
    expect((await tokn(['header', 'iot'])).out).toMatch(/^Authorization: Bearer /)
    const line = ['exec', 'web', '-e', 'MINE', '--', 'sh', '-c', 'echo $MINE; tokn token web']
    expect(await tokn(line)).toEqual({ status: 0, out: token + token, err: '' })
    const { url } = servers.api('hosterby').resource
    expect((await tokn(['curl', 'web', '--', '-sS', url])).out).toContain('"httpCode": 200')
    expect(await tokn(['token', 'web', '--for', 'https://elsewhere.example'])).toMatchObject({
      status: 2,
      out: '',
    })
    const { source, generation, refreshed } = JSON.parse(
      (await tokn(['token', 'web', '--refresh', 'force', '--json'])).out,
    ) as Record<string, unknown>
    expect({ source, generation, refreshed }).toEqual({
      source: 'agent',
      generation: 2,
      refreshed: true,
    })
  })

  test('a token that the API refuses is replaced there, and the request made again', async () => {
    const { url } = servers.api('hosterby').resource
    servers.api('hosterby').control.expire()
    const { status, out, err } = await tokn(['curl', 'web', '--', '-sS', url])
    expect({ status, err }).toEqual({ status: 0, err: '' })
    expect(out).toContain('"httpCode": 200')
  })

  test('J9: it leaves nothing there', async () => {
    const secrets = servers.api('hosterby').state.tokens.map(({ access }) => access)
    expect(secrets.length).toBeGreaterThan(1)
    expect(findTexts(away.path, secrets)).toEqual([])
  })

  test('what it does not have is not there either, and is said', async () => {
    const unknown = await tokn(['token', 'nobody'])
    expect(unknown).toMatchObject({ status: 3, out: '' })
    expect(unknown.err).toContain('the agent of TOKN_AGENT_SOCK has no session of "nobody"')
  })

  test('an agent behind it that ends, or that no connection leads to, is said', async () => {
    relay.close()
    for (const one of open) one.destroy()
    const gone = await tokn(['token', 'web'])
    expect(gone).toMatchObject({ status: 8, out: '' })
    expect(gone.err).toContain('the agent of TOKN_AGENT_SOCK cannot be asked: ')
  })
})

describe.skipIf(!requireParts('root', 'unshare', 'mount namespace', 'pid namespace'))(
  'in a container that has the folder of the sockets',
  () => {
    const inside = async (script: string): Promise<Ended> => {
      const place = join(away.path, 'sockets')
      mkdirSync(place, { recursive: true, mode: 0o700 })
      const mount = `mount --bind ${join(home.path, 'run', 'tokn')} ${place}`
      const line = ['unshare', '--mount', '--pid', '--fork', '--mount-proc', 'sh', '-ec']
      const env = { ...keyless, TOKN_AGENT_SOCK: join(place, 'agent.sock') }
      return await startCommand([...line, `${mount}; ${script}`], { home: away, env }).ended
    }

    test('tokn works by the name of a profile', async () => {
      const token = (await run(['token', 'web'], { home })).out
      expect(await inside('tokn token web')).toEqual({ status: 0, out: token, err: '' })
    })

    test('it removes no socket of a process outside, which it cannot see', async () => {
      const { child, ended } = start(['exec', 'web', '--', 'sleep', '60'], {
        home,
        env: withRuntime(home),
      })
      const folder = join(home.path, 'run', 'tokn')
      const sockets = () => readdirSync(folder).filter((name) => name.startsWith('exec-'))
      while (sockets().length === 0) await delay(25)
      const before = sockets()
      const runtime = join(away.path, 'inner')
      mkdirSync(runtime, { mode: 0o700 })
      const script = [
        `mkdir -m 0700 ${join(runtime, 'tokn')}`,
        `mount --bind ${folder} ${join(runtime, 'tokn')}`,
        `XDG_RUNTIME_DIR=${runtime} tokn exec web -- sh -c 'ls "$(dirname "$TOKN_AGENT_SOCK")"'`,
      ]
      const seen = await inside(script.join('; '))
      expect(seen).toMatchObject({ status: 0 })
      expect(seen.out.split('\n')).toEqual(expect.arrayContaining(before))
      expect(sockets()).toEqual(before)
      child.kill('SIGTERM')
      await ended
    })
  },
)
