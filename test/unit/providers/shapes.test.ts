import { describe, expect, it } from 'vitest'
import { checkValue } from '../../../src/providers/schema/check.ts'
import { defineProvider } from '../../../src/providers/interpreter/provider.ts'
import { failure, held, json, now, record, reply, shown } from './reach.ts'
import { shapes } from './shapes.ts'

const answers = { user: 'ü ser', password: 'p:ä' }

function open(id: string) {
  const definition = shapes.find((shape) => shape.id === id)
  if (definition === undefined) throw new Error(id)
  return defineProvider(definition, {})
}

function jwt(claims: object): string {
  return `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.x`
}

function text(body: string) {
  return reply(body, 200, { 'content-type': 'text/plain' })
}

describe('APIs of other shapes', () => {
  it.each(shapes.map((shape) => [shape.id, shape] as const))('%s is a definition', (_, shape) => {
    expect(checkValue(shape)).toEqual([])
  })

  it('a token in a response header, JSON without the absent', async () => {
    const provider = open('keystone')
    const body = { token: { expires_at: '2026-01-15T13:00:00.000000Z', user: { id: 'u1' } } }
    const reach = record([json(body, 201, { 'x-subject-token': 'gAAA' }), reply('', 204)], answers)
    const tokens = await provider.login!(reach, {})
    expect(tokens.access.reveal()).toBe('gAAA')
    expect(tokens.expiry).toEqual({ state: 'at', at: now + 3_600_000 })
    expect(shown(reach.requests[0]!).body).toEqual({
      auth: {
        identity: {
          methods: ['password'],
          password: { user: { name: 'ü ser', password: 'p:ä', domain: { id: 'default' } } },
        },
      },
    })
    await provider.logout!(reach, tokens)
    expect(shown(reach.requests[1]!)).toMatchObject({
      line: 'DELETE https://api.example/v3/auth/tokens',
      headers: { 'X-Auth-Token': 'gAAA', 'X-Subject-Token': 'gAAA' },
    })
  })

  it('a cookie that needs a CSRF token first', async () => {
    const provider = open('cookies')
    const first = json({ token: 'c1' }, 200, { 'set-cookie': 'pre=p1; Path=/; HttpOnly' })
    const second = json({ ok: true }, 200, { 'set-cookie': 'session=s1; Max-Age=60; Secure' })
    const reach = record([first, second, reply('', 204)], answers)
    const tokens = await provider.login!(reach, {})
    expect(shown(reach.requests[1]!)).toEqual({
      line: 'POST https://api.example/login/',
      headers: {
        accept: 'application/json',
        'content-type': 'application/x-www-form-urlencoded',
        'X-CSRF-Token': 'c1',
        cookie: 'pre=p1',
      },
      body: 'username=%C3%BC+ser&password=p%3A%C3%A4',
    })
    expect(tokens.expiry).toEqual({ state: 'at', at: now + 60_000 })
    expect(provider.attach(tokens, {})).toEqual({
      headers: { 'X-CSRF-Token': 'c1' },
      query: undefined,
      cookies: { session: '{access}' },
    })
    await provider.logout!(reach, tokens)
    expect(shown(reach.requests[2]!).headers).toMatchObject({
      cookie: 'session=s1',
      'X-CSRF-Token': 'c1',
    })
  })

  it.each([
    [json({ ok: false }), 'provider_refused'],
    [json({ ok: true }), 'provider_nonsense'],
    [json({ error: { type: 'denied', text: 'no' } }), 'reauth_required'],
    [json({ ok: true }, 200, { 'set-cookie': 'session=; Max-Age=0' }), 'provider_nonsense'],
  ])('a login answered %j', async (answer, code) => {
    const reach = record([json({ token: 'c' }), answer], answers)
    expect((await failure(open('cookies').login!(reach, {}))).code).toBe(code)
  })

  it('"not logged in" told with null', async () => {
    const provider = open('cookies')
    const ask = (body: unknown) => provider.info!(record([json(body)]), held('s'))
    expect(await ask({ id: 7, email: 'a@b' })).toMatchObject({
      active: true,
      userId: '7',
      facts: { mail: 'a@b' },
    })
    expect(await ask({ id: null })).toMatchObject({ active: false })
    expect((await failure(ask(null))).code).toBe('provider_refused')
  })

  it('Basic, an id from the Location header, a header on every request', async () => {
    const provider = open('keys')
    const made = json({ sha1: 'k1', expires_at: null, scopes: [] }, 201, {
      location: '/users/x/tokens/17?x=1',
    })
    const reach = record([made, json({ sha1: 'k2', id: 18 })], answers)
    const tokens = await provider.login!(reach, { scopes: ['a', 'b'], lifetime: 86_400_000 })
    expect(tokens).toMatchObject({ id: '17', expiry: { state: 'never' }, scopes: [] })
    expect(shown(reach.requests[0]!)).toEqual({
      line: 'POST https://api.example/users/%C3%BC%20ser/tokens',
      headers: {
        accept: 'application/json',
        'content-type': 'application/json',
        'X-Api-Version': '2024-01',
        authorization: `Basic ${Buffer.from('ü ser:p:ä').toString('base64')}`,
      },
      body: { name: `tokn ${now / 1000}`, scopes: ['a', 'b'], expires_at: '2026-01-16' },
    })
    await provider.issue!(reach, tokens, { name: 'ci', scopes: ['a', 'b'], lifetime: 60_000 })
    expect(shown(reach.requests[1]!)).toMatchObject({
      headers: {
        authorization: `Basic ${Buffer.from('%C3%BC%20ser:p%3A%C3%A4').toString('base64')}`,
      },
      body: `name=ci&scopes=a&scopes=b&expires_at=${now / 1000 + 60}`,
    })
    expect(provider.asks).toEqual({ issue: ['password'] })
  })

  it('a user with a colon cannot travel by Basic', async () => {
    const reach = record([], { user: 'a:b', password: 'x' })
    expect((await failure(open('keys').login!(reach, {}))).code).toBe('usage')
  })

  it('a list that goes on in a Link header', async () => {
    const one = { id: 1, name: 'one', permissions: [{ name: 'r' }, { name: 'w' }], token: 'secret' }
    const first = json({ tokens: [one, { id: 2, revoked: true }] }, 200, {
      link: '</tokens?page=0>; rel="prev", </tokens?page=2>; rel="next last"',
    })
    const last = json({ tokens: [{ id: 3, expires_at: 0, created: now }] })
    const reach = record([first, last])
    const list = await open('keys').list!(reach, held('t'))
    expect(list).toEqual([
      { id: '1', name: 'one', scopes: ['r', 'w'], expiry: { state: 'unknown' } },
      { id: '3', expiry: { state: 'never' }, createdAt: now },
    ])
    expect(JSON.stringify(list)).not.toContain('secret')
    expect(reach.requests.map(({ url }) => url.href)).toEqual([
      'https://api.example/tokens',
      'https://api.example/tokens?page=2',
    ])
  })

  it('a refresh that prolongs the same token', async () => {
    const provider = open('vault')
    const auth = {
      client_token: 'hvs.1',
      accessor: 'acc',
      policies: ['default'],
      lease_duration: 60,
    }
    const reach = record([json({ auth }), json({ auth: { lease_duration: 120 } })], answers)
    const tokens = await provider.login!(reach, {})
    expect(tokens).toMatchObject({ id: 'acc', scopes: ['default'] })
    const renewed = await provider.refresh!(reach, tokens)
    expect(renewed.access.reveal()).toBe('hvs.1')
    expect(renewed).toMatchObject({ id: 'acc', expiry: { state: 'at', at: now + 120_000 } })
    expect(shown(reach.requests[1]!).headers).toMatchObject({ 'X-Vault-Token': 'hvs.1' })
  })

  it('a list that is a map, an id in the body', async () => {
    const provider = open('vault')
    const info = { acc1: { display_name: 'a', ttl: '1h' }, acc2: null }
    const reach = record([json({ data: { key_info: info } }), reply('', 204)])
    expect(await provider.list!(reach, held('t'))).toEqual([
      { id: 'acc1', name: 'a', expiry: { state: 'at', at: now + 3_600_000 } },
      { id: 'acc2', expiry: { state: 'unknown' } },
    ])
    await provider.revoke!(reach, held('t'), { id: 'acc1' })
    expect(shown(reach.requests[1]!).body).toEqual({ accessor: 'acc1' })
  })

  it('one address for everything, errors beside status 200', async () => {
    const type = { 'content-type': 'application/json-rpc' }
    const rpc = (body: unknown) => json(body, 200, type)
    const provider = open('rpc')
    const tokens = await provider.login!(record([rpc({ result: 'abc', id: 1 })], answers), {})
    expect(tokens.access.reveal()).toBe('abc')
    const wrong = { error: { code: -32602, data: 'Incorrect user name or password.' } }
    expect(await failure(provider.login!(record([rpc(wrong)], answers), {}))).toMatchObject({
      code: 'reauth_required',
      details: { http: { providerCode: '-32602' } },
    })
    await provider.logout!(record([rpc({ result: true })]), held('abc'))
    const kept = provider.logout!(record([rpc({ result: false })]), held('abc'))
    expect((await failure(kept)).code).toBe('provider_refused')
  })

  it('a token put together, and an issued one that travels in its own way', async () => {
    const provider = open('search')
    const reach = record([json({}), json({ id: 'i', api_key: 'k' })], answers)
    const tokens = await provider.login!(reach, {})
    expect(tokens.access.reveal()).toBe(Buffer.from('ü ser:p:ä').toString('base64'))
    const issued = await provider.issue!(reach, tokens, { name: 'ci', lifetime: 60_000 })
    expect(shown(reach.requests[1]!).body).toEqual({ name: 'ci', expiration: '60s' })
    expect(issued.access.reveal()).toBe(Buffer.from('i:k').toString('base64'))
    expect(issued.expiry).toEqual({ state: 'never' })
    expect(provider.attach(issued, {}).headers).toEqual({ Authorization: 'ApiKey {access}' })
    expect(provider.attach(tokens, {}).headers).toEqual({ Authorization: 'Basic {access}' })
  })

  it('ends told by the claims of the refresh token; a form for a reply', async () => {
    const data = {
      access_token: jwt({ sub: 'u1' }),
      refresh_token: jwt({ exp: now / 1000 + 600 }),
      expires: 900_000,
    }
    const form = reply('access_token=a%2Fb&expires=60', 200, {
      'content-type': 'application/x-www-form-urlencoded',
    })
    const reach = record([json({ data }), form, reply('', 204)], answers)
    const provider = open('directus')
    const tokens = await provider.login!(reach, {})
    expect(tokens).toMatchObject({
      expiry: { at: now + 900_000 },
      refreshExpiry: { at: now + 600_000 },
      context: { userId: 'u1' },
    })
    const renewed = await provider.refresh!(reach, tokens)
    expect(renewed.access.reveal()).toBe('a/b')
    expect(renewed.refresh?.equals(tokens.refresh)).toBe(true)
    expect(renewed.refreshExpiry).toEqual(tokens.refreshExpiry)
    await provider.logout!(reach, held('only'))
    expect(reach.requests).toHaveLength(2)
    await provider.logout!(reach, renewed)
    expect(reach.requests).toHaveLength(3)
  })

  it('plain text, a cursor, the token in the path', async () => {
    const provider = open('text')
    const reach = record([text('token=abc/%\n'), reply('', 200)], answers)
    const tokens = await provider.login!(reach, { scopes: ['read', 'write'] })
    expect(tokens.access.reveal()).toBe('abc/%')
    expect(reach.requests[0]?.url.search).toBe('?user=%C3%BC+ser&tag=read&tag=write')
    await provider.logout!(reach, tokens)
    expect(reach.requests[1]?.url.href).toBe('https://api.example/session/abc%2F%25')
    const pages = record([json({ ids: ['a', 'b'], next: 'b' }), json({ ids: ['c'], next: null })])
    expect((await provider.list!(pages, held('t'))).map(({ id }) => id)).toEqual(['a', 'b', 'c'])
    expect(pages.requests.map(({ url }) => url.search)).toEqual(['?limit=2', '?limit=2&after=b'])
    expect(() => provider.checkGrant({ scopes: ['raed'] })).toThrow(/no scope "raed"/)
  })
})
