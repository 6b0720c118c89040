import { describe, expect, it } from 'vitest'
import type { ProviderDefinition } from '../../../src/providers/schema/definition.ts'
import { defineProvider } from '../../../src/providers/interpreter/provider.ts'
import { json, now, record, shown } from './reach.ts'
import { define } from './shapes.ts'

type Request = NonNullable<Extract<ProviderDefinition['login'], { request: unknown }>>['request']

const fields = [
  { name: 'user', label: 'User' },
  { name: 'project', label: 'Project', optional: true },
]

async function bodyOf(body: Request['json'], answers: Readonly<Record<string, string>>) {
  const login = {
    request: { method: 'POST' as const, path: '/login', ...(body !== undefined && { json: body }) },
    reply: { access: 'token' },
  }
  const provider = defineProvider(define({ fields, login, scopes: {} }), {})
  const reach = record([json({ token: 't' })], answers)
  await provider.login?.(reach, {})
  return reach.requests.map((request) => shown(request).body)[0]
}

describe('what is left of a body whose optional values are absent', () => {
  const scope = { project: { id: '{fields.project}', domain: { id: 'default' } } }

  it.each([
    [{ user: '{fields.user}', project: '{fields.project}' }, { user: 'ada' }],
    [{ user: '{fields.user}', scope: { project: { id: '{fields.project}' } } }, { user: 'ada' }],
    [{ user: '{fields.user}', ids: ['{fields.project}'] }, { user: 'ada' }],
    [
      { user: '{fields.user}', scope },
      { user: 'ada', scope: { project: { domain: { id: 'default' } } } },
    ],
    [
      { user: '{fields.user}', roles: [], more: {} },
      { user: 'ada', roles: [], more: {} },
    ],
    [{ scope: { project: '{fields.project}' } }, {}],
    [['{fields.project}'], []],
  ])('%j', async (body, expected) => {
    expect(await bodyOf(body, { user: 'ada' })).toEqual(expected)
  })

  it('is everything where they are there', async () => {
    const body = { scope: { project: { id: '{fields.project}' } }, ids: ['{fields.project}'] }
    const filled = { scope: { project: { id: 'p' } }, ids: ['p'] }
    expect(await bodyOf(body, { user: 'ada', project: 'p' })).toEqual(filled)
  })
})

describe('the transform "list"', () => {
  it.each([
    [undefined, ['read:user']],
    [
      ['a', 'b'],
      ['a', 'b'],
    ],
  ])('makes of the scopes %j an array', async (scopes, expected) => {
    const login = {
      request: {
        method: 'POST' as const,
        path: '/login',
        json: { scopes: '{scopes|or:read:user|list}' },
      },
      reply: { access: 'token' },
    }
    const provider = defineProvider(define({ login, scopes: {} }), {})
    const reach = record([json({ token: 't' })])
    await provider.login?.(reach, scopes === undefined ? {} : { scopes })
    expect(reach.requests.map((request) => shown(request).body)).toEqual([{ scopes: expected }])
  })
})

describe('what stands in for a time', () => {
  it.each([
    ['{lifetime|days|or:-1}', undefined, '-1'],
    ['{lifetime|days|or:-1|number}', undefined, -1],
    ['{lifetime|days|or:-1|number}', 3 * 86_400_000, 3],
    ['{lifetime|or:never|words}', undefined, 'never'],
    ['{expires|epoch|or:0}', undefined, '0'],
    ['{expires|epoch|or:0}', 86_400_000, now / 1_000 + 86_400],
  ])('%s with a lifetime of %s', async (template, lifetime, expected) => {
    const login = {
      request: { method: 'POST' as const, path: '/login', json: { end: template } },
      reply: { access: 'token' },
    }
    const provider = defineProvider(define({ login, lifetimes: {} }), {})
    const reach = record([json({ token: 't' })])
    await provider.login?.(reach, { lifetime })
    expect(reach.requests.map((request) => shown(request).body)).toEqual([{ end: expected }])
  })
})

describe('a refresh that needs no refresh token', () => {
  const reply = { access: 'token' }
  const request = { method: 'POST' as const, path: '/renew' }

  it.each([
    ['one that speaks of none', { request, reply }, true],
    ['one that sends it', { request: { ...request, json: { r: '{refresh}' } }, reply }, false],
    ['none at all', undefined, undefined],
  ])('%s', (_, refresh, expected) => {
    const provider = defineProvider(define(refresh === undefined ? {} : { refresh }), {})
    expect(provider.refreshesByAccess).toBe(expected)
  })
})
