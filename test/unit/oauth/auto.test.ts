import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Reach } from '../../../src/core/provider.ts'
import { openOauth } from '../../../src/providers/oauth/provider.ts'
import { fastClock, openReach, person } from '../../oauth/reach.ts'
import { UserAgent } from '../../oauth/user-agent.ts'
import { discoveryPath, metadata, startFake, type FakeServer } from './fake-server.ts'

let server: FakeServer
beforeEach(async () => {
  server = await startFake({
    [discoveryPath]: metadata(),
    '/token': { body: { access_token: 'fine', token_type: 'Bearer' } },
    '/device': refusal('unauthorized_client'),
  })
})
afterEach(async () => server.stop())

function refusal(error: string, error_description?: string) {
  return { status: 400, body: { error, error_description } }
}

/** A browser that comes back with what the server would say. */
function comingBack(answer: Readonly<Record<string, string>>) {
  return person({
    browse: async (url) => {
      const { searchParams } = new URL(url)
      const back = new URL(searchParams.get('redirect_uri')!)
      const state = searchParams.get('state')!
      back.search = new URLSearchParams({ ...answer, state }).toString()
      await new UserAgent().send(back.href)
    },
  })
}

async function logIn(
  reach: Partial<Reach>,
  answers: Readonly<Record<string, string>> = {},
  settings: Readonly<Record<string, string>> = {},
) {
  const provider = await openOauth({
    settings: { issuer: server.origin, client_id: 'app', ...settings },
  })
  return await provider.login!({ ...openReach(answers, { clock: fastClock() }), ...reach }, {})
}

const grants = () =>
  server.seen.filter(({ url }) => url === '/token').map(({ form }) => form.get('grant_type'))

describe('a login with no flow named', () => {
  it('goes on where this client may not log in that way, and says so', async () => {
    const interaction = comingBack({ error: 'unauthorized_client' })
    const tokens = await logIn({ interaction }, { client_secret: 's' })
    expect(tokens.access.reveal()).toBe('fine')
    expect(interaction.told.filter((line) => line.includes('going on'))).toEqual([
      'tokn: this client may not log in this way (unauthorized_client): going on with --flow device',
      'tokn: this client may not log in this way (unauthorized_client): going on with --flow client',
    ])
    expect(grants()).toEqual(['client_credentials'])
  })

  it('goes on with a code where there is no browser, and with nothing where nobody is asked', async () => {
    server.answers['/device'] = {
      body: {
        device_code: 'd',
        user_code: 'A',
        verification_uri: 'https://x.example',
        expires_in: 60,
      },
    }
    const interaction = person({})
    await logIn({ interaction }, { client_secret: 's' })
    expect(grants()).toEqual(['urn:ietf:params:oauth:grant-type:device_code'])
    expect(interaction.told.join()).not.toContain('Redirect address')
    await expect(logIn({ announcer: person({}) })).rejects.toMatchObject({
      code: 'reauth_required',
      details: { fault: 'no-terminal' },
    })
    expect(grants()).toHaveLength(1)
  })

  it('trades a signed assertion where there are no client credentials', async () => {
    server.answers['/token'] = ({ form }) =>
      form.get('grant_type') === 'client_credentials'
        ? refusal('unsupported_grant_type')
        : { body: { access_token: 'fine', token_type: 'Bearer' } }
    const { generateKeyPairSync } = await import('node:crypto')
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const private_key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    const warned: string[] = []
    await logIn({ warn: (text) => void warned.push(text) }, { private_key })
    expect(grants()).toEqual(['client_credentials', 'urn:ietf:params:oauth:grant-type:jwt-bearer'])
    expect(warned).toEqual([expect.stringContaining('going on with --flow jwt')])
  })

  it.each(['access_denied', 'admin_policy_enforced', 'application_suspended', 'invalid_scope'])(
    'does not go on after %s',
    async (error) => {
      const interaction = comingBack({ error })
      await expect(logIn({ interaction }, { client_secret: 's' })).rejects.toMatchObject({
        message: expect.stringContaining(error),
      })
      expect(server.seen.map(({ url }) => url)).toEqual([discoveryPath])
    },
  )

  it('says what there is where a person cannot log in at all', async () => {
    const changes = {
      authorization_endpoint: undefined,
      device_authorization_endpoint: undefined,
      grant_types_supported: ['client_credentials', 'password', 'refresh_token'],
    }
    server.answers[discoveryPath] = metadata(changes)
    await expect(logIn({ interaction: person({}) })).rejects.toMatchObject({
      code: 'unsupported',
      details: { hint: 'use --flow client', sent: false },
    })
  })
})

describe('the hint of a flow that was refused', () => {
  it.each([
    [
      'code',
      'unauthorized_client',
      'allow it where the client is registered, or use --flow device',
    ],
    ['code', 'unsupported_response_type', 'use --flow device'],
    [
      'device',
      'unauthorized_client',
      'allow it where the client is registered, or use --flow code',
    ],
    ['client', 'unsupported_grant_type', 'use --flow code or device'],
    [
      'client',
      'unauthorized_client',
      'allow it where the client is registered, or use --flow code or device',
    ],
  ])('%s, %s: names the others that the server offers', async (flow, error, hint) => {
    server.answers['/token'] = refusal(error)
    server.answers['/device'] = refusal(error)
    const reach = { interaction: comingBack({ error }) }
    await expect(logIn(reach, { client_secret: 's' }, { flow })).rejects.toMatchObject({
      code: 'provider_refused',
      details: { hint },
    })
  })

  it.each([
    ['device', 'device_authorization_endpoint', 'use --flow code; or '],
    ['code', 'authorization_endpoint', 'use --flow device; or '],
  ])('%s, without an endpoint: names the other', async (flow, endpoint, other) => {
    server.answers[discoveryPath] = metadata({ [endpoint]: undefined })
    const reach = { interaction: person({}), announcer: person({}) }
    await expect(logIn(reach, {}, { flow })).rejects.toMatchObject({
      code: 'unsupported',
      message: `the server has no ${endpoint.replaceAll('_', ' ')}`,
      details: { hint: `${other}name it, if there is one: --${endpoint.replaceAll('_', '-')} URL` },
    })
  })

  it('names none that was tried, or that nobody is there for', async () => {
    server.answers['/token'] = refusal('unauthorized_client')
    const interaction = comingBack({ error: 'unauthorized_client' })
    await expect(logIn({ interaction }, { client_secret: 's' })).rejects.toMatchObject({
      details: { hint: 'allow it where the client is registered' },
    })
    server.answers['/token'] = refusal('unsupported_grant_type')
    await expect(logIn({ interaction }, { client_secret: 's' })).rejects.toMatchObject({
      details: { hint: 'it offers no other that tokn has: ask who runs it' },
    })
    await expect(logIn({}, { client_secret: 's' })).rejects.toMatchObject({
      details: { hint: 'use --flow device' },
    })
  })

  it('is of a flow too where a server calls that an invalid request', async () => {
    for (const text of [
      'requested grant type is not allowed for this client',
      'urn:ietf:params:oauth:grant-type:device_code is not allowed for this client',
      'The grant_type is disabled',
    ]) {
      server.answers['/token'] = refusal('invalid_request', text)
      await expect(logIn({}, { client_secret: 's' })).rejects.toMatchObject({
        details: { refusal: 'flow-forbidden' },
      })
    }
    server.answers['/token'] = refusal('invalid_request', 'grant_type is missing')
    await expect(logIn({}, { client_secret: 's' })).rejects.toMatchObject({
      details: { refusal: undefined },
    })
  })
})
