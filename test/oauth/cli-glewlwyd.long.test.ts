import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { makeHome, type Home } from '../support/home.ts'
import { run, type Ended } from '../support/run.ts'
import { hasTerminal } from '../support/terminal.ts'
import { clientSecret, hasGlewlwyd, startGlewlwyd, type Glewlwyd } from './glewlwyd-server.ts'
import { Newcomer } from './servers/attempts.ts'

const there = [hasTerminal(), hasGlewlwyd()].every(Boolean)

describe.skipIf(!there)('tokn at glewlwyd', () => {
  let server: Glewlwyd
  let home: Home
  let newcomer: Newcomer
  beforeAll(async () => {
    server = await startGlewlwyd()
  })
  afterAll(async () => server?.stop())
  beforeEach(() => {
    home = makeHome()
    newcomer = new Newcomer(home)
  })
  afterEach(() => home.remove())

  const login = (client: string, ...flags: readonly string[]) => [
    ...['work', '--issuer', server.issuer, '--client-id', client, ...flags],
  ]

  async function tokn(args: readonly string[], env = {}): Promise<Ended> {
    return await run(args, { home, env })
  }

  async function succeed(words: readonly string[], env = {}): Promise<void> {
    const { status, err } = await newcomer.logIn(words, { env })
    expect(status, err).toBe(0)
  }

  it('logs in by a code, refreshes, tells of the token, and ends it', async () => {
    const place = ['--redirect-port', String(server.redirectPort), '--no-browser']
    const scopes = ['--scope', 'openid', '--scope', 'api']
    const terminal = newcomer.logInAtTerminal(login('public', ...place, ...scopes))
    await server.browse((await terminal.until(/^(http:\S+)$/m))[1] ?? '')
    await newcomer.expectSuccess(terminal)
    newcomer.record('glewlwyd', 'code + PKCE')
    const before = (await tokn(['token', 'work'])).out
    expect(await tokn(['refresh', 'work', '-q'])).toEqual({ status: 0, out: '', err: '' })
    expect((await tokn(['token', 'work'])).out).not.toBe(before)
    expect((await tokn(['token', 'work', '--id-token'])).out).toMatch(/^ey/)
    const info = await tokn(['info', 'work', '--json'])
    expect(JSON.parse(info.out)).toMatchObject({ signature: 'valid', lineage: { generation: 2 } })
    const { out } = await tokn(['logout', 'work', '--json'])
    // It lets only clients with a secret revoke: that the tokens live on is told.
    expect(JSON.parse(out).results[0]).toMatchObject({
      revoked: false,
      erased: true,
      alive: expect.stringContaining('status 401'),
    })
  })

  it('logs in by a code on another device', async () => {
    const flags = ['--flow', 'device', '--scope', 'openid', '--scope', 'api']
    const terminal = newcomer.logInAtTerminal(login('public', ...flags))
    const [, page = '', code = ''] = await terminal.until(/^Open (\S+) .* the code (\S+)$/m)
    await server.browse(`${page}${page.includes('?') ? '&' : '?'}code=${code}`)
    await newcomer.expectSuccess(terminal)
    newcomer.record('glewlwyd', 'device')
    expect(await tokn(['token', 'work'])).toMatchObject({ status: 0 })
  })

  it('logs in as a client by post, raw Basic and a signed assertion', async () => {
    const path = join(home.work, 'secret')
    writeFileSync(path, `${clientSecret}\n`)
    const flags = ['--flow', 'client', '--scope', 'api', '--client-secret-file', path]
    await succeed(login('confidential', ...flags))
    newcomer.record('glewlwyd', 'client secret')
    const audience = ['--set', `assertion_audience=${server.issuer}/token`]
    for (const method of ['client_secret_post', 'basic_raw', 'client_secret_jwt']) {
      const words = login('confidential', ...flags, ...audience, '--client-auth', method)
      const { status, err } = await tokn(['login', ...words])
      expect(status, err).toBe(0)
    }
    const basic = ['--client-auth', 'client_secret_basic']
    const encoded = await tokn(['login', ...login('confidential', ...flags, ...basic)])
    expect(encoded).toMatchObject({ status: 4, out: '' })
    expect(encoded.err).toContain('basic_raw')
    const wrong = login('confidential', '--flow', 'client', '--scope', 'api')
    const refused = await tokn(['login', ...wrong], { TOKN_CLIENT_SECRET: 'a-wrong-secret' })
    expect(refused).toMatchObject({ status: 4, out: '' })
    expect(refused.err).not.toContain('a-wrong-secret')
  })

  it('logs in as a client by an assertion, which has to be for the token endpoint', async () => {
    const jwt = ['--flow', 'client', '--scope', 'api', '--client-auth', 'client_secret_jwt']
    await succeed(login('confidential', ...jwt), { TOKN_CLIENT_SECRET: clientSecret })
    newcomer.record('glewlwyd', 'signed assertion')
    expect(await tokn(['token', 'work'])).toMatchObject({ status: 0, err: '' })
  })

  it('logs in with a password, ends the session, and has it proven dead', async () => {
    const env = { TOKN_PASSWORD: 'correct horse', TOKN_CLIENT_SECRET: clientSecret }
    const flags = ['--flow', 'password', '--username', 'alice', '--scope', 'api']
    const words = login('confidential', ...flags)
    await succeed(words, env)
    newcomer.record('glewlwyd', 'password')
    const token = (await tokn(['token', 'work'])).out.trim()
    // The client's secret rests beside the refresh token, and is not needed again.
    const ended = await tokn(['logout', 'work', '--json'])
    expect(JSON.parse(ended.out).results[0]).toMatchObject({ revoked: true, alive: null })
    const basic = Buffer.from(`confidential:${clientSecret}`).toString('base64')
    const asked = await fetch(`${server.issuer}/introspect`, {
      method: 'POST',
      headers: { authorization: `Basic ${basic}` },
      body: new URLSearchParams({ token }),
    })
    expect(await asked.json()).toMatchObject({ active: false })
    const wrong = await tokn(['login', ...words], { ...env, TOKN_PASSWORD: 'wrong horse' })
    expect(wrong).toMatchObject({ status: 4, out: '' })
  })
})
