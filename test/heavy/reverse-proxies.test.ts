import { chmodSync, chownSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { makeHome, type Home } from '../support/home.ts'
import { requirePart, requireParts } from '../support/parts.ts'
import { run, start, type Running } from '../support/run.ts'
import { logInToStrictApi, startStrictApi, type StrictApi } from '../support/strict-api.ts'
import { canCertify } from '../unit/io/certificates.ts'
import { startImpostors } from './support/impostors.ts'
import { startCaddy, startNginx, type ReverseProxy } from './support/reverse-proxies.ts'
import { until } from '../support/until.ts'

/** The group of daemons that no other test uses: `games` of every Debian. */
const group = 60
const starters = { nginx: startNginx, caddy: startCaddy } as const
const machine = requireParts('linux', 'root', 'setpriv')

describe.each(['nginx', 'caddy'] as const)('%s as the documents configure it', (name) => {
  describe.runIf(machine && requirePart(name))('in front of an API that is strict', () => {
    let home: Home
    let api: StrictApi
    let agent: Running
    let proxy: ReverseProxy
    let folder: string
    let socket: string

    beforeAll(async () => {
      home = makeHome()
      api = await startStrictApi()
      await logInToStrictApi(home, api, 'web')
      folder = mkdtempSync(join(tmpdir(), 'tokn-for-group-'))
      chmodSync(folder, 0o750)
      chownSync(folder, 0, group)
      socket = join(folder, 'web.sock')
      const line = [
        'agent',
        'run',
        '--socket',
        socket,
        '--group',
        String(group),
        '--profile',
        'web',
      ]
      agent = start(line, { home })
      await until(() => existsSync(socket))
      proxy = await starters[name]({ api: api.origin, socket, group })
    })
    afterAll(async () => {
      await proxy?.stop()
      agent?.child.kill('SIGTERM')
      await agent?.ended
      await api?.close()
      home?.remove()
      rmSync(folder, { recursive: true, force: true })
    })

    // A token that came because the one before was refused, and is refused within a minute, is not
    // replaced. Each test begins with one that came in another way.
    beforeEach(async () => {
      expect(await run(['refresh', 'web', '-q'], { home })).toMatchObject({ status: 0, err: '' })
    })

    const send = async (path: string, init: RequestInit = {}) => {
      const reply = await fetch(`${proxy.origin}${path}`, { redirect: 'manual', ...init })
      return { status: reply.status, text: await reply.text(), headers: reply.headers }
    }

    test('a request gets the token, and brings nothing of the client in its place', async () => {
      const headers = { Authorization: 'Basic b3duOm93bg==', Origin: 'http://page.example' }
      const reply = await send('/a?b=c', { headers })
      expect(reply).toMatchObject({ status: 200, text: 'GET 0\n' })
      const last = api.served.at(-1)
      expect(last?.target).toBe('/a?b=c')
      expect(last?.headers.origin).toBe('http://page.example')
      expect(Object.keys(last?.headers ?? {}).filter((one) => one.startsWith('x-tokn'))).toEqual([])
      expect(
        [...reply.headers.keys()].filter((one) => /^(x-tokn|authorization)/.test(one)),
      ).toEqual([])
    })

    test('a GET is sent again with a new token when the API refuses the old one', async () => {
      const before = api.refreshes()
      api.endAccess()
      expect(await send('/get')).toMatchObject({ status: 200 })
      expect(api.refreshes()).toBe(before + 1)
    })

    test('a POST arrives whole, also the one that is refused at first', async () => {
      const body = Buffer.alloc(3_000_000, 'tokn')
      expect(await send('/post', { method: 'POST', body })).toMatchObject({
        status: 200,
        text: 'POST 3000000\n',
      })
      const before = api.refreshes()
      api.endAccess()
      const first = await send('/post', { method: 'POST', body })
      // caddy sends no body twice; the next request has a new token.
      if (name === 'caddy') {
        expect(first).toMatchObject({ status: 401, text: '' })
        expect(await send('/post', { method: 'POST', body })).toMatchObject({ status: 200 })
      } else expect(first).toMatchObject({ status: 200, text: 'POST 3000000\n' })
      expect(api.served.at(-1)?.body.equals(body)).toBe(true)
      expect(api.refreshes()).toBe(before + 1)
    })

    test('20 at once after the end of the token: one refresh', async () => {
      const before = api.refreshes()
      api.endAccess()
      const replies = await Promise.all(Array.from({ length: 20 }, () => send('/many')))
      expect(replies.map(({ status }) => status)).toEqual(Array(20).fill(200))
      expect(api.refreshes()).toBe(before + 1)
    })

    test('a refusal that is not about the token ends there, and costs one refresh at most', async () => {
      const before = api.refreshes()
      for (let tries = 0; tries < 20; tries++) {
        const reply = await send('/never')
        expect(reply.status).toBe(401)
        expect(
          [...reply.headers.keys()].filter((one) => /^(x-tokn|authorization)/.test(one)),
        ).toEqual([])
      }
      expect(api.refreshes()).toBeLessThanOrEqual(before + 1)
      expect(await send('/good')).toMatchObject({ status: 200 })
    })

    test('the query of a client says nothing to the agent', async () => {
      const before = api.refreshes()
      for (let generation = 0; generation < 12; generation++) {
        const target = `/q?rejected=${generation}&for=http://evil.example`
        expect(await send(target)).toMatchObject({ status: 200 })
      }
      expect(api.refreshes()).toBe(before)
    })

    test.runIf(canCertify())('whoever answers in the place of the API gets nothing', async () => {
      const impostors = await startImpostors()
      const { authorities } = impostors
      const got = []
      for (const [who, { origin, seen }] of Object.entries(impostors.servers)) {
        const other = await starters[name]({ api: origin, socket, group, authorities })
        const { status } = await fetch(other.origin).finally(() => other.stop())
        got.push({ who, status, seen: seen() })
      }
      await impostors.close()
      expect(got).toEqual([
        { who: 'of another name', status: 502, seen: [] },
        { who: 'of no authority', status: 502, seen: [] },
        { who: 'the API', status: 200, seen: [{ name: 'localhost', carried: 'Bearer' }] },
      ])
    })

    test('nobody gets through without the agent', async () => {
      agent.child.kill('SIGTERM')
      await agent.ended
      const before = api.served.length
      const reply = await send('/late', { headers: { Authorization: 'Bearer of-the-client' } })
      expect(reply.status).toBe(name === 'nginx' ? 500 : 502)
      expect(api.served.length).toBe(before)
    })
  })
})
