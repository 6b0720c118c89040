import { describe, expect, it } from 'vitest'
import type { Exchange, ProviderDefinition } from '../../../src/providers/schema/definition.ts'
import { defineProvider } from '../../../src/providers/interpreter/provider.ts'
import { failure, held, html, json, record, reply, type Scripted } from './reach.ts'
import { define } from './shapes.ts'

const list: Exchange = {
  request: { method: 'GET', path: '/tokens' },
  reply: { items: 'items', id: 'id', name: 'name' },
}

function open(pages?: NonNullable<Exchange['pages']>, more: Partial<ProviderDefinition> = {}) {
  const exchange = pages === undefined ? list : { ...list, pages }
  return defineProvider(define({ list: exchange, ...more }), {})
}

async function ids(script: readonly Scripted[], pages?: NonNullable<Exchange['pages']>) {
  const reach = record(script)
  const found = await open(pages).list!(reach, held('t'))
  return {
    ids: found.map(({ id }) => id).join(''),
    urls: reach.requests.map(({ url }) => url.search),
  }
}

const page = (items: string, more: object = {}) =>
  json({ items: [...items].map((id) => ({ id })), ...more })

describe('a list', () => {
  it.each([
    [{ items: [] }, ''],
    [{ items: null }, ''],
    [{ items: {} }, ''],
    [{ items: [{ id: 'a' }, { id: 'a' }, {}, null, 7, 'x', [], { id: null }, { id: {} }] }, 'aa'],
    [{ items: { x: { id: 'a' }, y: { id: 2 } } }, 'a2'],
    [{ items: [{ id: 'a\u001b' }, { id: '' }, { id: 'b' }] }, 'b'],
  ])('%j', async (body, found) => expect((await ids([json(body)])).ids).toBe(found))

  it.each([json({}), json([]), json(null), json({ items: 'x' }), json({ items: 7 }), html(200)])(
    '%j is none',
    async (answer) => {
      expect((await failure(open().list!(record([answer]), held('t')))).code).toBe(
        'provider_nonsense',
      )
    },
  )

  it.each<readonly [string, object, unknown]>([
    ['a map of something else', { items: '', id: '_id' }, { success: true, data: [] }],
    ['an empty object', { items: '', id: '_id' }, {}],
    ['entries with another id', { items: '', id: '_id' }, [{ id: 'a' }, { id: 'b' }]],
    ['an id below', { items: 'items', id: 'id' }, { items: [{ token: { id: 'a' } }] }],
    ['ids that are objects', { items: 'items', id: 'id' }, { items: [{ id: { $oid: 'a' } }] }],
    ['ids with controls', { items: 'items', id: 'id' }, { items: [{ id: 'a\u0007' }] }],
    ['texts', { items: 'items', id: 'id' }, { items: ['a', 'b'] }],
    ['numbers', { items: 'items', id: 'id' }, { items: [1, 2] }],
    ['nulls', { items: 'items', id: 'id' }, { items: [null] }],
    ['a page in data', { items: ['items', 'data'], id: 'id' }, { data: 'none', items: 0 }],
  ])('%s cannot be read: what was expected is said', async (_, plan, body) => {
    const provider = open(undefined, { list: { ...list, reply: plan } })
    const error = await failure(provider.list!(record([json(body)]), held('t')))
    expect(error.code).toBe('provider_nonsense')
    expect(error.message).toMatch(/expected a list.* with an id at "_?id"$/)
  })

  it('a map of which the keys are the ids may be empty', async () => {
    const plan = { items: '', id: { key: true } } as const
    const provider = open(undefined, { list: { ...list, reply: plan } })
    expect(await provider.list!(record([json({})]), held('t'))).toEqual([])
  })

  it('tells how many entries are not shown, and why', async () => {
    const told: string[] = []
    const items = [{ id: 'a' }, {}, { id: null }, { id: 'b\n' }, { id: ['c'] }, { id: true }]
    const reach = { ...record([json({ items })]), warn: (text: string) => told.push(text) }
    const found = await open().list!(reach, held('t'))
    expect(found.map(({ id }) => id)).toEqual(['a', 'true'])
    expect(told).toHaveLength(1)
    expect(told[0]).toMatch(
      /^4 entries of the list are not shown, .* 2 without an id, 1 with an id/,
    )
  })

  it('leaves out in silence what the definition leaves out', async () => {
    const told: string[] = []
    const where = { at: 'kind', equals: 'token' }
    const provider = open(undefined, { list: { ...list, reply: { ...list.reply, where } } })
    const items = [{ kind: 'key' }, { kind: 'token', id: 'a' }, { kind: 'key', id: 'b' }]
    const reach = { ...record([json({ items })]), warn: (text: string) => told.push(text) }
    expect((await provider.list!(reach, held('t'))).map(({ id }) => id)).toEqual(['a'])
    const none = { ...record([json({ items: [{ kind: 'key' }] })]) }
    expect(await provider.list!(none, held('t'))).toEqual([])
    expect(told).toEqual([])
  })

  it('a whole body that is null is no list', async () => {
    const bare = open(undefined, { list: { ...list, reply: { items: '', id: 'id' } } })
    expect((await failure(bare.list!(record([json(null)]), held('t')))).code).toBe(
      'provider_nonsense',
    )
  })

  it('C13, C14: a long name is cut, and its control characters are left for whoever shows it', async () => {
    const items = [
      { id: 'a', name: 'x'.repeat(1e6) },
      { id: 'b', name: '\u001b[31mred' },
    ]
    const found = await open().list!(record([json({ items })]), held('t'))
    expect(found[0]?.name).toHaveLength(1_024)
    expect(found[1]?.name).toBe('\u001b[31mred')
  })

  it('asks for more than a token reply may have', async () => {
    const reach = record([page('a')])
    await open().list!(reach, held('t'))
    expect(reach.requests[0]?.limit).toBe(4 * 1024 * 1024)
  })
})

/** Pages of a thousand tokens that all differ, without end. */
function thousands() {
  let count = 0
  return () =>
    json({ items: Array.from({ length: 1_000 }, () => ({ id: count++ })), next: String(count) })
}

describe('pages', () => {
  it('by number', async () => {
    const script = [page('ab'), page('cd'), page('')]
    expect(await ids(script, { step: 'page', query: 'p' })).toEqual({
      ids: 'abcd',
      urls: ['', '?p=2', '?p=3'],
    })
    expect(
      await ids([page('ab'), page('c')], {
        step: 'page',
        query: 'p',
        first: 0,
        size: 2,
        sizeQuery: 'n',
      }),
    ).toEqual({
      ids: 'abc',
      urls: ['?n=2&p=0', '?n=2&p=1'],
    })
  })

  it('by offset', async () => {
    const script = [page('ab'), page('c'), page('')]
    expect(await ids(script, { step: 'offset', query: 'from' })).toEqual({
      ids: 'abc',
      urls: ['', '?from=2', '?from=3'],
    })
  })

  it('as long as the reply says that there are more', async () => {
    const script = [page('a', { more: true, next: 'x' }), page('b', { more: false, next: 'y' })]
    const pages = { cursor: 'next', query: 'after', more: { at: 'more', equals: true } }
    expect(await ids(script, pages)).toEqual({ ids: 'ab', urls: ['', '?after=x'] })
  })

  it('by URL', async () => {
    const script = [
      page('a', { next: 'https://api.example/tokens?x=1' }),
      page('b', { next: null }),
    ]
    expect(await ids(script, { url: 'next' })).toEqual({ ids: 'ab', urls: ['', '?x=1'] })
  })

  it('end where a server counts no pages', async () => {
    expect(await ids([page('ab')], { step: 'page', query: 'p' })).toEqual({
      ids: 'ab',
      urls: ['', '?p=2'],
    })
  })

  it.each([
    [{ url: 'next' }, 'https://evil.example/'],
    [{ url: 'next' }, '//evil.example/'],
    [{ url: 'next' }, 'http://['],
    [{ cursor: 'next', query: 'c' }, 'same'],
    [{ url: 'next' }, 'https://api.example/tokens?loop'],
  ])('%j that lead to %s are refused', async (pages, next) => {
    const reach = record([page('a', { next })])
    const error = await failure(open(pages).list!(reach, held('t')))
    expect(error.code).toBe('provider_nonsense')
    expect(reach.requests.every(({ url }) => url.origin === 'https://api.example')).toBe(true)
    expect(reach.requests.length).toBeLessThanOrEqual(2)
  })

  it('C14: that are alike are ten at most, however their cursors differ', async () => {
    let count = 0
    const endless = () => page('a', { next: String(count++) })
    const reach = record([endless])
    const error = await failure(open({ cursor: 'next', query: 'c' }).list!(reach, held('t')))
    expect(error.code).toBe('provider_nonsense')
    expect(reach.requests).toHaveLength(10)
  })

  it('C14: without anything are a hundred at most', async () => {
    let count = 0
    const reach = record([() => page('', { next: String(count++) })])
    const error = await failure(open({ cursor: 'next', query: 'c' }).list!(reach, held('t')))
    expect(error.code).toBe('provider_nonsense')
    expect(reach.requests).toHaveLength(100)
  })

  it('C14: give a hundred thousand tokens at most to be held', async () => {
    const reach = record([thousands()])
    const error = await failure(open({ cursor: 'next', query: 'c' }).list!(reach, held('t')))
    expect(error.code).toBe('provider_nonsense')
    expect(error.message).toBe(
      'Sample lists more than 100000 tokens: that is too many to look through',
    )
    expect(reach.requests).toHaveLength(100)
  })

  it('C14: give whoever reads them as they come as many as are wanted', async () => {
    const reach = record([thousands()])
    let count = 0
    const kept = await open({ cursor: 'next', query: 'c' }).list!(reach, held('t'), {
      keep: (tokens) => {
        count += tokens.length
        return tokens.filter(({ id }) => id === '7' || id === '119000')
      },
      isEnough: () => count >= 120_000,
    })
    expect(kept.map(({ id }) => id)).toEqual(['7', '119000'])
    expect(reach.requests).toHaveLength(120)
  })

  it.each([
    ['</t?p=2>; rel=next', '?p=2'],
    ['</t?p=2>; rel="next"', '?p=2'],
    ['</t?p=1>; rel="first", </t?p=2>; title="a, b"; rel="next"', '?p=2'],
    ['</t?p=1>; rel="prev"', undefined],
    ['</t?p=1>; rel="nextish"', undefined],
    ['garbage', undefined],
  ])('by the header %s', async (link, search) => {
    const first = reply('{"items":[]}', 200, { 'content-type': 'application/json', Link: link })
    const { urls } = await ids([first, page('')], { link: true })
    expect(urls).toEqual(search === undefined ? [''] : ['', search])
  })
})
