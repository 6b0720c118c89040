import { generateKeyPairSync } from 'node:crypto'
import { cpSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { readClaims } from '../../src/core/jwt.ts'
import { makeHome, type Home } from '../support/home.ts'
import { run, type Ended } from '../support/run.ts'
import { hasTerminal } from '../support/terminal.ts'
import { hasBrowser, launchBrowser } from './browser.ts'
import { Newcomer, recordRefreshes } from './servers/attempts.ts'
import { authlib, clientSecret, plainSecret, startAuthlib } from './servers/authlib.ts'
import { expectOneRefresh } from './servers/crowd.ts'
import { countGrants, type OwnProcess } from './servers/own-process.ts'
import { allowInBrowser, user } from './servers/pages.ts'

const name = 'Authlib'
const there = [authlib !== undefined, hasTerminal(), hasBrowser()].every(Boolean)

/** Public and private half of the key of `svc-key`, in PEM. */
const { publicKey, privateKey } = generateKeyPairSync('ec', {
  namedCurve: 'P-256',
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
})

describe.skipIf(!there)('tokn at Authlib', () => {
  let server: OwnProcess
  let browser: Browser | undefined
  let home: Home
  let person: Newcomer
  beforeAll(async () => {
    ;[server, browser] = await Promise.all([startAuthlib(publicKey), launchBrowser()])
  })
  afterAll(async () => {
    await browser?.close()
    await server?.stop()
  })
  beforeEach(() => {
    home = makeHome()
    person = new Newcomer(home)
  })
  afterEach(() => home.remove())

  const at = (profile: string, client: string, ...flags: readonly string[]) => [
    ...[profile, '--issuer', server.origin, '--client-id', client, ...flags],
  ]
  const file = (text: string) => {
    const path = join(home.work, 'file')
    writeFileSync(path, text)
    return path
  }
  const secretFile = (secret = clientSecret) => ['--client-secret-file', file(`${secret}\n`)]
  const scopes = ['--scope', 'openid', '--scope', 'read']
  const tokn = async (...args: readonly string[]): Promise<Ended> => await run(args, { home })

  async function logIn(...words: Parameters<typeof at>): Promise<void> {
    const { status, out, err } = await person.logIn(at(...words))
    expect({ status, out }, err).toEqual({ status: 0, out: '' })
  }

  for (const [client, secret] of [
    ['svc-post', clientSecret],
    ['svc-plain', plainSecret],
    ['svc-basic', clientSecret],
  ] as const) {
    it(`logs in as a client with the secret ${secret}, registered as ${client}`, async () => {
      await logIn('svc', client, '--flow', 'client', ...secretFile(secret))
      person.record(name, 'client secret')
      // The secret is not kept, and not needed to use the token.
      expect((await tokn('token', 'svc')).status).toBe(0)
      const env = { TOKN_CLIENT_SECRET: secret }
      const ended = await run(['logout', 'svc', '--json'], { home, env })
      expect(JSON.parse(ended.out).results[0]).toMatchObject({ revoked: true, verified: true })
    })
  }

  it('logs in with a key, and renews the session by itself where that is remembered', async () => {
    const key = ['--private-key-file', file(privateKey)]
    await logIn('work', 'svc-key', '--flow', 'client', ...key, '--remember')
    person.record(name, 'signed assertion')
    const before = countGrants(server, 'client_credentials')
    await expectOneRefresh(home)
    // It refuses an assertion from tomorrow first, and takes the one by its own time.
    const asked = server.requests().filter(({ grant }) => grant === 'client_credentials')
    expect(asked.slice(before).map(({ status }) => status)).toEqual([400, 200])
  })

  it('trades an assertion in for a token', async () => {
    const key = ['--private-key-file', file(privateKey)]
    await logIn('for', 'svc-key', '--flow', 'jwt', ...key, '--set', `subject=${user.name}`)
    expect(person.attempts).toBe(1)
    const info = await tokn('info', 'for', '--json')
    expect(JSON.parse(info.out)).toMatchObject({ active: true, user_id: user.name })
    const ended = await tokn('logout', 'for', '--json')
    expect(JSON.parse(ended.out).results[0]).toMatchObject({ revoked: true, verified: true })
  })

  for (const client of ['native', 'web']) {
    it(`logs in by its pages as ${client}, refreshes, and proves the end`, async (context) => {
      context.skip(browser === undefined)
      const secret = client === 'web' ? secretFile(plainSecret) : []
      const words = at('work', client, ...scopes, ...secret)
      const terminal = person.logInAtTerminal([...words, '--no-browser'])
      const [, url = ''] = await terminal.until(/^(http:\S+)$/m)
      expect(await allowInBrowser(browser!, url)).toContain('You can close this page')
      await person.expectSuccess(terminal)
      person.record(name, 'code + PKCE')
      const idToken = (await tokn('token', 'work', '--id-token')).out
      expect(readClaims(idToken)).toMatchObject({ sub: user.name, aud: [client] })
      const before = (await tokn('token', 'work')).out
      expect(await tokn('refresh', 'work', '-q')).toEqual({ status: 0, out: '', err: '' })
      expect((await tokn('token', 'work')).out).not.toBe(before)
      const info = await tokn('info', 'work', '--json')
      expect(JSON.parse(info.out)).toMatchObject({ active: true, signature: 'valid' })
      const ended = await tokn('logout', 'work', '--json')
      expect(JSON.parse(ended.out).results[0]).toMatchObject({ revoked: true, verified: true })
    })
  }

  it('logs in on another device', async (context) => {
    context.skip(browser === undefined)
    const terminal = person.logInAtTerminal(at('tv', 'native', '--flow', 'device', ...scopes))
    const [, page = '', code = ''] = await terminal.until(/^Open (\S+) .* the code (\S+)$/m)
    expect(await allowInBrowser(browser!, `${page}?user_code=${code}`)).toBe('done')
    await person.expectSuccess(terminal)
    person.record(name, 'device')
    expect((await tokn('refresh', 'tv')).status).toBe(0)
  })

  it('logs in with a password, and twenty processes at expiry make one refresh', async () => {
    const words = at(
      'work',
      'legacy',
      '--flow',
      'password',
      '--username',
      user.name,
      ...secretFile(),
    )
    const login = await person.logIn(words, { env: { TOKN_PASSWORD: user.password } })
    expect(login, login.err).toMatchObject({ status: 0, out: '' })
    person.record(name, 'password')
    const before = countGrants(server, 'refresh_token')
    await expectOneRefresh(home)
    recordRefreshes(name, countGrants(server, 'refresh_token') - before)
    const wrong = await run(['login', ...words], { home, env: { TOKN_PASSWORD: 'wrong horse' } })
    // It takes a wrong password for a wrong request, and says what was wrong.
    expect(wrong).toMatchObject({ status: 6, out: '' })
    expect(wrong.err).toContain('Invalid "username" or "password"')
  })

  it('tells both of a session and of a copy of it that the server has ended the session', async ({
    onTestFinished,
  }) => {
    const words = at('work', 'legacy', '--flow', 'password', '--username', user.name)
    const login = await person.logIn([...words, ...secretFile()], {
      env: { TOKN_PASSWORD: user.password },
    })
    expect(login.status, login.err).toBe(0)
    // As a backup that is restored: with the refresh token that the other trades in next.
    const copy = makeHome()
    onTestFinished(copy.remove)
    cpSync(home.path, copy.path, { recursive: true })
    expect(await tokn('refresh', 'work')).toMatchObject({ status: 0 })
    const { XDG_CONFIG_HOME, XDG_STATE_HOME, XDG_DATA_HOME, XDG_CACHE_HOME } = copy.environment
    const places = { XDG_CONFIG_HOME, XDG_STATE_HOME, XDG_DATA_HOME, XDG_CACHE_HOME }
    for (const env of [places, {}]) {
      const refused = await run(['refresh', 'work'], { home, env })
      expect(refused).toMatchObject({ status: 4, out: '' })
      expect(refused.err).toContain('no longer accepts the refresh token')
      expect(refused.err).toContain('tokn: hint: tokn login work\n')
      const status = await run(['status', '--json'], { home, env })
      expect(JSON.parse(status.out).profiles[0].problem).toContain('cannot be refreshed')
    }
  })

  it('tells of a wrong secret, of a refusal, of a server that has forgotten everything, and of none', async () => {
    const wrong = await tokn(
      ...['login', ...at('svc', 'svc-post', '--flow', 'client', ...secretFile('a-wrong-secret'))],
    )
    expect(wrong).toMatchObject({ status: 4, out: '' })
    expect(wrong.err).not.toContain('a-wrong-secret')
    const other = await startAuthlib()
    const words = ['login', 'work', '--issuer', other.origin, '--client-id', 'legacy']
    const flags = ['--flow', 'password', '--username', user.name, ...secretFile()]
    const env = { TOKN_PASSWORD: user.password }
    const login = await run([...words, ...flags], { home, env })
    expect(login.status, login.err).toBe(0)
    const token = (await tokn('token', 'work')).out
    await other.stop()
    const gone = await tokn('refresh', 'work')
    expect(gone).toMatchObject({ status: 7, out: '' })
    expect((await tokn('token', 'work')).out).toBe(token)
    const anew = await startAuthlib('', other.port)
    const forgotten = await tokn('refresh', 'work')
    await anew.stop()
    expect(forgotten).toMatchObject({ status: 4, out: '' })
    expect(forgotten.err).toContain('tokn: hint: tokn login work\n')
  })
})
