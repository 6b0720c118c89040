import { createRemoteJWKSet, jwtVerify } from 'jose'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { expectTruth, told, type Told } from '../definitions/support/truth.ts'
import { makeHome, type Environment, type Home } from '../support/home.ts'
import { run, type Ended } from '../support/run.ts'
import { hasTerminal, openTerminal } from '../support/terminal.ts'
import {
  clientSecret as glewlwydSecret,
  hasGlewlwyd,
  startGlewlwyd,
  type Glewlwyd,
} from './glewlwyd-server.ts'
import { api, clientSecret, startOidc, type OidcServer } from './oidc-server.ts'
import { discoveryPath, metadata, startFake, type FakeServer } from '../unit/oauth/fake-server.ts'
import { logInAs } from './user-agent.ts'

// What `logout` and `info` say of a token, held against what an API does with it: one that asks the
// server, as its userinfo or introspection, or one that checks a JWT by the server's keys alone.

type Use = (token: string) => Promise<boolean>

interface Case {
  readonly login: readonly string[]
  readonly env?: Environment
  /** Follows the address that a login shows; absent where it shows none. */
  readonly browse?: (url: string) => Promise<void>
  readonly use: Use
}

let home: Home
beforeEach(() => {
  home = makeHome()
})
afterEach(() => home.remove())

async function tokn(args: readonly string[], env: Environment = {}): Promise<Ended> {
  return await run(args, { home, env })
}

async function logIn({ login, env, browse }: Case): Promise<string> {
  const words = ['login', 'work', ...login]
  if (browse === undefined) {
    const ended = await tokn(words, env)
    expect(ended.status, ended.err).toBe(0)
  } else {
    const terminal = openTerminal([...words, '--no-browser'], home, env)
    await browse((await terminal.until(/^(http:\S+)$/m))[1] ?? '')
    const { status, err } = await terminal.ended
    expect(status, err).toBe(0)
  }
  return (await tokn(['token', 'work'])).out.trim()
}

/** Logs out twice, for the document and for the words, and tries the token each time. */
async function logOut(one: Case): Promise<{ json: Told; words: Ended; alive: boolean }> {
  const first = await logIn(one)
  expect(await one.use(first)).toBe(true)
  const document = await tokn(['logout', 'work', '--json'], one.env)
  const alive = await one.use(first)
  const second = await logIn(one)
  const words = await tokn(['logout', 'work'], one.env)
  expect(await one.use(second)).toBe(alive)
  return { json: told(document), words, alive }
}

async function infoOf(env?: Environment): Promise<Readonly<Record<string, unknown>>> {
  const { status, out, err } = await tokn(['info', 'work', '--json'], env)
  expect(status, err).toBe(0)
  return JSON.parse(out) as Record<string, unknown>
}

describe.skipIf(!hasTerminal())('a token of oidc-provider', () => {
  let server: OidcServer
  beforeAll(async () => {
    server = await startOidc()
  })
  afterAll(async () => server.stop())

  const native = (...args: readonly string[]): Omit<Case, 'use'> => ({
    login: ['--issuer', server.issuer, '--client-id', 'native', ...args],
    browse: async (url) => {
      await logInAs('alice', url)
    },
  })
  const atUserinfo: Use = async (token) => {
    const headers = { authorization: `Bearer ${token}` }
    return (await fetch(`${server.issuer}/me`, { headers })).status === 200
  }
  const byKeys: Use = async (token) => {
    const keys = createRemoteJWKSet(new URL(`${server.issuer}/jwks`))
    const { payload } = await jwtVerify(token, keys, { audience: api })
    return payload.sub === 'alice'
  }

  it.each([
    ['with a refresh token', ['openid', 'offline_access', 'read']],
    ['without one', ['openid', 'read']],
  ])('%s is proven dead', async (_, scopes) => {
    const flags = scopes.flatMap((scope) => ['--scope', scope])
    const { json, words, alive } = await logOut({ ...native(...flags), use: atUserinfo })
    expectTruth(json, words, alive)
    expect({ alive, status: json.status }).toEqual({ alive: false, status: 0 })
    expect(json.result).toMatchObject({ revoked: true, verified: true, alive: null })
    expect(words.err).toBe('work: logged out, and the token is revoked\n')
  })

  it('of a client that speaks for itself is proven dead', async () => {
    const env = { TOKN_CLIENT_SECRET: clientSecret }
    const use: Use = async (token) => {
      const client = { client_id: 'client_secret_post', client_secret: clientSecret }
      const body = new URLSearchParams({ ...client, token })
      const answer = await fetch(`${server.issuer}/token/introspection`, { method: 'POST', body })
      return ((await answer.json()) as { active: boolean }).active
    }
    const place = ['--issuer', server.issuer, '--client-id', 'client_secret_post']
    const login = [...place, '--flow', 'client', '--client-auth', 'client_secret_post']
    const { json, words, alive } = await logOut({ login, env, use })
    expectTruth(json, words, alive)
    expect(json.result).toMatchObject({ revoked: true, verified: true })
  })

  it('that is a JWT is never called dead: introspection does not know it, the API takes it', async () => {
    const scopes = ['openid', 'offline_access', 'read'].flatMap((scope) => ['--scope', scope])
    const one = { ...native(...scopes, '--resource', api), use: byKeys }
    const token = await logIn(one)
    const before = await infoOf()
    expect(before['active']).not.toBe(false)
    expect((await tokn(['info', 'work'])).out).not.toMatch(/alive +no/)
    const { status, out, err } = await tokn(['logout', 'work', '--json'])
    expect(await one.use(token)).toBe(true)
    // It revokes the refresh token, and says of a JWT that it cannot.
    expect(status, err).toBe(12)
    const [result] = JSON.parse(out).results
    expect(result).toMatchObject({ revoked: false, verified: false })
    expect(result.alive_until).toEqual(expect.any(String))
    await logIn(one)
    const words = await tokn(['logout', 'work'])
    expect(words.err).toMatch(/^work: its tokens may still be alive at the provider: .+ 20\S+Z$/m)
  })

  it('that was revoked elsewhere is called dead, and one that works is not', async () => {
    const one = { ...native('--scope', 'openid', '--scope', 'read'), use: atUserinfo }
    const token = await logIn(one)
    expect(await infoOf()).toMatchObject({ active: true, remote_checked: true })
    const body = new URLSearchParams({ token, client_id: 'native' })
    await fetch(`${server.issuer}/token/revocation`, { method: 'POST', body })
    expect(await one.use(token)).toBe(false)
    expect(await infoOf()).toMatchObject({ active: false, remote_checked: true })
    // What is gone already is no failure, and nothing that is dead is called alive.
    const ended = await tokn(['logout', 'work'])
    expect(ended.status, ended.err).toBe(0)
    expect(ended.err).not.toContain('alive')
  })
})

const there = [hasTerminal(), hasGlewlwyd()].every(Boolean)

describe.skipIf(!there)('a token of glewlwyd', () => {
  let server: Glewlwyd
  beforeAll(async () => {
    server = await startGlewlwyd()
  })
  afterAll(async () => server?.stop())

  const env = { TOKN_PASSWORD: 'correct horse', TOKN_CLIENT_SECRET: glewlwydSecret }
  const byAsking: Use = async (token) => {
    const basic = Buffer.from(`confidential:${glewlwydSecret}`).toString('base64')
    const answer = await fetch(`${server.issuer}/introspect`, {
      method: 'POST',
      headers: { authorization: `Basic ${basic}` },
      body: new URLSearchParams({ token }),
    })
    return ((await answer.json()) as { active: boolean }).active
  }

  const byKeys: Use = async (token) => {
    const keys = createRemoteJWKSet(new URL(`${server.issuer}/jwks`))
    return (await jwtVerify(token, keys)).payload.exp !== undefined
  }

  it('is proven dead where the client may ask, and who need not ask is told', async () => {
    const place = ['--issuer', server.issuer, '--client-id', 'confidential', '--scope', 'api']
    const login = [...place, '--flow', 'password', '--username', 'alice']
    const one = { login: [...login, '--client-auth', 'client_secret_post'], env, use: byAsking }
    const { json, words, alive } = await logOut(one)
    expectTruth(json, words, alive)
    expect({ alive, status: json.status }).toEqual({ alive: false, status: 0 })
    expect(json.result).toMatchObject({ revoked: true, verified: true })
    expect(words.err).toMatch(/^work: an API that checks the token by itself.* until 20\S+Z$/m)
  })

  it('of a client that it lets revoke nothing lives on, and that is exit 12', async () => {
    const flags = ['--redirect-port', String(server.redirectPort), '--scope', 'openid']
    const one: Case = {
      login: ['--issuer', server.issuer, '--client-id', 'public', '--scope', 'api', ...flags],
      browse: async (url) => await server.browse(url),
      use: byKeys,
    }
    const { json, words, alive } = await logOut(one)
    expectTruth(json, words, alive)
    expect({ alive, status: json.status }).toEqual({ alive: true, status: 12 })
    expect(json.err).toContain('alive at the provider')
    expect(words.err).toMatch(/^tokn: error: the session of "work" is erased here/m)
  })
})

describe('a token of a server that', () => {
  let server: FakeServer
  const place = () => ['--issuer', server.origin, '--client-id', 'app', '--flow', 'client']
  const env = { TOKN_CLIENT_SECRET: 'a-secret-of-the-client' }
  const token = { access_token: 'an-opaque-token-of-it', token_type: 'Bearer', expires_in: 600 }
  const start = async (changes: Readonly<Record<string, unknown>>, more: FakeServer['answers']) => {
    server = await startFake({
      [discoveryPath]: metadata({ userinfo_endpoint: undefined, ...changes }),
      '/token': { body: token },
      ...more,
    })
    const { status, err } = await tokn(['login', 'work', ...place()], env)
    expect(status, err).toBe(0)
  }
  afterEach(async () => server.stop())

  it('has no way to end it lives on, which is no failure', async () => {
    await start({ revocation_endpoint: undefined }, { '/introspect': { body: { active: true } } })
    const json = told(await tokn(['logout', 'work', '--json'], env))
    expect(json.status, json.err).toBe(0)
    expect(json.result).toMatchObject({ revoked: false, verified: false })
    expect(json.result['alive']).toMatch(/no endpoint to revoke tokens; end the session in its/)
    expect(json.result['alive_until']).toMatch(/Z$/)
  })

  it.each([
    ['calls everything inactive', { body: { active: false } }],
    ['lets nobody ask', { status: 403 }],
    ['is down when it is asked', { status: 503 }],
  ])('ends it and %s is not called verified, nor its logout a failure', async (_, introspect) => {
    await start({}, { '/revoke': { status: 200 }, '/introspect': introspect })
    const json = told(await tokn(['logout', 'work', '--json', '--timeout', '20s'], env))
    expect(json.status, json.err).toBe(0)
    expect(json.result).toMatchObject({ revoked: true, verified: false, alive: null })
  })

  it.each([
    ['refuses', { status: 400, body: { error: 'unsupported_token_type' } }],
    ['does not know the client', { status: 401, body: { error: 'invalid_client' } }],
    ['is down', { status: 503 }],
    ['answers with a page', { status: 404, body: '<html><h1>nothing here</h1></html>' }],
  ])('%s when it is to be ended may live on, which is exit 12', async (_, revoke) => {
    await start({}, { '/revoke': revoke, '/introspect': { status: 404 } })
    const json = told(await tokn(['logout', 'work', '--json', '--timeout', '20s'], env))
    expect(json.status, json.err).toBe(12)
    expect(json.result).toMatchObject({ revoked: false, verified: false, erased: true })
    expect(json.result['alive_until']).toMatch(/Z$/)
    expect(json.err).toContain('may still be alive at the provider')
  })

  it('says yes and calls it active still is exit 12', async () => {
    await start(
      {},
      {
        '/revoke': { status: 200 },
        '/introspect': ({ form }) => ({
          body: { active: form.get('token') === token.access_token },
        }),
      },
    )
    const json = told(await tokn(['logout', 'work', '--json'], env))
    expect(json.status, json.err).toBe(12)
    expect(json.result['alive']).toContain('is still alive, by introspection')
  })
})
