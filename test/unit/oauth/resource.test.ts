import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openOauth } from '../../../src/providers/oauth/provider.ts'
import { readBearerChallenge } from '../../../src/providers/oauth/resource/challenge.ts'
import {
  isAbout,
  isAuthorizationServer,
  metadataAddresses,
} from '../../../src/providers/oauth/resource/resource-url.ts'
import { openReach } from '../../oauth/reach.ts'
import { startFake, type FakeServer, type Said } from './fake-server.ts'

const own = '/.well-known/oauth-protected-resource/mcp'
const root = '/.well-known/oauth-protected-resource'
const discovery = '/.well-known/oauth-authorization-server'

let resource: FakeServer
let logins: FakeServer
let other: FakeServer
beforeEach(async () => {
  ;[resource, logins, other] = await Promise.all([startFake(), startFake(), startFake()])
  resource.answers['/mcp'] = challenge('')
  resource.answers[own] = about({})
  logins.answers[discovery] = server({})
})
afterEach(async () => {
  for (const one of [resource, logins, other]) await one.stop()
})

const url = () => `${resource.origin}/mcp`
const challenge = (more: string): Said => ({
  status: 401,
  headers: { 'www-authenticate': `Bearer error="invalid_token"${more}` },
})
const about = (more: Readonly<Record<string, unknown>>): Said => ({
  body: { resource: url(), authorization_servers: [logins.origin], ...more },
})
const server = (more: Readonly<Record<string, unknown>>): Said => ({
  body: {
    issuer: logins.origin,
    authorization_endpoint: `${logins.origin}/authorize`,
    token_endpoint: `${logins.origin}/token`,
    registration_endpoint: `${logins.origin}/register`,
    ...more,
  },
})

async function locate(
  settings: Readonly<Record<string, string>> = {},
  choose = (servers: readonly string[]) => Promise.resolve(servers.at(-1) ?? ''),
  address = url(),
) {
  const provider = await openOauth({ settings })
  return await provider.locate!(openReach({}), address, choose)
}

describe('where to log in for a resource', () => {
  it('is asked without credentials, at the address between host and path', async () => {
    expect(await locate()).toEqual({
      resource: url(),
      server: logins.origin,
      origin: resource.origin,
      scopes: [],
      settings: {
        issuer: logins.origin,
        resource: url(),
        resource_metadata: `${resource.origin}${own}`,
        register: 'true',
      },
    })
    expect(resource.seen.map(({ method, url: path }) => `${method} ${path}`)).toEqual([
      'GET /mcp',
      `GET ${own}`,
    ])
    for (const { headers } of [...resource.seen, ...logins.seen]) {
      expect(headers).not.toHaveProperty('authorization')
    }
  })

  it('is at the address that the challenge names, before all others', async () => {
    resource.answers['/mcp'] = challenge(`, resource_metadata="${resource.origin}/about"`)
    resource.answers['/about'] = about({})
    expect((await locate()).settings).toMatchObject({
      resource_metadata: `${resource.origin}/about`,
    })
    expect(resource.seen.map(({ url: path }) => path)).toEqual(['/mcp', '/about'])
  })

  it('is at the root where it is nowhere else, for a resource above', async () => {
    resource.answers = { [root]: about({ resource: resource.origin }), '/mcp': { status: 405 } }
    expect(await locate()).toMatchObject({
      resource: resource.origin,
      settings: { resource: resource.origin, resource_metadata: `${resource.origin}${root}` },
    })
  })

  it('asks for the scopes of the challenge, else for those that are supported', async () => {
    resource.answers[own] = about({ scopes_supported: ['a', 'b', 7, 'with "quotes"'] })
    expect((await locate()).scopes).toEqual(['a', 'b'])
    resource.answers['/mcp'] = challenge(', scope="c d"')
    expect((await locate()).settings).toMatchObject({ scope: 'c d' })
    logins.answers[discovery] = server({ scopes_supported: ['openid', 'offline_access'] })
    expect((await locate()).settings).toMatchObject({ scope: 'c d offline_access' })
    resource.answers['/mcp'] = { status: 405 }
    resource.answers[own] = about({})
    expect((await locate()).settings).not.toHaveProperty('scope')
  })

  it('asks which server, where there are several', async () => {
    resource.answers[own] = about({
      authorization_servers: [other.origin, logins.origin, 'http://evil.example', 5, ''],
    })
    const asked: string[] = []
    const located = await locate({}, async (servers) => {
      asked.push(...servers)
      return logins.origin
    })
    expect(asked).toEqual([other.origin, logins.origin])
    expect(located.server).toBe(logins.origin)
    expect(other.seen).toEqual([])
  })

  it('binds tokens to a key where the resource takes no others', async () => {
    resource.answers[own] = about({ dpop_bound_access_tokens_required: true })
    expect((await locate()).settings).toMatchObject({ dpop: 'true' })
  })

  it('has no client made where there is one, or where the flow needs no person', async () => {
    expect((await locate({ client_id: 'app' })).settings).not.toHaveProperty('register')
    await expect(locate({ flow: 'client' })).rejects.toMatchObject({
      code: 'usage',
      hint: expect.stringContaining('--client-id'),
    })
  })
})

describe('what a resource says', () => {
  const refusals: ReadonlyArray<
    readonly [
      string,
      () => void,
      { readonly code: string; readonly message: unknown; readonly hint?: string },
    ]
  > = [
    [
      'of metadata at another origin',
      () => {
        resource.answers['/mcp'] = challenge(`, resource_metadata="${other.origin}/about"`)
      },
      { code: 'provider_nonsense', message: expect.stringContaining('at another origin') },
    ],
    [
      'of another resource',
      () => {
        resource.answers[own] = about({ resource: `${resource.origin}/other` })
      },
      { code: 'provider_nonsense', message: expect.stringContaining('/other') },
    ],
    [
      'of a resource at another origin',
      () => {
        resource.answers[own] = about({ resource: `${other.origin}/mcp` })
      },
      { code: 'provider_nonsense', message: expect.stringContaining('127.0.0.1') },
    ],
    [
      'of a resource that is a command as well',
      () => {
        resource.answers[own] = about({ resource: `${resource.origin}/$(id)` })
      },
      {
        code: 'provider_nonsense',
        message: expect.stringContaining('/$(id)'),
        hint: 'check the address of the resource',
      },
    ],
    [
      'of no resource',
      () => {
        resource.answers[own] = { body: { authorization_servers: [logins.origin] } }
      },
      { code: 'provider_nonsense', message: expect.stringContaining('are about nothing') },
    ],
    [
      'of no server',
      () => {
        resource.answers[own] = about({ authorization_servers: [] })
      },
      { code: 'provider_nonsense', message: expect.stringContaining('no authorization server') },
    ],
    [
      'of servers in clear',
      () => {
        resource.answers[own] = about({ authorization_servers: ['http://logins.example'] })
      },
      { code: 'provider_nonsense', message: expect.stringContaining('http://logins.example') },
    ],
    [
      'by endless redirects',
      () => {
        for (const path of ['/mcp', own, root])
          resource.answers[path] = { status: 302, headers: { location: path } }
      },
      { code: 'unsupported', message: expect.stringContaining('does not say where to log in') },
    ],
    [
      'by a page',
      () => {
        resource.answers[own] = { body: '<!DOCTYPE html><title>Welcome</title>' }
      },
      { code: 'unsupported', message: expect.stringContaining('does not say where to log in') },
    ],
    [
      'at great length',
      () => {
        resource.answers[own] = about({ resource_name: 'x'.repeat(2 ** 20) })
      },
      { code: 'unsupported', message: expect.stringContaining('does not say where to log in') },
    ],
    [
      'not now',
      () => {
        resource.answers[own] = { status: 429, headers: { 'retry-after': '9999' } }
      },
      { code: 'rate_limited', message: expect.stringContaining('status 429') },
    ],
    [
      'of a server without PKCE',
      () => {
        logins.answers[discovery] = server({ code_challenge_methods_supported: ['plain'] })
      },
      { code: 'unsupported', message: expect.stringContaining('PKCE') },
    ],
    [
      'of a server that registers clients elsewhere',
      () => {
        logins.answers[discovery] = server({ registration_endpoint: `${other.origin}/register` })
      },
      { code: 'provider_nonsense', message: expect.stringContaining('127.0.0.1') },
    ],
    [
      'of a server that is none',
      () => {
        logins.answers = {}
      },
      { code: 'provider_refused', message: expect.stringContaining(`no discovery document`) },
    ],
    [
      'of a server that names another issuer',
      () => {
        logins.answers[discovery] = server({ issuer: other.origin })
      },
      { code: 'provider_nonsense', message: expect.stringContaining('127.0.0.1') },
    ],
  ]
  for (const [what, set, expected] of refusals) {
    it(`is refused ${what}, and nothing else is asked`, async () => {
      set()
      await expect(locate()).rejects.toMatchObject(expected)
      expect(other.seen).toEqual([])
      expect(logins.seen.every(({ method }) => method === 'GET')).toBe(true)
    })
  }

  it('is asked only of an address that nothing goes to in clear', async () => {
    for (const address of [
      'http://tools.example/mcp',
      'https://user:secret@tools.example/mcp',
      'https://tools.example/mcp#part',
      'file:///etc/passwd',
      'tools.example',
      '',
    ]) {
      const choose = (servers: readonly string[]) => Promise.resolve(servers[0] ?? '')
      await expect(locate({}, choose, address)).rejects.toMatchObject({ code: 'usage' })
    }
  })
})

describe('a challenge', () => {
  const rows: ReadonlyArray<readonly [string, object]> = [
    ['Bearer', {}],
    [
      'Bearer resource_metadata="https://a/b", scope="x y"',
      { metadata: 'https://a/b', scope: 'x y' },
    ],
    ['bearer  scope = x , resource_metadata="q\\"z"', { scope: 'x', metadata: 'q"z' }],
    ['Basic realm="scope=\\"no\\"", Bearer scope="yes"', { scope: 'yes' }],
    ['Negotiate abc==, Bearer scope=yes', { scope: 'yes' }],
    ['Basic scope="no"', {}],
    ['DPoP algs="ES256", scope="yes"', { scope: 'yes' }],
    ['Bearer scope="unfinished', {}],
    [`Bearer ${'a='.repeat(20_000)}`, {}],
    ['', {}],
  ]
  for (const [text, expected] of rows) {
    it(`says what it says: ${text.slice(0, 60)}`, () => {
      const read = readBearerChallenge([['WWW-Authenticate', text]])
      expect({ ...read }).toEqual({ metadata: undefined, scope: undefined, ...expected })
    })
  }
})

describe('addresses', () => {
  const at = 'https://tools.example'
  it('of metadata have the well-known part between host and path', () => {
    const of = (address: string) => metadataAddresses(new URL(address)).map(({ href }) => href)
    expect(of(`${at}/`)).toEqual([`${at}${root}`])
    expect(of(`${at}/a/mcp`)).toEqual([`${at}${root}/a/mcp`, `${at}${root}`])
    expect(of(`${at}/a/?k=1`)).toEqual([
      `${at}${root}/a/?k=1`,
      `${at}${root}/a?k=1`,
      `${at}${root}`,
    ])
  })

  it('of a resource are the same, or above it', () => {
    const resource = new URL(`${at}/a/mcp`)
    for (const same of [`${at}/a/mcp`, `${at}/a/mcp/`, `${at}/a`, `${at}/a/`, at, `${at}/`])
      expect(isAbout(same, resource)).toBe(true)
    for (const foreign of [
      `${at}/a/mc`,
      `${at}/b`,
      `${at}:8443/a/mcp`,
      'http://tools.example',
      `${at}/a?x`,
      `${at}/a/mcp#x`,
      '',
    ])
      expect(isAbout(foreign, resource)).toBe(false)
  })

  it('of this machine are no authorization servers for a resource elsewhere', () => {
    const local = 'http://127.0.0.1:8080'
    expect(isAuthorizationServer(local, new URL('http://localhost:9/mcp'))).toBe(true)
    expect(isAuthorizationServer(local, new URL(`${at}/mcp`))).toBe(false)
    expect(isAuthorizationServer('https://localhost', new URL(`${at}/mcp`))).toBe(false)
    expect(isAuthorizationServer('https://logins.example/a', new URL(`${at}/mcp`))).toBe(true)
    expect(isAuthorizationServer('https://logins.example/?a', new URL(`${at}/mcp`))).toBe(false)
  })
})
