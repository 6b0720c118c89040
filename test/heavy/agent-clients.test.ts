import { spawn } from 'node:child_process'
import { connect, type Socket } from 'node:net'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { startAgent, type TestAgent } from '../support/agent.ts'
import { howMany } from '../support/effort.ts'
import { makeHome, type Home } from '../support/home.ts'
import { run } from '../support/run.ts'
import { addressOf, credentialsOf, startServers, type Servers } from '../support/servers.ts'

let home: Home
let servers: Servers
let agent: TestAgent | undefined

beforeAll(async () => {
  home = makeHome()
  servers = await startServers(['hosterby'])
  const api = servers.api('hosterby')
  const ended = await run(['login', 'web', ...addressOf(api)], { home, env: credentialsOf(api) })
  expect(ended, ended.err).toMatchObject({ status: 0 })
})

afterEach(async () => {
  agent?.kill('SIGKILL')
  await agent?.ended
})

afterAll(async () => {
  await servers.close()
  home.remove()
})

const request = 'GET /token/web HTTP/1.1\r\nHost: tokn\r\n\r\n'

async function serve(options?: Parameters<typeof startAgent>[1]): Promise<TestAgent> {
  agent = await startAgent(home, options)
  return agent
}

/** Connections that say nothing. One for which there is no room in the queue comes again. */
function openMany(path: string, count: number) {
  const open = new Set<Socket>()
  let connected = 0
  const sockets = new Set<Socket>()
  const openOne = () => {
    const socket = connect(path)
    sockets.add(socket)
    socket.on('connect', () => {
      connected++
      open.add(socket)
    })
    socket.on('error', () => {
      sockets.delete(socket)
      if (!open.has(socket)) setTimeout(openOne, 50)
    })
    socket.on('close', () => open.delete(socket))
    socket.resume()
  }
  for (let made = 0; made < count; made++) openOne()
  return {
    open,
    connected: () => connected,
    destroy: () => sockets.forEach((one) => one.destroy()),
  }
}

/** Megabytes. */
function occupied({ child }: TestAgent): number {
  const status = readFileSync(`/proc/${child.pid}/status`, 'latin1')
  return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1_024
}

describe('what is no request', () => {
  const wrong: ReadonlyArray<readonly [string, string | Buffer, RegExp]> = [
    ['garbage', Buffer.from([0, 1, 2, 255, 254, 13, 10, 13, 10]), /^HTTP\/1\.1 400 /],
    ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', /^(HTTP\/1\.1 4\d\d |$)/],
    ['a TLS hello', Buffer.from('160301020001000001fc0303', 'hex'), /^HTTP\/1\.1 400 /],
    ['a head of 9 KiB', `GET / HTTP/1.1\r\nX: ${'x'.repeat(9_216)}\r\n\r\n`, /^HTTP\/1\.1 431 /],
    ['a line of 9 KiB', `GET /${'x'.repeat(9_216)} HTTP/1.1\r\n\r\n`, /^HTTP\/1\.1 431 /],
    [
      'a body',
      'POST /auth/web HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n',
      /^HTTP\/1\.1 413 /,
    ],
    [
      'a body in chunks',
      'POST /auth/web HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n',
      /^HTTP\/1\.1 413 /,
    ],
    [
      'two lengths',
      'POST /auth/web HTTP/1.1\r\nContent-Length: 0\r\nContent-Length: 5\r\n\r\n',
      /^HTTP\/1\.1 4\d\d /,
    ],
    ['half a request', 'GET /token/web HTTP/1.1\r\nHost: tokn\r\n', /^HTTP\/1\.1 408 /],
    ['nothing', '', /^(HTTP\/1\.1 408 [^]*)?$/],
    ['a tunnel', 'CONNECT web:443 HTTP/1.1\r\nHost: web\r\n\r\n', /^HTTP\/1\.1 405 /],
  ]
  it('is refused or dropped by the agent, and no other client notices', async () => {
    const serving = await serve()
    // Each is over when the agent ends its connection; none ends it from here.
    const answers = wrong.map(async ([what, bytes, expected]) => {
      const said = await serving.speak(bytes)
      expect(said, what).toMatch(expected)
      expect(said, what).not.toContain('eyJ')
    })
    const good = Array.from({ length: 20 }, async () => {
      await delay(100)
      expect((await serving.ask('/token/web')).status).toBe(200)
    })
    await Promise.all([...answers, ...good])
    expect((await serving.ask('/token/web')).status).toBe(200)
  })

  it('is dropped where it comes a byte at a time', async () => {
    const serving = await serve()
    const { open, connected } = openMany(serving.socket, 50)
    while (connected() < 50) await delay(20)
    // A head that is right as far as it goes, and would take minutes.
    const head = `GET /token/web HTTP/1.1\r\nHost: ${'x'.repeat(2_000)}`
    let waited = 0
    for (; open.size > 0 && waited < 100; waited++) {
      for (const one of open) if (one.writable) one.write(head.charAt(waited))
      await delay(100)
      if (waited === 5) expect((await serving.ask('/token/web')).status).toBe(200)
    }
    expect(open.size).toBe(0)
    // Not at once: it was the time that was up.
    expect(waited).toBeGreaterThan(15)
  })
})

describe('many requests', () => {
  it('are answered in order, a thousand sent at once over one connection', async () => {
    const serving = await serve()
    const last = 'GET /status HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'
    const said = await serving.speak(request.repeat(1_000) + last)
    expect(said.match(/^HTTP\/1\.1 200 OK/gm)?.length).toBe(1_001)
    expect(said.lastIndexOf('tokn.agent/v1')).toBeGreaterThan(said.lastIndexOf('text/plain'))
  })

  it('leave it as small as it was', async () => {
    const serving = await serve()
    const bench = new URL('../../.config/bench/agent.mjs', import.meta.url).href
    const { load } = (await import(bench)) as {
      load(path: string, target: string, options: { requests: number }): Promise<unknown>
    }
    const sizes: number[] = []
    for (let part = 0; part < 12; part++) {
      await load(serving.socket, '/token/web', { requests: howMany(40_000, 200_000) })
      sizes.push(occupied(serving))
    }
    // What is not needed any more is kept until it is worth a collection, on a busy machine for longer:
    // what stays is the least of some.
    const least = (some: readonly number[]) => Math.min(...some)
    expect(least(sizes.slice(-4)), sizes.join(' ')).toBeLessThan(85)
    expect(least(sizes.slice(-4)) - least(sizes.slice(0, 4)), sizes.join(' ')).toBeLessThan(10)
    console.log(`sizes: ${sizes.map((size) => size.toFixed(0)).join(' ')}`)
  })

  it('beside 10,000 connections that say nothing: they are dropped, and it stays small', async () => {
    const serving = await serve()
    await serving.ask('/token/web')
    // In a process of its own: a client that is kept from speaking by its own flood is rightly dropped.
    const flood = join(import.meta.dirname, 'support', 'silent-connections.cjs')
    const many = spawn(process.execPath, [flood, serving.socket, '10000'])
    const over = many.stdout.toArray()
    try {
      for (let asked = 0; asked < 20; asked++) {
        expect((await serving.ask('/token/web')).status).toBe(200)
        await delay(50)
      }
      expect(Buffer.concat(await over).toString()).toBe('connected\ndropped\n')
      expect(occupied(serving)).toBeLessThan(250)
    } finally {
      many.kill('SIGKILL')
    }
  })

  it('are answered with hardly any file handles, and again with none to spare', async () => {
    const under = ['sh', '-c', 'ulimit -n 64; exec "$@"', 'sh']
    const serving = await serve({ under })
    const many = openMany(serving.socket, 300)
    try {
      for (let asked = 0; asked < 10; asked++) {
        expect((await serving.ask('/token/web')).status).toBe(200)
      }
      const refreshed = await serving.ask('/auth/web?rejected=1')
      expect(refreshed.headers['x-tokn-generation'], serving.log()).toBe('2')
    } finally {
      many.destroy()
    }
    expect((await serving.ask('/token/web')).status).toBe(200)
  })
})
