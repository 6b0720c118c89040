import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { makeHome, type Home } from '../support/home.ts'
import { run } from '../support/run.ts'
import { openTerminal } from '../support/terminal.ts'
import {
  discoveryPath,
  idToken,
  metadata,
  startFake,
  type FakeServer,
} from '../unit/oauth/fake-server.ts'

let fake: FakeServer
let home: Home
beforeEach(async () => {
  home = makeHome()
  fake = await startFake()
  fake.answers['/token'] = (_, origin) => ({
    body: {
      access_token: 'access-canary',
      token_type: 'Bearer',
      expires_in: 600,
      refresh_token: 'refresh-canary',
      id_token: idToken(origin, { login_hint: 'alice & co', sid: 'not-this' }),
    },
  })
})
afterEach(async () => {
  home.remove()
  await fake.stop()
})

function offering(endpoint: string | undefined) {
  const none = { introspection_endpoint: undefined, userinfo_endpoint: undefined }
  const signed = { id_token_signing_alg_values_supported: ['ES256'] }
  const url = endpoint?.startsWith('/') === true ? fake.origin + endpoint : endpoint
  return metadata({ ...none, ...signed, revocation_endpoint: undefined, end_session_endpoint: url })
}

async function logIn(): Promise<void> {
  const to = ['login', 'web', '--issuer', fake.origin, '--client-id', 'app', '--flow', 'password']
  const words = [...to, '--username', 'alice', '--client-auth', 'none']
  const { status, err } = await run(words, { home, env: { TOKN_PASSWORD: 'x' } })
  expect(status, err).toBe(0)
}

describe('a logout at a server that revokes nothing, and has a page to log out at', () => {
  const page = () => `${fake.origin}/end?tenant=a&client_id=app&logout_hint=alice+%26+co`
  beforeEach(async () => {
    fake.answers[discoveryPath] = offering('/end?tenant=a')
    await logIn()
  })

  it('says where, and what lives on, without the ID token', async () => {
    const { status, out, err } = await run(['logout', 'web'], { home })
    expect({ status, out }, err).toEqual({ status: 0, out: '' })
    expect(err).toContain(`web: log out in the browser at ${page()}\n`)
    expect(err).toContain('may leave the tokens alive')
    expect(err).toContain('ends at')
    expect(err).not.toContain('eyJ')
    expect(await run(['token', 'web'], { home })).toMatchObject({ status: 4, out: '' })
    expect(fake.seen.some(({ url }) => url.startsWith('/end'))).toBe(false)
  })

  it('has it in the document', async () => {
    const { status, out } = await run(['logout', 'web', '--json'], { home })
    expect(status).toBe(0)
    const [result] = (JSON.parse(out) as { results: object[] }).results
    expect(result).toMatchObject({ erased: true, revoked: false, end_session_url: page() })
    expect(out).not.toContain('eyJ')
  })

  it('opens it where that is asked for', async () => {
    const browser = join(home.work, 'browser')
    writeFileSync(browser, `#!/bin/sh\necho "$1" > ${home.work}/opened\n`)
    chmodSync(browser, 0o755)
    const terminal = openTerminal(['logout', 'web', '--open'], home, { BROWSER: browser })
    await terminal.until(/the browser was opened to log out at/)
    expect((await terminal.ended).status).toBe(0)
    expect(readFileSync(join(home.work, 'opened'), 'utf8').trim()).toBe(page())
  })

  it('prints it where no browser can be opened', async () => {
    const { status, err } = await run(['logout', 'web', '--open'], { home })
    expect(status).toBe(0)
    expect(err).toContain(`log out in the browser at ${page()}`)
  })

  it('does not ask for it and erase here alone', async () => {
    const both = await run(['logout', 'web', '--local-only', '--open'], { home })
    expect(both).toMatchObject({ status: 2, out: '' })
    const { status, err } = await run(['logout', 'web', '--local-only'], { home })
    expect(status).toBe(0)
    expect(err).not.toContain('/end?')
  })
})

it.each([
  'https://evil.example/end',
  'http://sso.example.com/end',
  'javascript:alert(1)',
  'no url',
  '\u001b[31m',
])('sends nobody to a page elsewhere: %j', async (endpoint) => {
  fake.answers[discoveryPath] = offering(endpoint)
  await logIn()
  const { status, err } = await run(['logout', 'web'], { home })
  expect(status).toBe(0)
  expect(err).not.toContain('log out in the browser')
  expect(err).not.toContain('evil.example')
  expect(err).toContain('no endpoint to revoke tokens')
})

it('goes where the profile says', async () => {
  fake.answers[discoveryPath] = offering(undefined)
  await logIn()
  const words = ['login', 'web', '--set', 'end_session_endpoint=https://sso.example.com/out']
  const again = await run(words, { home, env: { TOKN_PASSWORD: 'x' } })
  expect(again.status, again.err).toBe(0)
  const { err } = await run(['logout', 'web'], { home })
  expect(err).toContain('log out in the browser at https://sso.example.com/out?client_id=app')
})
