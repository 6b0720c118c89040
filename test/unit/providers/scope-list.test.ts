import { describe, expect, it } from 'vitest'
import { rightech } from '../../../src/providers/builtin/rightech.ts'
import { defineProvider } from '../../../src/providers/interpreter/provider.ts'
import { checkValue } from '../../../src/providers/schema/check.ts'
import type { ProviderDefinition } from '../../../src/providers/schema/definition.ts'
import { failure, held, json, record, shown } from './reach.ts'

const listing = (list: NonNullable<ProviderDefinition['scopes']>['list']): ProviderDefinition => ({
  ...rightech,
  scopes: { ...rightech.scopes, list },
})
const two = ['GET /objects', 'POST /objects']

async function ask(definition: ProviderDefinition, body: unknown) {
  const reach = record([json(body)])
  const scopes = await defineProvider(definition, {}).listScopes?.(reach, held('token'))
  return { scopes, reach }
}

describe('the list of scopes', () => {
  it.each<readonly [string, unknown]>([
    ['an array', two],
    ['an array in an envelope', { data: two }],
    ['a map', { 'GET /objects': 1, 'POST /objects': 1 }],
    ['one with doubles', [...two, ...two]],
  ])('is read from %s', async (_, body) => {
    const { scopes, reach } = await ask(listing('/methods'), body)
    expect(scopes).toEqual(two)
    expect(shown(reach.requests[0]!).line).toBe('GET https://dev.rightech.io/api/v1/methods')
    expect(reach.warned).toEqual([])
  })

  it('is read where its definition says', async () => {
    const definition = listing({
      request: { method: 'GET', path: '/methods' },
      reply: { scopes: { body: 'list', each: 'scope' } },
    })
    const { scopes } = await ask(definition, { list: two.map((scope) => ({ scope })) })
    expect(scopes).toEqual(two)
  })

  it('leaves out what could not be asked for, and says so', async () => {
    const odd = ['GET /a\nGET /b', 'everything', '', 'GET /\u202eobjects', 7, null]
    const { scopes, reach } = await ask(listing('/methods'), [...two, ...odd])
    expect(scopes).toEqual(two)
    expect(reach.warned).toEqual([
      expect.stringMatching(/lists \d scopes that cannot be asked for/),
    ])
  })

  it('is cut where it is very long, and says so', async () => {
    const many = Array.from({ length: 10_001 }, (_, index) => `GET /objects/${index}`)
    const { scopes, reach } = await ask(listing('/methods'), many)
    expect(scopes).toEqual(many.slice(0, 10_000))
    expect(reach.warned).toEqual([expect.stringMatching(/lists more scopes than are read/)])
  })

  it.each([[{}], [[]], ['text'], [{ error: 'no' }], [[{ scope: 'GET /objects' }]]])(
    'is missed in %j',
    async (body) => {
      const error = await failure(ask(listing('/methods'), body))
      expect(error.code).toMatch(/^provider_/)
    },
  )

  it.each([
    ['methods', /begins with a slash/],
    [{ request: { method: 'GET', path: '/a' } }, /reply\.scopes/],
    [{ request: { method: 'GET', path: '/{nothing}' }, reply: { scopes: '' } }, /nothing/],
  ])('is refused in a definition: %j', (list, said) => {
    const problems = checkValue({ ...rightech, id: 'own', scopes: { list } })
    expect(problems.map(({ message }) => message).join('; ')).toMatch(said)
  })
})

describe('the name of the token of a login', () => {
  const login = async (script: Parameters<typeof record>[0], name?: string) => {
    const reach = { ...record(script, { username: 'u', password: 'p' }), label: 'tokn/host/iot' }
    const tokens = await defineProvider(rightech, {}).login?.(reach, { name })
    return { tokens, sent: reach.requests.map((request) => shown(request).body) }
  }
  const made = { _id: '66a66b2207dfcec6494cd618', token: 'x.e30.x', expiresAt: 4e12 }

  it('is the usual one, or that of the user', async () => {
    expect((await login([json(made)])).sent).toEqual([
      { username: 'u', password: 'p', name: 'tokn/host/iot' },
    ])
    const { tokens } = await login([json(made)], 'night')
    expect(tokens?.name).toBe('night')
  })

  it('is left out where the API refuses it', async () => {
    const { tokens, sent } = await login([json({ success: false }, 400), json(made)])
    expect(sent.at(-1)).toEqual({ username: 'u', password: 'p' })
    expect(tokens?.name).toBeUndefined()
  })
})
