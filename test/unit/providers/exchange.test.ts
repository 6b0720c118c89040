import { describe, expect, it } from 'vitest'
import type { ProviderDefinition } from '../../../src/providers/schema/definition.ts'
import { defineProvider } from '../../../src/providers/interpreter/provider.ts'
import { failure, held, html, json, networkError, now, record, reply, shown } from './reach.ts'
import { define } from './shapes.ts'

const answers = { user: 'u', password: 'hunter2hunter2' }
const full: Partial<ProviderDefinition> = {
  login: {
    request: { method: 'POST', path: '/login', json: { user: '{fields.user}' } },
    reply: {
      access: 'token',
      refresh: 'refresh',
      id: 'id',
      name: 'name',
      expiry: { from: 'expires', as: 'instant' },
      userId: 'user',
      context: { device: 'device' },
    },
  },
  refresh: {
    request: { method: 'POST', path: '/refresh', json: { r: '{refresh}', d: '{context.device}' } },
    reply: {
      access: 'token',
      refresh: 'refresh',
      scopes: 'scope',
      userId: 'user',
      context: { device: 'device' },
    },
  },
  info: { request: { method: 'GET', path: '/info' }, reply: { active: { at: 'ok' } } },
  revoke: { request: { method: 'DELETE', path: '/t/{target}' } },
  errors: { message: 'error.message', code: 'error.code' },
}

function open(more: Partial<ProviderDefinition> = {}) {
  return defineProvider(define({ ...full, ...more }), {})
}

async function login(body: unknown, more: Partial<ProviderDefinition> = {}, status = 200) {
  return await open(more).login!(record([json(body, status)], answers), {})
}

describe('a reply', () => {
  it.each([
    [html(200), /answered 200 with text\/html, expected JSON/],
    [reply('', 200), /answered 200 with an empty body, expected JSON/],
    [reply('', 204), /answered 204 with an empty body/],
    [reply('a token', 200, { 'content-type': 'text/plain' }), /with text\/plain, expected JSON/],
    [json('{"token":"SECRET'), /broken JSON, at character 10: expected a text/],
    [json('SECRETTOKEN'), /broken JSON, at character 1: expected a value/],
    [json('[]'), /without a token/],
    [json('null'), /without a token/],
    [json('"text"'), /without a token/],
    [json('42'), /without a token/],
    [json({}), /without a token/],
    [json({ token: null }), /without a token/],
    [json({ token: '' }), /an empty token/],
    [json({ token: 7 }), /a token that is a number/],
    [json({ token: { a: 1 } }), /a token that is an object/],
    [json({ token: ['a'] }), /a token that is a list/],
    [json({ token: 'a'.repeat(16_385) }), /more than 16384/],
    [json({ token: 'a\r\nb' }), /characters that cannot be sent in a header/],
    [json({ token: 'a b' }), /characters that cannot be sent in a header/],
    [json({ token: 'ключ' }), /characters that cannot be sent in a header/],
    [json({ token: 'a\u0000' }), /characters that cannot be sent in a header/],
    [json({ token: 'undefined' }), /the word "undefined"/],
    [json({ token: 'null' }), /the word "null"/],
    [json({ token: '[object Object]' }), /\[object Object\]/],
    [json(`{"token":"a","x":${'['.repeat(100_000)}${']'.repeat(100_000)}}`), /at most 32 levels/],
    [reply('', 304), /answered 304/],
    [reply('', 302, { location: 'https://evil.example' }), /answered 302/],
  ])('C1, C2, C3, C4, C12: %# is nonsense', async (answer, said) => {
    const error = await failure(open().login!(record([answer], answers), {}))
    expect(error).toMatchObject({ code: 'provider_nonsense', details: { sent: true } })
    expect(error.message).toMatch(said)
    expect(error.message).not.toMatch(/SECRET/)
  })

  // The label is a hint: JSON is read by its content.
  it.each([
    'application/json',
    'APPLICATION/JSON; charset=UTF-8',
    'application/problem+json',
    'text/json',
    'text/plain',
    'text/html',
    'application/json; charset=utf-16',
  ])('may be %s', async (type) => {
    const reach = record([reply('{"token":"a"}', 200, { 'content-type': type })], answers)
    expect((await open().login!(reach, {})).access.reveal()).toBe('a')
  })

  it('may be without a media type, or of one that is listed', async () => {
    const bare = record([reply('{"token":"a"}')], answers)
    expect((await open().login!(bare, {})).access.reveal()).toBe('a')
    const page = record([reply('{"token":"a"}', 200, { 'content-type': 'text/html' })], answers)
    const listed = open({
      login: {
        request: { method: 'POST', path: '/login' },
        reply: { access: 'token', mediaTypes: ['text/html'] },
      },
    })
    expect((await listed.login!(page, {})).access.reveal()).toBe('a')
  })

  it('C12: of a key given twice the last is taken, and that is told where it is read', async () => {
    const reach = record([json('{"token":"a","token":"b","id":"i"}')], answers)
    expect((await open().login!(reach, {})).access.reveal()).toBe('b')
    expect(reach.warned).toEqual(['Sample sent /token twice in one answer: the last one is used'])
    const other = record(
      [json('{"token":"a","id":"i","other":1,"other":2,"deep":{"x":1,"x":2}}')],
      answers,
    )
    expect((await open().login!(other, {})).access.reveal()).toBe('a')
    expect(other.warned).toEqual([])
  })

  it('C12: pollutes nothing', async () => {
    const tokens = await login('{"token":"a","__proto__":{"id":"x"},"constructor":{"a":1}}')
    expect(tokens.id).toBeUndefined()
    expect(({} as { id?: string }).id).toBeUndefined()
  })

  it('keeps the digits of a long id', async () => {
    expect((await login('{"token":"a","id":90071992547409931}')).id).toBe('90071992547409931')
  })

  it('an instant is told by the clock of the provider', async () => {
    const body = { token: 'a', expires: now + 60_000 }
    const at = async (serverNow: number, expires = body.expires) => {
      const reach = record(
        [json({ ...body, expires }, 200, { date: new Date(serverNow).toUTCString() })],
        answers,
      )
      const { expiry } = await open().login!(reach, {})
      return expiry.state === 'at' ? expiry.at - now : expiry.state
    }
    expect(await at(now)).toBe(60_000)
    for (const ahead of [2, 31, 45, 59, 60, 61, 90, 86_400, 172_800]) {
      const [later, earlier] = [now + ahead * 1_000, now - ahead * 1_000]
      expect(await at(later, later + 60_000), `${ahead} s ahead`).toBe(60_000)
      expect(await at(earlier, earlier + 60_000), `${ahead} s behind`).toBe(60_000)
    }
    expect(await at(now + 86_400_000, now + 86_460_000)).toBe(60_000)
    expect(await at(now - 600_000, now - 540_000)).toBe(60_000)
  })

  it('a page in answer to a revoke has revoked nothing', async () => {
    const error = await failure(open().revoke!(record([html(200)]), held('t'), { id: '1' }))
    expect(error.message).toContain('expected no page')
  })
})

describe('a refresh', () => {
  const before = held('old', 'r1', {
    scopes: ['a'],
    id: 'i1',
    name: 'n',
    refreshExpiry: { state: 'at', at: 1 },
    context: { userId: 'u1', device: 'd1' },
  })

  it('D7: keeps what the reply leaves out', async () => {
    const reach = record([json({ token: 'new' })])
    const after = await open().refresh!(reach, before)
    expect(after.refresh?.reveal()).toBe('r1')
    expect(after).toMatchObject({
      scopes: ['a'],
      name: 'n',
      refreshExpiry: { at: 1 },
      context: before.context,
    })
    // The API called the session so, and has not said that it calls it otherwise now.
    expect(after.id).toBe('i1')
    expect(shown(reach.requests[0]!)).toEqual({
      line: 'POST https://api.example/refresh',
      headers: { accept: 'application/json', 'content-type': 'application/json' },
      body: { r: 'r1', d: 'd1' },
    })
  })

  it('takes what the reply says', async () => {
    const body = { token: 'new', refresh: 'r2', scope: 'b c', user: 'u1', device: 'd2' }
    const after = await open().refresh!(record([json(body)]), before)
    expect(after.refresh?.reveal()).toBe('r2')
    expect(after).toMatchObject({ scopes: ['b', 'c'], context: { userId: 'u1', device: 'd2' } })
    expect(after.refreshExpiry).toBeUndefined()
  })

  it('without an access token is nonsense, with the status of an answer that is not lost', async () => {
    const error = await failure(open().refresh!(record([json({ refresh: 'r2' })]), before))
    expect(error).toMatchObject({
      code: 'provider_nonsense',
      details: { sent: true, http: { status: 200 } },
    })
  })

  // The old tokens may be spent by then: if they were kept, nobody would have any.
  it('C30: is taken for another user, which is told once', async () => {
    const body = { token: 'new', refresh: 'r2', user: 'u2' }
    const reach = record([json(body)])
    const after = await open().refresh!(reach, before)
    expect(after.context['userId']).toBe('u2')
    expect(reach.warned).toEqual([expect.stringContaining('"u2" in place of those of "u1"')])
    const next = record([json(body)])
    await open().refresh!(next, after)
    expect(next.warned).toEqual([])
  })

  it.each([
    [7, '7'],
    ['a b', 'a b'],
    ['ключ', 'ключ'],
    ['r'.repeat(20_000), 'r'.repeat(20_000)],
  ])('takes the refresh token %j: it travels in a body', async (refresh, text) => {
    const reach = record([json({ token: 'new', refresh })])
    const after = await open().refresh!(reach, before)
    expect(after.refresh?.reveal()).toBe(text)
    expect(reach.warned).toEqual([])
  })

  it.each([[['r2']], [{ r: 2 }], [true], ['a\u0000b'], ['null'], ['r'.repeat(70_000)]])(
    'tells a refresh token that is none (%j) from one that is not there',
    async (refresh) => {
      const reach = record([json({ token: 'new', refresh })])
      const after = await open().refresh!(reach, before)
      expect(after).toMatchObject({ refresh: undefined, refreshUnreadable: true })
      expect(after.access.reveal()).toBe('new')
      expect(reach.warned).toEqual([expect.stringContaining('cannot be used')])
    },
  )

  it('without a refresh token sends nothing', async () => {
    const reach = record([])
    const error = await failure(open().refresh!(reach, held('a')))
    expect(error).toMatchObject({ code: 'reauth_required', details: { sent: false } })
    expect(reach.requests).toHaveLength(0)
  })
})

describe('a refusal', () => {
  it.each([
    ['login', 400, 'provider_refused', 'refused'],
    ['login', 401, 'reauth_required', 'credentials'],
    ['login', 403, 'forbidden', 'forbidden'],
    ['login', 404, 'provider_refused', 'route-missing'],
    ['login', 405, 'provider_refused', 'route-missing'],
    ['login', 408, 'network', 'unavailable'],
    ['login', 422, 'provider_refused', 'refused'],
    ['login', 429, 'rate_limited', 'rate-limited'],
    ['login', 500, 'network', 'unavailable'],
    // As every 5xx ; that another method may find the route is for inside.
    ['login', 501, 'network', 'route-missing'],
    ['login', 425, 'network', 'unavailable'],
    ['login', 503, 'network', 'unavailable'],
    ['refresh', 401, 'reauth_required', 'refresh-rejected'],
    ['refresh', 400, 'provider_refused', 'refused'],
    ['info', 401, 'reauth_required', 'invalid'],
    ['revoke', 404, 'not_found', 'not-found'],
    ['revoke', 410, 'not_found', 'not-found'],
  ] as const)('of a %s by %d alone is %s', async (operation, status, code, refusal) => {
    const provider = open()
    const reach = record([reply('', status)], answers)
    const run = {
      login: () => provider.login!(reach, {}),
      refresh: () => provider.refresh!(reach, held('a', 'r')),
      info: () => provider.info!(reach, held('a')),
      revoke: () => provider.revoke!(reach, held('a'), { id: '1' }),
    }
    const error = await failure(run[operation]())
    expect(error).toMatchObject({ code, details: { refusal, http: { status }, sent: true } })
    expect(error.message).toContain(`(${status})`)
  })

  // A firewall's word is not the API's: 400, 401 and 403 were taken for verdicts.
  it.each([
    [404, 'provider_nonsense'],
    [400, 'network'],
    [401, 'network'],
    [403, 'network'],
    [451, 'network'],
    [429, 'rate_limited'],
    [502, 'network'],
  ])('told by a page with %d is %s', async (status, code) => {
    expect((await failure(open().login!(record([html(status)], answers), {}))).code).toBe(code)
  })

  it('C13, C34: quotes what the provider says, without what is secret or dangerous', async () => {
    const message = `wrong hunter2hunter2 \u001b]52;c;x\u0007 \u202eevil ${'x'.repeat(500)}`
    const body = { error: { message, code: 'bad\n' } }
    const error = await failure(login(body, {}, 400))
    expect(error.message).toMatch(
      /^Sample refused \(400: wrong \[secret\] \\x1b\]52;c;x\\x07 \\u202eevil x+…\)$/,
    )
    expect(error.details.http?.providerCode).toBe('bad')
  })

  it.each([
    ['2', 2_000],
    ['0', 0],
    ['-5', undefined],
    ['99999999', 99_999_999_000],
    ['soon', undefined],
    [new Date(now + 5_000).toUTCString(), 5_000],
    [new Date(now - 5_000).toUTCString(), 0],
  ])('C15: with Retry-After %s', async (header, retryAfter) => {
    const provider = open({ budget: { per: 'user', logins: 5 } })
    const reach = record([reply('', 429, { 'retry-after': header })], answers)
    const error = await failure(provider.login!(reach, {}))
    expect(error).toMatchObject({ code: 'rate_limited' })
    expect(error.details.retryAfter).toBe(retryAfter)
  })
})

describe('an attempt', () => {
  const fine = json({ token: 'a' })

  it.each([
    ['login', [networkError(false), fine], 2],
    ['login', [networkError(true), fine], 1],
    ['login', [reply('', 503), fine], 1],
    // A 503 that says when is repeated once, as a 429 is.
    ['login', [reply('', 503, { 'retry-after': '1' }), fine], 2],
    ['login', [reply('', 429), fine], 1],
    ['login', [reply('', 429, { 'retry-after': '1' }), fine], 2],
    ['login', [reply('', 429, { 'retry-after': '31' }), fine], 1],
    ['login', [networkError(false), networkError(false), fine], 2],
    ['refresh', [networkError(false), fine], 2],
    ['refresh', [networkError(true), fine], 1],
    ['info', [networkError(true), reply('', 502), json({ ok: 1 })], 3],
    ['info', [reply('', 429), reply('', 503), reply('', 504), json({ ok: 1 })], 3],
    ['info', [reply('', 500), json({ ok: 1 })], 1],
    ['revoke', [networkError(true), reply('', 204)], 2],
    ['revoke', [reply('', 503), reply('', 404)], 2],
    ['revoke', [reply('', 503), reply('', 503), reply('', 204)], 2],
  ] as const)('C15, C16: of a %s, %#', async (operation, script, attempts) => {
    const provider = open()
    const reach = record(script, answers)
    const run = {
      login: () => provider.login!(reach, {}),
      refresh: () => provider.refresh!(reach, held('a', 'r')),
      info: () => provider.info!(reach, held('a')),
      revoke: () => provider.revoke!(reach, held('a'), { id: '1' }),
    }
    await run[operation]().then(nothing, nothing)
    expect(reach.requests).toHaveLength(attempts)
    expect(reach.waits.every((wait) => wait <= 31_000)).toBe(true)
  })

  it('waits as long as it is asked to', async () => {
    const reach = record([reply('', 429, { 'retry-after': '7' }), fine], answers)
    await open().login!(reach, {})
    expect(reach.waits[0]).toBeGreaterThanOrEqual(7_000)
  })

  it('a 404 in answer to the first revoke is one', async () => {
    const error = await failure(open().revoke!(record([reply('', 404)]), held('a'), { id: '1' }))
    expect(error.code).toBe('not_found')
  })
})

describe('what was asked for', () => {
  it.each([
    [{ scopes: ['a'] }, /scopes/],
    [{ lifetime: 60_000 }, /lifetime/],
    [{ name: 'x' }, /name/],
    [{ audience: 'x' }, /audience/],
    [{ resource: ['x'] }, /resource/],
  ])('%j is not forgotten silently', async (grant, said) => {
    const reach = record([], answers)
    const error = await failure(open().login!(reach, grant))
    expect(error).toMatchObject({ code: 'usage', message: expect.stringMatching(said) })
    expect(reach.requests).toHaveLength(0)
  })

  it.each([
    [{ lifetime: 30_000 }, /lasts 1 minute at least/],
    [{ lifetime: 7_200_000 }, /lasts 1 hour at most/],
    [{ lifetime: 90_000 }, /a multiple of 1 minute/],
    [{ scopes: ['a b'] }, /is not a valid scope/],
    [{ scopes: ['a\u001b[31m'] }, /"a\\x1b\[31m" is not a valid scope/],
    [{ name: 'a\nb' }, /not a valid name for a token/],
    [{ name: ' ' }, /not a valid name for a token/],
  ])('%j does not fit', (grant, said) => {
    const provider = open({
      scopes: { form: 'token' },
      lifetimes: { least: '1m', most: '1h', step: '1m' },
      login: {
        request: {
          method: 'POST',
          path: '/login',
          json: { s: '{scopes|space}', l: '{lifetime|minutes}', n: '{name}' },
        },
        reply: { access: 'token' },
      },
    })
    expect(() => provider.checkGrant(grant)).toThrow(
      expect.objectContaining({ code: 'usage', message: expect.stringMatching(said) }),
    )
    expect(() => provider.checkGrant({ scopes: ['a'], lifetime: 120_000, name: 'n' })).not.toThrow()
  })
})

function nothing(): void {}
