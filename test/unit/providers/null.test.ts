import { describe, expect, it } from 'vitest'
import type { ExpiryPlan } from '../../../src/providers/schema/definition.ts'
import { defineProvider } from '../../../src/providers/interpreter/provider.ts'
import { held, json, record } from './reach.ts'
import { define } from './shapes.ts'

// `null` is a thing that an API may say, and it says it inside its envelope as well as outside.

type End = 'never' | 'unknown' | 'at'

const plan: ExpiryPlan = { from: 'end', as: 'instant', never: [null] }

const bodies: ReadonlyArray<readonly [what: string, body: object, end: End]> = [
  ['outside', { token: 't'.repeat(20), end: null }, 'never'],
  ['in an envelope', { data: { token: 't'.repeat(20), end: null } }, 'never'],
  ['in the second envelope', { payload: { inner: { token: 't'.repeat(20), end: null } } }, 'never'],
  ['in one, with the token outside', { token: 't'.repeat(20), data: { end: null } }, 'never'],
  ['outside, with a value within', { end: null, data: { token: 't'.repeat(20), end: 4e9 } }, 'at'],
  ['within, with a value outside', { end: 4e9, data: { token: 't'.repeat(20), end: null } }, 'at'],
  [
    'in one, with a value in another',
    { data: { token: 't'.repeat(20), end: null }, payload: { inner: { end: 4e9 } } },
    'at',
  ],
  ['nowhere', { data: { token: 't'.repeat(20) } }, 'unknown'],
  [
    'in no envelope that is known',
    { data: { token: 't'.repeat(20) }, other: { end: null } },
    'unknown',
  ],
]

describe('never: [null]', () => {
  it.each(bodies)('%s', async (_, body, end) => {
    const reply = { unwrap: ['data', 'payload.inner'], access: 'token', expiry: plan }
    const request = { method: 'POST', path: '/login' } as const
    const provider = defineProvider(define({ login: { request, reply } }), {})
    const tokens = await provider.login!(record([json(body)]), {})
    expect(tokens.expiry.state).toBe(end)
  })

  it.each(bodies.slice(0, 3))('of what is asked about: %s', async (_, body, end) => {
    const reply = { unwrap: ['data', 'payload.inner'], expiry: plan }
    const request = { method: 'GET', path: '/info' } as const
    const provider = defineProvider(define({ info: { request, reply } }), {})
    const info = await provider.info!(record([json(body)]), held('t'))
    expect(info.access?.state).toBe(end)
  })

  it('of entries of a list, where the list is in an envelope', async () => {
    const reply = { unwrap: ['data'], items: 'items', id: 'id', expiry: plan }
    const request = { method: 'GET', path: '/tokens' } as const
    const provider = defineProvider(define({ list: { request, reply } }), {})
    const body = { data: { items: [{ id: 'a', end: null }, { id: 'b' }] } }
    const found = await provider.list!(record([json(body)]), held('t'))
    expect(found.map(({ expiry }) => expiry.state)).toEqual(['never', 'unknown'])
  })
})
