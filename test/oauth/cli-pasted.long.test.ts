import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { compactDecrypt } from 'jose'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { makeHome, type Environment, type Home } from '../support/home.ts'
import { run, type Ended } from '../support/run.ts'
import { hasTerminal, openTerminal } from '../support/terminal.ts'
import { startOidc, type OidcServer } from './oidc-server.ts'
import { logInAs } from './user-agent.ts'

describe.skipIf(!hasTerminal())('a response of oidc-provider that was pasted', () => {
  let server: OidcServer
  let home: Home
  let refresh = ''
  let access = ''
  beforeAll(async () => {
    server = await startOidc()
  })
  afterAll(async () => server.stop())
  beforeEach(async () => {
    home = makeHome()
    const login = ['login', 'maker', '--issuer', server.issuer, '--client-id', 'native']
    const scopes = ['openid', 'offline_access', 'read'].flatMap((one) => ['--scope', one])
    const terminal = openTerminal([...login, ...scopes, '--no-browser'], home)
    await logInAs('alice', (await terminal.until(/^(http:\S+)$/m))[1] ?? '')
    expect((await terminal.ended).status).toBe(0)
    access = (await run(['token', 'maker'], { home })).out.trim()
    refresh = await refreshTokenOf('maker')
  })
  afterEach(() => home.remove())

  /** What the store has, opened with its key as the store itself does it. */
  async function refreshTokenOf(name: string): Promise<string> {
    const { profiles } = JSON.parse(readFileSync(join(home.config, 'config.json'), 'utf8')) as {
      profiles: Record<string, { id: string }>
    }
    const file = readdirSync(home.sessions).find((one) => one.startsWith(profiles[name]?.id ?? '?'))
    const key = Buffer.from(home.environment['TOKN_STORE_KEY'] ?? '', 'base64url')
    const sealed = readFileSync(join(home.sessions, file ?? ''), 'utf8')
    const { plaintext } = await compactDecrypt(sealed.trim(), key)
    return (JSON.parse(new TextDecoder().decode(plaintext)) as { refresh: string }).refresh
  }

  async function paste(document: object | string, env: Environment = {}): Promise<Ended> {
    const args = ['login', 'web', '--issuer', server.issuer, '--client-id', 'native']
    const input = typeof document === 'string' ? document : JSON.stringify(document)
    return await run([...args, '--with-token'], { home, input, env })
  }

  it('gives a session that refreshes and keeps the new refresh token', async () => {
    const { status, out, err } = await paste({
      access_token: access,
      refresh_token: refresh,
      token_type: 'Bearer',
      expires_in: 300,
      scope: 'openid offline_access read',
    })
    expect({ status, out }, err).toEqual({ status: 0, out: '' })
    expect(err).toContain('the token is accepted')
    expect(err).toMatch(/expires in 4m/)
    for (let turn = 0; turn < 2; turn++) {
      const refreshed = await run(['refresh', 'web', '-q'], { home })
      expect(refreshed, refreshed.err).toEqual({ status: 0, out: '', err: '' })
    }
    expect((await run(['token', 'web'], { home })).out.trim()).not.toBe(access)
  })

  it('is taken alone with the refresh token of a variable', async () => {
    const { status, err } = await paste(`Authorization: Bearer ${access}`, {
      TOKN_REFRESH_TOKEN: refresh,
    })
    expect(status, err).toBe(0)
    expect((await run(['refresh', 'web', '-q'], { home })).status).toBe(0)
  })

  it('is refused where it is bound to a key, is an error, or is of another kind', async () => {
    const bound = await paste({ access_token: access, token_type: 'DPoP' })
    expect(bound).toMatchObject({ status: 2, out: '' })
    expect(bound.err).toContain('is bound to a key (DPoP)')
    for (const document of [{ error: 'invalid_grant' }, { token: access }, '{"access_token":']) {
      const { status, err } = await paste(document)
      expect(status, err).toBe(2)
      expect(err).toContain('it is looked for in: access_token, refresh_token, expires_in')
      expect(err).not.toContain(access)
    }
  })

  it('is not stored where the server does not know the token', async () => {
    const { status, err } = await paste({ access_token: 'opaque', scope: 'openid' })
    expect(status, err).toBe(4)
    expect(err).toContain('it was not stored')
  })

  it('has a refresh token that a variable serves a command with, with a warning if it is replaced', async () => {
    const env = {
      TOKN_PROVIDER: 'oauth',
      TOKN_ISSUER: server.issuer,
      TOKN_CLIENT_ID: 'native',
      TOKN_REFRESH_TOKEN: refresh,
    }
    const { status, out, err } = await run(['token'], { home, env })
    expect(status, err).toBe(0)
    expect(out.trim()).not.toBe(access)
    expect(err).toContain('gave a new refresh token, which is kept nowhere')
    expect(err).not.toContain(refresh)
  })
})
