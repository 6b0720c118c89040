import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isToknError } from '../../../src/core/errors.ts'
import { openOauth } from '../../../src/providers/oauth/provider.ts'
import { recordOfIssued } from '../../../src/session/unfinished/kept-issue.ts'
import { openReach, person } from '../../oauth/reach.ts'
import { UserAgent } from '../../oauth/user-agent.ts'
import { recordFor, web } from '../session/scripted.ts'
import { discoveryPath, metadata, startFake, type FakeServer, type Said } from './fake-server.ts'

let server: FakeServer
let other: FakeServer
/** The bodies of all requests for a registration. */
let described: Array<Record<string, unknown>>
beforeEach(async () => {
  ;[server, other] = await Promise.all([startFake(), startFake()])
  described = []
  server.answers = {
    [discoveryPath]: metadata({
      registration_endpoint: `${server.origin}/register`,
      scopes_supported: undefined,
    }),
    '/token': { body: { access_token: 'fine', refresh_token: 'again', token_type: 'Bearer' } },
    '/register': register({}),
  }
})
afterEach(async () => {
  await server.stop()
  await other.stop()
})

function register(more: Readonly<Record<string, unknown>>, status = 201) {
  return ({ form }: { readonly form: URLSearchParams }): Said => {
    const asked = JSON.parse([...form.keys()].join('') || '{}') as Record<string, unknown>
    described.push(asked)
    return {
      status,
      body: { ...asked, client_id: `made-${described.length}`, ...managed(), ...more },
    }
  }
}

const managed = () => ({
  registration_client_uri: `${server.origin}/register/made`,
  registration_access_token: 'manage-it',
})

async function open(settings: Readonly<Record<string, string>> = {}) {
  return await openOauth({ settings: { issuer: server.origin, register: 'true', ...settings } })
}

async function logIn(
  before?: Readonly<Record<string, string>>,
  settings: Readonly<Record<string, string>> = {},
  answers: Readonly<Record<string, string>> = {},
) {
  const warned: string[] = []
  const clients: string[] = []
  const stored: Readonly<Record<string, string>>[] = []
  const provider = await open(settings)
  const interaction = person({
    browse: async (address) => {
      const { searchParams } = new URL(address)
      clients.push(searchParams.get('client_id') ?? '')
      const query = new URLSearchParams({ code: 'c0de', state: searchParams.get('state') ?? '' })
      await new UserAgent().send(`${searchParams.get('redirect_uri')}?${query}`)
    },
  })
  const reach = {
    ...openReach(answers, { interaction }),
    before,
    keepBefore: async (change: Readonly<Record<string, string>>) => void stored.push(change),
    warn: (text: string) => void warned.push(text),
  }
  const tokens = await provider.login!(reach, {})
  return { tokens, stored, warned, clients, provider, reach }
}

const asked = (path: string) => server.seen.filter(({ url }) => url === path)

describe('a client that the server makes', () => {
  it('is described as what it is, and kept with the tokens', async () => {
    const { tokens, clients } = await logIn({}, { scope: 'a b' })
    const [body] = described
    expect(body).toMatchObject({
      client_name: 'tokn',
      application_type: 'native',
      redirect_uris: [expect.stringMatching(/^http:\/\/127\.0\.0\.1:[0-9]+\/callback$/)],
      response_types: ['code'],
      grant_types: ['authorization_code', 'refresh_token'],
      scope: 'a b',
    })
    expect(clients).toEqual(['made-1'])
    expect(asked('/token')[0]!.form.get('client_id')).toBe('made-1')
    expect(tokens.context).toMatchObject({
      client_id: 'made-1',
      registered_at: server.origin,
      registered_redirect_uri: (body!['redirect_uris'] as string[])[0],
      registered_scope: 'a b',
      ...managed(),
    })
  })

  it('proves itself as it was registered to', async () => {
    const secret = { client_secret: 's3cret', token_endpoint_auth_method: 'client_secret_basic' }
    server.answers['/register'] = register(secret)
    const { tokens } = await logIn()
    expect(asked('/token')[0]!.headers.authorization).toMatch(/^Basic /)
    expect(tokens.context).toMatchObject(secret)
    const provider = await open()
    await provider.refresh!(openReach(), tokens)
    expect(asked('/token')[1]!.headers.authorization).toMatch(/^Basic /)
  })

  it('serves the next login, as far as the server still has it', async () => {
    server.answers['/register/made'] = {
      body: { registration_access_token: 'other', client_id: 'x' },
    }
    const first = (await logIn()).tokens.context
    const again = await logIn(first)
    expect(again.clients).toEqual(['made-1'])
    expect(again.tokens.context).toMatchObject({ client_id: 'made-1' })
    expect(asked('/register/made')[0]).toMatchObject({
      method: 'GET',
      headers: { authorization: 'Bearer manage-it' },
    })
    server.answers['/register/made'] = { status: 401 }
    expect((await logIn(first)).clients).toEqual(['made-2'])
  })

  it('is asked about where tokens are made, if the server gave no address for it', async () => {
    server.answers['/register'] = register({ registration_client_uri: undefined })
    const { tokens } = await logIn()
    for (const [error, client] of [
      ['invalid_grant', 'made-1'],
      ['invalid_client', 'made-2'],
    ]) {
      const asked: (string | null)[] = []
      server.answers['/token'] = ({ form }) => {
        asked.push(form.get('client_id'))
        const real = form.get('code') === 'c0de'
        const body = real ? { access_token: 'fine', token_type: 'Bearer' } : { error }
        return { status: real ? 200 : 400, body }
      }
      expect((await logIn(tokens.context)).clients).toEqual([client])
      expect(asked).toEqual(['made-1', client])
    }
  })

  it('takes the token that the server gives anew', async () => {
    server.answers['/register/made'] = {
      body: { ...managed(), registration_access_token: 'another' },
    }
    const first = (await logIn()).tokens.context
    const { tokens, stored } = await logIn(first)
    expect(tokens.context).toMatchObject({ registration_access_token: 'another' })
    // The one before is good for nothing by then, and the login may yet come to nothing.
    expect(stored).toEqual([{ ...managed(), registration_access_token: 'another' }])
    expect((await logIn(tokens.context)).stored).toEqual([])
  })

  for (const [what, change, settings] of [
    ['of another issuer', { registered_at: 'https://evil.example' }, {}],
    ['whose secret has ended', { client_secret_expires_at: '1' }, {}],
    ['for other scopes', { registered_scope: 'a' }, { scope: 'a b' }],
    ['with another redirect URI', { registered_redirect_uri: 'http://127.0.0.1:1/callback' }, {}],
  ] as const) {
    it(`is made anew where there is one ${what}`, async () => {
      const first = (await logIn({}, settings)).tokens.context
      const { clients } = await logIn({ ...first, ...change }, settings)
      expect(clients).toEqual(['made-2'])
    })
  }

  it('is that of the server which a discovery document names, with or without a slash', async () => {
    const discovery = `${server.origin}${discoveryPath}`
    const provider = await openOauth({ settings: { discovery, register: 'true', flow: 'device' } })
    server.answers['/device'] = {
      body: { device_code: 'd', user_code: 'u', verification_uri: server.origin, interval: 1 },
    }
    server.answers['/register/made'] = { status: 204 }
    const interaction = person({})
    const tokens = await provider.login!(openReach({}, { interaction }), {})
    expect(tokens.context).toMatchObject({ client_id: 'made-1', registered_at: server.origin })
    await provider.refresh!(openReach(), tokens)
    const context = { ...tokens.context, registered_at: `${server.origin}/` }
    await provider.refresh!(openReach(), { ...tokens, context })
    const clients = asked('/token').map(({ form }) => form.get('client_id'))
    expect(clients).toEqual(['made-1', 'made-1', 'made-1'])
    const elsewhere = { ...tokens.context, registered_at: 'https://evil.example' }
    const moved = { ...tokens, context: elsewhere }
    await expect(provider.refresh!(openReach(), moved)).rejects.toMatchObject({ code: 'usage' })
  })

  it('is the same whatever else a login says', async () => {
    const { carries } = await open()
    const issuer = 'https://sso.example'
    const same = (now: Readonly<Record<string, string>>) =>
      carries!.isSameClient({ issuer, register: 'true' }, { issuer, register: 'true', ...now })
    expect(same({ scope: 'a b', flow: 'device', token_lifetime: '1h' })).toBe(true)
    expect(same({ issuer: `${issuer}/` })).toBe(true)
    expect(same({ issuer: `${issuer}/b` })).toBe(false)
    expect(same({ token_endpoint: 'https://evil.example/token' })).toBe(false)
    expect(same({ client_id: 'mine' })).toBe(false)
  })

  it('is described without its scopes where the server does not know those', async () => {
    const whole = register({})
    server.answers['/register'] = (seen) => {
      const said = whole(seen)
      if (described.length > 1) return said
      return { status: 400, body: { error: 'invalid_client_metadata' } }
    }
    expect((await logIn({}, { scope: 'a' })).clients).toEqual(['made-2'])
    expect(described[1]).not.toHaveProperty('scope')
  })

  it('is made with an initial access token, which is not kept', async () => {
    const { tokens } = await logIn({}, {}, { initial_access_token: 'let-me-in' })
    expect(asked('/register')[0]!.headers.authorization).toBe('Bearer let-me-in')
    expect(JSON.stringify(tokens.context)).not.toContain('let-me-in')
  })

  it('is not managed at another origin', async () => {
    const foreign = { registration_client_uri: `${other.origin}/register/made` }
    server.answers['/register'] = register(foreign)
    const { tokens, warned, provider, reach } = await logIn()
    expect(warned.join()).toContain('names another origin for managing the client')
    expect(tokens.context).not.toHaveProperty('registration_access_token')
    expect(await provider.takeBack!(reach, tokens)).toContain('still has the client made-1')
    const edited = { ...tokens.context, ...managed(), ...foreign }
    await provider.takeBack!(reach, { ...tokens, context: edited })
    expect(other.seen).toEqual([])
  })
})

describe('a registration that cannot be used', () => {
  for (const [what, answer, message] of [
    ['another redirect URI', { redirect_uris: ['https://evil.example/'] }, /another redirect URI/],
    ['no client id', { client_id: undefined }, /it has no client id/],
    ['a client id that is none', { client_id: 'a\u0007b' }, /it has no client id/],
    [
      'a method that needs a key',
      { token_endpoint_auth_method: 'private_key_jwt' },
      /private_key_jwt/,
    ],
    [
      'a secret that is not there',
      { token_endpoint_auth_method: 'client_secret_post' },
      /client_secret_post/,
    ],
  ] as const) {
    it(`has ${what}`, async () => {
      server.answers['/register'] = register(answer)
      const error: unknown = await logIn().catch((thrown: unknown) => thrown)
      expect(isToknError(error, 'provider_nonsense')).toBe(true)
      expect((error as Error).message).toMatch(message)
      expect(asked('/token')).toEqual([])
    })
  }

  it('is removed again', async () => {
    server.answers['/register'] = register({ redirect_uris: ['https://evil.example/'] })
    server.answers['/register/made'] = { status: 204 }
    await expect(logIn()).rejects.toThrow(/another redirect URI/)
    expect(asked('/register/made')).toMatchObject([{ method: 'DELETE' }])
  })

  it('is refused, with the words of the server', async () => {
    server.answers['/register'] = {
      status: 400,
      body: { error: 'invalid_redirect_uri', error_description: 'no loopback here' },
    }
    await expect(logIn()).rejects.toMatchObject({
      code: 'provider_refused',
      message: expect.stringContaining('invalid_redirect_uri: no loopback here'),
    })
  })

  it('is not offered', async () => {
    server.answers[discoveryPath] = metadata({})
    await expect(logIn()).rejects.toMatchObject({ code: 'unsupported' })
  })
})

describe('a session that was issued with one of a registered client', () => {
  async function issue() {
    const secret = { client_secret: 's3cret', token_endpoint_auth_method: 'client_secret_post' }
    server.answers['/register'] = register(secret)
    const { tokens, provider, reach } = await logIn({}, { scope: 'a b', issue_grant: 'exchange' })
    const profile = { ...web, settings: { issuer: server.origin, register: 'true' } }
    const parent = recordFor(profile, provider, tokens)
    const issued = await provider.issue!(openReach(), parent, { scopes: ['a'] })
    const moment = { obtainedAt: 1 }
    const record = recordOfIssued(parent, issued, { scopes: ['a'] }, provider, profile, moment)
    return { record, parent, provider, reach }
  }

  it('uses the client, and does not remove it', async () => {
    const { record, parent, provider, reach } = await issue()
    expect(record.context).not.toHaveProperty('registration_access_token')
    server.answers['/revoke'] = {}
    await provider.logout!(reach, record)
    expect(asked('/revoke')[0]!.form.get('client_id')).toBe('made-1')
    expect(asked('/revoke')[0]!.form.get('client_secret')).toBe('s3cret')
    expect(await provider.takeBack!(reach, record)).toBeUndefined()
    expect(asked('/register/made')).toEqual([])
    server.answers['/register/made'] = { status: 204 }
    expect(await provider.takeBack!(reach, parent)).toBeUndefined()
    expect(asked('/register/made')).toMatchObject([{ method: 'DELETE' }])
  })

  it('has a client of its own made at its next login', async () => {
    const { record } = await issue()
    expect((await logIn(record.context)).clients).toEqual(['made-2'])
  })
})

describe('a client that is not needed any more', () => {
  it('is removed, unless the session in its place has it too', async () => {
    server.answers['/register/made'] = { status: 204 }
    const { tokens, provider, reach } = await logIn()
    expect(await provider.takeBack!(reach, tokens, tokens)).toBeUndefined()
    expect(asked('/register/made')).toEqual([])
    expect(await provider.takeBack!(reach, tokens)).toBeUndefined()
    expect(asked('/register/made')).toMatchObject([
      { method: 'DELETE', headers: { authorization: 'Bearer manage-it' } },
    ])
  })

  it('is named at the page where the browser logs out', async () => {
    server.answers[discoveryPath] = metadata({
      registration_endpoint: `${server.origin}/register`,
      revocation_endpoint: undefined,
      end_session_endpoint: `${server.origin}/end`,
    })
    const { tokens, provider, reach } = await logIn()
    await expect(provider.logout!(reach, tokens)).rejects.toMatchObject({
      details: { page: `${server.origin}/end?client_id=made-1` },
    })
  })

  it('is told of where nobody asks for its end', async () => {
    const { tokens, provider } = await logIn()
    const place = `${server.origin}/register/made`
    expect(await provider.leaves!(tokens)).toContain(
      `still has the client made-1: it was not asked`,
    )
    expect(await provider.leaves!(tokens)).toContain(place)
    expect(await provider.leaves!(tokens, tokens)).toBeUndefined()
    expect(asked('/register/made')).toEqual([])
  })

  it('is gone already, or stays, and that is said', async () => {
    const { tokens, provider, reach } = await logIn()
    for (const status of [401, 404]) {
      server.answers['/register/made'] = { status }
      expect(await provider.takeBack!(reach, tokens)).toBeUndefined()
    }
    server.answers['/register/made'] = { status: 405 }
    expect(await provider.takeBack!(reach, tokens)).toContain(
      'still has the client made-1: status 405',
    )
  })
})
