import { generateKeyPairSync, verify } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openOauth } from '../../../src/providers/oauth/provider.ts'
import { openReach } from '../../oauth/reach.ts'
import { discoveryPath, metadata, signJwt, startFake, type FakeServer } from './fake-server.ts'

let server: FakeServer
beforeEach(async () => {
  server = await startFake({
    [discoveryPath]: metadata(),
    '/token': { body: { access_token: 'fine', token_type: 'Bearer' } },
  })
})
afterEach(async () => server.stop())

async function send(
  settings: Readonly<Record<string, string>>,
  answers: Readonly<Record<string, string>>,
) {
  const provider = await openOauth({
    settings: { issuer: server.origin, client_id: 'app', ...settings },
  })
  await provider.login!(openReach(answers), {})
  const { form, headers } = server.seen.at(-1)!
  return { form: Object.fromEntries(form), headers }
}

const jobToken = signJwt({ sub: 'repo:org/name', aud: 'x' })

describe('an assertion (RFC 7523)', () => {
  it('is sent as it was given', async () => {
    const { form } = await send({ flow: 'jwt', scope: 'a b' }, { assertion: jobToken })
    expect(form).toEqual({
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      assertion: jobToken,
      scope: 'a b',
      client_id: 'app',
    })
  })

  it('is signed with the key, as a service account does', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const pem = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString()
    const { form } = await send(
      { flow: 'jwt', subject: 'robot', scope: 'a', client_auth: 'none' },
      { private_key: pem },
    )
    const [header, payload, signature] = form['assertion']!.split('.') as [string, string, string]
    const signed = Buffer.from(`${header}.${payload}`)
    expect(verify('sha256', signed, publicKey, Buffer.from(signature, 'base64url'))).toBe(true)
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<
      string,
      number
    >
    expect(claims).toMatchObject({
      iss: 'app',
      sub: 'robot',
      aud: `${server.origin}/token`,
      scope: 'a',
    })
    expect(claims['exp']! - claims['iat']!).toBe(300)
  })
})

describe('a CI job', () => {
  it('trades its ID token by token exchange', async () => {
    const { form } = await send({ flow: 'ci', audience: 'api' }, { ci_id_token: jobToken })
    expect(form).toMatchObject({
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token: jobToken,
      subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
      audience: 'api',
    })
  })

  it('presents it as an assertion', async () => {
    const { form } = await send({ flow: 'ci', ci_grant: 'jwt' }, { ci_id_token: jobToken })
    expect(form).toMatchObject({
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      assertion: jobToken,
    })
  })

  it('proves its client with it', async () => {
    const { form } = await send({ flow: 'ci', ci_grant: 'client' }, { ci_id_token: jobToken })
    expect(form).toEqual({
      grant_type: 'client_credentials',
      client_id: 'app',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: jobToken,
    })
  })

  it('is told how to get one', async () => {
    await expect(send({ flow: 'ci' }, {})).rejects.toMatchObject({
      code: 'reauth_required',
      hint: expect.stringContaining('id-token: write'),
    })
    await expect(send({ flow: 'ci' }, { ci_id_token: 'opaque' })).rejects.toMatchObject({
      code: 'usage',
    })
    await expect(
      send({ flow: 'ci' }, { ci_request_url: 'http://evil.example/', ci_request_token: 'x' }),
    ).rejects.toMatchObject({ code: 'usage' })
  })
})

describe('what is not needed is not asked for', () => {
  it('chooses the flow by what was brought along', async () => {
    const exchanged = await send({}, { subject_token: 'theirs', client_secret: 's3cret' })
    expect(exchanged.form['grant_type']).toContain('token-exchange')
    const asserted = await send({}, { assertion: jobToken })
    expect(asserted.form['grant_type']).toContain('jwt-bearer')
    const client = await send({}, { client_secret: 's3cret' })
    expect(client.form['grant_type']).toBe('client_credentials')
  })

  it('chooses the proof by what the server takes', async () => {
    const methods = async (supported: readonly string[] | undefined) => {
      server.answers[discoveryPath] = metadata({
        token_endpoint_auth_methods_supported: supported,
      })
      return await send({}, { client_secret: 'a:b' })
    }
    const basic = `Basic ${Buffer.from('app:a%3Ab').toString('base64')}`
    expect((await methods(undefined)).headers.authorization).toBe(basic)
    expect((await methods(['client_secret_basic'])).headers.authorization).toBe(basic)
    expect((await methods(['client_secret_basic', 'client_secret_post'])).form).toMatchObject({
      client_id: 'app',
      client_secret: 'a:b',
    })
    expect((await methods(['client_secret_jwt'])).form).toHaveProperty('client_assertion')
    const raw = await send({ client_auth: 'basic_raw' }, { client_secret: 'a:b' })
    const pair = Buffer.from('app:a:b').toString('base64')
    expect(raw.headers.authorization).toBe(`Basic ${pair}`)
  })

  it('needs its secret only where one is used', async () => {
    await expect(
      send({ flow: 'client', client_auth: 'client_secret_post' }, {}),
    ).rejects.toMatchObject({ code: 'reauth_required', message: expect.stringContaining('secret') })
  })
})

describe('a login that was refused for what it had presented', () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const private_key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  it.each([
    [{ flow: 'password', username: 'alice' }, { password: 'wrong' }, /^check the user name and/],
    [{ flow: 'jwt', client_auth: 'none' }, { assertion: jobToken }, /^check the assertion \(/],
    [{ flow: 'jwt', client_auth: 'none' }, { private_key }, /^check the key, the client id and/],
    [{ flow: 'exchange' }, { subject_token: 'theirs' }, /^check the subject token \(/],
    [{ flow: 'ci', ci_grant: 'jwt' }, { ci_id_token: jobToken }, /^check which CI jobs /],
  ])('%j: is told what to check', async (settings, answers, hint) => {
    server.answers['/token'] = { status: 400, body: { error: 'invalid_grant' } }
    await expect(send(settings, answers as Record<string, string>)).rejects.toMatchObject({
      code: 'reauth_required',
      message: expect.stringContaining('did not accept what was presented'),
      hint: expect.stringMatching(new RegExp(`${hint.source}.*: tokn login$`)),
    })
  })

  const secret = { client_secret: 's3cret' }
  it.each([
    [undefined, 'say which with --scope'],
    [['openid', 'email'], 'say which: --scope openid; it also lists email'],
    [
      ['openid', '\u001b[2J', 'a b', '$(id)', '-x', 'read', 'api://x/.default', 'read'],
      'say which: --scope read; it also lists api://x/.default, openid',
    ],
    [Array.from({ length: 99 }, (_, index) => `s${index}`), /^say which: --scope s0; .* s5$/],
  ])('names scopes of %j where the server wants some', async (scopes_supported, hint) => {
    server.answers[discoveryPath] = metadata({ scopes_supported })
    server.answers['/token'] = { status: 400, body: { error: 'invalid_scope' } }
    await expect(send({ flow: 'client' }, secret)).rejects.toMatchObject({
      code: 'provider_refused',
      message: 'the server wants to be asked for scopes (invalid_scope)',
      hint: typeof hint === 'string' ? hint : expect.stringMatching(hint),
    })
    await expect(send({ flow: 'client', scope: 'read' }, secret)).rejects.toMatchObject({
      message: 'the server does not grant these scopes (invalid_scope)',
      hint: 'ask for others with --scope',
    })
  })
})
