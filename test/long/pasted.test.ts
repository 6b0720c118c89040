import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Fault } from '../../src/sandbox/faults.ts'
import type { SandboxName } from '../../src/sandbox/server.ts'
import { findTexts } from '../support/files.ts'
import { makeHome, type Environment, type Home } from '../support/home.ts'
import { run, type Ended } from '../support/run.ts'
import { addressOf, startServers, type Servers } from '../support/servers.ts'

interface Sent {
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly json?: unknown
}

let servers: Servers
let home: Home
beforeAll(async () => {
  servers = await startServers(['oz', 'mcs', 'rightech', 'hosterby'])
})
afterAll(async () => await servers.close())
beforeEach(() => {
  home = makeHome()
})
afterEach(() => {
  home.remove()
  for (const name of ['oz', 'mcs', 'rightech', 'hosterby'] as const) {
    servers.api(name).control.reset()
  }
})

/** What a user sees of an API who asks it with curl. */
async function ask(name: SandboxName, { path, headers = {}, json }: Sent): Promise<string> {
  const response = await fetch(`${servers.api(name).baseUrl}${path}`, {
    method: 'POST',
    headers: { ...(json === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
  })
  return await response.text()
}

/** A login's reply, as it comes. */
async function replyOf(name: SandboxName, more: object = {}): Promise<string> {
  const given = servers.api(name).credentials
  switch (name) {
    case 'oz': {
      const { email, password } = given
      return await ask(name, {
        path: '/api/authorize/auth/',
        json: { credentials: { email, password } },
      })
    }
    case 'mcs': {
      const { client_id, client_secret } = given
      const json = { client_id, client_secret, grant_type: 'client_credentials' }
      return await ask(name, { path: '/auth/oauth/v1/token', json })
    }
    case 'rightech': {
      const { username, password } = given
      return await ask(name, {
        path: '/api/v1/auth/token',
        json: { username, password, ...more },
      })
    }
    case 'hosterby': {
      const headers = {
        'Access-Key': given['access_key'] ?? '',
        'Secret-Key': given['secret_key'] ?? '',
      }
      return await ask(name, { path: '/service/account/create/token', headers })
    }
  }
}

function login(
  name: SandboxName,
  input: string | undefined,
  flags: readonly string[] = [],
  env: Environment = {},
): Promise<Ended> {
  const args = ['login', 'web', ...addressOf(servers.api(name)), '--with-token', '--yes', ...flags]
  return run(args, { home, env, input })
}

async function tokn(...args: readonly string[]): Promise<Ended> {
  return await run(args, { home })
}

async function succeed(...args: readonly string[]): Promise<string> {
  const { status, out, err } = await tokn(...args)
  expect(status, err).toBe(0)
  return out.trim()
}

function field(text: string, ...path: readonly string[]): string {
  const found = path.reduce<unknown>(
    (value, key) => (value as Record<string, unknown>)[key],
    JSON.parse(text),
  )
  if (typeof found !== 'string') throw new Error(`no ${path.join('.')}`)
  return found
}

describe('a reply that was pasted whole', () => {
  test.each<readonly [SandboxName, readonly string[], string]>([
    ['oz', ['access_token'], 'not checked: Oz API has no way to ask'],
    ['mcs', ['access_token'], 'not checked: MCS Vision has no way to ask'],
    ['hosterby', ['payload', 'accessToken'], 'checked with hoster.by: the token is accepted'],
  ])('of %s gives a session that refreshes', async (name, path, said) => {
    const api = servers.api(name)
    const reply = await replyOf(name)
    const flags = name === 'mcs' ? ['--set', `client_id=${api.credentials['client_id']}`] : []
    const { status, out, err } = await login(name, `${reply}\n`, flags)
    expect({ status, out }, err).toEqual({ status: 0, out: '' })
    expect(err).toContain(said)
    expect(err).toMatch(/^logged in as "web", expires in /m)
    expect(await succeed('token', 'web')).toBe(field(reply, ...path))
    await succeed('refresh', 'web')
    const second = await succeed('token', 'web')
    expect(second).not.toBe(field(reply, ...path))
    expect(api.state.live).toContain(second)
    await succeed('refresh', 'web')
    expect(findTexts(home.path, [second, field(reply, ...path)])).toEqual([])
  })

  test('of Rightech is a token with its id', async () => {
    const reply = await replyOf('rightech')
    const { status, err } = await login('rightech', reply)
    expect(status, err).toBe(0)
    expect(err).toContain('checked with Rightech IoT Cloud: the token is accepted')
    const { out } = await tokn('info', 'web', '--json')
    expect(JSON.parse(out)).toMatchObject({ active: true })
    expect(await succeed('token', 'web')).toBe(field(reply, 'token'))
  })

  test('is pretty-printed, in quotes, and with a mark before it as well', async () => {
    const reply = JSON.stringify(JSON.parse(await replyOf('hosterby')), undefined, 4)
    const { status, err } = await login('hosterby', `\ufeff'${reply}'\r\n\r\n`)
    expect(status, err).toBe(0)
    expect(err).toMatch(/^tokn: warning: took off the quotes around it$/m)
  })

  test.each([
    ['an error', '{"error":"invalid_grant","error_description":"s3cret"}'],
    ['a token of another API', '{"accessToken":"s3cret"}'],
    ['an empty object', '{}'],
    ['a cut document', '{"access_token":"s3cret"'],
    ['a token that is none', '{"access_token":null}'],
    ['a token with blanks', '{"access_token":"s3cret s3cret"}'],
    ['a number', '{"access_token":17}'],
    ['a document with many levels', `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`],
    ['a prototype', '{"__proto__":{"access_token":"s3cret"}}'],
  ])('is refused for %s, and nothing is quoted', async (_, text) => {
    const { status, out, err } = await login('oz', text)
    expect({ status, out }, err).toEqual({ status: 2, out: '' })
    expect(err).toContain('the JSON is not a reply of Oz API with a token')
    expect(err).toContain('it is looked for in: access_token, expire_token')
    expect(err).not.toContain('s3cret')
    expect((await tokn('token', 'web')).status).toBe(3)
  })

  test('names the fields within an envelope', async () => {
    const { err } = await login('hosterby', '{"token":"x"}')
    expect(err).toContain('it is looked for in: payload.accessToken, payload.refreshToken')
  })
})

describe('a token alone', () => {
  test('of an API that makes none by hand is refused, and says what is taken', async () => {
    const { status, err } = await login(
      'hosterby',
      field(await replyOf('hosterby'), 'payload', 'accessToken'),
    )
    expect(status).toBe(5)
    expect(err).toContain("paste the API's whole reply to a login, as JSON")
  })

  test('that the provider refuses is not stored', async () => {
    const good = field(await replyOf('rightech'), 'token')
    const [head = '', body = ''] = good.split('.')
    const { status, out, err } = await login('rightech', `${head}.${body}.c2lnbmF0dXJl`)
    expect({ status, out }, err).toEqual({ status: 4, out: '' })
    expect(err).toContain('Rightech IoT Cloud does not accept the token')
    expect(err).toContain('it was not stored')
    expect(err).not.toContain(body)
    expect((await tokn('token', 'web')).status).toBe(3)
    expect(await succeed('doctor', '--offline', '--json', '--fields', 'ok')).toContain('true')
  })

  test('is stored with a warning where the provider cannot be reached', async () => {
    const args = ['login', 'web', '-p', 'rightech', '--base-url', 'http://127.0.0.1:9']
    const { status, err } = await run([...args, '--with-token'], { home, input: 'opaque' })
    expect(status, err).toBe(0)
    expect(err).toMatch(/^tokn: warning: the token was not checked with Rightech IoT Cloud: /m)
    expect(await succeed('token', 'web')).toBe('opaque')
  })

  test.each<Fault>([
    { do: 'status', status: 503 },
    { do: 'status', status: 429 },
    { do: 'html', status: 502 },
    { do: 'html', status: 200 },
    { do: 'empty', status: 200 },
    { do: 'drop-before' },
    { do: 'redirect', to: 'https://elsewhere.example/' },
    { do: 'huge' },
    { do: 'hang' },
  ])('is stored with a warning where the provider is in trouble: %j', async (fault) => {
    const token = field(await replyOf('rightech'), 'token')
    servers.api('rightech').control.replaceFaults([{ ...fault, path: '/api/v1/tokens' }])
    const { status, err } = await login('rightech', token, ['--timeout', '3s'])
    expect(status, err).toBe(0)
    expect(err).toContain('was not checked with Rightech IoT Cloud')
    expect(await succeed('token', 'web')).toBe(token)
  })

  test('has the end that is said of it, and the earlier of two', async () => {
    const at = new Date(Date.now() + 7_200_000).toISOString()
    await login('oz', 'opaque', ['--expires-at', at])
    const shown = JSON.parse(await succeed('token', 'web', '--json')) as { expires_at: string }
    expect(Math.abs(Date.parse(shown.expires_at) - Date.parse(at))).toBeLessThan(1_000)
    expect((await login('oz', 'opaque', ['--expires-in', '1h'])).err).toContain('expires in 59m')
    const past = await login('oz', 'opaque', ['--expires-at', '2020-01-01T00:00:00Z'])
    expect(past).toMatchObject({ status: 2, out: '' })
    const token = field(await replyOf('rightech', { expiresIn: '2 hours' }), 'token')
    const early = await login('rightech', token, ['--expires-in', '1h'])
    expect(early.err).toMatch(/said to end at .*, and by itself ends at .*; .* counts/)
    expect(early.err).toMatch(/expires in (59m|1h)/)
    const late = await login('rightech', token, ['--expires-in', '90d'])
    expect(late.err).toMatch(/said to end at/)
    expect(late.err).toMatch(/expires in (1h 59m|2h)/)
    const mcs = await login('mcs', servers.api('mcs').credentials['service_token'] ?? '', [
      '--expires-in',
      '30d',
    ])
    expect(mcs.err).toMatch(/expires in (29d|30d)/)
  })

  test('goes with a refresh token out of a variable, or of its file', async () => {
    const reply = await replyOf('oz')
    const env = { TOKN_REFRESH_TOKEN: field(reply, 'expire_token') }
    const { status, err } = await login('oz', `Bearer ${field(reply, 'access_token')}`, [], env)
    expect(status, err).toBe(0)
    expect(err).toContain('took off "Bearer" before it')
    await succeed('refresh', 'web')
    expect(servers.api('oz').state.live).toContain(await succeed('token', 'web'))
  })

  test('without what a refresh needs says so', async () => {
    const reply = await replyOf('mcs')
    const { status, err } = await login('mcs', reply)
    expect(status, err).toBe(0)
    expect(err).toContain('the session cannot be refreshed without client_id: set TOKN_CLIENT_ID')
  })
})

describe('a token of Rightech that was pasted in', () => {
  test('is reissued with its rights, and then revoked', async () => {
    const api = servers.api('rightech')
    const scopes = ['POST /tokens', 'GET /tokens', 'DELETE /tokens/:id', 'GET /objects']
    const reply = await replyOf('rightech', { scopes, expiresIn: '3 days' })
    const first = field(reply, 'token')
    await login('rightech', first)
    expect((await tokn('refresh', 'web', '--dry-run')).err).toContain('issue a successor')
    const refreshed = await tokn('refresh', 'web')
    expect(refreshed.status, refreshed.err).toBe(0)
    expect(refreshed.err).toContain('was replaced and revoked')
    const second = await succeed('token', 'web')
    expect(second).not.toBe(first)
    expect(api.state.live).toEqual([second])
    const { out } = await tokn('token', 'web', '--json')
    expect(JSON.parse(out)).toMatchObject({ scopes })
    const shown = JSON.parse(out) as { expires_in: number }
    expect(shown.expires_in).toBeGreaterThan(2 * 86_400)
    // From now on it is a session like any other.
    const again = await tokn('refresh', 'web')
    expect(again.err).not.toContain('pasted in')
    expect(api.state.live).toHaveLength(1)
  })

  test('is not replaced by one that may do more', async () => {
    const scopes = ['POST /tokens', 'GET /objects']
    const token = field(await replyOf('rightech', { scopes }), 'token')
    await login('rightech', token)
    const { status, err } = await tokn('refresh', 'web')
    expect(status, err).toBe(4)
    expect(err).toContain('a replacement could be allowed more')
    expect(err).toContain('tokn login web --with-token --scope')
    expect(servers.api('rightech').state.live).toEqual([token])
    await login(
      'rightech',
      token,
      scopes.flatMap((scope) => ['--scope', scope]),
    )
    const refreshed = await tokn('refresh', 'web')
    expect(refreshed.status, refreshed.err).toBe(0)
    const made = JSON.parse((await tokn('token', 'web', '--json')).out) as { scopes: string[] }
    expect(made.scopes).toEqual(scopes)
  })

  test('that is in a variable is not: nobody would keep the new one', async () => {
    const api = servers.api('rightech')
    const env = {
      TOKN_TOKEN: field(await replyOf('rightech'), 'token'),
      TOKN_PROVIDER: 'rightech',
      TOKN_BASE_URL: api.baseUrl,
    }
    const { status, err } = await run(['refresh'], { home, env })
    expect(status, err).toBe(4)
    expect(api.state.live).toEqual([env.TOKN_TOKEN])
  })
})

describe('TOKN_REFRESH_TOKEN', () => {
  const at = (name: SandboxName): Environment => ({
    TOKN_PROVIDER: name,
    TOKN_BASE_URL: servers.api(name).baseUrl,
  })

  test('alone makes an access token where that spends nothing', async () => {
    const api = servers.api('mcs')
    const reply = await replyOf('mcs')
    const env = {
      ...at('mcs'),
      TOKN_CLIENT_ID: api.credentials['client_id'],
      TOKN_REFRESH_TOKEN: field(reply, 'refresh_token'),
    }
    for (let turn = 0; turn < 2; turn++) {
      const { status, out, err } = await run(['token'], { home, env })
      expect(status, err).toBe(0)
      expect(api.state.live).toContain(out.trim())
      expect(out.trim()).not.toBe(field(reply, 'access_token'))
      expect(err).toContain('allows 25 at a time')
    }
    expect(api.state.counts.logins).toBe(1)
    const dead = await run(['token'], { home, env: { ...env, TOKN_REFRESH_TOKEN: 'nonsense' } })
    expect(dead).toMatchObject({ status: 4, out: '' })
    expect(dead.err).not.toContain('nonsense')
  })

  test.each(['oz', 'hosterby'] as const)('of %s is not spent: it says why', async (name) => {
    const reply = await replyOf(name)
    const refresh =
      name === 'oz' ? field(reply, 'expire_token') : field(reply, 'payload', 'refreshToken')
    const env = { ...at(name), TOKN_REFRESH_TOKEN: refresh }
    const { status, out, err } = await run(['token'], { home, env })
    expect({ status, out }, err).toEqual({ status: 4, out: '' })
    expect(err).toContain('the one in TOKN_REFRESH_TOKEN is good for one command alone')
    expect(err).toContain('tokn login NAME --with-token')
    expect(servers.api(name).state.counts.refreshes).toBe(0)
    const access =
      name === 'oz' ? field(reply, 'access_token') : field(reply, 'payload', 'accessToken')
    const both = { ...env, TOKN_TOKEN: access }
    expect((await run(['token'], { home, env: both })).out.trim()).toBe(access)
    const forced = await run(['refresh'], { home, env: both })
    expect(forced).toMatchObject({ status: 4, out: '' })
    expect(servers.api(name).state.counts.refreshes).toBe(0)
  })

  test('gives way to credentials where it would be spent', async () => {
    const api = servers.api('oz')
    const { email, password } = api.credentials
    const env = {
      ...at('oz'),
      TOKN_EMAIL: email,
      TOKN_PASSWORD: password,
      TOKN_REFRESH_TOKEN: 'whatever',
    }
    const { status, out, err } = await run(['token'], { home, env })
    expect(status, err).toBe(0)
    expect(api.state.live).toContain(out.trim())
  })

  test('refreshes a token of the environment that has expired', async () => {
    const api = servers.api('mcs')
    const reply = await replyOf('mcs')
    const env = {
      ...at('mcs'),
      TOKN_CLIENT_ID: api.credentials['client_id'],
      TOKN_TOKEN: 'eyJhbGciOiJub25lIn0.eyJleHAiOjE3MDAwMDAwMDB9.c2ln',
      TOKN_REFRESH_TOKEN: field(reply, 'refresh_token'),
    }
    const { status, out, err } = await run(['token'], { home, env })
    expect(status, err).toBe(0)
    expect(api.state.live).toContain(out.trim())
  })

  test('is not the token of a profile called "refresh"', async () => {
    await login('oz', 'opaque')
    await succeed('profile', 'rename', 'web', 'refresh')
    const env = { TOKN_REFRESH_TOKEN: 'not-this-one' }
    expect((await run(['token', 'refresh'], { home, env })).out.trim()).toBe('opaque')
  })
})
