import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest'
import { makeHome, type Home } from '../support/home.ts'
import { run } from '../support/run.ts'
import { discoveryPath, metadata, startFake } from '../unit/oauth/fake-server.ts'
import { hasTerminal, openTerminal } from '../support/terminal.ts'
import { startOidc, type OidcServer } from './oidc-server.ts'
import { logInAs } from './user-agent.ts'

const told = /^Open (http:\S+) on any device and enter the code ([A-Z]{4}-[A-Z]{4})$/m

describe.skipIf(!hasTerminal())('tokn login by a code on another device', () => {
  let server: OidcServer
  beforeAll(async () => {
    server = await startOidc()
  })
  afterAll(async () => server.stop())

  const login = () => ['login', 'work', '--issuer', server.issuer, '--client-id', 'native']

  it.concurrent('shows the code, as a QR code too, and copies it', async ({ onTestFinished }) => {
    const home = newHome(onTestFinished)
    install(home, 'xclip', `cat > '${home.path}/copied'`)
    const flags = ['--flow', 'device', '--qr', '--clipboard']
    const terminal = openTerminal([...login(), ...flags], home, { DISPLAY: ':9' })
    const [, page = '', code = ''] = await terminal.until(told)
    await terminal.until(/[█▀▄]{10}/)
    await expect.poll(() => readFileSync(join(home.path, 'copied'), 'utf8')).toBe(code)
    expect(await logInAs('alice', `${page}?user_code=${code}`)).toContain('Sign-in Success')
    const { status, out, err } = await terminal.ended
    expect({ status, out }, err).toEqual({ status: 0, out: '' })
    const info = await run(['info', 'work', '--json'], { home })
    expect(JSON.parse(info.out)).toMatchObject({ active: true, user_id: 'alice' })
  })

  it.concurrent(
    'is what is left where the desktop cannot open a page',
    async ({ onTestFinished }) => {
      const home = newHome(onTestFinished)
      install(home, 'xdg-open', 'exit 4')
      const terminal = openTerminal(login(), home, { DISPLAY: ':9' })
      const [, page = '', code = ''] = await terminal.until(told)
      await logInAs('alice', `${page}?user_code=${code}`)
      expect((await terminal.ended).status).toBe(0)
    },
  )

  it.concurrent('asks less often when told to slow down', async ({ onTestFinished }) => {
    const home = newHome(onTestFinished)
    const asked: number[] = []
    const device = {
      device_code: 'the-device-code',
      user_code: 'ABCD-EFGH',
      verification_uri: 'https://login.example.com/device',
      expires_in: 600,
      interval: 1,
    }
    const fake = await startFake({
      [discoveryPath]: metadata(),
      '/device': { body: device },
      '/token': () => {
        asked.push(Date.now())
        return asked.length === 1
          ? { status: 400, body: { error: 'slow_down' } }
          : { body: { access_token: 'given-at-last', token_type: 'Bearer', expires_in: 600 } }
      },
    })
    try {
      const flags = ['--issuer', fake.origin, '--client-id', 'app', '--flow', 'device']
      const { status, err } = await openTerminal(['login', 'work', ...flags], home).ended
      expect(status, err).toBe(0)
      // Five seconds more than the interval, which is one.
      expect(asked[1]! - asked[0]!).toBeGreaterThanOrEqual(5_900)
      expect(err).not.toContain('the-device-code')
    } finally {
      await fake.stop()
    }
  })
})

/** Each its own: most of a device flow is waiting, so they wait together. */
function newHome(onTestFinished: TestContext['onTestFinished']): Home {
  const home = makeHome()
  onTestFinished(() => home.remove())
  return home
}

function install(home: Home, name: string, script: string): void {
  writeFileSync(join(home.path, 'bin', name), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
}
