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

async function refresh(body: unknown, context: TokenSet['context'] = {}) {
  server.answers['/token'] = { body }
  return await (
    await open()
  ).refresh!(openReach(), held(context))
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

  /** RELIABILITY C30. */
  it('never answers for another user', async () => {
    const mallory = idToken(server.origin, { sub: 'mallory' })
    await expect(refresh({ ...good, id_token: mallory }, { sub: 'alice' })).rejects.toMatchObject({
      code: 'provider_nonsense',
      message: expect.stringContaining('refreshed the session of another user'),
    })
    const access_token = signJwt({ sub: 'mallory' })
    await expect(
      refresh({ access_token, token_type: 'Bearer' }, { token_sub: 'alice' }),
    ).rejects.toMatchObject({ code: 'provider_nonsense' })
    const alice = idToken(server.origin)
    expect((await refresh({ ...good, id_token: alice }, { sub: 'alice' })).context['sub']).toBe(
      'alice',
    )
  })

  it('refuses an ID token of another issuer, for another client, or stale', async () => {
    for (const changes of [{ iss: 'https://evil.example' }, { aud: 'other' }, { exp: 1 }]) {
      const id_token = idToken(server.origin, changes)
      await expect(refresh({ ...good, id_token })).rejects.toMatchObject({
        code: 'provider_nonsense',
      })
    }
  })

  it('says that the server no longer takes the refresh token, in its words', async () => {
    server.answers['/token'] = {
      status: 400,
      body: { error: 'invalid_grant', error_description: 'Token revoked' },
    }
    await expect((await open()).refresh!(openReach(), held())).rejects.toMatchObject({
      code: 'reauth_required',
      message: 'the server no longer takes the refresh token (invalid_grant: Token revoked)',
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
