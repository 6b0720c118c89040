import { chmodSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { startAgent, type TestAgent } from '../support/agent.ts'
import { thorough } from '../support/effort.ts'
import { makeHome, type Home } from '../support/home.ts'
import { requirePart } from '../support/parts.ts'
import { run, startCommand } from '../support/run.ts'
import { addressOf, credentialsOf, startServers, type Servers } from '../support/servers.ts'

let home: Home
let servers: Servers
let agents: TestAgent[]

beforeEach(async () => {
  home = makeHome()
  agents = []
  servers = await startServers(['hosterby'])
  const api = servers.api('hosterby')
  const ended = await run(['login', 'web', ...addressOf(api)], { home, env: credentialsOf(api) })
  expect(ended, ended.err).toMatchObject({ status: 0 })
})

afterEach(async () => {
  for (const agent of agents) {
    agent.kill('SIGKILL')
    await agent.ended
  }
  await servers.close()
  home.remove()
})

async function serve(options?: Parameters<typeof startAgent>[1]): Promise<TestAgent> {
  const agent = await startAgent(home, options)
  agents.push(agent)
  return agent
}

/** Between the times at which it is killed, in milliseconds. */
const stride = thorough ? 40 : 160

const refreshes = () => servers.api('hosterby').state.counts.refreshes

it('loses nothing where it is killed at any time of a refresh, and makes no second one', async () => {
  // A refresh takes as long as the agent, the process that refreshes and the API take in turn.
  servers.api('hosterby').control.replaceFaults([{ path: '/token/refresh', do: 'delay', ms: 200 }])
  for (let generation = 1, wait = 0; wait <= 1_200; generation++, wait += stride) {
    const agent = await serve()
    const asked = agent.ask(`/auth/web?rejected=${generation}`).catch(() => undefined)
    await delay(wait)
    agent.kill('SIGKILL')
    await Promise.all([asked, agent.ended])
    const next = await serve()
    // Whoever was killed before it had begun has not refreshed; whoever had begun has.
    const answer = await next.ask(`/auth/web?rejected=${generation}`)
    expect(answer.status, `${wait} ms: ${next.log()}`).toBe(200)
    expect(answer.headers['x-tokn-generation'], `${wait} ms`).toBe(String(generation + 1))
    expect(refreshes(), `${wait} ms`).toBe(generation)
    next.kill('SIGTERM')
    expect((await next.ended).status).toBe(0)
  }
})

it('makes one refresh beside another agent and twenty commands', async () => {
  const other = join(home.path, 'other')
  mkdirSync(other, { mode: 0o700 })
  home.shiftClock(900_000)
  servers.api('hosterby').control.advance(900_000)
  const one = await serve()
  const two = await startAgent(home, { env: { XDG_RUNTIME_DIR: other } })
  agents.push(two)
  const asked = [one, two].flatMap((agent) =>
    Array.from({ length: 20 }, async () => (await agent.ask('/token/web')).body),
  )
  const printed = Array.from({ length: 20 }, async () => {
    return (await startCommand(['tokn', 'token', 'web'], { home }).ended).out
  })
  expect(new Set(await Promise.all([...asked, ...printed])).size).toBe(1)
  expect(refreshes()).toBe(1)
})

it.runIf(requirePart('setpriv') && process.geteuid?.() === 0)(
  'is not there for another user',
  async () => {
    const agent = await serve()
    // The way to it is open, but for the last step.
    chmodSync(home.path, 0o755)
    const curl = ['curl', '-s', '--unix-socket', agent.socket, 'http://tokn/token/web']
    const own = await startCommand(curl, { home }).ended
    expect(own).toMatchObject({ status: 0 })
    const line = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', ...curl]
    const foreign = await startCommand(line, { home, cwd: '/' }).ended
    expect(foreign).toMatchObject({ status: 7, out: '' })
  },
)
