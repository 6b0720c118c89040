import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openOauth } from '../../src/providers/oauth/provider.ts'
import { clientSecret, hasGlewlwyd, startGlewlwyd, type Glewlwyd } from './glewlwyd-server.ts'
import { endAndLook, fastClock, openReach, person } from './reach.ts'

describe.skipIf(!hasGlewlwyd())('glewlwyd', () => {
  let server: Glewlwyd
  beforeAll(async () => {
    server = await startGlewlwyd()
  })
  afterAll(async () => server?.stop())

  async function open(client_id: string, settings: Readonly<Record<string, string>> = {}) {
    const common = { issuer: server.issuer, client_id, redirect_port: String(server.redirectPort) }
    return await openOauth({ settings: { ...common, ...settings } })
  }

  async function logInByCode() {
    const provider = await open('public', { flow: 'code', scope: 'openid api' })
    const interaction = person({ browse: server.browse })
    return { provider, tokens: await provider.login!(openReach({}, { interaction }), {}) }
  }

  it('gives tokens for a code', async () => {
    const { tokens } = await logInByCode()
    expect(tokens.context).toMatchObject({ flow: 'code', token_type: 'bearer' })
    expect(tokens.context['sub']).toBeTruthy()
    expect(tokens.refresh).toBeDefined()
  })

  it('takes each refresh token once, and a second use ends the chain', async () => {
    const { provider, tokens } = await logInByCode()
    const second = await provider.refresh!(openReach(), tokens)
    expect(second.refresh?.equals(tokens.refresh)).toBe(false)
    await expect(provider.refresh!(openReach(), tokens)).rejects.toMatchObject({
      code: 'reauth_required',
      details: { refusal: 'refresh-rejected' },
    })
    await expect(provider.refresh!(openReach(), second)).rejects.toMatchObject({
      code: 'reauth_required',
    })
  })

  it('says slow_down, and is then asked less often', async () => {
    const provider = await open('public', { flow: 'device', scope: 'openid api' })
    const interaction = person({})
    let approval: string | undefined
    interaction.draw = async (url) => void (approval = url)
    const clock = fastClock()
    const wait = clock.wait.bind(clock)
    clock.wait = async (duration) => {
      await wait(duration)
      if (clock.waits.length === 3) await server.browse(approval!)
    }
    const tokens = await provider.login!(openReach({}, { interaction, clock }), {})
    // Our clock runs ahead of its own, so that it is asked too early.
    expect(clock.waits.slice(0, 3)).toEqual([6_000, 6_000, 11_000])
    expect(tokens.context['flow']).toBe('device')
  })

  for (const method of ['client_secret_post', 'basic_raw', 'client_secret_jwt'] as const) {
    it(`knows a client by ${method}`, async () => {
      // It wants the older audience of assertions, the token endpoint.
      const assertion_audience = `${server.issuer}/token`
      const settings = { flow: 'client', scope: 'api', client_auth: method, assertion_audience }
      const provider = await open('confidential', settings)
      const tokens = await provider.login!(openReach({ client_secret: clientSecret }), {})
      expect(tokens.scopes).toEqual(['api'])
    })
  }

  it('knows a client without being told how, and by an assertion for its token endpoint', async () => {
    for (const [settings, method, requests] of [
      [{}, 'client_secret_post', 1],
      [{ client_auth: 'client_secret_jwt' }, 'client_secret_jwt', 2],
    ] as const) {
      const provider = await open('confidential', { flow: 'client', scope: 'api', ...settings })
      const reach = openReach({ client_secret: clientSecret })
      const tokens = await provider.login!(reach, {})
      expect(tokens.context['client_auth']).toBe(method)
      const asked = reach.requests.filter(({ url }) => url.pathname.endsWith('/token'))
      expect(asked).toHaveLength(requests)
    }
  })

  it('does not decode Basic as RFC 6749 has it', async () => {
    const settings = { flow: 'client', scope: 'api', client_auth: 'client_secret_basic' }
    const provider = await open('confidential', settings)
    await expect(
      provider.login!(openReach({ client_secret: clientSecret }), {}),
    ).rejects.toMatchObject({ code: 'reauth_required', hint: expect.stringContaining('basic_raw') })
  })

  it('refuses a wrong secret with nothing but a status', async () => {
    const settings = { flow: 'client', scope: 'api', client_auth: 'client_secret_post' }
    const provider = await open('confidential', settings)
    await expect(provider.login!(openReach({ client_secret: 'wrong' }), {})).rejects.toMatchObject({
      code: 'reauth_required',
      details: { refusal: 'credentials', http: { status: 403 } },
    })
  })

  it('wants a scope of a client that speaks for itself', async () => {
    const provider = await open('confidential', {
      flow: 'client',
      client_auth: 'client_secret_post',
    })
    const error = await provider.login!(openReach({ client_secret: clientSecret }), {}).catch(
      (thrown: unknown) => thrown,
    )
    expect(error).toMatchObject({ code: expect.stringMatching(/provider_refused|reauth_required/) })
  })

  it('takes a password where the profile asks for that by name', async () => {
    const settings = {
      flow: 'password',
      scope: 'api',
      username: 'alice',
      client_auth: 'client_secret_post',
    }
    const provider = await open('confidential', settings)
    const answers = { client_secret: clientSecret, password: 'correct horse' }
    const tokens = await provider.login!(openReach(answers), {})
    expect(tokens.refresh).toBeDefined()
    await expect(
      provider.login!(openReach({ ...answers, password: 'wrong' }), {}),
    ).rejects.toMatchObject({ code: 'reauth_required' })
  })

  it('tells of a token, and ends it', async () => {
    const settings = {
      flow: 'password',
      scope: 'api',
      username: 'alice',
      client_auth: 'client_secret_post',
    }
    const provider = await open('confidential', settings)
    const reach = openReach({ client_secret: clientSecret, password: 'correct horse' })
    const tokens = await provider.login!(reach, {})
    expect(await provider.info!(reach, tokens)).toMatchObject({ active: true, signature: 'valid' })
    expect(await endAndLook(provider, reach, tokens)).toEqual({ access: 'ended', refresh: 'ended' })
    await expect(provider.refresh!(reach, tokens)).rejects.toMatchObject({
      code: 'reauth_required',
    })
  })
})
