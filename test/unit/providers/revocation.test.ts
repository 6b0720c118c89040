import { describe, expect, it } from 'vitest'
import { defineProvider } from '../../../src/providers/interpreter/provider.ts'
import { failure, held, html, json, record, reply } from './reach.ts'
import { define } from './shapes.ts'

const provider = defineProvider(
  define({
    login: {
      request: { method: 'POST', path: '/login' },
      reply: { access: 'token', id: ['id', 'other'] },
    },
    logout: { request: { method: 'POST', path: '/logout' }, reply: { format: 'none' } },
    revoke: { request: { method: 'DELETE', path: '/t/{target}' }, reply: { format: 'none' } },
  }),
  {},
)

describe('the id by which a token is ended', () => {
  it.each([[['a']], [null], [''], ['a\u001b[31m'], [{ a: 1 }], ['a\nb'], [undefined], [[]]])(
    '%j is told to be none',
    async (id) => {
      const reach = record([json({ token: 'token-token', id })])
      expect((await provider.login!(reach, {})).id).toBeUndefined()
      expect(reach.warned).toEqual([expect.stringContaining('sent no usable id')])
    },
  )

  it.each([['a'], [7], [0], ['../a'], ['*']])('%j is taken', async (id) => {
    const reach = record([json({ token: 'token-token', id })])
    expect((await provider.login!(reach, {})).id).toBe(String(id))
    expect(reach.warned).toEqual([])
  })
})

describe('an end that is answered with 200', () => {
  const ends = {
    logout: async (body: Parameters<typeof record>[0]) =>
      provider.logout!(record(body), held('access')),
    revoke: async (body: Parameters<typeof record>[0]) =>
      provider.revoke!(record(body), held('access'), { id: 'a' }),
  }

  it.each([
    json({ error: 'not_allowed' }),
    json({ success: false }),
    json({ ok: false, reason: 'no' }),
    json({ errors: [{ code: 'x' }] }),
    json({ error: { message: 'try later' } }),
    json({ errorCode: 'E1' }),
    html(200),
  ])('%j: no yes', async (answer) => {
    for (const end of Object.values(ends)) expect((await failure(end([answer]))).code).toBeDefined()
  })

  it.each([
    json({}),
    json({ success: true }),
    json({ error: null }),
    json({ errors: [] }),
    reply(''),
  ])('%j: a yes', async (answer) => {
    for (const end of Object.values(ends)) await expect(end([answer])).resolves.toBeUndefined()
  })
})
