import { describe, expect, it } from 'vitest'
import { listTokens } from './support/api.ts'
import { serve, type Served } from './servers/serve.ts'
import { open } from './support/open.ts'
import { told } from './support/truth.ts'

// Ids as APIs have them: whatever their list says is an id is one, and is one segment of a path.

interface Keys extends Served {
  readonly ids: Set<string>
}

interface Key {
  readonly id: string
  readonly note?: string
  readonly kind?: string
  readonly end?: number | null
}

async function startKeys(keys: readonly Key[], lists = true): Promise<Keys> {
  const ids = new Set(keys.map(({ id }) => id))
  const server = await serve(({ method, path, json }) => {
    if (path === '/login') return { status: 200, json: { token: 'a-token-of-keys', id: 'own' } }
    if (method === 'GET') {
      const shown = keys.filter(({ id }) => ids.has(id))
      return { status: 200, json: { data: lists ? [...shown, { id: 'own' }] : shown } }
    }
    const named = path === '/keys' ? String(json['id']) : path.slice('/keys/'.length)
    const id = path === '/keys' ? named : decodeURIComponent(named)
    return ids.delete(id) ? { status: 204 } : { status: 404, json: { message: `no ${id}` } }
  })
  return { ...server, ids }
}

const inPath = { method: 'DELETE', path: '/keys/{target}' }
const inBody = { method: 'POST', path: '/keys', json: { id: '{target}' } }

function definition(revoke: object = inPath, reply: object = {}): object {
  return {
    id: 'keys',
    title: 'Keys',
    docs: 'https://example.com/docs',
    fields: [],
    attach: { headers: { Authorization: 'Bearer {access}' } },
    login: {
      request: { method: 'POST', path: '/login' },
      reply: { access: 'token', id: 'id', expiry: { from: 'end', as: 'instant', absent: 'never' } },
    },
    list: {
      request: { method: 'GET', path: '/keys' },
      reply: { items: 'data', id: 'id', name: 'note', ...reply },
    },
    revoke: { request: revoke, reply: { format: 'none' } },
    rotation: 'none',
    errors: { message: 'message' },
  }
}

const odd = [
  '*',
  'a*b',
  'a/b',
  '/a',
  'a/../b',
  '50%',
  '%2e%2e',
  'a?b=c',
  'a#b',
  '#',
  'a b',
  'a\\b',
  '...',
  'ключ-ёж',
  '🔑',
  '{SHA512}qL0+/w==',
  'a&b;c',
  '"quoted"',
  '-',
]

describe('tokn revoke', () => {
  it('revokes every id that the list shows, and none but that', async () => {
    const keys = [...odd, 'other', 'a', 'b'].map((id) => ({ id }))
    const { server, api } = await open('keys', async () => await startKeys(keys), definition())
    await api.login({})
    for (const id of odd.slice(0, 12)) {
      const { status, result, err } = told(
        await api.ended(['revoke', '-P', 'keys', '--json', '--', id]),
      )
      expect(status, `${id}: ${err}`).toBe(0)
      expect(result).toMatchObject({ id, status: 'revoked', verified: true, verified_by: 'list' })
      expect(server.ids.has(id)).toBe(false)
    }
    const rest = odd.slice(12)
    const several = await api.ended(['revoke', '-P', 'keys', '--yes', '--', ...rest])
    expect(several.status, several.err).toBe(0)
    expect([...server.ids]).toEqual(['other', 'a', 'b'])
  })

  it.each(['.', '..'])('says that %s cannot be part of a URL, where it is to be', async (id) => {
    const { server, api } = await open(
      'keys',
      async () => await startKeys([{ id }, { id: 'other' }]),
      definition(),
    )
    await api.login({})
    for (const flags of [[], ['--dry-run']]) {
      const ended = await api.ended(['revoke', id, '-P', 'keys', '--json', ...flags])
      expect({ status: ended.status, out: ended.out }, ended.err).toEqual({ status: 2, out: '' })
      expect(JSON.parse(ended.err)).toMatchObject({
        code: 'usage',
        message: expect.stringContaining('cannot be part of a URL'),
      })
    }
    expect(server.ids.size).toBe(2)
  })

  it.each(['.', '..', '*', 'a/b'])('sends %s where it travels in a body', async (id) => {
    const { server, api } = await open(
      'keys',
      async () => await startKeys([{ id }, { id: 'other' }]),
      definition(inBody),
    )
    await api.login({})
    expect((await api.ended(['revoke', id, '-P', 'keys'])).status).toBe(0)
    expect([...server.ids]).toEqual(['other'])
  })

  it.each(['*', '..', 'a/../b', './x', '%', 'a?', '#'])(
    'sends nothing for %s, which nothing is called',
    async (word) => {
      const { server, api } = await open(
        'keys',
        async () => await startKeys([{ id: 'a' }, { id: 'b' }]),
        definition(),
      )
      await api.login({})
      const { status, err } = await api.fails(['revoke', '-P', 'keys', '--', word])
      expect(status, err).toBe(2)
      expect(err).toContain('neither an id nor the name')
      expect(server.calls.some(({ method }) => method === 'DELETE')).toBe(false)
    },
  )

  it('sends an id without a list, but nothing that could be more than one token', async () => {
    const { list: _, ...without } = definition() as { list: unknown }
    const { server, api } = await open(
      'keys',
      async () => await startKeys([{ id: 'a/b' }, { id: 'b' }]),
      without,
    )
    await api.login({})
    for (const word of ['*', '..', 'a/../b']) {
      const { status, err } = await api.fails(['revoke', '-P', 'keys', '--', word])
      expect([status, err]).toEqual([2, expect.stringContaining('no list shows')])
    }
    const { status, result } = told(await api.ended(['revoke', 'a/b', '-P', 'keys', '--json']))
    expect({ status, ...result }).toMatchObject({ status: 'revoked', verified: false })
    const words = await api.ended(['revoke', 'b', '-P', 'keys'])
    expect(words.err).toBe('b: revoked, says the provider; not verified\n')
    expect(server.ids.size).toBe(0)
  })
})

describe('tokn list', () => {
  const keys: readonly Key[] = [
    { id: 'one', note: 'first', kind: 'robot', end: null },
    { id: 'two', note: 'second', kind: 'person' },
    { id: 'three', note: 'third' },
  ]

  it('shows the facts that a definition finds in each entry', async () => {
    const { api } = await open(
      'keys',
      async () => await startKeys(keys),
      definition(inPath, { facts: { kind: 'kind', 'made by': 'maker' } }),
    )
    await api.login({})
    const rows = await listTokens(api)
    expect(rows.map((row) => (row as unknown as { facts: object }).facts)).toEqual([
      { kind: 'robot' },
      { kind: 'person' },
      {},
      {},
    ])
    const table = (await api.tokn(['list', 'keys'])).split('\n')
    expect(table[0]).toMatch(/SCOPES +KIND$/)
    expect(table[1]).toMatch(/^one .* robot$/)
    expect(table[3]).toMatch(/^three .* -$/)
    expect(await api.tokn(['list', 'keys', '--plain'])).toMatch(/^two\t.*\tkind=person$/m)
  })
})
