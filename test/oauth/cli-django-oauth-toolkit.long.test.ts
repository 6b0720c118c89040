import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { readClaims } from '../../src/core/jwt.ts'
import { makeHome, type Home } from '../support/home.ts'
import { run, startCommand, type Ended } from '../support/run.ts'
import { hasTerminal } from '../support/terminal.ts'
import { hasBrowser, launchBrowser } from './browser.ts'
import { Newcomer, recordRefreshes } from './servers/attempts.ts'
import { expectOneRefresh } from './servers/crowd.ts'
import {
  clientSecret,
  djangoOAuthToolkit,
  startDjangoOAuthToolkit,
} from './servers/django-oauth-toolkit.ts'
import { countGrants, type OwnProcess } from './servers/own-process.ts'
import { allowInBrowser, isActive, user } from './servers/pages.ts'

const name = 'django-oauth-toolkit'
const there = [djangoOAuthToolkit !== undefined, hasTerminal(), hasBrowser()].every(Boolean)

describe.skipIf(!there)('tokn at django-oauth-toolkit', () => {
  let server: OwnProcess
  let browser: Browser | undefined
  let home: Home
  let person: Newcomer
  beforeAll(async () => {
    ;[server, browser] = await Promise.all([startDjangoOAuthToolkit(), launchBrowser()])
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
    ...[profile, '--issuer', `${server.origin}/o`, '--client-id', client, ...flags],
  ]
  const secretFile = (secret = clientSecret) => {
    const path = join(home.work, 'secret')
    writeFileSync(path, `${secret}\n`)
    return ['--client-secret-file', path]
  }
  const tokn = async (...args: readonly string[]): Promise<Ended> => await run(args, { home })
  const active = async (token: string) =>
    await isActive(`${server.origin}/o/introspect/`, { id: 'svc', secret: clientSecret }, token)
  /** It has these, and its discovery document does not say so. */
  const unsaid = () =>
    ['introspection_endpoint=introspect', 'revocation_endpoint=revoke_token'].flatMap((setting) => [
      '--set',
      `${setting.replace('=', `=${server.origin}/o/`)}/`,
    ])

  async function logInByBrowser(words: readonly string[]): Promise<string> {
    const terminal = person.logInAtTerminal([...words, '--no-browser'])
    const [, url = ''] = await terminal.until(/^(http:\S+)$/m)
    expect(await allowInBrowser(browser!, url)).toContain('You can close this page')
    return await person.expectSuccess(terminal)
  }

  it('logs in as a client with a secret of every mark', async () => {
    const words = at('svc', 'svc', '--flow', 'client', ...secretFile())
    const { status, out, err } = await person.logIn(words)
    expect({ status, out }, err).toEqual({ status: 0, out: '' })
    expect(await active((await tokn('token', 'svc')).out.trim())).toBe(true)
    person.record(name, 'client secret')
  })

  it('logs in by its pages, refreshes, and tells of the tokens', async (context) => {
    context.skip(browser === undefined)
    await logInByBrowser(at('work', 'native', '--scope', 'openid', '--scope', 'read'))
    person.record(name, 'code + PKCE')
    const before = (await tokn('token', 'work')).out.trim()
    const idToken = (await tokn('token', 'work', '--id-token')).out
    expect(readClaims(idToken)).toMatchObject({ iss: `${server.origin}/o`, aud: 'native' })
    const info = await tokn('info', 'work', '--json')
    expect(JSON.parse(info.out)).toMatchObject({ active: true, signature: 'valid', user_id: '1' })
    expect(await tokn('refresh', 'work', '-q')).toEqual({ status: 0, out: '', err: '' })
    const after = (await tokn('token', 'work')).out.trim()
    expect([await active(before), await active(after)]).toEqual([false, true])
    // Its discovery document names no place where tokens can be ended: that they live on is told.
    const { status, err } = await tokn('logout', 'work')
    expect({ status, alive: await active(after) }, err).toEqual({ status: 0, alive: true })
    expect(err).toContain('still alive at the provider')
  })

  it('logs in a client with a secret by its pages, and ends the tokens', async (context) => {
    context.skip(browser === undefined)
    const flags = ['--scope', 'openid', '--scope', 'read', ...secretFile(), ...unsaid()]
    await logInByBrowser(at('web', 'web', ...flags))
    expect(person.attempts).toBe(1)
    const info = await tokn('info', 'web', '--json')
    expect(JSON.parse(info.out)).toMatchObject({
      active: true,
      // It introspects access tokens alone, and says of others what it says of dead ones.
      facts: { 'user name': user.name, 'refresh token': 'not active, or not known to the server' },
    })
    const token = (await tokn('token', 'web')).out.trim()
    const ended = await tokn('logout', 'web', '--json')
    expect(JSON.parse(ended.out).results[0]).toMatchObject({ revoked: true, alive: null })
    expect(await active(token)).toBe(false)
  })

  it('logs in with a password, and twenty processes at expiry make one refresh', async () => {
    const flags = ['--flow', 'password', '--username', user.name, ...secretFile()]
    const words = at('work', 'legacy', ...flags)
    const login = await person.logIn(words, { env: { TOKN_PASSWORD: user.password } })
    expect({ ...login, err: '' }, login.err).toEqual({ status: 0, out: '', err: '' })
    person.record(name, 'password')
    const before = countGrants(server, 'refresh_token')
    await expectOneRefresh(home)
    recordRefreshes(name, countGrants(server, 'refresh_token') - before)
    const wrong = await run(['login', ...words], { home, env: { TOKN_PASSWORD: 'wrong horse' } })
    expect(wrong).toMatchObject({ status: 4, out: '' })
    expect(wrong.err).toContain('Invalid credentials given.')
    // A login that fails takes nothing away.
    expect(await startCommand(['tokn', 'token', 'work'], { home }).ended).toMatchObject({
      status: 0,
    })
  })

  it('tells of a wrong secret, of a server that has forgotten everything, and of none', async () => {
    const other = await startDjangoOAuthToolkit()
    const place = ['--issuer', `${other.origin}/o`]
    const flags = ['--flow', 'client', ...place]
    const wrong = await tokn(
      ...['login', 'svc', '--client-id', 'svc', ...flags, ...secretFile('a-wrong-secret')],
    )
    expect(wrong).toMatchObject({ status: 4, out: '' })
    expect(wrong.err).toContain('invalid_client')
    expect(wrong.err).not.toContain('a-wrong-secret')
    const words = ['login', 'work', '--client-id', 'legacy', '--flow', 'password', ...place]
    const env = { TOKN_PASSWORD: user.password }
    const login = await run([...words, '--username', user.name, ...secretFile()], { home, env })
    expect(login.status, login.err).toBe(0)
    await other.stop()
    const gone = await tokn('refresh', 'work')
    expect(gone).toMatchObject({ status: 7, out: '' })
    const anew = await startDjangoOAuthToolkit(other.port)
    const forgotten = await tokn('refresh', 'work')
    await anew.stop()
    expect(forgotten).toMatchObject({ status: 4, out: '' })
    expect(forgotten.err).toContain('tokn: hint: tokn login work\n')
  })
})
