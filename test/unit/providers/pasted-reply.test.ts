import { describe, expect, it } from 'vitest'
import { Secret } from '../../../src/core/secret.ts'
import { defineProvider } from '../../../src/providers/interpreter/provider.ts'
import { readPastedReply } from '../../../src/providers/oauth/replies/pasted-reply.ts'
import { failure, record } from './reach.ts'
import { define } from './shapes.ts'

describe('why a pasted text is no reply is kept for whoever looks, and quotes nothing', () => {
  // The whole body is looked at first, and is no token where it is an object.
  const login = {
    request: { method: 'POST' as const, path: '/login' },
    reply: { access: [{ body: '' }, { body: 'token' }] },
  }
  const provider = defineProvider(define({ login }), {})

  it.each([
    ['no JSON', 'canary 7', false],
    ['JSON without a token', '{"canary":"canary 7"}', false],
    ['JSON of which another part is no token', '{"token":"t","canary":"canary 7"}', true],
  ])('of a definition: %s', async (_name, text, caused) => {
    const read = provider.readReply?.(new Secret(text), record([]))
    const error = await failure(Promise.resolve(read))
    expect(error).toMatchObject({ code: 'usage' })
    expect(error.cause instanceof Error).toBe(caused)
    expect(`${error.message} ${String(error.cause)}`).not.toContain('canary 7')
  })

  it.each([
    ['no JSON', 'canary 7'],
    ['an error', '{"error":"invalid_grant","error_description":"canary 7"}'],
    ['JSON without a token', '{"canary":"canary 7"}'],
  ])('of OAuth: %s', async (_name, text) => {
    const error = await failure(readPastedReply('One', new Secret(text), record([])))
    expect(error).toMatchObject({ code: 'usage' })
    expect(error.cause).toBeInstanceOf(Error)
    expect(`${error.message} ${String(error.cause)}`).not.toContain('canary 7')
  })
})
