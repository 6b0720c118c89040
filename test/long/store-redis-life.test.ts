import { cpSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import type { SharedEngine } from '../../src/core/shared-engine.ts'
import { openRedis } from '../../src/stores/redis/engine.ts'
import { plainOptions } from '../contract/engine-cases.ts'
import { startProxy } from '../support/engine-proxy.ts'
import {
  sharePassword,
  startEngine,
  type EngineServer,
  type EngineWanted,
} from '../support/engines.ts'
import { requirePart } from '../support/parts.ts'
import { until } from '../support/until.ts'

const ends: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end()
})

async function start(wanted: EngineWanted = {}): Promise<EngineServer> {
  const server = await startEngine('redis', wanted)
  ends.push(() => server.close())
  return server
}

function open(server: EngineServer, url = server.url): SharedEngine {
  const engine = openRedis({ url: new URL(url), ...plainOptions })
  ends.push(() => engine.close())
  return engine
}

/** As an administrator would say it: the words of redis-cli. */
async function tell(server: EngineServer, ...line: readonly string[]): Promise<string> {
  const { Redis } = await import('ioredis')
  const redis = new Redis(server.port, server.address, { password: server.password })
  redis.on('error', () => undefined)
  try {
    const [name = '', ...args] = line
    return String(await redis.call(name, ...args))
  } finally {
    redis.disconnect()
  }
}

const makeRow = async (engine: SharedEngine, generation: number) => {
  const when = { generation: generation - 1 }
  const made = await engine.write('id', { name: 'name', generation, when })
  expect(made).toHaveProperty('written')
}

describe.skipIf(!requirePart('redis'))('the life of what Redis has', () => {
  test('goes on over a kill, where each write was on the disk before it was confirmed', async () => {
    const server = await start()
    const engine = open(server)
    const life = await engine.incarnation()
    for (let generation = 1; generation < 5; generation++) {
      await makeRow(engine, generation)
      await server.kill()
      await server.start()
      expect(await engine.incarnation()).toBe(life)
      expect(await engine.read('id')).toMatchObject({ generation })
    }
    expect(await open(server).incarnation()).toBe(life)
  })

  test.each([
    ['without an append-only file', { durable: false }],
    ['with one that is synced each second', { settings: ['appendfsync everysec'] }],
    ['whose settings nobody may see', { settings: ['rename-command CONFIG ""'] }],
  ])('is another after a kill %s', async (_, wanted) => {
    const server = await start(wanted)
    const engine = open(server)
    const life = await engine.incarnation()
    await makeRow(engine, 1)
    expect(await engine.incarnation()).toBe(life)
    await server.kill()
    await server.start()
    const next = await engine.incarnation()
    expect(next).not.toBe(life)
    expect(await open(server).incarnation()).toBe(next)
    if ('durable' in wanted) expect(await engine.read('id')).toBeUndefined()
  })

  test('is another where what was written last came out of a snapshot, though all is durable now', async () => {
    const server = await start({ durable: false })
    const engine = open(server)
    await makeRow(engine, 1)
    const life = await engine.incarnation()
    await tell(server, 'save')
    await makeRow(engine, 2)
    await server.kill()
    await server.start()
    expect(await engine.read('id')).toMatchObject({ generation: 1 })
    await tell(server, 'config', 'set', 'appendonly', 'yes', 'appendfsync', 'always')
    expect(await engine.incarnation()).not.toBe(life)
  })

  test('goes on from when writes are made durable', async () => {
    const server = await start({ settings: ['appendfsync everysec'] })
    const engine = open(server)
    const first = await engine.incarnation()
    await tell(server, 'config', 'set', 'appendfsync', 'always')
    expect(await engine.incarnation()).toBe(first)
    await server.kill()
    await server.start()
    await tell(server, 'config', 'set', 'appendfsync', 'always')
    expect(await engine.incarnation()).toBe(first)
  })

  test('is another on a replica that takes over without the last write, also once it was restarted', async () => {
    const master = await start({ settings: ['repl-diskless-sync-delay 0'] })
    const proxy = await startProxy(master)
    ends.push(() => proxy.close())
    const settings = [`replicaof 127.0.0.1 ${proxy.port}`, `masterauth ${master.password}`]
    const replica = await start({ settings })
    const [first, second] = [open(master), open(replica)]
    const life = await first.incarnation()
    await makeRow(first, 1)
    await until(async () => (await second.read('id'))?.generation === 1)
    // Whoever spends looks before, so the master is known to have a replica.
    expect(await first.incarnation()).toBe(life)
    await expect(second.incarnation()).rejects.toMatchObject({ code: 'network' })
    await expect(second.takeLease('session:id', 'me', 1_000)).rejects.toThrow('is a replica')
    await until(async () => (await tell(replica, 'hget', '{tokn}:life', 'alone')) === '0')
    proxy.mode('mute')
    await makeRow(first, 2)
    await master.kill()
    await tell(replica, 'replicaof', 'no', 'one')
    expect(await second.read('id')).toMatchObject({ generation: 1 })
    const next = await second.incarnation()
    expect(next).not.toBe(life)
    await replica.kill()
    await replica.start()
    await tell(replica, 'replicaof', 'no', 'one')
    expect(await second.incarnation()).not.toBe(life)
  })

  test('is another where a replica takes over and is restarted before anybody looks', async () => {
    const master = await start({ settings: ['repl-diskless-sync-delay 0'] })
    const replica = await start()
    const life = await open(master).incarnation()
    await tell(replica, 'config', 'set', 'masterauth', master.password)
    await tell(replica, 'replicaof', '127.0.0.1', String(master.port))
    await until(async () =>
      (await tell(master, 'info', 'replication')).includes('connected_slaves:1'),
    )
    expect(await open(master).incarnation()).toBe(life)
    await until(async () => (await tell(replica, 'hget', '{tokn}:life', 'alone')) === '0')
    await tell(replica, 'replicaof', 'no', 'one')
    await master.kill()
    await replica.kill()
    await replica.start()
    expect(await open(replica).incarnation()).not.toBe(life)
  })

  test('goes on with a copy of the files: for that there are the generations that were seen', async () => {
    const server = await start()
    const engine = open(server)
    const life = await engine.incarnation()
    await makeRow(engine, 1)
    const copy = `${server.folder}.copy`
    sharePassword(server.folder, copy)
    cpSync(server.folder, copy, { recursive: true })
    await makeRow(engine, 2)
    await server.kill()
    const restored = open(await start({ folder: copy }))
    expect(await restored.read('id')).toMatchObject({ generation: 1 })
    expect(await restored.incarnation()).toBe(life)
  })

  test('fencing numbers grow over the loss of everything', async () => {
    const server = await start({ durable: false })
    const engine = open(server)
    const before = await engine.takeLease('session:id', 'me', 100)
    await server.kill()
    await server.start()
    await delay(5)
    const after = await engine.takeLease('session:id', 'me', 100)
    const fences = [before, after].map((taken) => ('fence' in taken ? taken.fence : 0))
    expect(fences[1]).toBeGreaterThan(fences[0] ?? 0)
    await expect(engine.leaseLeft('session:id', fences[0] ?? 0)).resolves.toBe(0)
  })
})
