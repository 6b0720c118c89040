import { afterEach, describe, expect, it } from 'vitest'
import type { Exchange } from '../../../src/providers/schema/definition.ts'
import { openOauth } from '../../../src/providers/oauth/provider.ts'
import { defineProvider } from '../../../src/providers/interpreter/provider.ts'
import {
  testProvider,
  type ProviderTest,
} from '../../../src/session/provider-test/provider-test.ts'
import { openReach } from '../../oauth/reach.ts'
import {
  discoveryPath,
  metadata,
  startFake,
  type FakeServer,
  type Said,
} from '../oauth/fake-server.ts'
import { json, record, type Scripted } from '../providers/reach.ts'
import { define } from '../providers/shapes.ts'

let server: FakeServer | undefined
afterEach(async () => {
  await server?.stop()
  server = undefined
})

const asked = { grant: {}, countLogin: async () => undefined }

/** What was said of an operation. */
function said({ steps }: ProviderTest, operation: string) {
  const step = steps.find((one) => one.operation === operation)
  return { outcome: step?.outcome, words: step?.words }
}

/** What is left of the session itself: what was issued with it has a life of its own. */
function ofSession({ leftovers }: ProviderTest) {
  return leftovers.filter(({ what }) => what !== 'issue')
}

describe('a trial of an OAuth server', () => {
  const yes: Said = {}
  const other: Said = { status: 400, body: { error: 'unsupported_token_type' } }
  const tired: Said = { status: 503 }

  async function trial(refresh: Said, access: Said, renews = true) {
    let count = 0
    server = await startFake({
      [discoveryPath]: metadata({ introspection_endpoint: undefined }),
      '/token': () => ({
        body: {
          access_token: `access-${++count}`,
          token_type: 'Bearer',
          expires_in: 3_600,
          ...(renews ? { refresh_token: 'the-refresh-token', refresh_expires_in: 9_000 } : {}),
        },
      }),
      '/revoke': ({ form }) => (form.get('token')?.startsWith('access') ? access : refresh),
    })
    const provider = await openOauth({
      settings: { issuer: server.origin, client_id: 'app', flow: 'client' },
    })
    return await testProvider(provider, {
      ...asked,
      reach: openReach({ client_secret: 'a-client-secret' }),
    })
  }

  const host = () => new URL(server?.origin ?? '').host
  const spares = () => `${host()} revoked the refresh token, but does not revoke access tokens`

  it.each<readonly [string, Said, Said, boolean]>([
    ['ends both', yes, yes, true],
    ['ends the only one', yes, yes, false],
  ])('calls ended, by its word, what it says that it %s', async (_, refresh, access, renews) => {
    const found = await trial(refresh, access, renews)
    const words = 'the provider says that the session is ended'
    expect(said(found, 'logout')).toEqual({ outcome: 'ok', words })
    expect(ofSession(found).length).toBeGreaterThan(0)
    for (const one of ofSession(found)) expect(one).toMatchObject({ ended: true, why: undefined })
  })

  it('tells what it spares, and calls only the refresh token ended', async () => {
    const found = await trial(yes, other)
    expect(said(found, 'logout')).toEqual({ outcome: 'ok', words: spares() })
    expect(ofSession(found).map(({ what }) => what)).toEqual(['login', 'refresh'])
    for (const one of ofSession(found)) {
      expect(one).toMatchObject({ ended: false, why: spares(), expiry: { state: 'at' } })
      expect(one.refreshExpiry).toBeUndefined()
    }
  })

  it.each<readonly [string, Said, Said, boolean]>([
    ['the refresh token', tired, yes, true],
    ['the access token', yes, tired, true],
    ['the only token', yes, other, false],
  ])('calls nothing ended where it fails to end %s', async (_, refresh, access, renews) => {
    const found = await trial(refresh, access, renews)
    expect(said(found, 'logout').outcome).toBe('failed')
    for (const one of found.leftovers) expect(one.ended).toBe(false)
  })
})

describe('a trial of a defined API', () => {
  const get = { method: 'GET' as const, path: '/me' }
  const active = { active: { at: 'active', equals: true } }

  it.each<readonly [string, Exchange, Scripted, string]>([
    [
      'alive',
      { request: get, reply: active },
      json({ active: true }),
      'the provider says that the token is alive',
    ],
    [
      'dead',
      { request: get, reply: active },
      json({ active: false }),
      'the provider says that the token is dead',
    ],
    [
      'nothing of its life',
      { request: get, reply: { userId: 'id' } },
      json({ id: 7 }),
      'the provider answers, and does not say whether the token is alive',
    ],
    [
      'nothing, for want of what to ask with',
      { request: get, reply: active, given: ['id'] },
      json({ active: true }),
      'the provider says nothing about the token',
    ],
  ])('tells what is said of a token as that: %s', async (_, info, answer, words) => {
    const provider = defineProvider(
      define({
        issue: {
          request: { method: 'POST', path: '/tokens' },
          reply: { access: 'token', id: 'id' },
        },
        revoke: { request: { method: 'DELETE', path: '/tokens/{target}' } },
        info,
      }),
      {},
    )
    const issued = json({ token: 'further-token', id: 'two' })
    const reach = record([json({ token: 'held-token' }), issued, json({}), answer], {
      user: 'ada',
      password: 'correct horse',
    })
    const found = await testProvider(provider, { ...asked, reach })
    expect(said(found, 'info')).toEqual({ outcome: 'ok', words })
    expect(said(found, 'revoke')).toEqual({
      outcome: 'ok',
      words: 'the provider says that the token just issued is revoked',
    })
  })
})

describe('a trial of a revocation', () => {
  const tried = async (after: Scripted) => {
    const provider = defineProvider(
      define({
        list: { request: { method: 'GET', path: '/tokens' }, reply: { items: '', id: 'id' } },
        issue: {
          request: { method: 'POST', path: '/tokens' },
          reply: { access: 'token', id: 'id' },
        },
        revoke: { request: { method: 'DELETE', path: '/tokens/{target}' } },
      }),
      {},
    )
    const made = [json({ token: 'held-token' }), json([{ id: 'two' }])]
    const issued = json({ token: 'further-token', id: 'two' })
    const reach = record([...made, issued, json({}), after], { user: 'ada', password: 'secret' })
    const { steps } = await testProvider(provider, { ...asked, reach })
    const { outcome, words, odd } = steps.find(({ operation }) => operation === 'revoke') ?? {}
    return { outcome, words, odd }
  }

  it.each<readonly [string, Scripted, string, readonly string[] | undefined]>([
    ['the token is listed no more', json([]), ', and no longer lists it', undefined],
    ['it is listed', json([{ id: 'two' }]), '', [expect.stringContaining('lists it as before')]],
    ['nothing can be listed', json({ error: 'no' }, 403), '', undefined],
  ])('looks into the list: %s', async (_, after, more, odd) => {
    expect(await tried(after)).toEqual({
      outcome: 'ok',
      words: `the provider says that the token just issued is revoked${more}`,
      odd,
    })
  })
})
