import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openOauth } from '../../src/providers/oauth/provider.ts'
import { clientSecret, startOidc, type OidcServer } from './oidc-server.ts'
import { openReach, person } from './reach.ts'
import { logInAs } from './user-agent.ts'

let server: OidcServer
beforeAll(async () => {
  server = await startOidc({ dpopNonce: true, requirePar: true })
})
afterAll(async () => server.stop())

describe('oidc-provider: DPoP with nonces, and requests that must be pushed', () => {
  it('binds the tokens to a key, keeps it, and refreshes with it', async () => {
    const settings = { issuer: server.issuer, client_id: 'native', dpop: 'true' }
    const provider = await openOauth({ settings })
    const interaction = person({ browse: (url) => logInAs('alice', url) })
    const reach = openReach({}, { interaction })
    const tokens = await provider.login!(reach, {})
    expect(tokens.context['token_type']).toBe('dpop')
    expect(JSON.parse(tokens.context['dpop_key']!)).toMatchObject({ kty: 'EC', crv: 'P-256' })
    expect(provider.attach(tokens, {})).toEqual({
      headers: { Authorization: 'DPoP {access}' },
      bound: true,
    })
    expect(server.events).toContain('pushed_authorization_request.saved')
    // The server asks for a nonce with an error, so the first proof of each kind is sent twice.
    const proofs = reach.requests.filter(({ headers }) =>
      headers?.some(([name]) => name === 'dpop'),
    )
    expect(proofs.length).toBeGreaterThanOrEqual(3)

    const next = await provider.refresh!(openReach(), tokens)
    expect(next.context['dpop_key']).toBe(tokens.context['dpop_key'])
    expect(await provider.info!(openReach(), next)).toMatchObject({ active: true })
    const { dpop_key: _, ...without } = next.context
    const unbound = await openOauth({ settings: { ...settings, dpop: 'false' } })
    await expect(
      unbound.refresh!(openReach(), { ...next, context: without }),
    ).rejects.toMatchObject({ code: 'reauth_required' })
  })

  it('binds the token of a client that speaks for itself', async () => {
    const settings = {
      issuer: server.issuer,
      client_id: 'client_secret_post',
      flow: 'client',
      scope: 'read',
      dpop: 'true',
    }
    const provider = await openOauth({ settings })
    const tokens = await provider.login!(openReach({ client_secret: clientSecret }), {})
    expect(tokens.context['token_type']).toBe('dpop')
  })
})
