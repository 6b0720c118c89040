import { describe, expect, it } from 'vitest'
import { Secret } from '../../../src/core/secret.ts'
import { openOauth } from '../../../src/providers/oauth/provider.ts'
import { withKeptProofs } from '../../../src/session/kept-proofs.ts'
import { recordOfIssued } from '../../../src/session/unfinished/kept-issue.ts'
import { recordFor, tokens, web } from './scripted.ts'

const issuer = 'https://sso.example.com'
const context = { client_secret: 'secret', private_key: 'key', sub: 'alice' }

describe('what the client proves itself with', async () => {
  const provider = await openOauth({ settings: { issuer } })
  const kept = (refresh: Secret | undefined, from = provider) =>
    Object.keys(withKeptProofs(from, { refresh, context }).context)

  it('stays beside a refresh token, and goes with it', () => {
    expect(kept(new Secret('r'))).toEqual(Object.keys(context))
    expect(kept(undefined)).toEqual(['sub'])
  })

  it('stays where the client was made for the session, which alone can remove it', async () => {
    const registered = await openOauth({ settings: { issuer, register: 'true' } })
    expect(kept(undefined, registered)).toContain('client_secret')
    const own = { registration_access_token: 'manage', registered_here: 'true' }
    const parent = recordFor(web, registered, { context: { ...context, ...own } })
    const moment = { obtainedAt: 1 }
    const issued = recordOfIssued(parent, tokens('further'), {}, registered, web, moment)
    expect(Object.keys(issued.context)).toEqual(['client_secret', 'sub'])
  })

  it('is nothing of a provider that keeps none', () => {
    expect(withKeptProofs({}, { refresh: undefined, context }).context).toBe(context)
  })
})
