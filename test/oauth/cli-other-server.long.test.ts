import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { makeHome, type Home } from '../support/home.ts'
import { run } from '../support/run.ts'
import { discoveryPath, metadata, startFake, type FakeServer } from '../unit/oauth/fake-server.ts'

let home: Home
let former: FakeServer
let latter: FakeServer
beforeEach(async () => {
  home = makeHome()
  const token = { body: { access_token: 'a', token_type: 'Bearer', expires_in: 600 } }
  former = await startFake({ '/token': token })
  latter = await startFake({ '/token': token, [discoveryPath]: metadata() })
})
afterEach(async () => {
  home.remove()
  await former.stop()
  await latter.stop()
})

const client = ['--client-id', 'app', '--flow', 'client', '--client-auth', 'client_secret_post']

it.each([
  ['a flag', ['--issuer'], {}],
  ['a variable', [], { TOKN_ISSUER: '' }],
])(
  'a login that names another server by %s sends the former one nothing',
  async (_, flags, env) => {
    const own = { TOKN_CLIENT_SECRET: 'of-the-former' }
    const first = ['login', 'svc', '--token-endpoint', `${former.origin}/token`, ...client]
    expect(await run(first, { home, env: own })).toMatchObject({ status: 0 })
    const sent = former.seen.length
    const named = flags.flatMap((flag) => [flag, latter.origin])
    const variables = Object.fromEntries(Object.keys(env).map((name) => [name, latter.origin]))
    const { status, err } = await run(['login', 'svc', ...named, '--yes'], {
      home,
      env: { ...variables, TOKN_CLIENT_SECRET: 'of-the-latter' },
    })
    expect(status, err).toBe(0)
    expect(former.seen).toHaveLength(sent)
    expect(latter.seen.map(({ url }) => url)).toContain('/token')
    const { out } = await run(['profile', 'show', 'svc', '--json'], { home })
    expect(out).not.toContain(former.origin)
  },
)

it.each([
  ['--discovery', ['--discovery'], {}, discoveryPath],
  ['TOKN_DISCOVERY', [], { TOKN_DISCOVERY: '' }, discoveryPath],
  ['TOKN_TOKEN_ENDPOINT', [], { TOKN_TOKEN_ENDPOINT: '' }, '/token'],
])('%s names a server, whose secret no other gets', async (_, flags, env, path) => {
  const first = ['login', 'svc', '--token-endpoint', `${former.origin}/token`, ...client]
  const own = { TOKN_CLIENT_SECRET: 'of-the-former' }
  expect(await run(first, { home, env: own })).toMatchObject({ status: 0 })
  const sent = former.seen.length
  const named = flags.flatMap((flag) => [flag, `${latter.origin}${path}`])
  const variables = Object.keys(env).map((name) => [name, `${latter.origin}${path}`])
  const { status, err } = await run(['login', 'svc', ...named, '--yes'], {
    home,
    env: { ...Object.fromEntries(variables), TOKN_CLIENT_SECRET: 'of-the-latter' },
  })
  expect(status, err).toBe(0)
  expect(former.seen).toHaveLength(sent)
  expect(latter.seen.map(({ url }) => url)).toContain('/token')
})

it('a login at the token endpoint of another server leaves no endpoint of the former', async () => {
  const ends = { body: { active: true } }
  former.answers['/intro'] = former.answers['/revoke'] = ends
  const at = (name: string) => `${former.origin}/${name}`
  const first = ['login', 'svc', '--token-endpoint', at('token'), ...client]
  const more = ['--revocation-endpoint', at('revoke'), '--introspection-endpoint', at('intro')]
  const before = await run([...first, ...more, '--set', 'assertion_audience=x'], {
    home,
    env: { TOKN_CLIENT_SECRET: 'of-the-former' },
  })
  expect(before.status, before.err).toBe(0)
  const sent = former.seen.length
  const env = { TOKN_CLIENT_SECRET: 'of-the-latter' }
  const other = ['login', 'svc', '--token-endpoint', `${latter.origin}/token`, '--yes']
  expect(await run(other, { home, env })).toMatchObject({ status: 0 })
  await run(['info', 'svc'], { home, env })
  await run(['logout', 'svc'], { home, env })
  expect(former.seen).toHaveLength(sent)
  const { out } = await run(['profile', 'show', 'svc', '--json'], { home })
  expect(out).not.toMatch(/assertion_audience|revocation_endpoint/)
})

it('a base URL sends nothing to the server that the profile names otherwise', async () => {
  const first = ['login', 'svc', '--token-endpoint', `${former.origin}/token`, ...client]
  expect(await run(first, { home, env: { TOKN_CLIENT_SECRET: 'a' } })).toMatchObject({ status: 0 })
  const sent = former.seen.length
  const second = ['login', 'svc', '--base-url', latter.origin, '--yes']
  expect(await run(second, { home, env: { TOKN_CLIENT_SECRET: 'b' } })).toMatchObject({
    status: 4,
    err: expect.stringContaining('--issuer URL') as string,
  })
  expect(former.seen).toHaveLength(sent)
})

it('a login at another issuer forgets the document of the former', async () => {
  former.answers[discoveryPath] = metadata()
  const env = { TOKN_CLIENT_SECRET: 's' }
  const doc = `${former.origin}${discoveryPath}`
  expect(await run(['login', 'svc', '--discovery', doc, ...client], { home, env })).toMatchObject({
    status: 0,
  })
  const sent = former.seen.length
  const second = await run(['login', 'svc', '--issuer', latter.origin, '--yes'], { home, env })
  expect(second.status, second.err).toBe(0)
  expect(former.seen).toHaveLength(sent)
})

it('another endpoint of the same server leaves what the profile has of it', async () => {
  former.answers['/other'] = former.answers['/token'] ?? {}
  const env = { TOKN_CLIENT_SECRET: 's' }
  const first = ['login', 'svc', '--token-endpoint', `${former.origin}/token`, ...client]
  const revoke = `${former.origin}/revoke`
  await run([...first, '--revocation-endpoint', revoke], { home, env })
  const again = ['login', 'svc', '--token-endpoint', `${former.origin}/other`]
  expect(await run(again, { home, env })).toMatchObject({ status: 0 })
  const { out } = await run(['profile', 'show', 'svc', '--json'], { home })
  expect(out).toContain(revoke)
  expect(out).toContain('client_secret_post')
})

describe('with a session of the former server', () => {
  const secret = 'of-the-latter'
  beforeEach(async () => {
    former.answers['/revoke'] = former.answers['/intro'] = { body: { active: true } }
    const ends = ['revocation', 'introspection'].flatMap((name, index) => [
      `--${name}-endpoint`,
      `${former.origin}/${index === 0 ? 'revoke' : 'intro'}`,
    ])
    const first = ['login', 'svc', '--token-endpoint', `${former.origin}/token`, ...client, ...ends]
    const own = { TOKN_CLIENT_SECRET: 'of-the-former' }
    expect(await run(first, { home, env: own })).toMatchObject({ status: 0 })
  })

  it.each(['info', 'logout'])(
    '%s gives it no secret that variables have for another',
    async (word) => {
      const env = { TOKN_ISSUER: latter.origin, TOKN_CLIENT_SECRET: secret }
      await run([word, 'svc'], { home, env })
      expect(JSON.stringify(former.seen)).not.toContain(secret)
      expect(latter.seen).toEqual([])
    },
  )

  it('a token of variables goes to the server that they name alone', async () => {
    const sent = former.seen.length
    const env = {
      TOKN_ISSUER: latter.origin,
      TOKN_TOKEN: 'token-of-the-latter',
      TOKN_CLIENT_SECRET: secret,
    }
    await run(['info', 'svc'], { home, env })
    expect(former.seen).toHaveLength(sent)
    expect(latter.seen.map(({ url }) => url)).toContain('/introspect')
  })
})

it('a login that begins at the resource of another server leaves no endpoint of the former', async () => {
  former.answers[discoveryPath] = metadata()
  for (const { answers, origin } of [former, latter]) {
    answers['/.well-known/oauth-protected-resource/mcp'] = {
      body: { resource: `${origin}/mcp`, authorization_servers: [origin] },
    }
  }
  const begin = (origin: string) => ['login', 'svc', '--resource', `${origin}/mcp`, ...client]
  const revoke = ['--revocation-endpoint', `${former.origin}/revoke`]
  const env = { TOKN_CLIENT_SECRET: 'of-the-former' }
  const first = await run([...begin(former.origin), ...revoke], { home, env })
  expect(first.status, first.err).toBe(0)
  const sent = former.seen.length
  const other = { TOKN_CLIENT_SECRET: 'of-the-latter' }
  const second = await run([...begin(latter.origin), '--yes'], { home, env: other })
  expect(second.status, second.err).toBe(0)
  await run(['logout', 'svc'], { home, env: other })
  expect(former.seen).toHaveLength(sent)
})

it.each([
  ['TOKN_TOKEN_ENDPOINT', '/token'],
  ['TOKN_AUTHORIZATION_ENDPOINT', '/authorize'],
  ['TOKN_REVOCATION_ENDPOINT', '/revoke'],
  ['TOKN_INTROSPECTION_ENDPOINT', '/intro'],
  ['TOKN_DISCOVERY', discoveryPath],
])('a login whose issuer is typed sends nothing to the server of %s', async (variable, path) => {
  former.answers[discoveryPath] = metadata()
  const env = { TOKN_CLIENT_SECRET: 'hush', [variable]: `${former.origin}${path}` }
  const line = ['login', 'svc', '--issuer', latter.origin, ...client]
  const { status, err } = await run(line, { home, env })
  expect(status, err).toBe(2)
  expect(err).toContain(`${variable} is at ${former.origin}, and this login names ${latter.origin}`)
  expect(err).toContain(`unset ${variable}`)
  expect([...former.seen, ...latter.seen]).toEqual([])
  const own = { TOKN_CLIENT_SECRET: 'hush', [variable]: `${latter.origin}${path}` }
  expect(await run(line, { home, env: own })).toMatchObject({ status: 0 })
})

it.each(['TOKN_ISSUER', 'TOKN_TOKEN_ENDPOINT'])(
  'a login that %s takes to another server does not replace a live session unasked',
  async (variable) => {
    const secret = { TOKN_CLIENT_SECRET: 'hush' }
    former.answers[discoveryPath] = metadata()
    const first = ['login', 'svc', '--issuer', former.origin, ...client]
    expect(await run(first, { home, env: secret })).toMatchObject({ status: 0 })
    const path = variable === 'TOKN_ISSUER' ? '' : '/token'
    const env = { ...secret, [variable]: `${latter.origin}${path}` }
    const { status, err } = await run(['login', 'svc'], { home, env })
    expect(status, err).toBe(2)
    expect(err).toContain(new URL(latter.origin).host)
    expect(latter.seen).toEqual([])
    expect(await run(['login', 'svc', '--yes'], { home, env })).toMatchObject({ status: 0 })
  },
)
