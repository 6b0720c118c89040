import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startEngine, type EngineServer } from '../support/engines.ts'
import { makeHome, type Environment, type Home } from '../support/home.ts'
import { requirePart } from '../support/parts.ts'
import { run } from '../support/run.ts'
import { addressOf, credentialsOf, startServers, type Servers } from '../support/servers.ts'

const key = randomBytes(32).toString('base64url')

describe.runIf(requirePart('redis'))('two stores of one kind, by the profiles alone', () => {
  let engine: EngineServer
  let servers: Servers
  let home: Home
  const tokn = async (line: string, more: Environment = {}) =>
    await run(line.split(' '), {
      home,
      env: { TOKN_STORE: undefined, TOKN_STORE_KEY: key, ...more },
    })
  const places = ['first', 'second'] as const

  beforeAll(async () => {
    engine = await startEngine('redis')
    servers = await startServers(['mcs'])
    home = makeHome()
    const api = servers.api('mcs')
    for (const [database, name] of places.entries()) {
      const url = `${engine.url.replace(/\/\d*$/, '')}/${database}`
      const there = { TOKN_STORE_URL: url }
      const login = `login ${name} ${addressOf(api).join(' ')}`
      const made = await tokn(login, { ...there, ...credentialsOf(api) })
      expect(made, made.err).toMatchObject({ status: 0 })
      const pulled = await tokn(`store pull ${name} --from redis`, there)
      expect(pulled, pulled.err).toMatchObject({ status: 0 })
    }
  })
  afterAll(async () => {
    await Promise.all([engine.close(), servers.close()])
    home.remove()
  })

  test.each(places)('%s is used, refreshed, counted and shown where it is', async (name) => {
    const password = new URL(engine.url).password
    const env = { TOKN_STORE_PASSWORD: password }
    const lines = ['token', 'refresh', 'status', 'check', 'info --local', 'why', 'profile show']
    for (const line of lines) {
      const [command = '', ...rest] = line.split(' ')
      const words = command === 'profile' ? [line, name] : [command, name, ...rest]
      const ended = await tokn(words.join(' '), env)
      expect(ended, `${line}: ${ended.err}`).toMatchObject({ status: 0 })
    }
    const accepted = await tokn(`store verify --accept ${name} --store redis --yes`, env)
    expect(accepted, accepted.err).toMatchObject({ status: 0 })
  })

  test('doctor looks at both', async () => {
    const found = await tokn('doctor', { TOKN_STORE_PASSWORD: new URL(engine.url).password })
    expect(found, found.err).toMatchObject({ status: 0 })
    expect(found.out).toContain('/1 answers')
  })
})
