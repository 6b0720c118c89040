import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { makeHome, type Home } from '../support/home.ts'
import { run, type Ended } from '../support/run.ts'
import { hasTerminal } from '../support/terminal.ts'
import { hasBrowser, launchBrowser } from './browser.ts'
import { Newcomer, recordRefreshes } from './servers/attempts.ts'
import { expectOneRefresh } from './servers/crowd.ts'
import { clientSecret, doorkeeper, startDoorkeeper } from './servers/doorkeeper.ts'
import { countGrants, type OwnProcess } from './servers/own-process.ts'
import { allowInBrowser, isActive, user } from './servers/pages.ts'

const name = 'Doorkeeper'
const there = [doorkeeper !== undefined, hasTerminal(), hasBrowser()].every(Boolean)
const pages = {
  ...user,
  nameField: '[name=username]',
  allow: 'form:not(:has([name=_method])) [name=commit]',
}

describe.skipIf(!there)('tokn at Doorkeeper', () => {
  let server: OwnProcess
  let browser: Browser | undefined
  let home: Home
  let person: Newcomer
  beforeAll(async () => {
    ;[server, browser] = await Promise.all([startDoorkeeper(), launchBrowser()])
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

  /** It has no discovery document: each place is named. */
  const at = (profile: string, client: string, ...flags: readonly string[]) => [
    ...[profile, '--client-id', client, '--token-endpoint', `${server.origin}/oauth/token`],
    ...['--introspection-endpoint', `${server.origin}/oauth/introspect`],
    ...['--revocation-endpoint', `${server.origin}/oauth/revoke`, ...flags],
  ]
  const secretFile = (secret = clientSecret) => {
    const path = join(home.work, 'secret')
    writeFileSync(path, `${secret}\n`)
    return ['--client-secret-file', path]
  }
  const tokn = async (...args: readonly string[]): Promise<Ended> => await run(args, { home })
  const active = async (token: string, client: string) =>
    await isActive(
      `${server.origin}/oauth/introspect`,
      { id: client, secret: clientSecret },
      token.trim(),
    )

  it('logs in as a client with a secret of every mark, by the token endpoint alone', async () => {
    const words = ['svc', '--token-endpoint', `${server.origin}/oauth/token`, '--client-id', 'svc']
    const login = await person.logIn([...words, '--flow', 'client', ...secretFile()])
    expect(login, login.err).toMatchObject({ status: 0, out: '' })
    person.record(name, 'client secret')
    expect(await active((await tokn('token', 'svc')).out, 'svc')).toBe(true)
  })

  for (const client of ['native', 'web']) {
    it(`logs in by its pages as ${client}, refreshes, and proves the end`, async (context) => {
      context.skip(browser === undefined)
      const secret = client === 'web' ? secretFile() : []
      const place = ['--authorization-endpoint', `${server.origin}/oauth/authorize`]
      const words = at('work', client, ...place, ...secret, '--no-browser')
      const terminal = person.logInAtTerminal(words)
      const [, url = ''] = await terminal.until(/^(http:\S+)$/m)
      expect(await allowInBrowser(browser!, url, pages)).toContain('You can close this page')
      await person.expectSuccess(terminal)
      person.record(name, 'code + PKCE')
      const before = (await tokn('token', 'work')).out
      expect(await tokn('refresh', 'work', '-q')).toEqual({ status: 0, out: '', err: '' })
      const token = (await tokn('token', 'work')).out
      expect(token).not.toBe(before)
      const info = await tokn('info', 'work', '--json')
      expect(JSON.parse(info.out)).toMatchObject({ scopes: ['read'] })
      const ended = await tokn('logout', 'work', '--json')
      expect(JSON.parse(ended.out).results[0]).toMatchObject({ revoked: true, alive: null })
      if (client === 'web') expect(await active(token, client)).toBe(false)
    })
  }

  it('logs in with a password, and twenty processes at expiry make one refresh', async () => {
    const words = at('work', 'web', '--flow', 'password', '--username', user.name, ...secretFile())
    const login = await person.logIn(words, { env: { TOKN_PASSWORD: user.password } })
    expect(login, login.err).toMatchObject({ status: 0, out: '' })
    person.record(name, 'password')
    const before = countGrants(server, 'refresh_token')
    await expectOneRefresh(home)
    recordRefreshes(name, countGrants(server, 'refresh_token') - before)
    const wrong = await run(['login', ...words], { home, env: { TOKN_PASSWORD: 'wrong horse' } })
    expect(wrong).toMatchObject({ status: 4, out: '' })
  })

  it('tells of a wrong secret, of a server that has forgotten everything, and of none', async () => {
    const wrong = await tokn(
      ...['login', ...at('svc', 'svc', '--flow', 'client', ...secretFile('a-wrong-secret'))],
    )
    expect(wrong).toMatchObject({ status: 4, out: '' })
    expect(wrong.err).toContain('invalid_client')
    expect(wrong.err).not.toContain('a-wrong-secret')
    const other = await startDoorkeeper()
    const words = ['login', 'work', '--token-endpoint', `${other.origin}/oauth/token`]
    const flags = ['--client-id', 'web', '--flow', 'password', '--username', user.name]
    const env = { TOKN_PASSWORD: user.password }
    const login = await run([...words, ...flags, ...secretFile()], { home, env })
    expect(login.status, login.err).toBe(0)
    await other.stop()
    expect(await tokn('refresh', 'work')).toMatchObject({ status: 7, out: '' })
    const anew = await startDoorkeeper(other.port)
    const forgotten = await tokn('refresh', 'work')
    await anew.stop()
    expect(forgotten).toMatchObject({ status: 4, out: '' })
    expect(forgotten.err).toContain('tokn: hint: tokn login work\n')
  })
})
