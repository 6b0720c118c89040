import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openOauth } from '../../../src/providers/oauth/provider.ts'
import { openReach } from '../../oauth/reach.ts'
import { discoveryPath, metadata, startFake, type FakeServer } from './fake-server.ts'

let server: FakeServer
let other: FakeServer
beforeEach(async () => {
  server = await startFake()
  other = await startFake()
  server.answers['/token'] = { body: { access_token: 'fine', token_type: 'Bearer' } }
})
afterEach(async () => {
  await server.stop()
  await other.stop()
})

async function logIn(settings: Readonly<Record<string, string>> = {}) {
  const provider = await openOauth({
    settings: { issuer: server.origin, client_id: 'app', flow: 'client', ...settings },
  })
  const reach = openReach({ client_secret: 'a-client-secret' })
  return await provider.login!(reach, {})
}

describe('C24: discovery', () => {
  it('refuses a document of another issuer, and names it', async () => {
    server.answers[discoveryPath] = metadata({ issuer: 'https://evil.example' })
    await expect(logIn()).rejects.toMatchObject({
      code: 'provider_nonsense',
      message: `the server at ${server.origin}/ names https://evil.example as its issuer`,
    })
    expect(server.seen.map(({ url }) => url)).toEqual([discoveryPath])
  })

  const names = [
    'token_endpoint',
    'device_authorization_endpoint',
    'revocation_endpoint',
    'jwks_uri',
  ]
  for (const name of names) {
    it(`refuses a ${name} at a foreign origin, and sends it nothing`, async () => {
      server.answers[discoveryPath] = metadata({ [name]: `${other.origin}/x` })
      await expect(logIn()).rejects.toMatchObject({
        code: 'provider_nonsense',
        hint: expect.stringContaining(`--trust-endpoint ${other.origin}`),
      })
      expect(other.seen).toEqual([])
    })
  }

  it.each([
    ['https://$({touch,pwn}).evil.example', `'https://$({touch,pwn}).evil.example'`],
    ['https://;id;.evil.example', '"https://;id;.evil.example"'],
    ['https://`id`.evil.example', "'https://`id`.evil.example'"],
  ])('quotes %s in what it proposes to type', async (origin, word) => {
    server.answers[discoveryPath] = metadata({ token_endpoint: `${origin}/t` })
    const hint = (flags: string) => expect.stringMatching(new RegExp(`${flags}$`))
    const literally = word.replace(/[$(){}]/g, String.raw`\$&`)
    await expect(logIn()).rejects.toMatchObject({ hint: hint(`--trust-endpoint ${literally}`) })
    server.answers[discoveryPath] = { status: 302, headers: { location: `${origin}/d` } }
    await expect(logIn()).rejects.toMatchObject({ hint: hint(`an address at ${literally}`) })
  })

  it('takes a foreign origin that the profile trusts by name', async () => {
    server.answers[discoveryPath] = metadata({ token_endpoint: `${other.origin}/token` })
    other.answers['/token'] = { body: { access_token: 'fine', token_type: 'Bearer' } }
    expect((await logIn({ trust_endpoints: other.origin })).access.reveal()).toBe('fine')
  })

  for (const endpoint of [
    'http://example.com/token',
    'ftp://example.com',
    '//evil/token',
    'javascript:1',
    'https://user@example.com/token',
    7,
  ]) {
    it(`refuses the token endpoint ${JSON.stringify(endpoint)}`, async () => {
      server.answers[discoveryPath] = metadata({ token_endpoint: endpoint })
      await expect(logIn()).rejects.toMatchObject({ code: 'provider_nonsense' })
    })
  }

  it('refuses aliases for mutual TLS at a foreign origin', async () => {
    const mtls_endpoint_aliases = { token_endpoint: `${other.origin}/token` }
    server.answers[discoveryPath] = metadata({ mtls_endpoint_aliases })
    await expect(logIn()).rejects.toMatchObject({ code: 'provider_nonsense' })
  })

  it('refuses a document of ten megabytes', async () => {
    server.answers[discoveryPath] = metadata({ padding: 'x'.repeat(10_000_000) })
    await expect(logIn()).rejects.toMatchObject({ code: 'provider_nonsense' })
  })

  it('follows no redirect, neither of the document nor of the token endpoint', async () => {
    server.answers[discoveryPath] = { status: 302, headers: { location: `${other.origin}/` } }
    await expect(logIn()).rejects.toMatchObject({ code: 'provider_nonsense' })
    server.answers[discoveryPath] = metadata()
    server.answers['/token'] = { status: 307, headers: { location: `${other.origin}/token` } }
    await expect(logIn()).rejects.toMatchObject({ code: 'provider_nonsense' })
    expect(other.seen).toEqual([])
  })

  it('finds the document of RFC 8414, with the path of the issuer behind it', async () => {
    const issuer = `${server.origin}/tenant`
    server.answers['/.well-known/oauth-authorization-server/tenant'] = metadata({ issuer })
    expect((await logIn({ issuer })).access.reveal()).toBe('fine')
  })

  it.each([
    '/.well-known/oauth-authorization-server/tenant/one',
    '/.well-known/openid-configuration/tenant/one',
    '/tenant/one/.well-known/openid-configuration',
    '/tenant/one/.well-known/oauth-authorization-server',
  ])('finds the document of an issuer with a path at %s', async (address) => {
    for (const slash of ['', '/']) {
      const issuer = `${server.origin}/tenant/one${slash}`
      server.answers[address] = metadata({ issuer })
      server.seen.length = 0
      expect((await logIn({ issuer })).access.reveal()).toBe('fine')
      expect(server.seen.map(({ url }) => url).slice(-2)).toEqual([address, '/token'])
    }
  })

  it('takes the address of the document for its issuer', async () => {
    server.answers[discoveryPath] = metadata()
    expect((await logIn({ issuer: server.origin + discoveryPath })).access.reveal()).toBe('fine')
  })

  it('needs no document where the endpoints are named', async () => {
    const settings = { issuer: '', token_endpoint: `${server.origin}/token` }
    expect((await logIn(settings)).access.reveal()).toBe('fine')
    expect((await logIn({ ...settings, issuer: server.origin })).access.reveal()).toBe('fine')
  })

  it('says which flag names what is not at its address', async () => {
    for (const status of [302, 307, 404, 405, 410]) {
      const said = { status, headers: { location: '/t2' } }
      server.answers = { [discoveryPath]: metadata(), '/token': said }
      await expect(logIn(), String(status)).rejects.toMatchObject({
        details: { hint: expect.stringContaining('--token-endpoint URL') },
      })
    }
    for (const token_endpoint of ['/token', 'http://a.example/token', 7, null]) {
      server.answers = { [discoveryPath]: metadata({ token_endpoint }) }
      await expect(logIn(), String(token_endpoint)).rejects.toMatchObject({
        details: { hint: expect.stringContaining('--token-endpoint URL') },
      })
    }
  })

  it.each([
    { status: 404 },
    { headers: { 'content-type': 'text/html' }, body: '<html>' },
    { body: [] },
    { body: { more: 'x'.repeat(300_000) } },
  ])('says that there is none at the address that was given for it', async (said) => {
    server.answers['/config'] = said
    const discovery = `${server.origin}/config`
    await expect(logIn({ issuer: '', discovery })).rejects.toMatchObject({
      message: expect.stringContaining(`there is no discovery document at ${discovery}`),
      details: { hint: expect.stringMatching(/^check the address; .+--token-endpoint URL/) },
    })
  })

  it('says that there is no document', async () => {
    await expect(logIn()).rejects.toMatchObject({
      code: 'provider_refused',
      message: `there is no discovery document at ${server.origin}/`,
    })
    server.answers[discoveryPath] = { headers: { 'content-type': 'text/html' }, body: '<html>' }
    await expect(logIn()).rejects.toMatchObject({
      code: 'provider_nonsense',
      message: `there is no discovery document at ${server.origin}/: the server answered with text/html, expected JSON`,
      details: { hint: expect.stringContaining('--discovery URL') },
    })
  })

  it('says that nothing was spent when the document cannot be had', async () => {
    const provider = await openOauth({ settings: { issuer: server.origin, client_id: 'app' } })
    server.answers[discoveryPath] = () => undefined
    const held = await heldTokens()
    await expect(provider.refresh!(openReach(), held)).rejects.toMatchObject({
      code: 'network',
      details: { sent: false },
    })
  })

  it('uses the time of the server for what it signs', async () => {
    const ahead = new Date(Date.now() + 7_200_000).toUTCString()
    server.answers[discoveryPath] = (seen, origin) => ({
      ...(metadata() as (...parameters: unknown[]) => object)(seen, origin),
      headers: { date: ahead },
    })
    await logIn({ client_auth: 'client_secret_jwt' })
    const assertion = server.seen.at(-1)!.form.get('client_assertion')!
    const claims = JSON.parse(Buffer.from(assertion.split('.')[1]!, 'base64url').toString())
    expect(Math.abs(claims.iat * 1_000 - Date.parse(ahead))).toBeLessThan(60_000)
  })
})

describe('the issuer of a profile', () => {
  for (const issuer of [
    'http://example.com',
    'https://user:secret@example.com',
    'https://example.com/?a=b',
    'example.com',
    'http://localhost.evil.com',
  ]) {
    it(`cannot be ${issuer}`, async () => {
      await expect(openOauth({ settings: { issuer } })).rejects.toMatchObject({ code: 'usage' })
    })
  }

  it('has to be there, or the endpoints', async () => {
    const provider = await openOauth({ settings: { flow: 'client' } })
    await expect(provider.login!(openReach(), {})).rejects.toMatchObject({ code: 'usage' })
  })
})

async function heldTokens() {
  server.answers[discoveryPath] = metadata()
  server.answers['/token'] = {
    body: { access_token: 'fine', token_type: 'Bearer', refresh_token: 'again' },
  }
  const held = await logIn()
  server.answers[discoveryPath] = () => undefined
  return held
}
