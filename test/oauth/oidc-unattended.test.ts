import { generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openOauth } from '../../src/providers/oauth/provider.ts'
import { clientKey, clientSecret, startOidc, type OidcServer } from './oidc-server.ts'
import { endAndLook, openReach, person } from './reach.ts'
import { logInAs } from './user-agent.ts'

let server: OidcServer
beforeAll(async () => {
  server = await startOidc()
})
afterAll(async () => server.stop())

async function open(client_id: string, settings: Readonly<Record<string, string>> = {}) {
  const provider = await openOauth({ settings: { issuer: server.issuer, client_id, ...settings } })
  return provider
}

const pem = clientKey.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const sec1 = clientKey.privateKey.export({ type: 'sec1', format: 'pem' }).toString()
const jwk = JSON.stringify({ ...clientKey.privateKey.export({ format: 'jwk' }), kid: 'first' })

async function subjectToken(): Promise<string> {
  const provider = await open('native', { scope: 'openid read write' })
  const interaction = person({ browse: (url) => logInAs('alice', url) })
  return (await provider.login!(openReach({}, { interaction }), {})).access.reveal()
}

describe('oidc-provider: client credentials', () => {
  for (const method of [
    'client_secret_basic',
    'client_secret_post',
    'client_secret_jwt',
  ] as const) {
    it(`proves the client by ${method}`, async () => {
      const provider = await open(method, { flow: 'client', client_auth: method, scope: 'read' })
      const tokens = await provider.login!(openReach({ client_secret: clientSecret }), {})
      expect(tokens.scopes).toEqual(['read'])
      expect(tokens.refresh).toBeUndefined()
      expect(tokens.context['client_secret']).toBeUndefined()
    })
  }

  for (const [form, key] of Object.entries({ pem, sec1, jwk, set: `{"keys":[${jwk}]}` })) {
    it(`proves the client by private_key_jwt with a key as ${form}`, async () => {
      const provider = await open('private_key_jwt', { flow: 'client', scope: 'read' })
      const tokens = await provider.login!(openReach({ private_key: key }), {})
      expect(tokens.scopes).toEqual(['read'])
    })
  }

  it('needs no flow named where there is a secret and nobody to ask', async () => {
    const provider = await open('client_secret_post')
    const reach = openReach({ client_secret: clientSecret })
    const tokens = await provider.login!(reach, { scopes: ['write'] })
    expect(tokens.context['flow']).toBe('client')
    expect(tokens.scopes).toEqual(['write'])
  })

  it('issues a down-scoped token to the same client', async () => {
    const provider = await open('client_secret_post', { flow: 'client', scope: 'read write' })
    const reach = openReach({ client_secret: clientSecret })
    const tokens = await provider.login!(reach, {})
    const issued = await provider.issue!(reach, tokens, { scopes: ['read'] })
    expect(issued.scopes).toEqual(['read'])
    expect(issued.access.equals(tokens.access)).toBe(false)
  })

  it('ends the token, and has that confirmed', async () => {
    const provider = await open('client_secret_post', { flow: 'client', scope: 'read' })
    const reach = openReach({ client_secret: clientSecret })
    const tokens = await provider.login!(reach, {})
    expect(await endAndLook(provider, reach, tokens)).toEqual({
      access: 'ended',
      refresh: 'unseen',
    })
    // Without its secret the client can revoke nothing, and must not be told that it did.
    await expect(provider.logout!(openReach(), tokens)).rejects.toMatchObject({
      code: 'provider_refused',
    })
  })

  it('says so when the secret is wrong, and does not repeat it', async () => {
    const provider = await open('client_secret_post', { flow: 'client', scope: 'read' })
    const reach = openReach({ client_secret: 'wrong-secret-value' })
    const error = await provider.login!(reach, {}).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({
      code: 'reauth_required',
      details: { refusal: 'credentials', http: { status: 401, providerCode: 'invalid_client' } },
    })
    expect(JSON.stringify(error) + String(error)).not.toContain('wrong-secret-value')
  })

  it('says so when a key is none, or the wrong one', async () => {
    const provider = await open('private_key_jwt', { flow: 'client', scope: 'read' })
    await expect(
      provider.login!(openReach({ private_key: 'not a key' }), {}),
    ).rejects.toMatchObject({ code: 'usage', message: expect.stringContaining('neither') })
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
    const text = other.export({ type: 'pkcs8', format: 'pem' }).toString()
    await expect(provider.login!(openReach({ private_key: text }), {})).rejects.toMatchObject({
      code: 'reauth_required',
    })
  })

  it('tells a scope that the server does not give', async () => {
    const provider = await open('client_secret_post', { flow: 'client', scope: 'openid' })
    const reach = openReach({ client_secret: clientSecret })
    await expect(provider.login!(reach, {})).rejects.toMatchObject({
      code: 'provider_refused',
      hint: 'ask for others with --scope',
    })
  })

  it('is refused what its client may not do', async () => {
    const provider = await open('client_secret_post', { flow: 'password', username: 'alice' })
    const reach = openReach({ client_secret: clientSecret, password: 'any' })
    await expect(provider.login!(reach, {})).rejects.toMatchObject({ code: 'provider_refused' })
  })
})

describe('oidc-provider: token exchange', () => {
  it('trades a token of another client', async () => {
    const provider = await open('client_secret_post', { flow: 'exchange', scope: 'read' })
    const answers = { client_secret: clientSecret, subject_token: await subjectToken() }
    const tokens = await provider.login!(openReach(answers), {})
    expect(tokens.context).toMatchObject({
      flow: 'exchange',
      issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    })
    expect(tokens.scopes).toEqual(['read'])
  })

  it('says so when the server does not take the subject token', async () => {
    const provider = await open('client_secret_post', { flow: 'exchange' })
    const reach = openReach({ client_secret: clientSecret, subject_token: 'dead' })
    await expect(provider.login!(reach, {})).rejects.toMatchObject({
      code: 'reauth_required',
      details: { refusal: 'credentials' },
    })
  })

  it('gets the ID token of a GitHub Actions job and sends it as the subject', async () => {
    const idToken = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJyZXBvOm9yZy9uYW1lIn0.c2ln'
    const asked: { url: string; authorization: string | undefined }[] = []
    const actions = createServer((request, response) => {
      asked.push({ url: request.url ?? '', authorization: request.headers.authorization })
      response.setHeader('content-type', 'application/json; charset=utf-8')
      response.end(JSON.stringify({ count: 1, value: idToken }))
    })
    await new Promise<void>((resolve) => actions.listen(0, '127.0.0.1', resolve))
    try {
      const { port } = actions.address() as AddressInfo
      const provider = await open('client_secret_post', { flow: 'ci', ci_audience: 'api://x' })
      const reach = openReach({
        client_secret: clientSecret,
        ci_request_url: `http://127.0.0.1:${port}/token?api-version=2`,
        ci_request_token: 'runner-secret',
      })
      await expect(provider.login!(reach, {})).rejects.toMatchObject({ code: 'reauth_required' })
      expect(asked).toEqual([
        {
          url: '/token?api-version=2&audience=api%3A%2F%2Fx',
          authorization: 'Bearer runner-secret',
        },
      ])
      const body = new URLSearchParams(reach.requests.at(-1)?.body)
      expect(Object.fromEntries(body)).toMatchObject({
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        subject_token: idToken,
        subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
      })
    } finally {
      actions.close()
    }
  })
})
