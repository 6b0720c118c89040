import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { jwtVerify } from 'jose'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { makeHome, type Home } from '../support/home.ts'
import { run, startCommand } from '../support/run.ts'
import { idToken, metadata, startFake, type FakeServer } from '../unit/oauth/fake-server.ts'
import { openOauth } from '../../src/providers/oauth/provider.ts'
import { clientSecret, startOidc, type OidcServer } from './oidc-server.ts'
import { openReach, person } from './reach.ts'
import { logInAs } from './user-agent.ts'

const given = { access_token: 'given', token_type: 'Bearer', expires_in: 600 }
const exchangeGrant = 'urn:ietf:params:oauth:grant-type:token-exchange'

describe('tokn login by other grants', () => {
  let server: OidcServer
  let fake: FakeServer
  let home: Home
  beforeAll(async () => {
    server = await startOidc()
  })
  afterAll(async () => server.stop())
  beforeEach(async () => {
    home = makeHome()
    // Found by RFC 8414 alone: there is no OpenID Connect here.
    fake = await startFake({
      '/.well-known/oauth-authorization-server': metadata({
        id_token_signing_alg_values_supported: ['ES256'],
      }),
      '/token': { body: given },
    })
  })
  afterEach(async () => {
    home.remove()
    await fake.stop()
  })

  function file(name: string, content: string): string {
    const path = join(home.work, name)
    writeFileSync(path, content, { mode: 0o600 })
    return path
  }

  async function expectLogin(words: readonly string[], env = {}): Promise<void> {
    const { status, out, err } = await run(words, { home, env })
    expect({ status, out }, err).toEqual({ status: 0, out: '' })
  }

  const form = () => Object.fromEntries(fake.seen.at(-1)?.form ?? [])

  it('trades a token in (RFC 8693)', async () => {
    const person = await subjectToken(server.issuer)
    const words = [...at(server.issuer, 'client_secret_post'), '--flow', 'exchange']
    const subject = ['--subject-token-file', file('subject', `${person}\n`), '--scope', 'read']
    const env = { TOKN_CLIENT_SECRET: clientSecret }
    await expectLogin([...words, ...subject], env)
    const token = (await run(['token', 'svc'], { home })).out.trim()
    expect(token).not.toBe(person)
    const me = await run(['info', 'svc', '--json'], { home, env })
    expect(JSON.parse(me.out)).toMatchObject({ remote_checked: true, scopes: ['read'] })
    const dead = await run([...words, '--subject-token-file', file('dead', 'gone')], { home, env })
    expect(dead).toMatchObject({ status: 4, out: '' })
    const missing = await run(words, { home, env })
    expect(missing).toMatchObject({ status: 4, out: '' })
    expect(missing.err).toContain('TOKN_SUBJECT_TOKEN')
  })

  it('sends audience, resource and types as RFC 8693 names them', async () => {
    const words = [...at(fake.origin), '--flow', 'exchange', '--audience', 'billing']
    const types = ['--set', 'subject_token_type=id_token', '--set', 'requested_token_type=jwt']
    const resource = ['--resource', 'https://api.example.com/v1']
    await expectLogin([...words, ...types, ...resource], { TOKN_SUBJECT_TOKEN: 'subject' })
    expect(form()).toMatchObject({
      grant_type: exchangeGrant,
      subject_token: 'subject',
      subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
      requested_token_type: 'urn:ietf:params:oauth:token-type:jwt',
      audience: 'billing',
      resource: 'https://api.example.com/v1',
    })
  })

  it('signs an assertion, or takes a signed one (RFC 7523)', async () => {
    const { privateKey } = generateKeyPairSync('ed25519')
    const key = file('key', privateKey.export({ type: 'pkcs8', format: 'pem' }).toString())
    const words = [...at(fake.origin), '--flow', 'jwt', '--client-auth', 'none']
    await expectLogin([...words, '--private-key-file', key, '--set', 'subject=alice'])
    const { assertion = '', grant_type } = form()
    expect(grant_type).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer')
    const checks = { audience: `${fake.origin}/token`, issuer: 'app', subject: 'alice' }
    const { payload } = await jwtVerify(assertion, createPublicKey(privateKey), checks)
    expect(payload.exp! - payload.iat!).toBe(300)
    await expectLogin([...words, '--assertion-file', file('assertion', 'a.signed.one\n')])
    expect(form()).toMatchObject({ assertion: 'a.signed.one' })
    expect(form()['client_secret']).toBeUndefined()
  })

  it('goes to endpoints that the profile names, without any discovery', async () => {
    const endpoint = `token_endpoint=${fake.origin}/token`
    const words = ['login', 'svc', '-p', 'oauth', '--set', endpoint, '--client-id', 'app']
    const env = { TOKN_CLIENT_SECRET: 'the-secret' }
    await expectLogin([...words, '--flow', 'client', '--scope', 'a b'], env)
    expect(fake.seen.map(({ url }) => url)).toEqual(['/token'])
    expect(form()).toEqual({ grant_type: 'client_credentials', scope: 'a b' })
    expect(fake.seen[0]?.headers.authorization).toBe(
      `Basic ${Buffer.from('app:the-secret').toString('base64')}`,
    )
    await expectLogin([...words, '--flow', 'client', '--client-auth', 'basic_raw'], env)
    expect(fake.seen.at(-1)?.headers.authorization).toBe(
      `Basic ${Buffer.from('app:the-secret').toString('base64')}`,
    )
  })

  it('asks with a password only where that is named', async () => {
    const words = [...at(fake.origin), '--username', 'alice', '--client-auth', 'none']
    const auto = await run(words, { home, env: { TOKN_PASSWORD: 'correct horse' } })
    expect(auto.status).toBe(4)
    expect(fake.seen.every(({ url }) => url !== '/token')).toBe(true)
    const options = { home, input: 'correct horse\n' }
    const named = await run([...words, '--flow', 'password', '--password-stdin'], options)
    expect(named.status, named.err).toBe(0)
    expect(form()).toEqual({
      client_id: 'app',
      grant_type: 'password',
      username: 'alice',
      password: 'correct horse',
    })
  })

  it('renews an ID token that ends before its access token does', async () => {
    const ids: string[] = []
    let life = 300
    fake.answers['/token'] = (_, origin) => {
      const exp = Math.floor(Date.now() / 1_000) + life
      ids.push(idToken(origin, { exp, jti: String(ids.length) }))
      const body = { ...given, expires_in: 86_400, refresh_token: 'r', id_token: ids.at(-1) }
      return { body }
    }
    const words = [...at(fake.origin), '--username', 'alice', '--client-auth', 'none']
    await expectLogin([...words, '--flow', 'password'], { TOKN_PASSWORD: 'x' })
    const idTokenOf = async (...flags: readonly string[]) =>
      await startCommand(['tokn', 'token', 'svc', '--id-token', ...flags], { home }).ended
    expect(await idTokenOf()).toEqual({ status: 0, out: `${ids[0]}\n`, err: '' })
    home.shiftClock(600_000)
    life = 7_200
    expect(await idTokenOf('--refresh', 'never')).toMatchObject({ status: 4, out: '' })
    expect((await idTokenOf()).out).toBe(`${ids[1]}\n`)
    expect(JSON.parse((await idTokenOf('--json')).out)).toMatchObject({ id_token: ids[1] })
    expect(ids).toHaveLength(2)
    // One that no refresh renews is said to be too old, after a single try.
    life = 1
    const { status, out, err } = await idTokenOf('--min-ttl', '3h')
    expect({ status, out }).toEqual({ status: 4, out: '' })
    expect(err).toContain('tokn: hint: tokn login svc\n')
    expect(ids).toHaveLength(3)
  })

  it('says which command helps when a refresh is refused', async () => {
    fake.answers['/token'] = ({ form: sent }) =>
      sent.get('grant_type') === 'refresh_token'
        ? { status: 400, body: { error: 'invalid_grant', error_description: 'revoked' } }
        : { body: { access_token: 'a', token_type: 'Bearer', expires_in: 60, refresh_token: 'r' } }
    const words = [...at(fake.origin), '--username', 'alice', '--client-auth', 'none']
    await expectLogin([...words, '--flow', 'password'], { TOKN_PASSWORD: 'x' })
    home.shiftClock(3_600_000)
    const { status, out, err } = await startCommand(['tokn', 'token', 'svc'], { home }).ended
    expect({ status, out }).toEqual({ status: 4, out: '' })
    expect(err).toContain('no longer accepts the refresh token (invalid_grant: revoked)')
    expect(err).toContain('tokn: hint: tokn login svc\n')
  })
})

function at(issuer: string, client = 'app'): readonly string[] {
  return ['login', 'svc', '--issuer', issuer, '--client-id', client]
}

async function subjectToken(issuer: string): Promise<string> {
  const provider = await openOauth({
    settings: { issuer, client_id: 'native', scope: 'openid read write' },
  })
  const interaction = person({ browse: (url) => logInAs('alice', url) })
  return (await provider.login!(openReach({}, { interaction }), {})).access.reveal()
}
