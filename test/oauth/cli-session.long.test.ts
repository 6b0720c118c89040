import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { findTexts } from '../support/files.ts'
import { makeHome, type Home } from '../support/home.ts'
import { run, type Ended } from '../support/run.ts'
import { hasTerminal, openTerminal } from '../support/terminal.ts'
import { startOidc, type OidcServer } from './oidc-server.ts'
import { logInAs } from './user-agent.ts'

describe.skipIf(!hasTerminal())('after a login at oidc-provider', () => {
  let server: OidcServer
  let home: Home
  beforeAll(async () => {
    server = await startOidc()
  })
  afterAll(async () => server.stop())
  beforeEach(async () => {
    home = makeHome()
    const login = ['login', 'work', '--issuer', server.issuer, '--client-id', 'native']
    const scopes = ['openid', 'offline_access', 'read', 'write'].flatMap((one) => ['--scope', one])
    const terminal = openTerminal([...login, ...scopes, '--no-browser'], home)
    await logInAs('alice', (await terminal.until(/^(http:\S+)$/m))[1] ?? '')
    const { status, err } = await terminal.ended
    expect(status, err).toBe(0)
    server.events.length = 0
  })
  afterEach(() => home.remove())

  async function tokn(...args: readonly string[]): Promise<Ended> {
    return await run(args, { home })
  }

  async function answer(...args: readonly string[]): Promise<Record<string, unknown>> {
    const { status, out, err } = await tokn(...args)
    expect(status, err).toBe(0)
    return JSON.parse(out) as Record<string, unknown>
  }

  it('each refresh keeps the new refresh token', async () => {
    const tokens = new Set<string>()
    for (let times = 0; times < 3; times++) {
      expect(await tokn('refresh', 'work', '-q')).toEqual({ status: 0, out: '', err: '' })
      tokens.add((await tokn('token', 'work')).out)
    }
    expect(tokens.size).toBe(3)
    expect(server.events.filter((event) => event === 'refresh_token.consumed')).toHaveLength(3)
    expect(server.events).not.toContain('grant.revoked')
    const before = (await tokn('token', 'work', '--id-token')).out
    expect(before).toMatch(/^ey/)
  })

  it('info tells what the server says, and that the signature was checked', async () => {
    const info = await answer('info', 'work', '--json')
    expect(info).toMatchObject({
      provider: 'oauth',
      active: true,
      remote_checked: true,
      signature: 'valid',
      user_id: 'alice',
      access: { expiry: 'known' },
      facts: { issuer: server.issuer, audience: 'native', 'refresh token': 'active' },
    })
    const { out } = await tokn('info', 'work')
    expect(out).toMatch(/alive +yes, says the provider/)
    expect(out).toMatch(/signature +valid/)
    const secrets = [
      (await tokn('token', 'work')).out,
      (await tokn('token', 'work', '--id-token')).out,
    ]
    for (const secret of secrets) expect(out + JSON.stringify(info)).not.toContain(secret.trim())
  })

  it('issue gives a narrower token, once, or keeps it as a profile', async () => {
    const issued = await answer('issue', 'work', '--scope', 'read', '--json')
    expect(issued).toMatchObject({ scopes: ['read'], shown_once: true, saved_as: null })
    expect(issued['token']).not.toBe((await tokn('token', 'work')).out.trim())
    const kept = await tokn('issue', 'work', '--scope', 'read', '--save-as', 'narrow')
    expect({ status: kept.status, out: kept.out }).toEqual({ status: 0, out: '' })
    const { out } = await tokn('token', 'narrow')
    expect(out).toMatch(/^[\x21-\x7e]{20,}\n$/)
    expect(await answer('info', 'narrow', '--json')).toMatchObject({
      active: true,
      scopes: ['read'],
    })
    expect(findTexts(home.path, [String(issued['token']), out.trim()])).toEqual([])
    const refused = await tokn('refresh', 'narrow')
    expect(refused).toMatchObject({ status: 4, out: '' })
  })

  it('logout ends both tokens, and has that confirmed', async () => {
    const token = (await tokn('token', 'work')).out.trim()
    expect(await answer('logout', 'work', '--json')).toMatchObject({
      results: [{ profile: 'work', revoked: true, erased: true, alive: null }],
    })
    const me = await fetch(`${server.issuer}/me`, { headers: { authorization: `Bearer ${token}` } })
    expect(me.status).toBe(401)
    const { status, out, err } = await tokn('token', 'work')
    expect({ status, out }).toEqual({ status: 4, out: '' })
    expect(err).toContain('tokn: hint: tokn login work\n')
  })

  it('info sees that the token was revoked elsewhere', async () => {
    const token = (await tokn('token', 'work')).out.trim()
    const body = new URLSearchParams({ token, client_id: 'native' })
    await fetch(`${server.issuer}/token/revocation`, { method: 'POST', body })
    expect(await answer('info', 'work', '--json')).toMatchObject({ active: false })
    expect((await tokn('info', 'work')).out).toMatch(/alive +no, says the provider/)
  })

  it('list and revoke are exit 5, and say where it can be done', async () => {
    for (const args of [
      ['list', 'work', '--remote'],
      ['revoke', 'abcd', '-P', 'work'],
    ]) {
      const { status, out, err } = await tokn(...args)
      expect({ status, out }).toEqual({ status: 5, out: '' })
      expect(err).toMatch(/account settings|tokn logout/)
    }
    expect(await tokn('list', 'work')).toMatchObject({ status: 0 })
  })
})
