import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Secret } from '../../../src/core/secret.ts'
import { openOauth } from '../../../src/providers/oauth/provider.ts'
import { openReach } from '../../oauth/reach.ts'
import { discoveryPath, metadata, startFake, type FakeServer } from './fake-server.ts'

let server: FakeServer
beforeEach(async () => {
  server = await startFake({ [discoveryPath]: metadata() })
})
afterEach(async () => server.stop())

async function revoke(body: unknown, type?: unknown): Promise<string> {
  server.answers['/revoke'] = {
    body,
    ...(type !== undefined && { headers: { 'content-type': String(type) } }),
  }
  const provider = await openOauth({
    settings: { issuer: server.origin, client_id: 'app', flow: 'client' },
  })
  const held = {
    access: new Secret('opaque'),
    expiry: { state: 'unknown' },
    context: {},
  } as const
  try {
    await provider.logout?.(openReach(), held)
    return 'yes'
  } catch (error) {
    return error instanceof Error ? error.message : ''
  }
}

describe('an answer of 200 to a revocation', () => {
  it.each<readonly [unknown, string?]>([
    [undefined],
    [''],
    [{}],
    [{ success: true }],
    [{ error: null }],
    ['OK', 'text/plain'],
    ['', 'text/html'],
    ['null', 'application/json'],
  ])('%j: a yes', async (body, type) => {
    expect(await revoke(body, type)).toBe('yes')
  })

  it.each<readonly [unknown, string?]>([
    ['<html><body>sign in to the network</body></html>', 'text/html'],
    ['<!doctype html><p>wait</p>', 'text/plain'],
    ['<html></html>'],
    [{ error: 'unsupported_token_type' }],
    [{ error: 'server_error' }],
    [{ error: 'temporarily_unavailable' }],
    [{ error: 'invalid_client' }],
    [{ error: 'try later' }],
    [{ error: { code: 7, message: 'no' } }],
  ])('%j: no yes', async (body, type) => {
    expect(await revoke(body, type)).not.toBe('yes')
  })
})

describe('a server that revokes tokens where it makes them', () => {
  it('is asked for each by the rules for it', async () => {
    const { origin } = server
    const endpoints = { token_endpoint: `${origin}/both`, revocation_endpoint: `${origin}/both` }
    const tokens = { token_type: 'bearer', expires_in: 600, refresh_token: 'r' }
    server.answers[discoveryPath] = metadata(endpoints)
    server.answers['/both'] = ({ form }) =>
      form.has('grant_type') ? { body: { ...tokens, access_token: form.get('grant_type') } } : {}
    const provider = await openOauth({
      settings: { issuer: origin, client_id: 'app', flow: 'client', client_auth: 'none' },
    })
    const held = await provider.login!(openReach(), {})
    expect(held.access.reveal()).toBe('client_credentials')
    const next = await provider.refresh!(openReach(), held)
    expect(next.access.reveal()).toBe('refresh_token')
    await provider.logout!(openReach(), next)
    const sent = server.seen.filter(({ url }) => url === '/both')
    expect(sent.map(({ form }) => form.get('token_type_hint') ?? form.get('grant_type'))).toEqual([
      'client_credentials',
      'refresh_token',
      'refresh_token',
      'access_token',
    ])
  })

  it('is not asked again for a token that may have been made', async () => {
    const { origin } = server
    const endpoints = { token_endpoint: `${origin}/both`, revocation_endpoint: `${origin}/both` }
    server.answers[discoveryPath] = metadata(endpoints)
    server.answers['/both'] = () => undefined
    const provider = await openOauth({
      settings: { issuer: origin, client_id: 'app', flow: 'client', client_auth: 'none' },
    })
    await provider.login!(openReach(), {}).catch(() => undefined)
    expect(server.seen.filter(({ url }) => url === '/both')).toHaveLength(1)
  })
})
