import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openOauth } from '../../../src/providers/oauth/provider.ts'
import { Secret } from '../../../src/core/secret.ts'
import type { TokenSet } from '../../../src/core/token.ts'
import { openReach } from '../../oauth/reach.ts'
import {
  discoveryPath,
  metadata,
  publicKey,
  signJwt,
  startFake,
  type FakeServer,
} from './fake-server.ts'

let server: FakeServer
beforeEach(async () => {
  server = await startFake({
    [discoveryPath]: metadata({ id_token_signing_alg_values_supported: ['ES256'] }),
  })
})
afterEach(async () => server.stop())

async function open(settings: Readonly<Record<string, string>> = {}) {
  return await openOauth({
    settings: { issuer: server.origin, client_id: 'app', flow: 'client', ...settings },
  })
}

describe('asking about a token', () => {
  const held: TokenSet = {
    access: new Secret('opaque'),
    expiry: { state: 'unknown' },
    scopes: ['openid'],
    context: {},
  }

  it('does without what the server does not offer to us', async () => {
    server.answers['/introspect'] = { status: 403 }
    server.answers['/userinfo'] = { status: 404 }
    const info = await (await open()).info!(openReach(), held)
    expect(info.active).toBeUndefined()
    expect(info.signature).toBeUndefined()
  })

  it('reads the end of a token by the clock of the server', async () => {
    const date = new Date(4_000_000_000_000).toUTCString()
    const answer = { headers: { date }, body: { active: true, exp: 4_000_000_600 } }
    server.answers['/introspect'] = answer
    const before = Date.now()
    const { access } = await (await open()).info!(openReach(), held)
    if (access?.state !== 'at') throw new Error(`it is ${access?.state}`)
    expect(access.at - before).toBeGreaterThan(598_000)
    expect(access.at - Date.now()).toBeLessThan(602_000)
  })

  it.each(['soon', null, {}, 0, -1])('knows no end of a token by %j', async (exp) => {
    server.answers['/introspect'] = { body: { active: true, exp } }
    const info = await (await open()).info!(openReach(), held)
    expect(info).toMatchObject({ active: true, access: undefined })
  })

  it('takes a refused token for dead', async () => {
    server.answers['/introspect'] = { status: 404 }
    server.answers['/userinfo'] = {
      status: 401,
      headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
    }
    expect(await (await open()).info!(openReach(), held)).toMatchObject({ active: false })
  })

  it.each([
    ['a text', 'read write', ['read', 'write']],
    ['an array', ['read', 'write'], ['read', 'write']],
    ['an array of anything', ['read', 7, null], ['read']],
    ['a number', 7, ['openid']],
    ['an object', { read: true }, ['openid']],
    ['true', true, ['openid']],
    ['null', null, ['openid']],
  ])('takes scopes that are %s', async (_, scope, expected) => {
    server.answers['/introspect'] = { body: { active: true, scope } }
    server.answers['/userinfo'] = { status: 404 }
    const info = await (await open()).info!(openReach(), held)
    expect(info.scopes).toEqual(expected)
  })

  it('does not take one for dead that may only be unknown', async () => {
    server.answers['/introspect'] = { body: { active: false } }
    server.answers['/userinfo'] = { status: 404 }
    const info = await (await open()).info!(openReach(), held)
    expect(info).toMatchObject({ active: undefined, uncertain: true })
  })

  const yes = { body: { active: true } }
  const no = { body: { active: false } }
  const taken = { body: { sub: 'alice' } }
  const refused = {
    status: 401,
    headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
  }
  const narrow = {
    status: 403,
    headers: { 'www-authenticate': 'Bearer error="insufficient_scope"' },
  }
  const jwt = new Secret(signJwt({ sub: 'alice', aud: 'https://api.example', exp: 4e9 }))
  const own = () => new Secret(signJwt({ sub: 'alice', aud: server.origin, exp: 4e9 }))
  const refresh = new Secret('a-refresh-token')
  const forRefresh = ({ form }: { form: URLSearchParams }) =>
    form.get('token') === refresh.reveal() ? yes : no

  type Said = FakeServer['answers'][string]

  it.each<
    readonly [
      what: string,
      introspect: Said,
      userinfo: Said,
      held: () => Partial<TokenSet>,
      active: boolean | undefined,
      answered: boolean,
    ]
  >([
    ['works', yes, taken, () => ({}), true, true],
    ['works, though introspection does not know it', no, taken, () => ({}), true, true],
    [
      'is a JWT that introspection does not know',
      no,
      { status: 404 },
      () => ({ access: jwt }),
      undefined,
      true,
    ],
    ['is a JWT for an API, unknown to both', no, refused, () => ({ access: jwt }), undefined, true],
    [
      'is a JWT for userinfo, which refuses it',
      no,
      refused,
      () => ({ access: own() }),
      false,
      true,
    ],
    [
      'is for a resource, and refused at userinfo',
      { status: 404 },
      refused,
      () => ({ context: { resource: 'x' } }),
      undefined,
      true,
    ],
    ['has too small a scope for userinfo', { status: 404 }, narrow, () => ({}), undefined, false],
    ['has a small scope, and introspection knows nothing', no, narrow, () => ({}), undefined, true],
    [
      'is unknown, where the other of the pair is known',
      forRefresh,
      { status: 404 },
      () => ({ refresh }),
      false,
      true,
    ],
    [
      'is a JWT that is unknown, where the other of the pair is known',
      forRefresh,
      { status: 404 },
      () => ({ access: jwt, refresh }),
      undefined,
      true,
    ],
    [
      'is not for this client to ask about',
      { status: 403 },
      { status: 404 },
      () => ({}),
      undefined,
      false,
    ],
    [
      'has no scope for userinfo',
      { status: 404 },
      refused,
      () => ({ scopes: ['read'] }),
      undefined,
      false,
    ],
    ['is active, and refused at userinfo', yes, refused, () => ({}), true, true],
  ])('of a token that %s', async (_, introspect, userinfo, more, active, answered) => {
    server.answers['/introspect'] = introspect
    server.answers['/userinfo'] = userinfo
    server.answers['/keys'] = { body: { keys: [] } }
    const info = await (await open()).info!(openReach(), { ...held, ...more() })
    expect({ active: info.active, answered: info.answered }).toEqual({ active, answered })
  })

  it('refuses userinfo of another user', async () => {
    server.answers['/introspect'] = { status: 404 }
    server.answers['/userinfo'] = { body: { sub: 'mallory' } }
    await expect(
      (await open()).info!(openReach(), { ...held, context: { sub: 'alice' } }),
    ).rejects.toMatchObject({ code: 'provider_nonsense' })
  })

  for (const [what, header, expected] of [
    ['the key named', {}, 'valid'],
    ['no key named', { kid: undefined }, 'valid'],
    ['a key that the issuer does not have', { kid: 'two' }, undefined],
    ['no signature', { alg: 'none' }, undefined],
    ['a shared secret', { alg: 'HS256' }, undefined],
    ['another algorithm than the key has', { alg: 'RS256' }, undefined],
    ['an extension that we do not know', { crit: ['x'] }, undefined],
  ] as const) {
    it(`says of claims with ${what}: ${expected ?? 'not checked'}`, async () => {
      server.answers['/introspect'] = { status: 404 }
      server.answers['/userinfo'] = { status: 404 }
      server.answers['/keys'] = { body: { keys: [publicKey] } }
      const access = new Secret(signJwt({ sub: 'alice', aud: ['x', 'y'] }, header))
      const info = await (await open()).info!(openReach(), { ...held, access })
      expect(info.signature).toBe(expected)
      expect(info).toMatchObject({ userId: 'alice', facts: { audience: 'x y' } })
    })
  }
})
