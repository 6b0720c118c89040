import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openOauth } from '../../../src/providers/oauth/provider.ts'
import { fastClock, openReach, person } from '../../oauth/reach.ts'
import { discoveryPath, metadata, startFake, type FakeServer, type Said } from './fake-server.ts'

let server: FakeServer
beforeEach(async () => {
  server = await startFake({ [discoveryPath]: metadata() })
})
afterEach(async () => server.stop())

const device = {
  device_code: 'the-device-code',
  user_code: 'ABCD-EFGH',
  verification_uri: 'https://example.com/device',
  expires_in: 600,
}

/** Each answer of the token endpoint in turn; the last one for ever. */
function polls(...answers: readonly (Said | undefined)[]) {
  let count = 0
  server.answers['/token'] = () => answers[Math.min(count++, answers.length - 1)]
}

const pending = { status: 400, body: { error: 'authorization_pending' } }
const slower = { status: 400, body: { error: 'slow_down' } }
const done = { body: { access_token: 'fine', token_type: 'Bearer' } }

async function logIn(changes: Readonly<Record<string, unknown>> = {}) {
  server.answers['/device'] = { body: { ...device, ...changes } }
  const provider = await openOauth({
    settings: { issuer: server.origin, client_id: 'app', flow: 'device' },
  })
  const interaction = person({})
  const clock = fastClock()
  const login = provider.login!(openReach({}, { interaction, clock }), {})
  return { tokens: await login, interaction, clock }
}

describe('C26: the device flow', () => {
  for (const [interval, wait] of [
    [undefined, 5_000],
    [0, 5_000],
    [-1, 5_000],
    [1, 1_000],
    ['1', 1_000],
    [0.2, 1_000],
    ['0', 5_000],
    ['-3', 5_000],
    [2.5, 2_500],
    ['1e9', 5_000],
    [{}, 5_000],
    [7, 7_000],
    ['7', 7_000],
    [1e9, 60_000],
    ['soon', 5_000],
    [null, 5_000],
  ] as const) {
    it(`asks every ${wait} ms when told ${JSON.stringify(interval)}`, async () => {
      polls(pending, done)
      expect((await logIn({ interval })).clock.waits).toEqual([wait, wait])
    })
  }

  it('slows down by five seconds each time, a minute at most', async () => {
    polls(...Array.from({ length: 13 }, () => slower), done)
    const { clock } = await logIn({ expires_in: 1_800 })
    expect(clock.waits.slice(0, 3)).toEqual([5_000, 10_000, 15_000])
    expect(clock.waits.at(-1)).toBe(60_000)
  })

  it('adds five seconds to a short interval too, and is in no hurry after a failure', async () => {
    polls(slower, pending, done)
    expect((await logIn({ interval: 1 })).clock.waits).toEqual([1_000, 6_000, 6_000])
    polls(undefined, pending, done)
    expect((await logIn({ interval: 1 })).clock.waits).toEqual([1_000, 5_000, 5_000])
  })

  it.each([undefined, null, '', 'soon', 0, -5, {}])(
    'does not say how long a code is valid when told %j',
    async (expires_in) => {
      polls(pending, done)
      const { tokens, interaction } = await logIn({ expires_in })
      expect(tokens.access.reveal()).toBe('fine')
      expect(interaction.told.join()).not.toContain('valid for')
      polls(pending)
      await expect(logIn({ expires_in, interval: 60 })).rejects.toMatchObject({
        details: { refusal: 'expired' },
      })
    },
  )

  it.each([302, 404, 405])('names the flag of its endpoint where that says %i', async (status) => {
    const provider = await openOauth({
      settings: { issuer: server.origin, client_id: 'app', flow: 'device' },
    })
    server.answers['/device'] = { status, headers: { location: '/d2' } }
    const login = provider.login!(openReach({}, { interaction: person({}) }), {})
    await expect(login).rejects.toMatchObject({
      details: { hint: expect.stringContaining('--device-authorization-endpoint URL') },
    })
  })

  it('takes a code of digits that came as a number', async () => {
    polls(done)
    const { interaction } = await logIn({ user_code: 123456, device_code: 42 })
    expect(interaction.told.join()).toContain('enter the code 123456')
    expect(server.seen.at(-1)?.form.get('device_code')).toBe('42')
  })

  it('shows the page, the code, and the page that has the code', async () => {
    polls(done)
    const complete = 'https://example.com/device?user_code=ABCD-EFGH'
    const { interaction } = await logIn({ verification_uri_complete: complete })
    expect(interaction.told).toEqual([
      'Open https://example.com/device on any device and enter the code ABCD-EFGH',
      `Or open this address, which has the code: ${complete}`,
      'It is valid for 10m.',
    ])
    expect(interaction.drawn).toEqual([complete])
    const long = `https://example.com/device?code=${'a'.repeat(2_000)}`
    expect((await logIn({ verification_uri_complete: long })).interaction.drawn).toEqual([long])
  })

  it('asks a server that does not answer less and less often, and gives up on it', async () => {
    polls(undefined, { status: 503 }, pending, done)
    expect((await logIn()).clock.waits).toEqual([5_000, 10_000, 20_000, 20_000])
    polls(undefined)
    await expect(logIn()).rejects.toMatchObject({ code: 'network' })
  })

  it('ends when the code does, however long the server makes that', async () => {
    polls(pending)
    await expect(logIn()).rejects.toMatchObject({
      code: 'reauth_required',
      details: { refusal: 'expired' },
    })
    await expect(logIn({ expires_in: 1e9, interval: 60 })).rejects.toMatchObject({
      code: 'reauth_required',
    })
    expect(server.seen.length).toBeLessThan(200)
  })

  it('waits no longer than the code is valid, and asks no sooner for that', async () => {
    polls(pending)
    server.answers['/device'] = { body: { ...device, expires_in: 50, interval: 20 } }
    const provider = await openOauth({
      settings: { issuer: server.origin, client_id: 'app', flow: 'device' },
    })
    const clock = fastClock()
    const login = provider.login!(openReach({}, { interaction: person({}), clock }), {})
    await expect(login).rejects.toMatchObject({ details: { refusal: 'expired' } })
    expect(clock.waits.slice(0, 2)).toEqual([20_000, 20_000])
    expect(clock.waits.reduce((all, one) => all + one)).toBeLessThanOrEqual(50_000)
    expect(server.seen.filter(({ url }) => url === '/token')).toHaveLength(2)
  })

  it.each([
    [{ status: 400, body: { error: 'authorization_declined' } }, 'denied'],
    [{ status: 400, body: { error: 'AuthorizationDeclined' } }, 'denied'],
    [{ status: 403, body: { error: 'access_denied' } }, 'denied'],
    [{ body: { error: 'access_denied' } }, 'denied'],
    [{ status: 400, body: { error: 'bad_verification_code' } }, 'credentials'],
    [{ body: { error: 'incorrect_device_code' } }, 'credentials'],
    [{ status: 400, body: { error: 'invalid_grant' } }, 'credentials'],
    [{ status: 400, body: { error: 'expired-token' } }, 'expired'],
  ])('ends with %j', async (answer, refusal) => {
    polls(pending, answer)
    await expect(logIn()).rejects.toMatchObject({ code: 'reauth_required', details: { refusal } })
    expect(server.seen.filter(({ url }) => url === '/token')).toHaveLength(2)
  })

  it.each([
    { status: 503 },
    { status: 500, body: { error: 'access_denied' } },
    { status: 429, body: { error: 'access_denied' } },
    { status: 408, body: {} },
    { status: 400, body: { error: 'temporarily_unavailable' } },
    { body: { error: 'server_error' } },
    { status: 400, body: { error: 'AUTHORIZATION_PENDING' } },
    { status: 403, headers: { 'content-type': 'text/html' }, body: '<html>blocked</html>' },
    { status: 401, headers: { 'content-type': 'text/html' }, body: '<html>log in</html>' },
  ])('goes on after %j', async (answer) => {
    polls(pending, answer, pending, done)
    expect((await logIn()).tokens.access.reveal()).toBe('fine')
  })

  it('says that the code expired, or that somebody said no', async () => {
    polls({ status: 400, body: { error: 'expired_token' } })
    await expect(logIn()).rejects.toMatchObject({
      code: 'reauth_required',
      details: { refusal: 'expired' },
    })
    polls({ status: 400, body: { error: 'access_denied' } })
    await expect(logIn()).rejects.toMatchObject({
      code: 'reauth_required',
      details: { refusal: 'denied' },
    })
  })

  for (const verification_uri of [
    'http://example.com/device',
    'javascript:alert(1)',
    'https://example.com@evil.example/',
    'file:///etc/passwd',
    '\u001b]8;;https://evil.example\u0007',
    '',
  ]) {
    it(`sends nobody to ${JSON.stringify(verification_uri)}`, async () => {
      polls(done)
      await expect(logIn({ verification_uri })).rejects.toMatchObject({ code: 'provider_nonsense' })
      await expect(
        logIn({ verification_uri_complete: verification_uri || 'x' }),
      ).rejects.toMatchObject({ code: 'provider_nonsense' })
    })
  }

  it('shows codes and addresses without letting them act', async () => {
    polls(done)
    const { interaction } = await logIn({
      user_code: 'AB\u001b[2J\u202e',
      verification_uri: 'https://example.com/\u001b[2J',
    })
    expect(interaction.told.join()).not.toMatch(/[\u0000-\u001f\u202e]/)
    expect(interaction.copied).toEqual(['AB\\x1b[2J\\u202e'])
  })

  it("reads Google's spelling, and errors that GitHub sends with status 200", async () => {
    polls(
      { body: { error: 'authorization_pending' } },
      { body: { error: 'slow_down', interval: 10 } },
      done,
    )
    const { verification_uri, ...rest } = device
    server.answers['/device'] = { body: { ...rest, verification_url: verification_uri } }
    const { clock } = await logIn({
      verification_uri: undefined,
      verification_url: verification_uri,
    })
    expect(clock.waits).toEqual([5_000, 5_000, 10_000])
  })

  it('works for the GitHub preset as its document has it', async () => {
    const provider = await openOauth({
      provider: 'github',
      settings: {
        client_id: 'Iv1.0000',
        token_endpoint: `${server.origin}/token`,
        device_authorization_endpoint: `${server.origin}/device`,
        authorization_endpoint: `${server.origin}/authorize`,
      },
    })
    server.answers['/device'] = { body: { ...device, interval: 5 } }
    polls(
      { body: { error: 'authorization_pending' } },
      { body: { access_token: 'gho_x', token_type: 'bearer', scope: 'repo,gist' } },
    )
    const tokens = await provider.login!(
      openReach({}, { interaction: person({}), clock: fastClock() }),
      {},
    )
    expect(tokens.scopes).toEqual(['repo', 'gist'])
    expect(provider.origins.slice(1)).toEqual([
      'https://api.github.com',
      'https://uploads.github.com',
    ])
  })
})
