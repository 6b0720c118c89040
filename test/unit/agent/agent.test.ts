import { describe, expect, it } from 'vitest'
import type { Answer } from '../../../src/agent/answers.ts'
import { ToknError } from '../../../src/core/errors.ts'
import { Secret } from '../../../src/core/secret.ts'
import { start } from '../session/memory-ports.ts'
import { web } from '../session/scripted.ts'
import { openAgentWorld } from './world.ts'

const minute = 60_000
const hour = 60 * minute

const headerOf = ({ headers = [] }: Answer, name: string) =>
  headers.find((_, index) => index % 2 === 1 && headers[index - 1] === name)

describe('an agent', () => {
  it('reads a session once, and again when anything has changed', async () => {
    const world = openAgentWorld()
    await world.put({})
    const before = world.reads()
    for (let asked = 0; asked < 5; asked++) {
      expect(await world.ask('GET /token/web')).toMatchObject({ status: 200, body: 'access-1\n' })
    }
    expect(world.reads()).toBe(before + 1)
    world.change()
    await world.ask('GET /token/web')
    expect(world.reads()).toBe(before + 2)
    await world.put({ generation: 2 })
    expect(headerOf(await world.ask('GET /auth/web'), 'X-Tokn-Generation')).toBe('2')
  })

  it('refreshes what has expired, and what is too old for who asks', async () => {
    const world = openAgentWorld()
    await world.put({})
    await world.ask('GET /token/web')
    world.ports.pass(hour)
    expect((await world.ask('GET /token/web')).body).toBe('access-2\n')
    expect((await world.ask('GET /token/web?min_ttl=59m')).body).toBe('access-2\n')
    world.ports.pass(2 * minute)
    expect((await world.ask('GET /token/web?min_ttl=59m')).body).toBe('access-3\n')
    expect(world.refreshes()).toBe(2)
    expect(await world.ask('GET /token/web?min_ttl=2h')).toMatchObject({ status: 409 })
    expect(world.refreshes()).toBe(2)
  })

  it('reads anew after a sleep, whatever is left by the clock of then', async () => {
    const world = openAgentWorld()
    await world.put({})
    await world.ask('GET /token/web')
    const before = world.reads()
    world.sleep(2 * minute)
    await world.ask('GET /token/web')
    expect(world.reads()).toBe(before + 1)
    world.sleep(8 * hour)
    expect((await world.ask('GET /token/web')).body).toBe('access-2\n')
  })

  it('makes one refresh for all who ask at the same time', async () => {
    let go: () => void = () => undefined
    const slow = new Promise<void>((resolve) => (go = resolve))
    const world = openAgentWorld({ slow: async () => await slow })
    await world.put({ expiry: { state: 'at', at: start - minute } })
    const asked = Array.from({ length: 20 }, async () => await world.ask('GET /token/web'))
    await new Promise((resolve) => setTimeout(resolve, 20))
    go()
    const bodies = (await Promise.all(asked)).map(({ body }) => body)
    expect(new Set(bodies)).toEqual(new Set(['access-2\n']))
    expect(world.refreshes()).toBe(1)
  })

  it('tells all who ask at the same time of one failure', async () => {
    const world = openAgentWorld()
    await world.put({ expiry: { state: 'at', at: start - minute } })
    world.ports.fail('lock', 'busy')
    const answers = await Promise.all([1, 2, 3].map(async () => await world.ask('GET /token/web')))
    expect(answers.map(({ status }) => status)).toEqual([503, 503, 503])
    expect(world.log.filter((line) => line.includes('no lock')).length).toBe(1)
    world.ports.mend('lock')
    expect((await world.ask('GET /token/web')).status).toBe(200)
  })

  it('looks once for what is not there, however many ask at the same time', async () => {
    const world = openAgentWorld()
    const asked = Array.from({ length: 100 }, async () => await world.ask('GET /token/nobody'))
    const answers = await Promise.all(asked)
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([404]))
    expect(world.looks()).toBe(1)
    expect(world.agent.sessions.inUse()).toEqual([])
  })

  it('reads what it does not keep twice at most, however many ask at the same time', async () => {
    const world = openAgentWorld()
    await world.put({ standing: { state: 'unrenewable', at: start, why: 'no reason' } })
    const before = world.reads()
    const asked = Array.from({ length: 100 }, async () => await world.ask('GET /token/web'))
    const answers = await Promise.all(asked)
    expect(new Set(answers.map(({ body }) => body))).toEqual(new Set(['access-1\n']))
    expect(world.reads()).toBe(before + 2)
  })

  it('replaces a refused token later with each refusal, however many are refused at once', async () => {
    const world = openAgentWorld()
    await world.put({})
    const refuse = async (generation: number) =>
      await Promise.all(
        [1, 2].map(async () => await world.ask(`GET /auth/web?rejected=${generation}`)),
      )
    const waits = []
    for (const generation of [1, 2, 3]) {
      for (const { status } of await refuse(generation)) expect(status).toBe(200)
      const [vain, same] = await refuse(generation + 1)
      expect(vain).toEqual(same)
      if (vain === undefined) continue
      expect(vain.status).toBe(401)
      waits.push(Number(headerOf(vain, 'Retry-After')))
      world.ports.pass(Number(headerOf(vain, 'Retry-After')) * 1_000)
    }
    expect(waits).toEqual([60, 120, 240])
    expect(world.refreshes()).toBe(3)
  })

  it('replaces a refused token less and less while that fails', async () => {
    let tried = 0
    let isDown = true
    const world = openAgentWorld({
      script: {
        refresh: async ({ clock }) => {
          tried++
          if (isDown) throw new ToknError('network', 'the provider is down', { sent: false })
          const expiry = { state: 'at', at: clock.now() + hour } as const
          return {
            access: new Secret('access-9'),
            refresh: new Secret('refresh-9'),
            expiry,
            context: {},
          }
        },
      },
    })
    await world.put({})
    const refuse = async () => await world.ask('GET /auth/web?rejected=1')
    for (const wait of ['5', '10', '20']) {
      const before = tried
      const answers = await Promise.all([refuse(), refuse()])
      for (const answer of [...answers, await refuse()]) {
        expect(answer.status).toBe(503)
        expect(headerOf(answer, 'X-Tokn-Error')).toBe('network')
      }
      expect(headerOf(await refuse(), 'Retry-After')).toBe(wait)
      const once = tried - before
      world.ports.pass(Number(wait) * 1_000 - 1)
      await refuse()
      expect(tried - before).toBe(once)
      world.ports.pass(1)
    }
    isDown = false
    expect(await refuse()).toMatchObject({ status: 200 })
    // What was never given, and what is newer, is nothing of it.
    expect((await world.ask('GET /auth/web?rejected=7')).status).toBe(200)
  })

  it.each([
    ['reauth_required', 401, undefined],
    ['network', 503, '5'],
    ['rate_limited', 503, '5'],
    ['provider_refused', 502, undefined],
    ['quota', 409, undefined],
    ['store', 503, '5'],
    ['internal', 500, undefined],
  ] as const)('answers %s with %i and no word of it', async (code, status, wait) => {
    const world = openAgentWorld()
    await world.put({})
    world.ports.fail('read file', code)
    const answer = await world.ask('GET /token/web')
    expect(answer).toMatchObject({ status })
    expect(answer.body).toBeUndefined()
    expect(headerOf(answer, 'X-Tokn-Error')).toBe(code)
    expect(headerOf(answer, 'Retry-After')).toBe(wait)
  })

  it('keeps to itself what a login has left beside the tokens', async () => {
    const canaries = [
      ...['client_secret', 'private_key', 'registration_access_token', 'session_cookie'],
      ...['secret_token_parameters', 'registration_client_uri', 'refresh', 'password'],
    ]
    const hidden = Object.fromEntries(canaries.map((name) => [name, `canary-${name}`]))
    const handedOut = { flow: 'client', id_token: 'its ID token' }
    const context = { ...hidden, ...handedOut, dpop_key: 'canary-key' }
    const world = openAgentWorld()
    const credentials = { password: new Secret('canary-password') }
    for (const [attach, given] of [
      [{ headers: { Authorization: 'Bearer {access}' } }, handedOut],
      [
        { headers: { Authorization: 'DPoP {access}' }, bound: true },
        { ...handedOut, dpop_key: 'canary-key' },
      ],
    ] as const) {
      await world.put({ context, credentials, attach, refresh: new Secret('canary-refresh') })
      world.change()
      for (const time of ['first', 'from memory']) {
        const { body = '' } = await world.ask('GET /session/web')
        const { record } = JSON.parse(body) as { record: { context: object } }
        expect(record.context, time).toEqual(given)
        expect(body.replaceAll('canary-key', ''), time).not.toContain('canary')
      }
    }
  })

  it('gives another process of this program what it needs, and no more', async () => {
    const world = openAgentWorld()
    await world.put({})
    const { body = '' } = await world.ask('GET /session/web?configuration=own')
    expect(JSON.parse(body)).toMatchObject({
      schema: 'tokn.agent-session/v1',
      refreshed: false,
      record: { access: 'access-1', refresh: '', generation: 1 },
      profile: { name: 'web', id: 'one', store: 'file' },
      warnings: [],
    })
    expect(await world.ask('GET /session/web?configuration=other')).toEqual({ status: 404 })
    expect(await world.ask('GET /session/web?configuration=placed')).toEqual({ status: 404 })
    expect(await world.ask('GET /session/web?store=pass')).toEqual({ status: 404 })
    world.ports.fail('read file')
    world.change()
    const failed = await world.ask('GET /session/web')
    expect(failed.status).toBe(503)
    const plain = await world.ask('GET /token/web')
    expect([plain.status, headerOf(plain, 'Retry-After')]).toEqual([503, '5'])
    expect(JSON.parse(failed.body ?? '')).toMatchObject({
      error: { code: 'store', message: 'no read file' },
    })
  })

  it('that looks in another store says so only to who means that, or asks for no other', async () => {
    const profile = { ...web, usualStore: 'keychain' }
    const world = openAgentWorld({ profile })
    await world.put({})
    const statusOf = async (query: string) => (await world.ask(`GET /session/web${query}`)).status
    expect(await statusOf('')).toBe(200)
    expect(await statusOf('?store=file')).toBe(200)
    expect(await statusOf('?configuration=own&store=file')).toBe(200)
    expect(await statusOf('?configuration=own')).toBe(404)
    expect(await statusOf('?store=keychain')).toBe(404)
  })

  it('is where the token may go, and nowhere else', async () => {
    const world = openAgentWorld()
    await world.put({})
    const ask = async (url: string) => (await world.ask(`GET /auth/web?for=${url}`)).status
    expect(await ask('https://shop.example/orders')).toBe(200)
    expect(await ask('https://evil.example/')).toBe(403)
    expect(await ask('https://user@shop.example/')).toBe(403)
    expect(await ask('http://shop.example/')).toBe(403)
    expect(await world.ask('GET /get?uri=https://shop.example/x')).toMatchObject({ status: 200 })
    expect(await world.ask('GET /get?uri=https://evil.example/x')).toEqual({ status: 404 })
    expect(await world.ask('GET /get?uri=https://a:b@shop.example/x')).toEqual({ status: 403 })
  })

  it('refreshes nothing for a refused token that no header carries', async () => {
    const world = openAgentWorld()
    await world.put({ attach: { query: { key: '{access}' } } })
    expect((await world.ask('GET /auth/web?rejected=1')).status).toBe(409)
    expect(world.refreshes()).toBe(0)
  })

  it('has no header for a token that travels elsewhere, or needs a proof', async () => {
    const world = openAgentWorld()
    await world.put({ attach: { query: { key: '{access}' } } })
    expect((await world.ask('GET /auth/web')).status).toBe(409)
    const { body = '' } = await world.ask('GET /header/web')
    expect(JSON.parse(body)).toMatchObject({ headers: {}, query: { key: 'access-1' } })
    await world.put({ generation: 2, attach: { headers: { A: '{access}' }, bound: true } })
    expect((await world.ask('GET /auth/web')).status).toBe(409)
    expect((await world.ask('GET /header/web')).status).toBe(409)
  })
})
