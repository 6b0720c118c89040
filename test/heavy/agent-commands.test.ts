import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { startAgent, withRuntime, type TestAgent } from '../support/agent.ts'
import { makeHome, type Home } from '../support/home.ts'
import { run, startCommand, type Ended } from '../support/run.ts'
import { addressOf, credentialsOf, startServers, type Servers } from '../support/servers.ts'

let home: Home
let servers: Servers
let agent: TestAgent

beforeEach(async () => {
  home = makeHome()
  servers = await startServers(['hosterby'])
  const api = servers.api('hosterby')
  const ended = await run(['login', 'web', ...addressOf(api)], { home, env: credentialsOf(api) })
  expect(ended, ended.err).toMatchObject({ status: 0 })
  home.shiftClock(900_000)
  api.control.advance(900_000)
  agent = await startAgent(home)
})

afterEach(async () => {
  agent.kill('SIGKILL')
  await agent.ended
  await servers.close()
  home.remove()
})

const refreshes = () => servers.api('hosterby').state.counts.refreshes

/** As slow as one that other processes come to while it goes on. */
function slow(ms: number): void {
  servers.api('hosterby').control.replaceFaults([{ path: '/token/refresh', do: 'delay', ms }])
}

const tokn = async (line: string, key = true): Promise<Ended> => {
  const env = { ...withRuntime(home), ...(key ? {} : { TOKN_STORE_KEY: undefined }) }
  return await startCommand(['sh', '-c', line], { home, env }).ended
}

const many = <Value>(count: number, make: () => Promise<Value>) =>
  Promise.all(Array.from({ length: count }, make))

it('twenty commands, a program of exec and twenty clients of a socket make one refresh', async () => {
  slow(3_000)
  const inside = 'unset TOKN_STORE_KEY; for i in 1 2 3 4; do tokn token & done; wait'
  const [commands, keyless, [program], clients] = await Promise.all([
    many(14, async () => await tokn('tokn token web')),
    many(6, async () => await tokn('tokn token web', false)),
    many(1, async () => await tokn(`tokn exec web -- sh -c '${inside}'`)),
    many(20, async () => (await agent.ask('/token/web')).body),
  ])
  expect(refreshes()).toBe(1)
  const [token = ''] = clients
  expect(token).toMatch(/^eyJ.*\n$/)
  expect(new Set(clients)).toEqual(new Set([token]))
  for (const ended of [...commands, ...keyless]) {
    expect(ended).toEqual({ status: 0, out: token, err: '' })
  }
  expect(program).toEqual({ status: 0, out: token.repeat(4), err: '' })
})

it('that the agent is killed meanwhile costs nobody a token, and no second refresh', async () => {
  slow(2_000)
  const asked = many(20, async () => await tokn('tokn token web'))
  while (refreshes() === 0 && agent.child.exitCode === null) await delay(10)
  agent.kill('SIGKILL')
  const all = await asked
  expect(refreshes()).toBe(1)
  const [first] = all
  expect(first).toMatchObject({ status: 0, err: '' })
  for (const ended of all) expect(ended).toEqual(first)
})

it('that the agent is stopped meanwhile costs nobody a token, and no second refresh', async () => {
  agent.kill('SIGSTOP')
  const all = await many(20, async () => await tokn('tokn token web'))
  agent.kill('SIGCONT')
  expect(refreshes()).toBe(1)
  const [first] = all
  for (const ended of all) expect(ended).toEqual({ ...first, status: 0, err: '' })
})
