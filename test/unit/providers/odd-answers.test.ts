import { describe, expect, it } from 'vitest'
import type { HttpReply } from '../../../src/core/ports.ts'
import type { TokenSet } from '../../../src/core/token.ts'
import type { ProviderDefinition } from '../../../src/providers/schema/definition.ts'
import { hosterby } from '../../../src/providers/builtin/hosterby.ts'
import { mcs } from '../../../src/providers/builtin/mcs.ts'
import { oz } from '../../../src/providers/builtin/oz.ts'
import { defineProvider } from '../../../src/providers/interpreter/provider.ts'
import { rightech } from '../../../src/providers/builtin/rightech.ts'
import { oddReplies, oddTexts, oddValues } from './odd.ts'
import { failure, held, json, now, record, reply, type Recorded } from './reach.ts'
import { define } from './shapes.ts'

// A refresh that was answered with good tokens has spent the old ones: nothing that is odd about the
// answer may cost the new ones, and nothing may make us ask a second time.

interface Dialect {
  readonly definition: ProviderDefinition
  readonly operation: 'refresh' | 'issue' | 'login'
  readonly access: string
  readonly refresh?: string
  /** The fields of the answer, and what they are in. */
  readonly good: Readonly<Record<string, unknown>>
  readonly wrap?: (fields: unknown) => unknown
}

const sample = define({
  refresh: {
    request: { method: 'POST', path: '/refresh', form: { r: '{refresh}' } },
    accept: [200],
    success: { at: 'ok', not: [false] },
    reply: {
      access: 'token',
      refresh: 'renew',
      id: 'id',
      name: 'name',
      scopes: 'scope',
      userId: 'user',
      expiry: { from: 'ttl', as: 'seconds' },
      refreshExpiry: { from: 'renew_until', as: 'instant' },
      context: { device: 'device' },
    },
    refused: [{ when: { at: 'error', exists: true }, means: 'refresh-rejected' }],
  },
})

const dialects: Readonly<Record<string, Dialect>> = {
  oz: {
    definition: oz,
    operation: 'refresh',
    access: 'access_token',
    refresh: 'expire_token',
    good: {
      access_token: 'new-access',
      expire_token: 'new-refresh',
      expire_date: now / 1_000 + 900,
      session_id: 's1',
      user: { user_type: 'CLIENT' },
    },
  },
  mcs: {
    definition: mcs,
    operation: 'refresh',
    access: 'access_token',
    refresh: 'refresh_token',
    good: {
      access_token: 'new-access',
      refresh_token: 'new-refresh',
      expired_in: '3600',
      scope: { objects: 1 },
    },
  },
  hosterby: {
    definition: hosterby,
    operation: 'refresh',
    access: 'accessToken',
    refresh: 'refreshToken',
    good: {
      accessToken: 'new-access',
      refreshToken: 'new-refresh',
      userId: 201461,
      dateExpires: now / 1_000 + 900,
    },
    wrap: (payload) => ({
      httpCode: 200,
      statusCode: 'ok',
      codeList: {},
      messageList: [],
      payload,
    }),
  },
  rightech: {
    definition: rightech,
    operation: 'issue',
    access: 'token',
    good: {
      token: 'new-access',
      _id: '66a66b2207dfcec6494cd618',
      issuedAt: now,
      expiresAt: now + 90_000,
      name: 'ci',
      scopes: ['GET /objects'],
    },
  },
  sample: {
    definition: sample,
    operation: 'refresh',
    access: 'token',
    refresh: 'renew',
    good: {
      token: 'new-access',
      renew: 'new-refresh',
      id: 'i1',
      name: 'n',
      scope: 'a b',
      user: 'u1',
      ttl: 3600,
      renew_until: '2027-01-01T00:00:00Z',
      device: 'd1',
      ok: true,
    },
  },
  'a login': {
    definition: {
      ...sample,
      login: { ...sample.refresh, request: { method: 'POST', path: '/l' } },
    },
    operation: 'login',
    access: 'token',
    refresh: 'renew',
    good: { token: 'new-access', renew: 'new-refresh', ttl: 3600 },
  },
}

const answers = { client_id: 'c', password: 'p', username: 'u', user: 'u', email: 'e' }
const before = held('old-access', 'old-refresh', {
  context: { userId: '201461', device: 'd0' },
  id: 'i0',
  scopes: ['a'],
})

async function run(dialect: Dialect, answer: HttpReply): Promise<[TokenSet, Recorded]> {
  const reach = record([answer], answers)
  const provider = defineProvider(dialect.definition, { baseUrl: 'https://api.example' })
  const { operation } = dialect
  const known = operation === 'login' ? { ...reach, answers: { ...reach.answers } } : reach
  const tokens =
    operation === 'login'
      ? await provider.login!(known, {})
      : operation === 'issue'
        ? await provider.issue!(reach, before, { name: 'ci' })
        : await provider.refresh!(reach, before)
  return [tokens, reach]
}

/** One request was made, as one whose answer may grant tokens. */
function expectOne({ requests }: Recorded): void {
  expect(requests.map(({ grants }) => grants)).toEqual([true])
}

function answerOf(dialect: Dialect, fields: unknown): HttpReply {
  return json(dialect.wrap?.(fields) ?? fields)
}

describe.each(Object.entries(dialects))('%s', (_, dialect) => {
  const { good, access, refresh } = dialect
  const whole = (dialect.wrap?.(good) ?? good) as Record<string, unknown>

  it.each(Object.entries(oddReplies(whole)))('is taken %s', async (_name, answer) => {
    const [tokens, reach] = await run(dialect, answer)
    expect(tokens.access.reveal()).toBe('new-access')
    expect(tokens.refresh?.reveal()).toBe(refresh === undefined ? undefined : 'new-refresh')
    expect(tokens.refreshUnreadable).toBeUndefined()
    expectOne(reach)
  })

  const rest = Object.keys(good).filter((key) => key !== access && key !== refresh)
  const odd = rest.flatMap((key) => [
    ...oddValues.map((value) => [key, { ...good, [key]: value }] as const),
    [key, Object.fromEntries(Object.entries(good).filter(([name]) => name !== key))] as const,
  ])
  it.each(odd)('is taken with an odd %s, case %#', async (_key, fields) => {
    const [tokens, reach] = await run(dialect, answerOf(dialect, fields))
    expect(tokens.access.reveal()).toBe('new-access')
    expect(tokens.refresh?.reveal()).toBe(refresh === undefined ? undefined : 'new-refresh')
    expect(JSON.stringify(tokens.expiry)).not.toMatch(/null|NaN/)
    for (const warning of reach.warned) expect(warning).not.toMatch(/new-|[\u0000-\u001f\u202e]/)
    expectOne(reach)
  })

  it.each(rest.flatMap((key) => Object.keys(oddTexts).map((name) => [key, name] as const)))(
    'is taken with %s as %s',
    async (key, name) => {
      const marked = JSON.stringify({ ...whole, ...(dialect.wrap && { payload: good }) })
      const text = JSON.stringify(good[key])
      const body = marked.replace(`"${key}":${text}`, `"${key}":${oddTexts[name]}`)
      const [tokens, reach] = await run(dialect, json(body))
      expect(tokens.access.reveal()).toBe('new-access')
      expectOne(reach)
    },
  )

  const dead = [...oddValues.filter((value) => value !== 'x' && value !== '3600s'), undefined]
  it.each(
    dead.filter((value) => typeof value !== 'string' || /[^\x21-\x7e]|^$|^null$/.test(value)),
  )('is nonsense with an access token that is none, case %#', async (value) => {
    const reach = record([answerOf(dialect, { ...good, [access]: value })], answers)
    const provider = defineProvider(dialect.definition, { baseUrl: 'https://api.example' })
    const running = {
      login: () => provider.login!(reach, {}),
      issue: () => provider.issue!(reach, before, { name: 'ci' }),
      refresh: () => provider.refresh!(reach, before),
    }
    expect(await failure(running[dialect.operation]())).toMatchObject({
      code: 'provider_nonsense',
      details: { sent: true, http: { status: 200 } },
    })
    expectOne(reach)
  })

  const noes = [
    { error: 'invalid_grant' },
    { error: { code: 401, message: 'no' } },
    { errors: ['no'] },
    { success: false, code: 'ERR' },
    { ok: false },
    { httpCode: 520, statusCode: 'error' },
    { status: 401 },
    { status: 'error', message: 'Invalid refresh token' },
    { error_code: 8, error_message: 'Session not found' },
  ]
  it.each(noes)('is taken beside %j', async (no) => {
    const [tokens, reach] = await run(dialect, json({ ...no, ...whole, ...no }))
    expect(tokens.access.reveal()).toBe('new-access')
    expectOne(reach)
  })
})

describe.each(Object.entries(dialects).filter(([, { refresh }]) => refresh !== undefined))(
  'the refresh token of %s',
  (_, dialect) => {
    const { good, refresh = '' } = dialect
    const kept = dialect.operation === 'login' ? undefined : 'old-refresh'

    it.each([
      [undefined, kept, undefined],
      [null, kept, undefined],
      ['', kept, undefined],
      [7, '7', undefined],
      ['a b', 'a b', undefined],
      ['ключ', 'ключ', undefined],
      ['x'.repeat(20_000), 'x'.repeat(20_000), undefined],
      [true, undefined, true],
      [['r'], undefined, true],
      [{ r: 1 }, undefined, true],
      ['a\u0000', undefined, true],
      ['[object Object]', undefined, true],
      ['a\ufffdb', undefined, true],
    ])('is read as it is, case %#', async (value, token, unreadable) => {
      const [tokens, reach] = await run(dialect, answerOf(dialect, { ...good, [refresh]: value }))
      expect(tokens.access.reveal()).toBe('new-access')
      expect(tokens.refresh?.reveal()).toBe(token)
      expect(tokens.refreshUnreadable).toBe(unreadable)
      const told = reach.warned.some((warning) => warning.includes('cannot be used'))
      expect(told).toBe(unreadable === true)
      expectOne(reach)
    })
  },
)

describe('an answer that is not read in pieces', () => {
  const dialect = dialects['sample']!
  const provider = defineProvider(sample, { baseUrl: 'https://api.example' })
  const refreshed = (body: unknown, status = 200) => {
    const reach = record([json(body, status)])
    return { reach, done: provider.refresh!(reach, before) }
  }

  it.each([
    { error: 'invalid_token', token: 'old-access' },
    { error: 'invalid_token', token: 'old-refresh' },
    { ok: false, token: 'old-access' },
    { error: 'x', request: { token: 'something-sent' } },
    { error: 'x', data: { token: 'something' } },
    { errors: [{ token: 'something' }] },
    { debug: { token: 'something' } },
  ])('%j gives no token', async (body) => {
    const error = await failure(refreshed(body).done)
    expect(error.details.http).toMatchObject({ status: 200 })
    expect(['reauth_required', 'provider_refused', 'provider_nonsense']).toContain(error.code)
  })

  it('that says no in words of its tokens does not spread them', async () => {
    const body = { token: 'new-access', renew: 'new-refresh', error: 'got new-access, new-refresh' }
    const { reach, done } = refreshed(body)
    expect((await done).access.reveal()).toBe('new-access')
    expect(reach.warned.join()).toMatch(/but sent a new token/)
    expect(reach.warned.join()).not.toMatch(/new-(access|refresh)/)
  })

  it('two of the kind are none', async () => {
    const body = { a: { token: 'one' }, b: { token: 'two' } }
    expect(await failure(refreshed(body).done)).toMatchObject({ code: 'provider_nonsense' })
    const deep = { a: { b: { c: { token: 'deep' } } } }
    expect((await refreshed(deep).done).access.reveal()).toBe('deep')
    expect((await failure(refreshed({ d: deep }).done)).code).toBe('provider_nonsense')
  })

  it('a refresh token that stayed outside the envelope is not lost', async () => {
    const tokens = await refreshed({ data: { token: 'new' }, renew: 'r2' }).done
    expect(tokens.refresh?.reveal()).toBe('r2')
  })

  it('the form of a form', async () => {
    const body = 'token=new-access&renew=new%2Brefresh&ttl=60&token_type=bearer'
    for (const type of ['application/x-www-form-urlencoded', 'text/plain', 'text/html', '']) {
      const [tokens] = await run(dialect, reply(body, 200, { 'content-type': type }))
      expect(tokens.refresh?.reveal()).toBe('new+refresh')
    }
  })

  it('what follows a token is spared its failure', async () => {
    const several = define({
      refresh: [
        {
          request: { method: 'POST', path: '/refresh' },
          reply: { access: 'token', refresh: 'renew' },
        },
        { request: { method: 'GET', path: '/me' }, reply: { userId: 'id' } },
      ],
    })
    for (const second of [reply('', 500), reply('', 401), reply('<html>', 200), json([])]) {
      const reach = record([json({ token: 'new', renew: 'r2' }), second])
      const tokens = await defineProvider(several, {}).refresh!(reach, before)
      expect(tokens.refresh?.reveal()).toBe('r2')
      expect(reach.requests.map(({ grants }) => grants)).toEqual([true, undefined])
    }
  })

  it('a token in a header is taken beside a body of any kind, but not beside a page', async () => {
    const keystone = define({
      login: { request: { method: 'POST', path: '/t' }, reply: { access: { header: 'X-Token' } } },
    })
    const login = (body: string, type: string) => {
      const headers = { 'x-token': 'new-access', 'content-type': type }
      return defineProvider(keystone, {}).login!(record([reply(body, 201, headers)]), {})
    }
    expect((await login('fine', 'text/plain')).access.reveal()).toBe('new-access')
    expect((await login('', '')).access.reveal()).toBe('new-access')
    expect((await failure(login('<html></html>', 'text/html'))).code).toBe('provider_nonsense')
  })

  it('a cookie that comes with a refusal is no token', async () => {
    const cookie = define({
      login: {
        request: { method: 'POST', path: '/login' },
        success: { at: 'ok', equals: true },
        reply: { access: { cookie: 'session' } },
      },
    })
    const answer = json({ ok: false }, 200, { 'set-cookie': 'session=anonymous' })
    const error = await failure(defineProvider(cookie, {}).login!(record([answer]), {}))
    expect(error.code).toBe('provider_refused')
  })
})

describe('the same answer read again', () => {
  it.each(Object.entries(dialects))('of %s gives the same', async (_, dialect) => {
    const answer = answerOf(dialect, dialect.good)
    const [first] = await run(dialect, answer)
    const [second] = await run(dialect, answer)
    expect(second).toEqual(first)
    expect(second.access.equals(first.access)).toBe(true)
  })
})
