import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openOauth } from '../../src/providers/oauth/provider.ts'
import { api, clientSecret, startOidc, type OidcServer } from './oidc-server.ts'
import { endAndLook, openReach, person } from './reach.ts'
import { logInAs, logInElsewhere, UserAgent } from './user-agent.ts'

let server: OidcServer
beforeAll(async () => {
  server = await startOidc()
})
afterAll(async () => server.stop())

function alice() {
  return person({ browse: (url) => logInAs('alice', url) })
}

async function openNative(settings: Readonly<Record<string, string>> = {}) {
  return await openOauth({
    settings: { issuer: server.issuer, client_id: 'native', ...settings },
  })
}

async function logIn() {
  const provider = await openNative()
  return { provider, tokens: await provider.login!(openReach({}, { interaction: alice() }), {}) }
}

describe('oidc-provider: authorization code', () => {
  it('needs an issuer and a client id, and nothing more', async () => {
    const provider = await openNative()
    const interaction = alice()
    const reach = openReach({}, { interaction })
    const tokens = await provider.login!(reach, {})
    expect(tokens.access.reveal()).toMatch(/^[\x21-\x7e]{20,}$/)
    expect(tokens.refresh).toBeDefined()
    expect(tokens.scopes).toEqual(['openid', 'offline_access'])
    expect(tokens.context).toMatchObject({ flow: 'code', sub: 'alice', token_type: 'bearer' })
    expect(tokens.context['id_token']).toMatch(/^ey/)
    expect(tokens.expiry).toMatchObject({ state: 'at' })
    expect(provider.attach(tokens, {})).toEqual({ headers: { Authorization: 'Bearer {access}' } })
    expect(provider.origins).toEqual([server.issuer])
  })

  it('pushes the request where the server takes that, and does not where it may not', async () => {
    const pushed = alice()
    await (
      await openNative()
    ).login!(openReach({}, { interaction: pushed }), {})
    expect(pushed.told.join(' ')).toContain('request_uri=')
    const plain = alice()
    await (
      await openNative({ par: 'false' })
    ).login!(openReach({}, { interaction: plain }), {})
    const url = new URL(plain.told.at(-1)!)
    expect(url.searchParams.get('code_challenge_method')).toBe('S256')
    expect(url.searchParams.get('state')).toMatch(/^[\w-]{43}$/)
    expect(url.searchParams.get('nonce')).toMatch(/^[\w-]{43}$/)
  })

  it('takes the address pasted back when no browser can be opened', async () => {
    const provider = await openNative({ flow: 'code', par: 'false' })
    const interaction = person({ answer: async (told) => logInElsewhere('alice', told.at(-1)!) })
    const tokens = await provider.login!(openReach({}, { interaction }), {})
    expect(tokens.context['sub']).toBe('alice')
  })

  it('gives tokens for a resource, and again at refresh', async () => {
    const provider = await openNative({ resource: api, scope: 'openid offline_access read' })
    const tokens = await provider.login!(openReach({}, { interaction: alice() }), {})
    expect(payload(tokens.access.reveal())).toMatchObject({ aud: api, scope: 'read' })
    const next = await provider.refresh!(openReach(), tokens)
    expect(payload(next.access.reveal())).toMatchObject({ aud: api })
  })

  it('keeps the secret of a confidential client beside its refresh token', async () => {
    const settings = { issuer: server.issuer, client_id: 'confidential', flow: 'code' }
    const provider = await openOauth({ settings })
    const answers = { client_secret: clientSecret }
    const tokens = await provider.login!(openReach(answers, { interaction: alice() }), {})
    const next = await provider.refresh!(openReach(), tokens)
    expect(next.access.equals(tokens.access)).toBe(false)
    await expect(
      provider.refresh!(openReach(), { ...next, context: { flow: 'code' } }),
    ).rejects.toMatchObject({ code: 'reauth_required' })
  })

  it('says that access was denied', async () => {
    const provider = await openNative()
    const interaction = person({
      browse: async (url) => {
        const agent = new UserAgent()
        const page = await agent.get(url)
        const abort = /href="([^"]*abort)"/.exec(page)![1]!
        await agent.get(new URL(abort, agent.url).href)
      },
    })
    await expect(provider.login!(openReach({}, { interaction }), {})).rejects.toMatchObject({
      code: 'reauth_required',
      message: 'access was denied (access_denied: End-User aborted interaction)',
    })
  })

  it('says what to do without a person', async () => {
    await expect((await openNative()).login!(openReach(), {})).rejects.toMatchObject({
      code: 'reauth_required',
      message: 'this login needs a person, and nobody can be asked here',
    })
  })
})

describe('oidc-provider: what follows a login', () => {
  it('rotates the refresh token, and a second use of the old one ends the family', async () => {
    const { provider, tokens } = await logIn()
    const second = await provider.refresh!(openReach(), tokens)
    expect(second.refresh?.equals(tokens.refresh)).toBe(false)
    const third = await provider.refresh!(openReach(), second)
    await expect(provider.refresh!(openReach(), tokens)).rejects.toMatchObject({
      code: 'reauth_required',
      details: {
        refusal: 'refresh-rejected',
        http: { status: 400, providerCode: 'invalid_grant' },
      },
    })
    expect(server.events).toContain('grant.revoked')
    await expect(provider.refresh!(openReach(), third)).rejects.toMatchObject({
      code: 'reauth_required',
    })
  })

  it('tells what introspection, userinfo and the ID token say, its signature checked', async () => {
    const { provider, tokens } = await logIn()
    const info = await provider.info!(openReach(), tokens)
    expect(info).toMatchObject({
      active: true,
      userId: 'alice',
      signature: 'valid',
      scopes: ['openid', 'offline_access'],
      access: { state: 'at' },
    })
    expect(info.facts).toMatchObject({
      issuer: server.issuer,
      audience: 'native',
      client: 'native',
    })
    const [header, body, signature] = tokens.context['id_token']!.split('.')
    const forged = `${header}.${body}.${signature!.slice(0, -8)}AAAAAAAA`
    const held = { ...tokens, context: { ...tokens.context, id_token: forged } }
    expect(await provider.info!(openReach(), held)).toMatchObject({ signature: 'invalid' })
  })

  it('revokes both tokens and has it confirmed', async () => {
    const { provider, tokens } = await logIn()
    const seen = await endAndLook(provider, openReach(), tokens)
    expect(seen).toEqual({ access: 'ended', refresh: 'ended' })
    await expect(provider.refresh!(openReach(), tokens)).rejects.toMatchObject({
      code: 'reauth_required',
    })
  })

  it('issues a narrower token by token exchange', async () => {
    const provider = await openNative({ scope: 'openid offline_access read write' })
    const tokens = await provider.login!(openReach({}, { interaction: alice() }), {})
    const issued = await provider.issue!(openReach(), tokens, { scopes: ['read'] })
    expect(issued.scopes).toEqual(['read'])
    expect(issued.refresh).toBeUndefined()
    expect(issued.context).toMatchObject({ flow: 'exchange' })
  })
})

function payload(token: string): unknown {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
}
