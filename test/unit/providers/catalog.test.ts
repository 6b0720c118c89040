import { describe, expect, it } from 'vitest'
import { checkValue, digestOf, parseDefinition } from '../../../src/providers/schema/check.ts'
import { builtInDefinition } from '../../../src/providers/builtin/definitions.ts'
import { builtIns, openProvider, summarize } from '../../../src/providers/catalog.ts'
import { applyOverrides } from '../../../src/providers/schema/overrides.ts'
import { hosterby } from '../../../src/providers/builtin/hosterby.ts'
import { mcs } from '../../../src/providers/builtin/mcs.ts'
import { failure, held, json, record } from './reach.ts'
import { define } from './shapes.ts'

describe('overrides', () => {
  it.each([
    ['refresh.request.method', 'POST', (one: typeof changed) => one.refresh],
    ['/refresh/request/path', '/v2/refresh', (one: typeof changed) => one.refresh],
    ['info.1.request.path', '/other', (one: typeof changed) => one.info],
    ['login.reply.mediaTypes', '["text/html"]', (one: typeof changed) => one.login],
    ['login.retry', 'never', (one: typeof changed) => one.login],
    ['lifetime', '1h', (one: typeof changed) => one.lifetime],
    ['sliding', 'true', (one: typeof changed) => one.sliding],
    ['basePath', '/v7', (one: typeof changed) => one.basePath],
    ['ids.maxLength', '7', (one: typeof changed) => one.ids],
    ['errors.rules.0.means', 'refused', (one: typeof changed) => one.errors],
    ['login.request.headers.X-New', '12', (one: typeof changed) => one.login],
    [
      'revoke',
      '{"request":{"method":"DELETE","path":"/t/{target}"}}',
      (one: typeof changed) => one.revoke,
    ],
  ] as const)('%s = %s', (path, value, part) => {
    const before = structuredClone(hosterby)
    const after = applyOverrides(hosterby, { [path]: value })
    expect(JSON.stringify(part(after))).toContain(
      value.replaceAll('"', '').slice(0, 6).replace(/^[[{]/, ''),
    )
    expect(checkValue(after)).toEqual([])
    expect(hosterby).toEqual(before)
  })

  const changed = applyOverrides(hosterby, {})

  it.each([
    [{ 'refresh.request.metod': 'POST' }, 'did you mean "refresh.request.method"?'],
    [{ 'refesh.request.method': 'POST' }, 'did you mean "refresh.request.method"?'],
    [{ 'login.reply.mediaType': '["a/b"]' }, 'did you mean "login.reply.mediaTypes"?'],
    [{ 'refresh.request.method': 'HEAD' }, 'expected one of GET, POST, PUT, PATCH, DELETE'],
    [{ 'refresh.request.path': 'https://evil.example/' }, 'is not among `origins`'],
    [{ 'refresh.request.headers.Host': 'evil.example' }, 'a definition cannot set the header host'],
    [{ baseUrl: 'https://evil.example' }, 'are set with --base-url'],
    [{ origins: '["https://evil.example"]' }, 'are set with --base-url'],
    [{ 'apiOrigins.0': 'https://evil.example' }, 'are set with --base-url'],
    [{ id: 'oz' }, 'are set with --base-url'],
    [{ 'fields.0.secret': 'false' }, 'are set with --base-url'],
    [{ '__proto__.polluted': '1' }, 'see the names with'],
    [{ 'constructor.prototype.polluted': '1' }, 'see the names with'],
    [{ 'login.__proto__': '{"a":1}' }, 'see the names with'],
    [{ '': '1' }, 'see the names with'],
    [{ 'info.7.request.path': '/x' }, 'did you mean "info.0.request.path"?'],
    [{ lifetime: 'soon' }, 'expected a duration'],
  ])('%j is refused', (overrides, hint) => {
    expect(() => applyOverrides(hosterby, overrides)).toThrow(
      expect.objectContaining({ code: 'usage', hint: expect.stringContaining(hint) }),
    )
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  })
})

describe('the catalogue', () => {
  const own = JSON.stringify(define({ id: 'mine' }))
  const opening = { provider: 'mine', settings: {} }

  it('names every provider once', () => {
    const ids = builtIns().map(({ id }) => id)
    expect(ids).toEqual(expect.arrayContaining(['oz', 'mcs', 'rightech', 'hosterby', 'oauth']))
    expect(new Set(ids).size).toBe(ids.length)
    expect(builtIns().find(({ id }) => id === 'oz')?.needsBaseUrl).toBe(true)
    expect(builtInDefinition('mcs')).toBe(mcs)
  })

  it('opens a built-in one, whatever a definition of that name says', async () => {
    const provider = await openProvider({ provider: 'mcs', settings: {} }, own)
    expect(provider).toMatchObject({ id: 'mcs', title: 'MCS Vision', digest: undefined })
  })

  it("opens a user's own, and says what it was", async () => {
    const provider = await openProvider(opening, own)
    expect(provider).toMatchObject({ id: 'mine', digest: digestOf(parseDefinition(own)) })
  })

  it('opens with the facts that a profile says differently', async () => {
    const provider = await openProvider({
      provider: 'hosterby',
      settings: {},
      baseUrl: 'http://127.0.0.1:9',
      apiUrls: ['https://other.example/x'],
      overrides: { 'refresh.request.path': '/v2/token/refresh' },
    })
    expect(provider.origins).toEqual(['http://127.0.0.1:9', 'https://other.example'])
    const reach = record([json({}, 400)])
    await failure(provider.refresh!(reach, held('a', 'r')))
    expect(reach.requests[0]?.url.href).toBe('http://127.0.0.1:9/v2/token/refresh')
  })

  it.each([
    [{ provider: 'rigtech', settings: {} }, undefined, 'not_found', 'did you mean "rightech"?'],
    [{ provider: 'xxxxxxx', settings: {} }, undefined, 'not_found', 'provider list'],
    [opening, '{', 'usage', 'line 1, column 2'],
    [opening, JSON.stringify(define({ lifetime: 'x' })), 'usage', 'lifetime: expected a duration'],
    [{ provider: 'oz', settings: {} }, undefined, 'usage', '--base-url'],
    [{ provider: 'oz', settings: {}, baseUrl: 'http://oz.example' }, undefined, 'usage', 'http'],
  ])('%j with %j is %s', async (one, text, code, hint) => {
    const error = await failure(openProvider(one, text))
    expect(error.code).toBe(code)
    expect(error.hint).toContain(hint)
  })

  it('says of a definition file what it says of itself', () => {
    expect(summarize('mine', own)).toEqual({
      id: 'mine',
      title: 'Sample',
      docs: 'https://example.com/docs',
      needsBaseUrl: false,
      paths: ['/login'],
    })
    expect(summarize('mine', '{ broken')).toMatchObject({ title: 'a damaged definition' })
    expect(summarize('mine', '{"title":"\\u001b[31m"}').title).toBe('\\x1b[31m')
  })
})
