import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SharedEngine } from '../../src/core/shared-engine.ts'
import { openRedis } from '../../src/stores/redis/engine.ts'
import { plainOptions } from '../contract/engine-cases.ts'
import { startEngine, type EngineServer } from '../support/engines.ts'
import { root } from '../support/home.ts'
import { requirePart } from '../support/parts.ts'
import { until } from '../support/until.ts'

/** The very lines that users are told to type. */
const lines = readFileSync(join(root, 'docs/stores.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('ACL SETUSER '))

describe.skipIf(!requirePart('redis'))('the users of docs/stores.md', () => {
  let server: EngineServer
  let administrator: Redis
  let raw: Redis
  let refresher: SharedEngine
  let reader: SharedEngine
  const opened: SharedEngine[] = []

  const open = (user: string, password = 'password') => {
    const url = new URL(server.url)
    url.username = user
    const engine = openRedis({ url, ...plainOptions, password })
    opened.push(engine)
    return engine
  }

  beforeAll(async () => {
    server = await startEngine('redis')
    administrator = new Redis(server.port, server.address, { password: server.password })
    expect(lines).toHaveLength(4)
    for (const line of lines) {
      const [name = '', ...rest] = line.replace('>PASSWORD', '>password').split(' ')
      await administrator.call(name, ...rest)
    }
    raw = new Redis(server.port, server.address, {
      username: 'tokn-reader',
      password: 'password',
      enableReadyCheck: false,
    })
    refresher = open('tokn-refresher')
    reader = open('tokn-reader')
  })

  afterAll(async () => {
    for (const engine of opened) await engine.close()
    raw?.disconnect()
    administrator?.disconnect()
    await server?.close()
  })

  test('a refresher may do all that there is', async () => {
    await refresher.prepare()
    const heard: unknown[] = []
    const stops = [
      await refresher.watch('rows', (id) => heard.push(id)),
      await refresher.watch('wishes', (id) => heard.push(id)),
    ]
    const parts = { profile: 'p', record: 'r', journal: 'j' }
    const made = await refresher.write('id', { name: 'a', generation: 1, parts, when: {} })
    expect(made).toHaveProperty('written')
    const change = { name: 'b', generation: 2, parts: { journal: null }, when: { generation: 1 } }
    expect(await refresher.write('id', change)).toHaveProperty('written')
    expect(await refresher.find('b')).toMatchObject({ id: 'id', generation: 2 })
    expect(await refresher.list(undefined, 10)).toHaveLength(1)
    const taken = await refresher.takeLease('session:id', 'me', 5_000)
    const fence = 'fence' in taken ? taken.fence : 0
    expect(await refresher.leases()).toHaveLength(1)
    expect(await refresher.renewLease('session:id', fence, 5_000)).toBe(true)
    expect(await refresher.leaseLeft('session:id', fence)).toBeGreaterThan(0)
    await refresher.releaseLease('session:id', fence)
    for (let wish = 0; wish < 102; wish++) await refresher.addWish('id', 2, `${wish}`)
    expect(await refresher.wishes('id')).toHaveLength(100)
    await refresher.dropWishes('id', 2)
    expect(await refresher.wishes('id')).toEqual([])
    expect(await refresher.wished(undefined, 10)).toEqual([])
    const version = await refresher.writeDocument('keys', '', 'text')
    expect(await refresher.readDocument('keys')).toEqual({ version, text: 'text' })
    expect(await refresher.writeDocument('keys', version ?? '', null)).toBe('')
    expect(await refresher.incarnation()).toBe(await refresher.incarnation())
    const findings = await refresher.examine()
    expect(findings.filter(({ status }) => status !== 'ok')).toEqual([])
    await until(() => heard.length >= 104)
    for (const stop of stops) await stop()
    expect(await refresher.remove('id', {})).toBe(true)
  })

  test('a reader may read, wait and wish', async () => {
    await reader.prepare()
    await refresher.write('read', { name: 'read', generation: 7, parts: { record: 'r' }, when: {} })
    expect(await reader.read('read')).toMatchObject({ generation: 7, wished: false })
    expect(await reader.find('read')).toMatchObject({ id: 'read' })
    expect(await reader.list(undefined, 10)).toHaveLength(1)
    const heard: unknown[] = []
    const stop = await reader.watch('rows', (id) => heard.push(id))
    const asked: unknown[] = []
    const end = await refresher.watch('wishes', (id) => asked.push(id))
    for (let wish = 0; wish < 102; wish++) await reader.addWish('read', 7, `${wish}`)
    expect(await reader.wishes('read')).toHaveLength(100)
    expect(await reader.read('read')).toMatchObject({ wished: true })
    expect(await reader.wished(undefined, 10)).toMatchObject([{ id: 'read' }])
    const row = await refresher.read('read')
    expect(await reader.read('read')).toEqual({ ...row, now: expect.any(Number) })
    await refresher.write('read', { generation: 8, when: { generation: 7 } })
    await until(() => heard.includes('read') && asked.length >= 102)
    expect(await reader.leases()).toEqual([])
    expect(await reader.readDocument('keys')).toBeUndefined()
    expect(await reader.now()).toBeGreaterThan(0)
    expect(await reader.examine()).toContainEqual(
      expect.objectContaining({ id: 'privileges', detail: expect.stringContaining('not write') }),
    )
    // By the key at hand: this user is not enough for one that writes.
    expect(await reader.examine(true)).toContainEqual(
      expect.objectContaining({ id: 'privileges', status: 'fail' }),
    )
    await stop()
    await end()
  })

  test('a reader may not change what is not a wish, by tokn or by hand', async () => {
    await refresher.write('kept', { name: 'kept', generation: 1, parts: { record: 'r' }, when: {} })
    const everything = async () => {
      const keys = (await administrator.keys('*')).filter((key) => !key.startsWith('{tokn}:wish'))
      return await Promise.all(keys.toSorted().map((key) => administrator.dumpBuffer(key)))
    }
    const before = await everything()
    const writes: readonly (() => Promise<unknown>)[] = [
      () => reader.write('kept', { parts: { record: 'forged' }, when: {} }),
      () => reader.write('new', { name: 'new', when: {} }),
      () => reader.remove('kept', {}),
      () => reader.takeLease('session:kept', 'me', 1_000),
      () => reader.writeDocument('keys', '', 'forged'),
      () => reader.dropWishes('kept', 1),
      () => reader.incarnation(),
    ]
    for (const write of writes) {
      await expect(write()).rejects.toMatchObject({
        code: 'store',
        message: expect.stringContaining('does not allow this to the user tokn-reader'),
      })
    }
    const keys = [
      'row:kept',
      'names',
      'ids',
      'fence',
      'lease:session:kept',
      'document:keys',
      'life',
    ]
    for (const key of keys.map((name) => `{tokn}:${name}`)) {
      for (const line of [
        ['hset', key, 'record', 'forged'],
        ['hsetnx', key, 'forged', 'forged'],
        ['hdel', key, 'record'],
        ['del', key],
        ['set', key, 'forged'],
        ['sadd', key, 'forged'],
        ['pexpire', key, '1'],
        ['restore', key, '0', 'x'],
        ['eval', "return redis.call('HSETNX', KEYS[1], 'forged', 'x')", '1', key],
        ['eval', `return redis.call('HDEL', '${key}', 'record')`, '0'],
        ['eval', `return redis.call('PEXPIRE', '${key}', 1)`, '0'],
      ]) {
        await expect(raw.call(line[0] ?? '', ...line.slice(1)), line.join(' ')).rejects.toThrow(
          /permissions|executing the script/,
        )
      }
    }
    for (const line of [
      ['flushall'],
      ['flushdb'],
      ['config', 'get', '*'],
      ['acl', 'list'],
      ['keys', '*'],
    ]) {
      await expect(raw.call(line[0] ?? '', ...line.slice(1))).rejects.toThrow('no permissions')
    }
    await expect(raw.get('other')).rejects.toThrow('no permissions')
    expect(await everything()).toEqual(before)
  })

  test('without INFO nothing is refreshed, without CONFIG each restart is a loss; doctor says so', async () => {
    const rest = lines
      .filter((line) => line.includes('tokn-refresher'))
      .flatMap((line) => line.replace('>PASSWORD', '>password').split(' ').slice(3))
    await administrator.call('acl', 'setuser', 'blind', ...rest, '-info')
    await administrator.call('acl', 'setuser', 'managed', ...rest, '-config')
    const [blind, managed] = [open('blind'), open('managed')]
    await expect(blind.incarnation()).rejects.toMatchObject({ code: 'store' })
    expect(await blind.examine()).toContainEqual(
      expect.objectContaining({ id: 'privileges', status: 'fail' }),
    )
    await expect(managed.incarnation()).resolves.toMatch(/^redis /)
    expect(await managed.examine()).toContainEqual(
      expect.objectContaining({ id: 'durability', status: 'warn' }),
    )
  })

  test('of a user who may do more doctor says so, and a reader is told of nothing to mend', async () => {
    const all = openRedis({ url: new URL(server.url), ...plainOptions })
    opened.push(all)
    expect(await all.examine()).toContainEqual(
      expect.objectContaining({ id: 'privileges', status: 'warn' }),
    )
    const found = await reader.examine()
    expect(found.filter(({ status }) => status !== 'ok')).toEqual([])
  })

  test('a wrong password, or none, is said', async () => {
    await expect(open('tokn-reader', 'wrong').read('id')).rejects.toMatchObject({
      code: 'store',
      message: expect.stringContaining('refuses the password of the user tokn-reader'),
    })
    const url = new URL(server.url)
    url.username = url.password = ''
    const none = openRedis({ url, ...plainOptions })
    opened.push(none)
    await expect(none.read('id')).rejects.toThrow('asks for a password')
  })
})
