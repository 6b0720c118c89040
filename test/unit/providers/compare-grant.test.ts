import { describe, expect, it } from 'vitest'
import { notGranted } from '../../../src/providers/replies/compare-grant.ts'
import { defineProvider } from '../../../src/providers/interpreter/provider.ts'
import { json, now, record } from './reach.ts'
import { define } from './shapes.ts'

describe('scopes that were asked for and not given', () => {
  it.each<[readonly string[] | undefined, readonly string[] | undefined, string | undefined]>([
    [['read', 'write'], ['read'], 'the scope "write"'],
    [['read', 'write'], ['write', 'read', 'more'], undefined],
    [['read', 'write', 'admin'], ['admin'], 'the scopes "read", "write"'],
    [['read'], [], 'the scope "read"'],
    [['read'], undefined, undefined],
    [undefined, ['read'], undefined],
    [['Read'], ['read'], undefined],
    [['email'], ['https://www.example.com/auth/userinfo.email'], undefined],
    [['https://graph.example.com/User.Read'], ['User.Read'], undefined],
    [['https://graph.example.com/.default'], ['User.Read'], undefined],
    [['read'], ['unread'], 'the scope "read"'],
    [['read'], ['https://a.example/unread'], 'the scope "read"'],
    [['GET /objects'], ['GET /models'], 'the scope "GET /objects"'],
  ])('of %j, given %j', (asked, granted, lacking) => {
    const told = lacking === undefined ? undefined : `Sample did not grant ${lacking}`
    expect(notGranted('Sample', asked, granted)).toBe(told)
  })

  it.each(['login', 'issue'] as const)('are told at the %s', async (operation) => {
    const reply = { access: 't', scopes: 'scope' } as const
    const request = { method: 'POST', path: '/t', json: { s: '{scopes}' } } as const
    const provider = defineProvider(
      define({ scopes: { form: 'any' }, [operation]: { request, reply } }),
      {},
    )
    const reach = record([json({ t: 'a-token', scope: 'read' })], { user: 'u', password: 'p' })
    const grant = { scopes: ['read', 'write'] }
    const held = { access: (await import('./reach.ts')).held('a').access }
    const run = provider[operation] as unknown as (...given: unknown[]) => Promise<unknown>
    await (operation === 'login' ? run(reach, grant) : run(reach, { ...held, context: {} }, grant))
    expect(reach.warned).toEqual(['Sample did not grant the scope "write"'])
  })
})

describe('a length of time to an instant, by a clock that is wrong', () => {
  const hour = 3_600_000
  it.each([
    [2 * hour, 'behind that of Sample: by the latter, the token expires 2h after'],
    [-2 * hour, 'ahead of that of Sample: by the latter, the token expires 2h before'],
    [400 * 24 * hour, 'behind'],
    [-3 * 24 * hour, 'ahead of'],
    [90_000, 'behind'],
    [-90_000, 'ahead of'],
    [30_000, undefined],
    [-30_000, undefined],
    [0, undefined],
  ])('that is %d ms behind', async (ahead, told) => {
    const request = { method: 'POST', path: '/t', json: { life: '{lifetime|seconds}' } } as const
    const provider = defineProvider(
      define({ login: { request, reply: { access: 't' } }, lifetimes: {} }),
      {},
    )
    const date = ['date', new Date(now + ahead).toUTCString()] as const
    const answer = json({ t: 'a-token' })
    const reach = record([{ ...answer, headers: [...answer.headers, date] }], {
      user: 'u',
      password: 'p',
    })
    await provider.login!(reach, { lifetime: hour, until: now + hour, roundable: true })
    expect(reach.warned).toEqual(told === undefined ? [] : [expect.stringContaining(told)])
  })
})
