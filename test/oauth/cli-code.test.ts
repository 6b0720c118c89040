import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { findTexts } from '../support/files.ts'
import { makeHome, type Home } from '../support/home.ts'
import { run } from '../support/run.ts'
import { hasTerminal, openTerminal } from '../support/terminal.ts'
import { startOidc, type OidcServer } from './oidc-server.ts'
import { logInAs, logInElsewhere, UserAgent } from './user-agent.ts'

const address = /^(http:\S+)$/m

describe.skipIf(!hasTerminal())('tokn login in a terminal', () => {
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

  const login = () => ['login', 'work', '--issuer', server.issuer, '--client-id', 'native']

  it('needs an issuer, a client id and a browser somewhere', async () => {
    const terminal = openTerminal([...login(), '--no-browser'], home)
    const [, url = ''] = await terminal.until(address)
    expect(await logInAs('alice', url)).toContain('You can close this page')
    const { status, out, err } = await terminal.ended
    expect({ status, out }, err).toEqual({ status: 0, out: '' })
    expect(err).toContain('logged in as "work", expires in ')
    const token = await run(['token', 'work'], { home })
    expect(token).toMatchObject({ status: 0, err: '' })
    expect(token.out).toMatch(/^[\x21-\x7e]{20,}\n$/)
    const idToken = await run(['token', 'work', '--id-token'], { home })
    expect(idToken.out).toMatch(/^ey[\w-]+\.[\w-]+\.[\w-]+\n$/)
    expect(findTexts(home.path, [token.out.trim(), idToken.out.trim()])).toEqual([])
  })

  it('asks for what the command line leaves out', async () => {
    const terminal = openTerminal(['login', 'work', '-p', 'oauth', '--no-browser'], home)
    await terminal.until(/Issuer URL/)
    terminal.type(`${server.issuer}\r`)
    await terminal.until(/Client ID/)
    terminal.type('native\r')
    await logInAs('alice', (await terminal.until(address))[1] ?? '')
    const { status, err } = await terminal.ended
    expect(status, err).toBe(0)
    const { out } = await run(['profile', 'show', 'work', '--json'], { home })
    expect(out).toContain(`"issuer": "${server.issuer}"`)
  })

  it('takes the address that the browser ended at on another machine', async () => {
    const terminal = openTerminal([...login(), '--no-browser'], home)
    const [, url = ''] = await terminal.until(address)
    await terminal.until(/paste the address/)
    terminal.type('http://127.0.0.1:1/callback?code=stolen&state=wrong\r')
    await terminal.until(/does not belong to this login/)
    terminal.type(`${await logInElsewhere('alice', url)}\r`)
    const { status, err } = await terminal.ended
    expect(status, err).toBe(0)
    const info = await run(['info', 'work', '--json', '--fields', 'active,user_id'], { home })
    expect(JSON.parse(info.out)).toMatchObject({ active: true, user_id: 'alice' })
  })

  it('opens the browser of the desktop, and gives it none of our secrets', async () => {
    const seen = join(home.path, 'seen')
    const script = `#!/bin/sh\nenv > '${seen}.env'\necho "$1" > '${seen}.new'\nmv '${seen}.new' '${seen}'\n`
    writeFileSync(join(home.path, 'bin/xdg-open'), script, { mode: 0o755 })
    const terminal = openTerminal(login(), home, { DISPLAY: ':9' })
    const [, url = ''] = await terminal.until(address)
    expect(readFileSync(seen, 'utf8').trim()).toBe(url)
    expect(readFileSync(`${seen}.env`, 'utf8')).not.toContain(home.environment['TOKN_STORE_KEY'])
    await logInAs('alice', url)
    expect((await terminal.ended).status).toBe(0)
  })

  it('ends with 4 when access is denied, and with 130 at Ctrl-C', async () => {
    const denied = openTerminal([...login(), '--no-browser', '--set', 'par=false'], home)
    const url = new URL((await denied.until(address))[1] ?? '')
    const back = new URL(url.searchParams.get('redirect_uri') ?? '')
    back.search = String(
      new URLSearchParams({
        error: 'access_denied',
        error_description: 'not \u001b[31mtoday\u0007',
        state: url.searchParams.get('state') ?? '',
        iss: server.issuer,
      }),
    )
    expect(await new UserAgent().get(back.href)).toContain('Not logged in')
    const { status, out, err } = await denied.ended
    expect({ status, out }, err).toEqual({ status: 4, out: '' })
    expect(err).toContain('access was denied (access_denied: not \\x1b[31mtoday\\x07)')

    const dismissed = openTerminal([...login(), '--no-browser'], home)
    await dismissed.until(/paste the address/)
    dismissed.type('\u0003')
    expect((await dismissed.ended).status).toBe(130)
    expect(await run(['token', 'work'], { home })).toMatchObject({ status: 3, out: '' })
  })
})
