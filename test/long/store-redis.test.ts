import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startProxy } from '../support/engine-proxy.ts'
import { startEngine, type EngineServer } from '../support/engines.ts'
import { makeHome, type Environment, type Home } from '../support/home.ts'
import { requirePart } from '../support/parts.ts'
import { run, type Ended } from '../support/run.ts'
import { addressOf, credentialsOf, startServers, type Servers } from '../support/servers.ts'

let server: EngineServer
let home: Home
let servers: Servers

beforeEach(async () => {
  server = await startEngine('redis')
  home = makeHome()
  servers = await startServers(['hosterby'])
})

afterEach(async () => {
  home?.remove()
  await servers?.close()
  await server?.close()
})

const placed = (): Environment => {
  const url = new URL(server.url)
  url.password = ''
  return { TOKN_STORE: undefined, TOKN_STORE_URL: url.href, TOKN_STORE_PASSWORD: server.password }
}

const tokn = async (args: readonly string[], env: Environment = {}): Promise<Ended> =>
  await run(args, { home, env: { ...placed(), ...env } })

const login = async () => {
  const api = servers.api('hosterby')
  const line = ['login', 'web', ...addressOf(api), '--quiet']
  expect(await tokn(line, credentialsOf(api))).toMatchObject({ status: 0, err: '' })
}

describe.skipIf(!requirePart('redis'))('a session in a real Redis', () => {
  test('is handed out at once, by a process that ends with its answer and prints nothing else', async () => {
    await login()
    await tokn(['token', 'web'])
    const begun = performance.now()
    const debug = { DEBUG: '*', NODE_DEBUG: '' }
    const { status, out, err } = await tokn(['token', 'web'], debug)
    expect({ status, err }).toEqual({ status: 0, err: '' })
    expect(out.trim()).not.toBe('')
    // A connection that is kept for the next question would keep the process for ten seconds.
    expect(performance.now() - begun).toBeLessThan(5_000)
  })

  test('takes one connection and one question', async () => {
    await login()
    const redis = new Redis(server.port, server.address, { password: server.password })
    await redis.config('RESETSTAT')
    const proxy = await startProxy(server)
    const { status } = await tokn(['token', 'web'], {
      TOKN_STORE_URL: proxy.through(placed()['TOKN_STORE_URL'] ?? ''),
    })
    expect(status).toBe(0)
    expect(proxy.accepted()).toBe(1)
    const asked = (await redis.info('commandstats')).matchAll(/^cmdstat_([\w|]+):calls=(\d+)/gm)
    const calls = Object.fromEntries(
      [...asked].map(([, name = '', count]) => [name, Number(count)]),
    )
    // What the script does itself counts too.
    const own = Object.keys(calls).filter((name) => !/^(h|time|config|info)/.test(name))
    expect(own.toSorted()).toEqual(['auth', 'eval_ro'])
    expect(calls).toMatchObject({ auth: 1, eval_ro: 1 })
    redis.disconnect()
    await proxy.close()
  })

  test('lies there sealed: nothing of it is in the files of Redis or in ours', async () => {
    await login()
    const { out } = await tokn(['token', 'web'])
    const canaries = [out.trim(), ...Object.values(servers.api('hosterby').credentials)]
    const files = [server.folder, home.path].flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
    )
    const texts = files.filter((path) => statSync(path).isFile()).map((path) => readFileSync(path))
    expect(texts.some((text) => text.includes('{tokn}:row:'))).toBe(true)
    for (const canary of canaries.filter((text) => text.length > 8)) {
      expect(texts.filter((text) => text.includes(canary))).toEqual([])
    }
    expect(texts.filter((text) => text.includes(server.password))).toHaveLength(1)
  })

  test.each([
    ['a host without TLS', { TOKN_STORE_URL: 'redis://db.example/0' }, 2, 'has no TLS'],
    ['nobody there', { TOKN_STORE_URL: 'redis://127.0.0.1:1' }, 7, 'refused the connection'],
    ['a wrong password', { TOKN_STORE_PASSWORD: 'canary-wrong' }, 8, 'refuses the password'],
    ['no password', { TOKN_STORE_PASSWORD: undefined }, 8, 'asks for a password'],
  ])('is not handed out: %s', async (_, env, status, says) => {
    await login()
    const ended = await tokn(['token', 'web'], env)
    expect(ended).toMatchObject({ status, out: '', err: expect.stringContaining(says) })
    expect(ended.err).not.toMatch(new RegExp(`canary|${server.password}`))
  })

  test('is there after a kill -9 of Redis', async () => {
    await login()
    const { out } = await tokn(['token', 'web'])
    await server.kill()
    expect(await tokn(['token', 'web'], { TOKN_TIMEOUT: '3s' })).toMatchObject({
      status: 7,
      out: '',
    })
    await server.start()
    expect(await tokn(['token', 'web'])).toMatchObject({ status: 0, out })
    expect(await tokn(['logout', 'web'])).toMatchObject({ status: 0 })
    expect(await tokn(['token', 'web'])).toMatchObject({ status: 3, out: '' })
  })
})
