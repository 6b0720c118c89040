import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openOauth } from '../../../src/providers/oauth/provider.ts'
import { openReach } from '../../oauth/reach.ts'
import { discoveryPath, metadata, signJwt, startFake, type FakeServer } from './fake-server.ts'

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

async function logIn(body: unknown, settings: Readonly<Record<string, string>> = {}) {
  server.answers['/token'] = { body }
  const provider = await open(settings)
  return await provider.login!(openReach({ client_secret: 'a-client-secret' }), {})
}

/** As Go prints a time. */
function go(instant: number): string {
  return `${new Date(instant).toISOString().slice(0, 23).replace('T', ' ')} +0000 UTC m=+0.5`
}

const good = { access_token: 'good-token', token_type: 'Bearer' }

describe('a reply of the token endpoint', () => {
  const hour = 3_600_000
  for (const [said, left] of [
    [{ expires_in: 3600 }, hour],
    [{ expires_in: '3600' }, hour],
    [{ expires_in: 3600.9 }, hour + 900],
    [{ expires_in: 0 }, undefined],
    [{ expires_in: -1 }, undefined],
    [{ expires_in: '0' }, undefined],
    [{ expires_in: -86_400 }, undefined],
    [{ expires_in: 0, refresh_token: 'r' }, 0],
    [{ expires_in: -1, refresh_token: 'r' }, 0],
    [{ expires_at: Math.floor(Date.now() / 1_000) + 3_600 }, hour],
    [{ expires_on: String(Math.floor(Date.now() / 1_000) + 3_600) }, hour],
    [{ expiresAt: Date.now() + hour }, hour],
    [{ expiry: new Date(Date.now() + hour).toISOString() }, hour],
    [{ expires: new Date(Date.now() + hour).toUTCString() }, hour],
    [{ expires_in: new Date(Date.now() + hour).toISOString() }, hour],
    [{ expires_in: go(Date.now() + hour) }, hour],
    [{ expires_at: go(Date.now() + hour) }, hour],
    [{ expires_at: `/Date(${Date.now() + hour})/` }, hour],
    [{ expires_in: 60, expires_at: go(Date.now() + hour) }, 60_000],
    [{ expires_at: 'soon' }, undefined],
    [{ expires_at: 0 }, undefined],
    [{ expires_in: null }, undefined],
    [{ expires_in: '3600s' }, undefined],
    [{ expires_in: 1e15 }, undefined],
    [{ expires_in: true }, undefined],
    [{ expires_in: {} }, undefined],
    [{}, undefined],
  ] as const) {
    it(`is good for ${String(left)} ms when it says ${JSON.stringify(said)}`, async () => {
      const { expiry } = await logIn({ ...good, ...said })
      const found = expiry.state === 'at' ? expiry.at - Date.now() : undefined
      expect(found === undefined).toBe(left === undefined)
      expect(Math.abs((found ?? 0) - (left ?? 0))).toBeLessThan(10_000)
    })
  }

  it('gives the claim of the token where it says nothing itself', async () => {
    const exp = Math.floor(Date.now() / 1_000) + 120
    const access_token = signJwt({ exp, sub: 'someone' })
    const tokens = await logIn({ access_token, token_type: 'Bearer' })
    expect(tokens.expiry).toEqual({ state: 'at', at: exp * 1_000 })
    expect(tokens.context['token_sub']).toBe('someone')
  })

  for (const [what, token] of [
    ['a line break', 'a\r\nb'],
    ['an escape', 'a\u001bb'],
    ['a space', 'a b'],
    ['a letter beyond ASCII', 'töken'],
    ['nothing', ''],
    ['a lost value', 'undefined'],
    ['another lost value', '[object Object]'],
    ['seventeen thousand letters', 'a'.repeat(17_000)],
    ['a number', 7],
    ['a list', ['a']],
  ] as const) {
    it(`is refused with ${what} for a token`, async () => {
      await expect(logIn({ ...good, access_token: token })).rejects.toMatchObject({
        code: 'provider_nonsense',
      })
    })
  }

  for (const [what, said] of [
    ['an HTML page', { headers: { 'content-type': 'text/html' }, body: '<html>' }],
    ['nothing', { body: '' }],
    ['plain text', { headers: { 'content-type': 'text/plain' }, body: 'SECR good-token' }],
    [
      'broken JSON',
      { headers: { 'content-type': 'application/json' }, body: '{"access_token":"SECR' },
    ],
    ['an empty list', { body: [] }],
    ['a list of two', { body: [good, good] }],
    ['a number', { body: 7 }],
  ] as const) {
    it(`is refused when it is ${what}, and not quoted`, async () => {
      server.answers['/token'] = said
      const provider = await open()
      const error: unknown = await provider.login!(
        openReach({ client_secret: 's3cr3t-value' }),
        {},
      ).catch((thrown: unknown) => thrown)
      expect(error).toMatchObject({ code: 'provider_nonsense' })
      expect(String(error)).not.toContain('SECR')
    })
  }

  it('is understood in the dialects of real servers', async () => {
    expect((await logIn({ access_token: 'x' })).context['token_type']).toBe('bearer')
    expect((await logIn({ ...good, scope: ['a', 'b'] })).scopes).toEqual(['a', 'b'])
    expect((await logIn({ ...good, scope: 'a,b' })).scopes).toEqual(['a', 'b'])
    expect((await logIn({ ...good, refresh_token: null })).refresh).toBeUndefined()
    expect((await logIn({ ...good, refresh_token: '' })).refresh).toBeUndefined()
    server.answers['/token'] = {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'access_token=formed&token_type=bearer',
    }
    const formed = await (await open()).login!(openReach({ client_secret: 'secret' }), {})
    expect(formed.access.reveal()).toBe('formed')
    // GitHub says no with status 200, and calls invalid_client so.
    await expect(logIn({ error: 'incorrect_client_credentials' })).rejects.toMatchObject({
      code: 'reauth_required',
      details: { http: { providerCode: 'incorrect_client_credentials' } },
    })
  })

  it('does not let the server draw on the terminal', async () => {
    server.answers['/token'] = {
      status: 400,
      body: { error: 'bad\u001b[2J', error_description: '\u001b]52;c;aGk=\u0007\u202e' },
    }
    const provider = await open()
    const error = await provider.login!(openReach({ client_secret: 'secret' }), {}).catch(
      (thrown: unknown) => thrown as Error,
    )
    expect((error as Error).message).not.toMatch(/[\u0000-\u001f\u202e]/)
    expect((error as Error).message).toContain('\\x1b]52')
  })

  it('does not repeat a secret that the server throws back', async () => {
    server.answers['/token'] = (seen) => ({
      status: 400,
      body: { error: 'x', error_description: `got ${seen.form.toString()}` },
    })
    const provider = await open({ client_auth: 'client_secret_post' })
    const error = await provider.login!(openReach({ client_secret: 'a&secret=value' }), {}).catch(
      (thrown: unknown) => thrown as Error,
    )
    expect((error as Error).message).toContain('[secret]')
    expect((error as Error).message).not.toContain('secret%3Dvalue')
  })

  // A server that refuses the client may take it by another method.
  for (const [status, code, requests] of [
    [400, 'provider_refused', 1],
    [401, 'reauth_required', 2],
    [403, 'reauth_required', 2],
    [404, 'provider_refused', 1],
    [408, 'network', 1],
    [429, 'rate_limited', 1],
    [500, 'network', 1],
    [503, 'network', 1],
  ] as const) {
    it(`is ${code} with an empty ${status}`, async () => {
      server.answers['/token'] = { status }
      const provider = await open()
      await expect(
        provider.login!(openReach({ client_secret: 'secret' }), {}),
      ).rejects.toMatchObject({ code })
      expect(server.seen.filter(({ url }) => url === '/token')).toHaveLength(requests)
    })
  }

  it('is not asked for twice when it may have been given', async () => {
    server.answers['/token'] = () => undefined
    const provider = await open()
    await expect(provider.login!(openReach({ client_secret: 'secret' }), {})).rejects.toMatchObject(
      {
        code: 'network',
        details: { sent: true },
      },
    )
    expect(server.seen.filter(({ url }) => url === '/token')).toHaveLength(1)
  })
})
