import { createServer, type AddressInfo, type Server } from 'node:net'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { makeHome, type Home } from '../support/home.ts'
import { hasTerminal, openTerminal, type Terminal } from '../support/terminal.ts'
import { clientSecret, startOidc, type OidcServer } from './oidc-server.ts'
import { logInAs, logInElsewhere, UserAgent } from './user-agent.ts'

const address = /^(http:\S+)$/m

describe.skipIf(!hasTerminal())('tokn login and what is pasted', () => {
  let server: OidcServer
  let home: Home
  beforeAll(async () => {
    server = await startOidc()
  })
  afterAll(async () => server.stop())
  beforeEach(() => {
    home = makeHome()
  })
  afterEach(() => home.remove())

  function logIn(flags: readonly string[], env = {}, name = 'work'): Terminal {
    const args = ['login', name, '--issuer', server.issuer, '--client-id', 'native', ...flags]
    return openTerminal(args, home, env)
  }

  async function expectLoggedIn(terminal: Terminal, name = 'work'): Promise<void> {
    const { status, out, err } = await terminal.ended
    expect({ status, out }, err).toEqual({ status: 0, out: '' })
    expect(err).toContain(`logged in as "${name}"`)
  }

  for (const [what, env, write] of [
    ['in one piece', {}, (text: string) => `\u001b[200~${text}\u001b[201~\r`],
    ['in quotes, without a cursor', { TERM: 'dumb' }, (text: string) => `"${text}"\r`],
    [
      'in lines',
      {},
      (text: string) =>
        `\u001b[200~${text.slice(0, 40)}\r${text.slice(40, 60)}\r\n  ${text.slice(60)}\u001b[201~\r`,
    ],
    ['as its query', {}, (text: string) => `${new URL(text).search.slice(1)}\r`],
    ['as its code', {}, (text: string) => `${new URL(text).searchParams.get('code')}\r`],
  ] as const) {
    it(`takes the address ${what}, and shows nothing of it`, async () => {
      const terminal = logIn(['--no-browser'], env)
      const [, url = ''] = await terminal.until(address)
      await terminal.until(/paste the address/)
      const end = await logInElsewhere('alice', url)
      terminal.type(write(end))
      await expectLoggedIn(terminal)
      expect(terminal.shown()).not.toContain(new URL(end).searchParams.get('code'))
    })
  }

  it('ends as what is pasted says, and at Ctrl-C, Ctrl-D and a terminal that is gone', async () => {
    const denied = logIn(['--no-browser'])
    await denied.until(/paste the address/)
    denied.type('http://127.0.0.1/callback?error=access_denied&error_description=not+today\r')
    const { status, err } = await denied.ended
    expect(status, err).toBe(4)
    expect(err).toContain('access was denied (access_denied: not today)')
    for (const key of ['\u0003', '\u0004']) {
      const left = logIn(['--no-browser'])
      await left.until(/paste the address/)
      left.type(key)
      expect((await left.ended).status).toBe(130)
    }
  })

  it('has the answer of a browser in the end, though the question is open', async () => {
    for (const TERM of ['xterm', 'dumb']) {
      const terminal = logIn(['--no-browser'], { TERM }, TERM)
      const [, url = ''] = await terminal.until(address)
      await terminal.until(/paste the address/)
      terminal.type('half an answ')
      expect(await logInAs('alice', url)).toContain('You can close this page')
      await expectLoggedIn(terminal, TERM)
    }
  })

  describe('at a port that another program has', () => {
    let squatter: Server
    let port: number
    beforeEach(async () => {
      squatter = createServer()
      await new Promise<void>((resolve) => squatter.listen(0, '127.0.0.1', resolve))
      port = (squatter.address() as AddressInfo).port
    })
    afterEach(async () => await new Promise((resolve) => squatter.close(resolve)))

    it('goes on by what is pasted, if no browser is wanted here', async () => {
      const terminal = logIn(['--no-browser', '--redirect-port', String(port)])
      await terminal.until(/cannot listen on port \d+ of this machine: another program uses it/)
      const [, url = ''] = await terminal.until(address)
      await terminal.until(/ends up at/)
      expect(terminal.shown()).toContain(`ends up at (http://127.0.0.1:${port}/callback...)`)
      terminal.type(`${await logInElsewhere('alice', url)}\r`)
      await expectLoggedIn(terminal)
    })

    it('says what to type, if one is', async () => {
      writeFileSync(join(home.path, 'bin/xdg-open'), '#!/bin/sh\n', { mode: 0o755 })
      const terminal = logIn(['--redirect-port', String(port)], { DISPLAY: ':9' })
      const { status, err } = await terminal.ended
      expect(status, err).toBe(4)
      expect(err).toContain(
        'hint: choose another with --redirect-port, if the client may use it; or log in with --no-browser, and paste the address that the browser ends at',
      )
      expect(err).not.toContain('Go to')
    })
  })

  it('is asked for nothing where the client itself is all that may log in', async () => {
    const file = join(home.path, 'secret')
    writeFileSync(file, clientSecret, { mode: 0o600 })
    const args = ['login', 'work', '--issuer', server.issuer, '--client-id', 'client_secret_post']
    const terminal = openTerminal([...args, '--client-secret-file', file, '--no-remember'], home)
    await expectLoggedIn(terminal)
    expect(terminal.shown()).toContain('going on with --flow client')
  })

  it('is no answer for another login', async () => {
    const first = logIn(['--no-browser'])
    const [, one = ''] = await first.until(address)
    const second = logIn(['--no-browser'])
    await second.until(/paste the address/)
    second.type(`${await logInElsewhere('alice', one)}\r`)
    await second.until(/That address does not belong to this login/)
    second.type('\u0003')
    first.type('\u0003')
    expect([(await first.ended).status, (await second.ended).status]).toEqual([130, 130])
    expect(await new UserAgent().send(one).catch(() => undefined)).toBeDefined()
  })
})
