import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { Client } from 'pg'
import { afterEach, describe, expect, test } from 'vitest'
import type { EngineOptions, SharedEngine } from '../../src/core/shared-engine.ts'
import { createHttp } from '../../src/io/http/http.ts'
import { loadEngine } from '../../src/stores/engines.ts'
import { plainOptions } from '../contract/engine-cases.ts'
import { startEngine, type EngineName, type EngineServer } from '../support/engines.ts'
import { requirePart } from '../support/parts.ts'

// Hundreds of jobs at once are no failure: a server may have no room for a moment, and a process may
// get no processor for seconds.

const ends: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end()
})

async function start(name: EngineName, settings: readonly string[] = []): Promise<EngineServer> {
  const server = await startEngine(name, { settings })
  ends.push(() => server.close())
  return server
}

async function open(
  { name, url }: EngineServer,
  options: Partial<EngineOptions> = {},
): Promise<SharedEngine> {
  const openEngine = await loadEngine(name)
  const http = async () => createHttp({ environment: {} })
  const engine = openEngine({ ...plainOptions, http, url: new URL(url), ...options })
  ends.push(() => engine.close())
  return engine
}

const change = { name: 'name', generation: 1, when: {} }

/** Takes all connections that there are; gives what gives them back. */
const occupiers: Readonly<
  Record<'postgres' | 'redis', (server: EngineServer) => Promise<() => Promise<unknown>>>
> = {
  postgres: async ({ url }) => {
    const clients = Array.from({ length: 12 }, () => new Client({ connectionString: url }))
    for (const client of clients) client.on('error', () => undefined)
    await Promise.allSettled(clients.map((client) => client.connect()))
    return async () => await Promise.allSettled(clients.map((client) => client.end()))
  },
  redis: async ({ port, address, password }) => {
    const settings = { password, enableReadyCheck: false, retryStrategy: () => null }
    const clients = Array.from({ length: 12 }, () => new Redis(port, address, settings))
    for (const client of clients) client.on('error', () => undefined)
    await Promise.allSettled(clients.map((client) => client.ping()))
    return async () => clients.forEach((client) => client.disconnect())
  },
}

const limits = { postgres: 'max_connections=10', redis: 'maxclients 10' }

describe.each(['postgres', 'redis'] as const)('a %s that has no room', (name) => {
  test.runIf(requirePart(name))(
    'is waited for as long as there is time, and no longer',
    async () => {
      const server = await start(name, [limits[name]])
      await (await open(server)).prepare()
      await ends.pop()?.()
      const free = await occupiers[name](server)
      const began = performance.now()
      const hurried = (await open(server, { timeLeft: () => 700 })).read('id')
      const patient = (await open(server)).write('id', change)
      patient.catch(() => undefined)
      await expect(hurried).rejects.toMatchObject({ code: 'network', retryable: true })
      expect(performance.now() - began).toBeLessThan(2_500)
      await delay(500)
      await free()
      expect(await patient).toHaveProperty('written')
    },
  )
})

describe.each(['postgres', 'redis'] as const)('a %s that has room for a few', (name) => {
  test.runIf(requirePart(name))('serves any number that rest between their questions', async () => {
    const server = await start(name, [limits[name]])
    const engines: SharedEngine[] = []
    for (let count = 0; count < 15; count++) {
      const engine = await open(server, { timeLeft: () => 3_000 })
      await engine.prepare()
      await engine.rest?.()
      engines.push(engine)
    }
    for (const engine of engines) {
      expect(await engine.read('id')).toBeUndefined()
      await engine.rest?.()
    }
  })
})

const all = (['postgres', 'redis', 'etcd'] as const).filter((name) => requirePart(name))

test.runIf(all.length > 0)(
  'a process without a processor hears what was said meanwhile',
  async () => {
    const options = { timeLeft: () => 60_000 }
    const asked: SharedEngine[] = []
    for (const name of all) {
      const server = await start(name)
      const engine = await open(server, options)
      await engine.prepare()
      expect(await engine.write('id', change)).toHaveProperty('written')
      asked.push(engine, await open(server, options))
    }
    const found = asked.map((engine) => engine.read('id'))
    await new Promise(setImmediate)
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10_500)
    for (const row of await Promise.all(found))
      expect(row).toMatchObject({ id: 'id', generation: 1 })
  },
)
