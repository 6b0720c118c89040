import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startAgent, withRuntime } from '../support/agent.ts'
import { makeHome, type Home } from '../support/home.ts'
import { run, startCommand } from '../support/run.ts'
import { startOidc } from './oidc-server.ts'
import { logInAs } from './user-agent.ts'
import { openTerminal } from '../support/terminal.ts'
import { loginAt, startNarrowServer, type NarrowServer } from './narrow-server.ts'

let server: NarrowServer
let home: Home
beforeEach(async () => {
  home = makeHome()
  server = await startNarrowServer()
  const { status, err } = await tokn(loginAt(server, 'web'), { TOKN_PASSWORD: 'x' })
  expect(status, err).toBe(0)
})
afterEach(async () => {
  home.remove()
  await server.stop()
})

async function tokn(words: readonly string[], env = {}) {
  return await run(words, { home, env })
}

async function tokenOf(profile = 'web'): Promise<string> {
  const { status, out, err } = await tokn(['token', profile])
  expect(status, err).toBe(0)
  return out.trim()
}

const refreshes = () => server.seen.filter(({ form }) => form.get('grant_type') === 'refresh_token')

describe('tokn issue --scope at a server without token exchange', () => {
  it.each([true, false])(
    'gives a narrower token, and keeps the session (rotation: %s)',
    async (rotates) => {
      server.rotates = rotates
      const full = await tokenOf()
      const { status, out, err } = await tokn(['issue', 'web', '--scope', 'read', '--json'])
      expect(status, err).toBe(0)
      const issued = JSON.parse(out) as { token: string; scopes: string[]; refresh_token: null }
      expect(issued).toMatchObject({ scopes: ['read'], refresh_token: null, expiry: 'known' })
      expect(server.tokens.get(issued.token)).toBe('read')
      // The session has the same token, and the new refresh token.
      expect(await tokenOf()).toBe(full)
      expect(server.tokens.get(full)).toBe('openid read write')
      expect((await tokn(['refresh', 'web'])).status).toBe(0)
      const next = await tokenOf()
      expect([full, issued.token]).not.toContain(next)
      expect(server.tokens.get(next)).toBe('openid read write')
      expect(server.reuses).toBe(0)
      expect(refreshes().map(({ form }) => form.get('scope'))).toEqual(['read', null])
      const why = await tokn(['why', 'web'])
      expect(why.out).toContain('a narrower token was issued')
    },
  )

  it('keeps it as a profile', async () => {
    const kept = await tokn(['issue', 'web', '--scope', 'read', '--save-as', 'narrow'])
    expect(kept, kept.err).toMatchObject({ status: 0, out: '' })
    expect(server.tokens.get(await tokenOf('narrow'))).toBe('read')
    expect(server.tokens.get(await tokenOf())).toBe('openid read write')
    // It has no refresh token of its own: that is the session's.
    expect(await tokn(['refresh', 'narrow'])).toMatchObject({ status: 4, out: '' })
    expect((await tokn(['doctor', '--offline'])).status).toBe(0)
  })

  it('says where more came than was asked for', async () => {
    server.gives = 'all'
    const { status, err } = await tokn(['issue', 'web', '--scope', 'read'])
    expect(status, err).toBe(0)
    expect(err).toContain('gave more scopes than asked for: openid, write')
  })

  it('keeps the session, and gives none, where the server ends all tokens with each refresh', async () => {
    server.endsBefore = true
    const full = await tokenOf()
    const ended = await tokn(['issue', 'web', '--scope', 'read'])
    expect(ended, ended.err).toMatchObject({ status: 5, out: '' })
    expect(ended.err).toContain('tokn login NAME --scope S')
    const next = await tokenOf()
    expect(next).not.toBe(full)
    expect(server.tokens.get(next)).toBe('openid read write')
    expect(server.reuses).toBe(0)
  })

  it('takes what is asked for where the reply does not say', async () => {
    server.gives = 'unsaid'
    const { out } = await tokn(['issue', 'web', '--scope', 'read', '--json'])
    expect(JSON.parse(out)).toMatchObject({ scopes: ['read'] })
  })

  it('sends nothing where it is not said what for', async () => {
    const before = refreshes().length
    const plain = await tokn(['issue', 'web'])
    expect(plain).toMatchObject({ status: 5, out: '' })
    expect(plain.err).toContain('tokn issue --scope S')
    const other = await tokn(['issue', 'web', '--scope', 'read', '--audience', 'billing'])
    expect(other).toMatchObject({ status: 5, out: '' })
    expect(refreshes()).toHaveLength(before)
  })

  it('leaves the session as it is where the scope is refused', async () => {
    const refused = await tokn(['issue', 'web', '--scope', 'admin'])
    expect(refused, refused.err).toMatchObject({ status: 6, out: '' })
    expect((await tokn(['refresh', 'web'])).status).toBe(0)
    expect(server.reuses).toBe(0)
  })

  it('does not lose the session where the reply is lost', async () => {
    server.rotates = false
    const full = await tokenOf()
    let losses = 1
    server.beforeAnswer = (said) => (losses-- > 0 ? undefined : said)
    const lost = await tokn(['issue', 'web', '--scope', 'read'])
    expect(lost, lost.err).toMatchObject({ status: 7, out: '' })
    expect(await tokenOf()).toBe(full)
    const again = await tokn(['issue', 'web', '--scope', 'read'])
    expect(again.status, again.err).toBe(0)
    expect(server.tokens.get(again.out.trim())).toBe('read')
  })

  it('comes to one after the other where many ask at once', async () => {
    const all = await Promise.all(
      Array.from({ length: 6 }, (_, at) =>
        at % 3 === 0 ? tokn(['refresh', 'web']) : tokn(['issue', 'web', '--scope', 'read']),
      ),
    )
    expect(all.map(({ status, err }) => ({ status, err: status === 0 ? '' : err }))).toEqual(
      all.map(() => ({ status: 0, err: '' })),
    )
    const issued = all.filter((_, at) => at % 3 !== 0).map(({ out }) => out.trim())
    expect(new Set(issued).size).toBe(4)
    for (const token of issued) expect(server.tokens.get(token)).toBe('read')
    expect(server.reuses).toBe(0)
    expect(server.tokens.get(await tokenOf())).toBe('openid read write')
  })

  it('renews a session whose time is up first', async () => {
    home.shiftClock(7_200_000)
    const issue = ['tokn', 'issue', 'web', '--scope', 'read']
    const { status, out, err } = await startCommand(issue, { home }).ended
    expect(status, err).toBe(0)
    expect(server.tokens.get(out.trim())).toBe('read')
    expect(server.reuses).toBe(0)
  })

  it('is not undone by an agent that holds the session from before', async () => {
    const agent = await startAgent(home)
    const through = { ...withRuntime(home), TOKN_STORE_KEY: undefined }
    const full = (await tokn(['token', 'web'], through)).out
    expect(full.trim()).toBe(await tokenOf())
    const issued = await tokn(['issue', 'web', '--scope', 'read'])
    expect(issued.status, issued.err).toBe(0)
    expect((await tokn(['token', 'web'], through)).out).toBe(full)
    // The agent knows of an earlier refresh token, and sends the one that is stored.
    const next = await tokn(['token', 'web', '--refresh', 'force'], through)
    expect(next.status, next.err).toBe(0)
    expect([full, issued.out]).not.toContain(next.out)
    expect(server.tokens.get(next.out.trim())).toBe('openid read write')
    // One without the key of the store cannot keep what follows, and sends nothing.
    const before = refreshes().length
    const keyless = await tokn(['issue', 'web', '--scope', 'read'], through)
    expect(keyless, keyless.err).toMatchObject({ status: 8, out: '' })
    expect(refreshes()).toHaveLength(before)
    expect(server.reuses).toBe(0)
    agent.kill('SIGTERM')
    await agent.ended
  })

  it('does without a disk', async () => {
    const env = {
      TOKN_STORE: 'memory',
      TOKN_PROVIDER: 'oauth',
      TOKN_ISSUER: server.origin,
      TOKN_CLIENT_ID: 'app',
      TOKN_FLOW: 'password',
      TOKN_USERNAME: 'alice',
      TOKN_PASSWORD: 'x',
      TOKN_CLIENT_AUTH: 'none',
    }
    const { status, out, err } = await tokn(['issue', '--scope', 'read'], env)
    expect(status, err).toBe(0)
    expect(server.tokens.get(out.trim())).toBe('read')
  })
})

it('gives a narrower token at a server of other people, which rotates', async () => {
  const oidc = await startOidc()
  const issuer = ['--issuer', oidc.issuer, '--client-id', 'native', '--no-browser']
  const scopes = ['openid', 'offline_access', 'read', 'write'].flatMap((one) => ['--scope', one])
  const words = ['login', 'real', ...issuer, ...scopes, '--set', 'issue_grant=refresh']
  const terminal = openTerminal(words, home)
  await logInAs('alice', (await terminal.until(/^(http:\S+)$/m))[1] ?? '')
  expect((await terminal.ended).status).toBe(0)
  const full = await tokenOf('real')
  const { status, out, err } = await tokn(['issue', 'real', '--scope', 'read', '--json'])
  expect(status, err).toBe(0)
  expect(err).not.toContain('warning')
  expect(JSON.parse(out)).toMatchObject({ scopes: ['read'] })
  expect(oidc.events).toContain('refresh_token.consumed')
  expect(await tokenOf('real')).toBe(full)
  expect((await tokn(['check', 'real', '--online'])).status).toBe(0)
  const narrow = { TOKN_TOKEN: (JSON.parse(out) as { token: string }).token }
  expect(narrow.TOKN_TOKEN).not.toBe(full)
  expect((await tokn(['refresh', 'real'])).status).toBe(0)
  const after = await tokn(['info', 'real', '--json'])
  expect(JSON.parse(after.out)).toMatchObject({
    active: true,
    scopes: expect.arrayContaining(['openid', 'read', 'write']),
  })
  await oidc.stop()
})
