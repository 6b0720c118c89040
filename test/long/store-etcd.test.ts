import { readFileSync } from 'node:fs'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SharedEngine } from '../../src/core/shared-engine.ts'
import { startProxy } from '../support/engine-proxy.ts'
import { startEngine, type EngineServer } from '../support/engines.ts'
import { etcdctl, openAt } from '../support/open-etcd.ts'
import { requirePart } from '../support/parts.ts'
import { until } from '../support/until.ts'
import { root } from '../support/home.ts'
import { join } from 'node:path'

const failed = (what: Promise<unknown>) =>
  what.then(
    () => 'nothing',
    (error: unknown) => error,
  )

describe.runIf(requirePart('etcd') && requirePart('openssl'))('an etcd with TLS and users', () => {
  let server: EngineServer
  let engine: SharedEngine
  /** As `name`, with TLS. */
  const as = (name: string, password: string) => {
    const url = new URL(server.url)
    url.username = name
    url.password = ''
    return openAt(url, { password, ca: server.authority?.certPath })
  }
  beforeAll(async () => {
    // Tokens of logins run out after two seconds.
    const settings = ['--auth-token-ttl', '2']
    server = await startEngine('etcd', { tls: true, password: true, settings })
    for (const line of documentedLines()) etcdctl(server, line, 'canary-5c0ffee5\n')
    engine = as('tokn', 'canary-5c0ffee5')
    await engine.prepare()
  })
  afterAll(async () => await server?.close())

  test('is refused without the authority that knows it', async () => {
    const error = await failed(openAt(server.url).read('a'))
    expect(error).toMatchObject({
      code: 'network',
      message: expect.stringContaining('has an unknown issuer'),
      hint: expect.stringContaining('--ca FILE'),
      retryable: false,
    })
  })

  test('lets the roles of docs/stores.md do what they are for, and no more', async () => {
    const change = { name: 'one', generation: 1, parts: { record: 'r' }, when: {} }
    expect(await engine.write('one', change)).toHaveProperty('written')
    const lease = await engine.takeLease('session:one', 'me', 8_000)
    expect(lease).toHaveProperty('fence')
    const reader = as('tokn-reader', 'canary-5c0ffee5')
    expect(await reader.find('one')).toMatchObject({ id: 'one', wished: false })
    await reader.prepare()
    await reader.addWish('one', 1, 'please')
    expect(await engine.read('one')).toMatchObject({ wished: true })
    const denied = {
      code: 'store',
      message: expect.stringContaining('does not allow this to the user tokn-reader'),
    }
    expect(await failed(reader.write('one', { ...change, generation: 2 }))).toMatchObject(denied)
    expect(await failed(reader.remove('one', {}))).toMatchObject(denied)
    expect(await failed(reader.writeDocument('keys', '', 'mine'))).toMatchObject(denied)
    expect(await failed(reader.takeLease('refresher', 'reader', 8_000))).toMatchObject(denied)
    const fence = 'fence' in lease ? lease.fence : 0
    expect(await failed(reader.releaseLease('session:one', fence))).toMatchObject(denied)
    expect(await reader.incarnation()).toBe(await engine.incarnation())
    expect(await engine.leaseLeft('session:one', fence)).toBeGreaterThan(0)
    const found = (await reader.examine()).filter(({ status }) => status !== 'ok')
    expect(found).toEqual([])
    // By the key at hand: this user is not enough for one that writes.
    expect(await reader.examine(true)).toContainEqual(
      expect.objectContaining({ id: 'privileges', status: 'fail' }),
    )
    const rights = (await reader.examine()).find(({ id }) => id === 'privileges')
    expect(rights?.detail).toBe('reads the store and leaves wishes, as a reader should')
    const all = (await openAt(server.url, { ca: server.authority?.certPath }).examine()).find(
      ({ id }) => id === 'privileges',
    )
    expect(all).toMatchObject({ status: 'warn', detail: expect.stringContaining('outside /tokn/') })
  })

  test('is logged in to again when the token has run out, and when the roles were changed', async () => {
    await engine.read('one')
    await new Promise((resolve) => setTimeout(resolve, 4_500))
    expect(await engine.find('one')).toMatchObject({ id: 'one' })
    etcdctl(server, ['role', 'add', 'another'])
    expect(await engine.write('one', { generation: 3, when: {} })).toHaveProperty('written')
  })

  test('says what is wrong with a user or a password, and not the password', async () => {
    const wrong = await failed(as('tokn', 'canary-0wrong0').read('one'))
    expect(wrong).toMatchObject({
      code: 'store',
      message: expect.stringContaining('refuses the user and password'),
    })
    const nobody = new URL(server.url)
    nobody.username = nobody.password = ''
    const ca = server.authority?.certPath
    expect(await failed(openAt(nobody, { ca }).read('one'))).toMatchObject({
      code: 'store',
      message: expect.stringContaining('names no user'),
    })
    nobody.username = 'tokn'
    expect(await failed(openAt(nobody, { ca }).read('one'))).toMatchObject({
      code: 'store',
      message: expect.stringContaining('no password'),
    })
    const all = [wrong].map((error) => (error instanceof Error ? error.message + error.stack : ''))
    expect(all.join()).not.toMatch(/canary/)
    expect(engine.describe()).not.toMatch(/canary/)
  })

  test('tells watchers with rights, over a token that has run out', async () => {
    const heard: Array<string | undefined> = []
    const stop = await engine.watch('wishes', (id) => heard.push(id))
    await new Promise((resolve) => setTimeout(resolve, 3_000))
    await as('tokn-reader', 'canary-5c0ffee5').addWish('one', 3, 'please')
    await until(() => heard.length > 0)
    await stop()
    expect(heard).toContain('one')
  })
})

describe.runIf(requirePart('etcd'))('an etcd that', () => {
  let server: EngineServer
  beforeAll(async () => {
    server = await startEngine('etcd', { settings: ['--quota-backend-bytes', '2097152'] })
  })
  afterAll(async () => await server?.close())

  test('has forgotten what a watcher missed tells it that anything may have been', async () => {
    const proxy = await startProxy(server)
    const watcher = openAt(proxy.through(server.url))
    const engine = openAt(server.url)
    const heard: Array<string | undefined> = []
    const stop = await watcher.watch('rows', (id) => heard.push(id))
    await engine.write('c', { name: 'c', when: {} })
    await until(() => heard.length > 0)
    expect(heard).toEqual(['c'])
    proxy.mode('closed')
    proxy.cut()
    for (let generation = 1; generation < 4; generation++) {
      await engine.write('c', { generation, when: {} })
    }
    const { header } = JSON.parse(etcdctl(server, ['get', 'x', '-w', 'json']))
    etcdctl(server, ['compact', String(header.revision)])
    proxy.mode('pass')
    await until(() => heard.includes(undefined))
    await engine.write('d', { name: 'd', when: {} })
    await until(() => heard.includes('d'))
    await stop()
    await engine.write('e', { name: 'e', when: {} })
    expect(heard).not.toContain('e')
    await proxy.close()
  })

  test('asks nobody for a password says so', async () => {
    const engine = openAt(server.url)
    await engine.prepare()
    const found = await engine.examine()
    expect(found.map(({ id, status }) => `${id} ${status}`)).toEqual([
      'version ok',
      'members ok',
      'durability ok',
      'space ok',
      'privileges warn',
      'schema ok',
    ])
    expect(found.find(({ id }) => id === 'durability')?.detail).toMatch(/after [0-9.]+ ms/)
  })

  test('is full takes nothing, is exit 7, and says how to make room', async () => {
    const engine = openAt(server.url)
    const parts = { record: 'x'.repeat(200_000) }
    let error: unknown
    for (let turn = 0; turn < 30 && error === undefined; turn++) {
      error = await engine.write('full', { name: 'full', parts, when: {} }).then(
        () => undefined,
        (thrown: unknown) => thrown,
      )
    }
    expect(error).toMatchObject({
      code: 'network',
      message: expect.stringContaining('NOSPACE'),
      hint: expect.stringContaining('etcdctl alarm disarm'),
    })
    expect(await engine.read('full')).toMatchObject({ id: 'full' })
    const found = await engine.examine()
    expect(found.find(({ id }) => id === 'members')).toMatchObject({
      status: 'fail',
      detail: 'alarm NOSPACE',
    })
    expect(found.find(({ id }) => id === 'space')).toMatchObject({ status: 'warn' })
  })

  test('is not reached, or is none, is told apart', async () => {
    const port = new URL(server.url).port
    await server.stop()
    expect(await failed(openAt(server.url).read('a'))).toMatchObject({
      code: 'network',
      message: expect.stringContaining(`cannot reach 127.0.0.1:${port}`),
      details: { sent: false },
    })
    const other = await listen('HTTP/1.1 404 Not Found\r\nContent-Length: 9\r\n\r\nNot Found')
    expect(await failed(openAt(`etcd://127.0.0.1:${other.port}`).read('a'))).toMatchObject({
      code: 'store',
      message: expect.stringContaining('is not the JSON gateway of etcd'),
    })
    other.server.close()
    const silent = await listen('')
    const engine = openAt(`etcd://127.0.0.1:${silent.port}`, { timeLeft: () => 300 })
    expect(await failed(engine.read('a'))).toMatchObject({ code: 'network', retryable: true })
    silent.server.close()
  })
})

/** The lines of docs/stores.md, as they are to be typed; the password comes from standard input. */
function documentedLines(): ReadonlyArray<readonly string[]> {
  const text = readFileSync(join(root, 'docs/stores.md'), 'utf8')
  const lines = [...text.matchAll(/^etcdctl ((?:user|role) .*)$/gm)].map(([, line = '']) => line)
  if (lines.length < 6) throw new Error('docs/stores.md has no lines for roles of etcd')
  return lines.map((line) => [
    ...line.split(' '),
    ...(line.startsWith('user add') ? ['--interactive=false'] : []),
  ])
}

async function listen(answer: string): Promise<{ server: Server; port: number }> {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy())
    if (answer !== '') socket.once('data', () => socket.end(answer))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { server, port: (server.address() as AddressInfo).port }
}
