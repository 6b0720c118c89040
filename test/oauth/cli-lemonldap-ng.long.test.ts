import { writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { readClaims } from '../../src/core/jwt.ts'
import { makeHome, type Home } from '../support/home.ts'
import { run, type Ended } from '../support/run.ts'
import { hasTerminal } from '../support/terminal.ts'
import { hasBrowser, launchBrowser } from './browser.ts'
import { Newcomer, recordRefreshes } from './servers/attempts.ts'
import { expectOneRefresh } from './servers/crowd.ts'
import { clientSecret, demoUser, lemonldapNg, startLemonldapNg } from './servers/lemonldap-ng.ts'
import { countGrants, type OwnProcess } from './servers/own-process.ts'
import { allowIn, isActive } from './servers/pages.ts'

const name = 'LemonLDAP::NG'
const there = [lemonldapNg !== undefined, hasTerminal(), hasBrowser()].every(Boolean)
const pages = {
  name: demoUser,
  password: demoUser,
  nameField: '[name=user]',
  allow: 'button.positive',
}

describe.skipIf(!there)('tokn at LemonLDAP::NG', () => {
  let redirectPort: number
  let server: OwnProcess
  let browser: Browser | undefined
  let home: Home
  let person: Newcomer
  beforeAll(async () => {
    redirectPort = await freePort()
    ;[server, browser] = await Promise.all([startLemonldapNg(redirectPort), launchBrowser()])
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

  /** Without the slash that its issuer ends with: nobody types that. */
  const at = (profile: string, client: string, ...flags: readonly string[]) => [
    ...[profile, '--issuer', server.origin, '--client-id', client, '--scope', 'openid', ...flags],
  ]
  const secretFile = (secret = clientSecret) => {
    const path = join(home.work, 'secret')
    writeFileSync(path, `${secret}\n`)
    return ['--client-secret-file', path]
  }
  const tokn = async (...args: readonly string[]): Promise<Ended> => await run(args, { home })
  const active = async (token: string) =>
    await isActive(`${server.origin}/oauth2/introspect`, { id: 'web', secret: clientSecret }, token)

  it('logs in as a client with a secret of every mark', async () => {
    const login = await person.logIn(at('svc', 'svc', '--flow', 'client', ...secretFile()))
    expect(login, login.err).toMatchObject({ status: 0, out: '' })
    person.record(name, 'client secret')
    expect(await active((await tokn('token', 'svc')).out.trim())).toBe(true)
    const info = await tokn('info', 'svc', '--json')
    expect(JSON.parse(info.out)).toMatchObject({ active: true, user_id: 'svc' })
  })

  for (const client of ['native', 'web']) {
    it(`logs in by its pages as ${client}, refreshes, and logs out there`, async ({
      onTestFinished,
      skip,
    }) => {
      skip(browser === undefined)
      const secret = client === 'web' ? secretFile() : []
      const place = ['--redirect-port', String(redirectPort)]
      const words = at('work', client, ...place, ...secret, '--no-browser')
      const terminal = person.logInAtTerminal(words)
      const [, url = ''] = await terminal.until(/^(http:\S+)$/m)
      const context = await browser!.newContext()
      onTestFinished(() => context.close())
      expect(await allowIn(context, url, pages)).toContain('You can close this page')
      await person.expectSuccess(terminal)
      person.record(name, 'code + PKCE')
      const idToken = (await tokn('token', 'work', '--id-token')).out
      expect(readClaims(idToken)).toMatchObject({ sub: demoUser, aud: [client] })
      const before = (await tokn('token', 'work')).out
      expect(await tokn('refresh', 'work', '-q')).toEqual({ status: 0, out: '', err: '' })
      const after = (await tokn('token', 'work')).out
      expect(after).not.toBe(before)
      const info = await tokn('info', 'work', '--json')
      expect(JSON.parse(info.out)).toMatchObject({ active: true, signature: 'valid' })
      // It can end its own session alone, in the browser: until then the token lives on.
      const ended = await tokn('logout', 'work')
      expect(ended.status, ended.err).toBe(0)
      expect(ended.err).toContain('still alive at the provider')
      expect(await active(after.trim())).toBe(true)
      const [, out = ''] = /^work: log out in the browser at (\S+)$/m.exec(ended.err) ?? []
      const page = await context.newPage()
      await page.goto(out)
      await page.click('button.positive')
      await expect.poll(async () => await active(after.trim())).toBe(false)
    })
  }

  it('logs in with a password, and twenty processes at expiry make one refresh', async () => {
    const words = at(
      'work',
      'legacy',
      '--flow',
      'password',
      '--username',
      demoUser,
      ...secretFile(),
    )
    const login = await person.logIn(words, { env: { TOKN_PASSWORD: demoUser } })
    expect(login, login.err).toMatchObject({ status: 0, out: '' })
    person.record(name, 'password')
    const before = countGrants(server, 'refresh_token')
    await expectOneRefresh(home)
    recordRefreshes(name, countGrants(server, 'refresh_token') - before)
    const wrong = await run(['login', ...words], { home, env: { TOKN_PASSWORD: 'wrong' } })
    expect(wrong).toMatchObject({ status: 4, out: '' })
    expect(wrong.err).toContain('invalid_grant')
  })

  it('tells of a wrong secret, of a server that has forgotten everything, and of none', async () => {
    const wrong = await tokn(
      ...['login', ...at('svc', 'svc', '--flow', 'client', ...secretFile('a-wrong-secret'))],
    )
    expect(wrong).toMatchObject({ status: 4, out: '' })
    expect(wrong.err).toContain('invalid_client')
    expect(wrong.err).not.toContain('a-wrong-secret')
    const other = await startLemonldapNg(redirectPort)
    const words = ['login', 'work', '--issuer', other.origin, '--client-id', 'legacy']
    const flags = ['--flow', 'password', '--username', demoUser, '--scope', 'openid']
    const env = { TOKN_PASSWORD: demoUser }
    const login = await run([...words, ...flags, ...secretFile()], { home, env })
    expect(login.status, login.err).toBe(0)
    await other.stop()
    expect(await tokn('refresh', 'work')).toMatchObject({ status: 7, out: '' })
    const anew = await startLemonldapNg(redirectPort, other.port)
    const forgotten = await tokn('refresh', 'work')
    await anew.stop()
    // It says `invalid_request`, as it would of a request that is wrong.
    expect(forgotten).toMatchObject({ status: 4, out: '' })
    expect(forgotten.err).toContain('tokn: hint: tokn login work\n')
  })
})

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
