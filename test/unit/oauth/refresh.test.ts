import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openOauth } from '../../../src/providers/oauth/provider.ts'
import { Secret } from '../../../src/core/secret.ts'
import type { TokenSet } from '../../../src/core/token.ts'
import { openReach } from '../../oauth/reach.ts'
import {
  discoveryPath,
  idToken,
  metadata,
  signJwt,
  startFake,
  type FakeServer,
} from './fake-server.ts'

let server: FakeServer
beforeEach(async () => {
  warned = []
  server = await startFake({
    [discoveryPath]: metadata({ id_token_signing_alg_values_supported: ['ES256'] }),
  })
})
afterEach(async () => server.stop())

async function open(settings: Readonly<Record<string, string>> = {}) {
  return await openOauth({
    settings: { issuer: server.origin, client_id: 'app', flow: 'client', ...settings },
  })
}

const good = { access_token: 'good-token', token_type: 'Bearer' }

function held(context: TokenSet['context'] = {}): TokenSet {
  return {
    access: new Secret('old-access'),
    refresh: new Secret('old-refresh'),
    expiry: { state: 'unknown' },
    scopes: ['a'],
    context: { flow: 'code', ...context },
  }
}

let warned: string[]

async function refresh(body: unknown, context: TokenSet['context'] = {}) {
  server.answers['/token'] = { body }
  const reach = { ...openReach(), warn: (text: string) => void warned.push(text) }
  return await (
    await open()
  ).refresh!(reach, held(context))
}

describe('a refresh', () => {
  it('keeps the refresh token, the scopes and the facts that the reply leaves out', async () => {
    const next = await refresh(good, { sub: 'alice', id_token: 'kept' })
    expect(next.refresh?.reveal()).toBe('old-refresh')
    expect(next.scopes).toEqual(['a'])
    expect(next.context).toMatchObject({ flow: 'code', sub: 'alice', id_token: 'kept' })
  })

  it('takes a new refresh token and narrower scopes', async () => {
    const next = await refresh({ ...good, refresh_token: 'new-refresh', scope: 'b' })
    expect(next.refresh?.reveal()).toBe('new-refresh')
    expect(next.scopes).toEqual(['b'])
  })

  /** It is not refused: the refresh token held before may be spent by then. */
  it('C30: tells, once, that it answers for another user', async () => {
    const mallory = idToken(server.origin, { sub: 'mallory' })
    const next = await refresh({ ...good, id_token: mallory }, { sub: 'alice' })
    expect(next.context['sub']).toBe('mallory')
    expect(warned).toEqual([expect.stringContaining('"mallory" in place of those of "alice"')])
    await refresh({ ...good, id_token: mallory }, next.context)
    expect(warned).toHaveLength(1)
    const access_token = signJwt({ sub: 'mallory' })
    await refresh({ access_token, token_type: 'Bearer' }, { token_sub: 'alice' })
    expect(warned).toHaveLength(2)
    const alice = idToken(server.origin)
    expect((await refresh({ ...good, id_token: alice }, { sub: 'alice' })).context['sub']).toBe(
      'alice',
    )
  })

  it('drops an ID token of another issuer, for another client, or stale', async () => {
    for (const changes of [{ iss: 'https://evil.example' }, { aud: 'other' }, { exp: 1 }]) {
      const id_token = idToken(server.origin, changes)
      const next = await refresh({ ...good, id_token }, { id_token: 'the one before' })
      expect(next.access.reveal()).toBe('good-token')
      expect(next.context['id_token']).toBe('the one before')
      expect(warned.pop()).toContain('the ID token was dropped')
    }
  })

  it('says that the server no longer accepts the refresh token, in its words', async () => {
    server.answers['/token'] = {
      status: 400,
      body: { error: 'invalid_grant', error_description: 'Token revoked' },
    }
    await expect((await open()).refresh!(openReach(), held())).rejects.toMatchObject({
      code: 'reauth_required',
      message: 'the server no longer accepts the refresh token (invalid_grant: Token revoked)',
      details: {
        refusal: 'refresh-rejected',
        http: { status: 400, providerCode: 'invalid_grant' },
      },
    })
  })

  it('says that there is none', async () => {
    const { refresh: _, ...rest } = held()
    await expect((await open()).refresh!(openReach(), rest)).rejects.toMatchObject({
      code: 'reauth_required',
    })
  })
})
