import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { afterEach, describe, expect, test } from 'vitest'
import type { EngineOptions, SharedEngine } from '../../src/core/shared-engine.ts'
import { openRedis } from '../../src/stores/redis/engine.ts'
import { plainOptions } from '../contract/engine-cases.ts'
import { startProxy } from '../support/engine-proxy.ts'
import { startEngine, type EngineServer, type EngineWanted } from '../support/engines.ts'
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

function open(url: string, options: Partial<EngineOptions> = {}): SharedEngine {
  const engine = openRedis({ url: new URL(url), ...plainOptions, ...options })
  ends.push(() => engine.close())
  return engine
}

function administer(server: EngineServer): Redis {
  const redis = new Redis(server.port, server.address, {
    password: server.password,
    enableReadyCheck: false,
    retryStrategy: () => null,
  })
  redis.on('error', () => undefined)
  ends.push(async () => redis.disconnect())
  return redis
}

const change = (generation: number) => ({
  ...{ name: 'name', generation, when: { generation: generation - 1 } },
})

describe.skipIf(!requirePart('redis'))('a real Redis', () => {
  test('with TLS is verified: by its authority, for its host, in both directions of the mistake', async () => {
    const server = await start({ tls: true })
    const ca = server.authority?.cert ?? ''
    const own = open(server.url, { ca })
    expect(await own.write('id', change(1))).toHaveProperty('written')
    expect(await own.read('id')).toMatchObject({ generation: 1 })
    const heard: unknown[] = []
    const stop = await own.watch('rows', (id) => heard.push(id))
    await own.write('id', change(2))
    await until(() => heard.includes('id'))
    await stop()
    const unverified = { NODE_TLS_REJECT_UNAUTHORIZED: '0' }
    await expect(open(server.url, { environment: unverified }).read('id')).rejects.toMatchObject({
      code: 'network',
      hint: expect.stringContaining('--ca FILE'),
    })
    const otherHost = server.url.replace('127.0.0.1', '127.0.0.2')
    const proxy = await startProxy(server, '127.0.0.2')
    ends.push(() => proxy.close())
    const there = otherHost.replace(`:${server.port}`, `:${proxy.port}`)
    await expect(open(there, { ca }).read('id')).rejects.toThrow('ERR_TLS_CERT_ALTNAME_INVALID')
    const plain = server.url.replace('rediss:', 'redis:')
    await expect(open(plain).read('id')).rejects.toThrow('closed the connection')
    const without = await start()
    const wrong = open(without.url.replace('redis:', 'rediss:'), { ca, timeLeft: () => 1_000 })
    await expect(wrong.read('id')).rejects.toMatchObject({ code: 'network' })
  })

  test('at a socket of this machine', async () => {
    const server = await start()
    const path = join(server.folder, 'a redis.sock')
    await administer(server)
      .config('SET', 'unixsocketperm', '777')
      .catch(() => undefined)
    const folder = server.folder
    await server.stop()
    const again = await start({ folder, settings: [`unixsocket "${path}"`, 'unixsocketperm 777'] })
    expect(existsSync(path)).toBe(true)
    const url = `redis://${encodeURI(path)}?db=2`.replace('redis:///', 'redis:///')
    const engine = open(url, { password: again.password })
    expect(await engine.write('id', change(1))).toHaveProperty('written')
    expect(await engine.read('id')).toMatchObject({ generation: 1 })
    expect(engine.describe()).toBe(`Redis at ${path}/2`)
    expect(await open(again.url).read('id')).toBeUndefined()
    await again.stop()
    await expect(engine.read('id')).rejects.toThrow('there is no such socket')
  })

  test('that is stopped for a while is not waited for longer than there is time', async () => {
    const server = await start()
    const engine = open(server.url, { timeLeft: () => 500 })
    await engine.write('id', change(1))
    server.pause()
    const begun = Date.now()
    const failures = await Promise.allSettled([
      engine.read('id'),
      engine.write('id', change(2)),
      open(server.url, { timeLeft: () => 500 }).read('id'),
      open(server.url, { timeLeft: () => 500 }).watch('rows', () => undefined),
    ])
    expect(Date.now() - begun).toBeLessThan(2_500)
    for (const failure of failures) {
      expect(failure).toMatchObject({ status: 'rejected', reason: { code: 'network' } })
    }
    server.resume()
    // The write may have been made: whoever repeats it compares.
    await delay(50)
    const { generation } = (await engine.read('id')) ?? {}
    const written = await engine.write('id', change(2))
    expect(written).toEqual(
      generation === 2 ? { failed: 'generation' } : { written: expect.any(String) },
    )
  })

  test('whose answer is lost on the way may have written', async () => {
    const server = await start()
    const proxy = await startProxy(server)
    ends.push(() => proxy.close())
    const engine = open(proxy.through(server.url), { timeLeft: () => 600 })
    expect(await engine.write('id', change(1))).toHaveProperty('written')
    proxy.mode('mute')
    await expect(engine.write('id', change(2))).rejects.toMatchObject({ code: 'network' })
    proxy.mode('pass')
    expect(await engine.read('id')).toMatchObject({ generation: 2 })
    expect(await engine.write('id', change(2))).toEqual({ failed: 'generation' })
    // A connection that ended while nobody used it is no failure.
    proxy.cut()
    await delay(50)
    expect(await engine.read('id')).toMatchObject({ generation: 2 })
    proxy.cut()
    await delay(50)
    expect(await engine.write('id', change(3))).toHaveProperty('written')
  })

  test('is watched over the loss of the connection and of the server', async () => {
    const server = await start()
    const proxy = await startProxy(server)
    ends.push(() => proxy.close())
    const heard: unknown[] = []
    const stop = await open(proxy.through(server.url)).watch('wishes', (id) => heard.push(id))
    const other = open(server.url)
    await other.addWish('one', 1, 'x')
    await until(() => heard.includes('one'))
    proxy.cut()
    await until(() => heard.includes(undefined))
    await other.addWish('two', 1, 'x')
    await until(() => heard.includes('two'))
    await server.kill()
    await delay(300)
    await server.start()
    await until(() => heard.filter((id) => id === undefined).length > 1)
    await other.addWish('three', 1, 'x')
    await until(() => heard.includes('three'))
    await stop()
    const count = heard.length
    await other.addWish('four', 1, 'x')
    await delay(100)
    expect(heard).toHaveLength(count)
    await until(() => proxy.standing() === 0)
  })

  test('that is full, has no replica, has no room or is busy says so, and goes on', async () => {
    const server = await start({ settings: ['maxclients 12'] })
    const admin = administer(server)
    const engine = open(server.url)
    await engine.write('id', change(1))
    const fails = async (says: string) =>
      await expect(engine.write('id', change(2))).rejects.toMatchObject({
        code: 'network',
        message: expect.stringContaining(says),
      })
    await admin.config('SET', 'maxmemory', '1')
    await fails('its memory is full')
    expect(await engine.read('id')).toMatchObject({ generation: 1 })
    expect(await engine.remove('id', {})).toBe(true)
    await admin.config('SET', 'maxmemory', '0')
    await engine.write('id', change(1))
    await admin.config('SET', 'min-replicas-to-write', '1')
    await fails('fewer replicas')
    await admin.config('SET', 'min-replicas-to-write', '0')
    await admin.config('SET', 'busy-reply-threshold', '50')
    const endless = admin.eval('while true do end', 0).catch(() => undefined)
    await delay(150)
    await fails('busy with a script')
    const killer = administer(server)
    await killer.call('script', 'kill')
    await endless
    const many = Array.from({ length: 12 }, () => administer(server))
    await Promise.allSettled(many.map((redis) => redis.ping()))
    await expect(open(server.url, { timeLeft: () => 700 }).read('id')).rejects.toMatchObject({
      code: 'network',
      // What it says before it ends the connection may be lost with that.
      message: expect.stringMatching(/as many connections as it allows|closed the connection/),
    })
    expect(await engine.write('id', change(2))).toHaveProperty('written')
  })

  test('that has become a copy is not asked for ever: the address may lead to another by now', async () => {
    const [master, copy] = [await start(), await start()]
    const proxy = await startProxy(master)
    ends.push(() => proxy.close())
    const engine = open(proxy.through(master.url))
    await engine.write('id', change(1))
    await engine.write('id', change(2))
    expect(proxy.accepted()).toBe(1)
    await administer(master).call('replicaof', copy.address, String(copy.port))
    await expect(engine.write('id', change(3))).rejects.toThrow('is a replica')
    await administer(master).call('replicaof', 'no', 'one')
    await engine.write('id', change(3))
    expect(proxy.accepted()).toBe(2)
  })

  test('has databases of their own, channels too; and no others', async () => {
    const server = await start()
    const [zero, one] = [open(`${server.url}/0`), open(`${server.url}/1`)]
    const heard: unknown[] = []
    await zero.watch('rows', (id) => heard.push(id))
    await one.write('one', change(1))
    await zero.write('zero', change(1))
    await until(() => heard.length > 0)
    expect(heard).toEqual(['zero'])
    expect(await zero.read('one')).toBeUndefined()
    await expect(open(`${server.url}/99`).read('id')).rejects.toThrow('has no database 99')
    const write = open(`${server.url}/99`).write('lost', change(1))
    await expect(write).rejects.toMatchObject({ code: 'store' })
    expect(await zero.read('lost')).toBeUndefined()
  })

  test('in a cluster is asked where the keys are', async () => {
    const settings = ['cluster-enabled yes', 'cluster-require-full-coverage no']
    const [one, two] = [await start({ settings }), await start({ settings })]
    const [first, second] = [administer(one), administer(two)]
    await first.call('cluster', 'addslotsrange', '0', '8000')
    await second.call('cluster', 'addslotsrange', '8001', '16383')
    await first.call('config', 'set', 'masterauth', two.password)
    await first.call('cluster', 'meet', two.address, String(two.port))
    const slot = Number(await first.call('cluster', 'keyslot', '{tokn}:ids'))
    const [owner, other] = slot > 8_000 ? [two, one] : [one, two]
    // Both have the same password, as the nodes of a cluster do.
    await administer(other).call('config', 'set', 'requirepass', owner.password)
    const engine = open(other.url.replace(other.password, owner.password))
    for (const node of [first, second]) {
      await until(async () => String(await node.call('cluster', 'info')).includes('state:ok'))
    }
    await engine.prepare()
    expect(await engine.write('id', change(1))).toHaveProperty('written')
    expect(await engine.find('name')).toMatchObject({ id: 'id' })
    expect(await engine.list(undefined, 5)).toHaveLength(1)
    expect(await engine.takeLease('session:id', 'me', 1_000)).toHaveProperty('fence')
    await engine.addWish('id', 1, 'x')
    expect(await engine.wishes('id')).toHaveLength(1)
    expect(await engine.wished(undefined, 5)).toEqual([{ id: 'id', generations: [1] }])
    expect(await engine.remove('id', {})).toBe(true)
    // It goes back to the address that was given, which says where the keys are now.
    await owner.kill()
    await expect(engine.read('id')).rejects.toMatchObject({ code: 'network' })
    await owner.start()
    await until(async () =>
      engine.read('id').then(
        () => true,
        () => false,
      ),
    )
  })
})
