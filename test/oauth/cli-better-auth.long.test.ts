import { generateKeyPairSync } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { run } from '../support/run.ts'
import { recordRefreshes } from './servers/attempts.ts'
import { expectOneRefresh } from './servers/crowd.ts'
import { clientSecret } from './servers/npm-server.ts'
import { canVisit, visitServer } from './servers/visit.ts'

const name = 'better-auth'
const clientKey = generateKeyPairSync('ec', { namedCurve: 'P-256' })

/** It lets a client prove itself in no other way than the one that it is registered for. */
describe.skipIf(!canVisit(name, '@better-auth/oauth-provider'))(`tokn at ${name}`, () => {
  const visit = visitServer('better-auth.mjs', async () => {
    const key = { ...clientKey.publicKey.export({ format: 'jwk' }), kid: 'first', alg: 'ES256' }
    return { CLIENT_KEYS: JSON.stringify({ keys: [key] }) }
  })
  const { tokn, expectLogin, countRefreshes } = visit

  const issuer = () => `${visit.server.origin}/api/auth`
  const at = (client: string, ...flags: readonly string[]) => [
    ...['work', '--issuer', issuer(), '--client-id', client, ...flags],
  ]

  async function inform(env = {}): Promise<Record<string, unknown>> {
    const { status, out, err } = await tokn(['info', 'work', '--json'], env)
    expect(status, err).toBe(0)
    return JSON.parse(out) as Record<string, unknown>
  }

  function file(content: string): string {
    const path = join(visit.newcomer.home.work, 'given')
    writeFileSync(path, content, { mode: 0o600 })
    return path
  }

  it('logs in by a code; twenty processes refresh once, and the session lives on', async () => {
    await visit.expectLoginByPage(at('native'))
    visit.newcomer.record(name, 'code + PKCE')
    const before = await countRefreshes()
    expect(await expectOneRefresh(visit.newcomer.home)).toBe(1)
    recordRefreshes(name, (await countRefreshes()) - before)
    // That the session can be refreshed once more is the proof that it was not ended.
    expect(await tokn(['refresh', 'work', '-q'])).toEqual({ status: 0, out: '', err: '' })
    expect(await inform()).toMatchObject({ active: true, signature: 'valid' })
    const { out } = await tokn(['logout', 'work', '--json'])
    expect(JSON.parse(out).results[0]).toMatchObject({ erased: true })
  })

  it('logs in by a code on another device', async () => {
    await visit.expectLoginByDevice(at('native'), 'The device is logged in')
    visit.newcomer.record(name, 'device')
    expect(await tokn(['refresh', 'work', '-q'])).toEqual({ status: 0, out: '', err: '' })
  })

  it.each(['client_secret_basic', 'client_secret_post'])(
    'logs in as a client that is registered for %s, and ends the session',
    async (client) => {
      const secret = file(`${clientSecret}\n`)
      await expectLogin(at(client, '--flow', 'client', '--client-secret-file', secret))
      visit.newcomer.record(name, 'client secret')
      const env = { TOKN_CLIENT_SECRET: clientSecret }
      expect(await inform(env)).toMatchObject({ active: true, scopes: ['read'] })
      const { out } = await tokn(['logout', 'work', '--json'], env)
      expect(JSON.parse(out).results[0]).toMatchObject({ revoked: true, erased: true })
    },
  )

  it('says so where a copy of the session was refreshed, which the server takes for a theft', async () => {
    await visit.expectLoginByPage(at('native'))
    const home = visit.copyHome()
    expect(await tokn(['refresh', 'work', '-q'])).toEqual({ status: 0, out: '', err: '' })
    const late = await run(['refresh', 'work'], { home })
    expect(late).toMatchObject({ status: 4, out: '' })
    // It was the copy that came too late: but the server believes neither any more.
    for (const err of [late.err, (await tokn(['refresh', 'work'])).err]) {
      expect(err).toContain('the server no longer accepts the refresh token')
      expect(err).toContain('tokn: hint: tokn login work\n')
    }
    const asked = await countRefreshes()
    expect(await tokn(['refresh', 'work'])).toMatchObject({ status: 4, out: '' })
    expect(await countRefreshes()).toBe(asked)
  })

  it('logs in as a client with a key', async () => {
    const key = file(clientKey.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString())
    await expectLogin(at('private_key_jwt', '--flow', 'client', '--private-key-file', key))
    visit.newcomer.record(name, 'signed assertion')
    expect(await tokn(['token', 'work'])).toMatchObject({ status: 0, err: '' })
  })

  it('logs in by a code, with tokens that are bound to a key', async () => {
    await visit.expectLoginByPage(at('native', '--dpop'))
    visit.newcomer.record(name, 'DPoP')
    expect(await tokn(['refresh', 'work', '-q'])).toEqual({ status: 0, out: '', err: '' })
    expect(await inform()).toMatchObject({ active: true })
  })

  it('says what is wrong, without the secret', async () => {
    const env = { TOKN_CLIENT_SECRET: 'a-wrong-secret' }
    const words = ['login', ...at('client_secret_basic', '--flow', 'client')]
    const { status, out, err } = await tokn(words, env)
    expect({ status, out }, err).toEqual({ status: 4, out: '' })
    expect(err).toContain('invalid_client')
    expect(err).not.toContain('a-wrong-secret')
  })

  it('says so where the server has lost its memory, and asks it once', async () => {
    await visit.expectLoginByPage(at('native'))
    await visit.server.restart()
    visit.newcomer.home.shiftClock(24 * 3_600_000)
    for (const _ of [1, 2]) {
      const { status, out, err } = await tokn(['token', 'work'])
      expect({ status, out }, err).toEqual({ status: 4, out: '' })
      expect(err).toContain('tokn: hint: tokn login work')
    }
    expect(await countRefreshes()).toBe(1)
  })

  it('goes on with a good token while the server is stopped', async () => {
    await visit.expectLoginByPage(at('native'))
    const before = (await tokn(['token', 'work'])).out
    await visit.server.stop()
    expect((await tokn(['token', 'work'])).out).toBe(before)
    expect(await tokn(['refresh', 'work'])).toMatchObject({ status: 7, out: '' })
    const env = { TOKN_CLIENT_SECRET: clientSecret }
    const refused = await tokn(['login', ...at('client_secret_post', '--flow', 'client')], env)
    expect(refused).toMatchObject({ status: 7, out: '' })
    expect((await tokn(['token', 'work'])).out).toBe(before)
  })
})
