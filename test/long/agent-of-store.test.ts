import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { startAgent, withRuntime, type TestAgent } from '../support/agent.ts'
import { startProxy } from '../support/engine-proxy.ts'
import { startEngine, type EngineServer } from '../support/engines.ts'
import { makeHome, type Environment, type Home } from '../support/home.ts'
import { requirePart } from '../support/parts.ts'
import { run } from '../support/run.ts'
import { addressOf, credentialsOf, startServers, type Servers } from '../support/servers.ts'

describe.skipIf(!requirePart('redis'))('an agent, and profiles that a store has', () => {
  let engine: EngineServer
  let home: Home
  let servers: Servers
  let env: Environment
  let agent: TestAgent | undefined

  beforeAll(async () => {
    ;[engine, servers] = await Promise.all([startEngine('redis'), startServers(['hosterby'])])
    home = makeHome()
    env = { ...withRuntime(home), TOKN_STORE: undefined, TOKN_STORE_URL: engine.url }
    const api = servers.api('hosterby')
    const made = await tokn(['login', 'web', ...addressOf(api)], credentialsOf(api))
    expect(made, made.err).toMatchObject({ status: 0 })
  })

  afterEach(() => {
    agent?.kill('SIGKILL')
    agent = undefined
  })

  afterAll(async () => {
    await servers.close()
    home.remove()
    await engine.close()
  })

  const tokn = async (args: readonly string[], given: Environment = {}) =>
    await run(args, { home, env: { ...env, ...given } })
  const token = async (given: Environment = {}) => await tokn(['token', 'web'], given)

  test('serves them, as others change them, and writes nothing but its socket', async () => {
    const before = filesBelow(home.path)
    agent = await startAgent(home, { env })
    const { out } = await token()
    expect(await agent.ask('/token/web')).toMatchObject({ status: 200, body: out })
    expect(await agent.ask('/token/other')).toMatchObject({ status: 404 })
    const named = await token({ TOKN_AGENT_SOCK: agent.socket, TOKN_STORE_KEY: undefined })
    expect(named, named.err).toMatchObject({ status: 0, out })
    const isNew = (path: string) => !before.includes(path) && !path.endsWith('agent.sock')
    expect(filesBelow(home.path).filter(isNew)).toEqual([])

    const moved = await tokn(['profile', 'rename', 'web', 'other'])
    expect(moved, moved.err).toMatchObject({ status: 0 })
    await delay(5_100)
    expect(await agent.ask('/token/web')).toMatchObject({ status: 404 })
    expect(await agent.ask('/token/other')).toMatchObject({ status: 200, body: out })
    await tokn(['profile', 'rename', 'other', 'web'])
  })

  test('a program gets no password of a store that the profile alone names', async () => {
    const machine = makeHome()
    const key = home.environment['TOKN_STORE_KEY']
    const runtime = { ...withRuntime(machine), TOKN_STORE: undefined, TOKN_STORE_KEY: key }
    const own = { ...runtime, REDISCLI_AUTH: engine.password }
    try {
      const from = { ...env, ...own }
      const pulled = await run(['store', 'pull', 'web', '--from', 'redis'], {
        home: machine,
        env: from,
      })
      expect(pulled, pulled.err).toMatchObject({ status: 0 })
      agent = await startAgent(machine, { env: own })
      for (const socket of [agent.socket, undefined]) {
        const asked = { ...own, TOKN_AGENT_SOCK: socket }
        const ran = await run(['exec', 'web', '--', 'env'], { home: machine, env: asked })
        expect(ran, ran.err).toMatchObject({ status: 0, out: expect.stringContaining('TOKEN=') })
        expect(ran.out).not.toContain('REDISCLI_AUTH')
      }
    } finally {
      machine.remove()
    }
  })

  test('refreshes them for who refuses one', async () => {
    agent = await startAgent(home, { env })
    const before = await token()
    const forced = await agent.ask('/session/web?refresh=force')
    expect(forced.status).toBe(200)
    const after = await token()
    expect(after.out).not.toBe(before.out)
    expect(await agent.ask('/token/web')).toMatchObject({ body: after.out })
  })

  test('serves without the engine for as long as the profile says, and says so then', async () => {
    const set = await tokn(['profile', 'set', 'web', 'offline', '9s'])
    expect(set, set.err).toMatchObject({ status: 0 })
    agent = await startAgent(home, { env, flags: ['--profile', 'web'] })
    const { body } = await agent.ask('/token/web')
    await engine.kill()
    await delay(5_500)
    expect(await agent.ask('/token/web')).toMatchObject({ status: 200, body })
    await delay(5_000)
    const over = await agent.ask('/token/web')
    expect(over, over.body).toMatchObject({ headers: { 'x-tokn-error': 'network' } })
    const { socket } = agent
    const named = await token({ TOKN_AGENT_SOCK: socket, TOKN_STORE_KEY: undefined })
    expect(named, named.err).toMatchObject({ status: 7, out: '' })
    await engine.start()
    expect(await agent.ask('/token/web')).toMatchObject({ status: 200, body })
  })

  test('serves while the engine is silent, whoever asks, from the first question on', async () => {
    const set = await tokn(['profile', 'set', 'web', 'offline', '10m'])
    expect(set, set.err).toMatchObject({ status: 0 })
    const proxy = await startProxy(engine)
    agent = await startAgent(home, { env: { ...env, TOKN_STORE_URL: proxy.through(engine.url) } })
    const named = { TOKN_AGENT_SOCK: agent.socket, TOKN_STORE_URL: undefined }
    const first = await token(named)
    expect(first, first.err).toMatchObject({ status: 0 })
    proxy.mode('deaf')
    await delay(5_500)
    expect(await token(named)).toMatchObject({ status: 0, out: first.out })
    expect(agent.log()).toContain('is given from memory')
    await proxy.close()
  })

  test('a program that is run has them by its own socket', async () => {
    const { out } = await token()
    const line = ['sh', '-c', 'unset TOKN_STORE_URL TOKN_STORE_KEY; tokn token']
    const inside = await tokn(['exec', 'web', '--', ...line])
    expect(inside, inside.err).toMatchObject({ status: 0, out })
  })
})

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true)
}
