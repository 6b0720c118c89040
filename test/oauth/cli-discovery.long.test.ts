import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findTexts } from '../support/files.ts'
import { makeHome, type Home } from '../support/home.ts'
import { run, startCommand, type Ended } from '../support/run.ts'
import {
  discoveryPath,
  idToken,
  metadata,
  publicKey,
  signJwt,
  startFake,
  type FakeServer,
} from '../unit/oauth/fake-server.ts'

const secret = 'the-secret-of-the-client'
const tokens = { access_token: 'a-token', token_type: 'Bearer', expires_in: 600 }
const renewable = { ...tokens, refresh_token: 'the-refresh-token' }
const env = { TOKN_CLIENT_SECRET: secret }
const djangoPath = '/o/.well-known/openid-configuration/'
const tenant = '6f3b2c1d-0000-4000-8000-1234567890ab'

describe('a server that is found by other ways than its issuer alone', () => {
  let server: FakeServer
  let other: FakeServer
  let home: Home
  beforeEach(async () => {
    home = makeHome()
    server = await startFake({ '/token': { body: renewable } })
    other = await startFake({ '/token': { body: renewable } })
  })
  afterEach(async () => {
    home.remove()
    await server.stop()
    await other.stop()
  })

  const paths = () => server.seen.map(({ url }) => url)
  const client = ['--client-id', 'app', '--flow', 'client']

  async function logIn(words: readonly string[], name = 'work'): Promise<Ended> {
    return await run(['login', name, ...client, ...words], { home, env })
  }

  async function expectToken(ended: Ended): Promise<void> {
    expect(ended, ended.err).toMatchObject({ status: 0, out: '' })
    expect((await run(['token', 'work'], { home })).out).toBe('a-token\n')
    const refreshed = await run(['refresh', 'work'], { home, env })
    expect(refreshed.status, refreshed.err).toBe(0)
  }

  async function expectRefused(ended: Ended, status: number, words: string | RegExp) {
    expect(ended, ended.err).toMatchObject({ status, out: '' })
    expect(ended.err).toMatch(words)
    expect(ended.err).not.toContain(secret)
    expect(other.seen).toEqual([])
    expect(await run(['token', 'work'], { home })).toMatchObject({ status: 3, out: '' })
  }

  it('takes a document behind a slash, by its address, by its issuer, and behind a redirect', async () => {
    const issuer = `${server.origin}/o`
    server.answers[djangoPath] = metadata({ issuer })
    await expectToken(await logIn(['--discovery', `${server.origin}${djangoPath}`]))
    // An empty value takes back what the profile has.
    await expectToken(await logIn(['--issuer', `${server.origin}${djangoPath}`, '--discovery', '']))
    server.answers[djangoPath.slice(0, -1)] = { status: 301, headers: { location: djangoPath } }
    for (const typed of [issuer, `${issuer}/`]) await expectToken(await logIn(['--issuer', typed]))
    expect(paths()).toContain(djangoPath.slice(0, -1))
  })

  it('follows three redirects within the origin, and no fourth', async () => {
    const to = (location: string, status = 302) => ({ status, headers: { location } })
    server.answers[discoveryPath] = to('/a', 301)
    server.answers['/a'] = to(`${server.origin}/b?c=d`, 307)
    server.answers['/b'] = to('c', 308)
    server.answers['/c'] = metadata()
    await expectToken(await logIn(['--issuer', server.origin]))
    server.answers['/c'] = to('/d')
    server.answers['/d'] = metadata()
    const ended = await logIn(['--discovery', `${server.origin}${discoveryPath}`])
    expect(ended.status).toBe(6)
    expect(ended.err).toContain('redirects from one address to the next')
  })

  it('follows no redirect to another origin, or to nowhere', async () => {
    other.answers[discoveryPath] = metadata()
    for (const location of [
      `${other.origin}${discoveryPath}`,
      `//${new URL(other.origin).host}/x`,
      server.origin.replace('127.0.0.1', 'localhost'),
      server.origin.replace('http:', 'https:'),
      server.origin.replace('//', '//user@'),
      'file:///etc/passwd',
      'javascript:alert(1)',
    ]) {
      server.answers[discoveryPath] = { status: 302, headers: { location } }
      const ended = await logIn(['--issuer', server.origin])
      await expectRefused(ended, 6, `${server.origin} redirects to `)
    }
    server.answers[discoveryPath] = { status: 302 }
    await expectRefused(await logIn(['--issuer', server.origin]), 6, 'to nowhere')
    expect(paths()).not.toContain('/x')
  })

  it('carries no secret along a redirect of an endpoint', async () => {
    server.answers[discoveryPath] = metadata()
    for (const location of ['/elsewhere', `${other.origin}/token`]) {
      server.answers['/token'] = { status: 307, headers: { location } }
      const ended = await logIn(['--issuer', server.origin])
      expect(ended.status, ended.err).toBe(6)
      expect(paths()).not.toContain('/elsewhere')
      expect(other.seen).toEqual([])
    }
  })

  it('finds what is at an internal address under a public issuer', async () => {
    const issuer = 'https://sso.example.com/realms/one'
    const address = `${server.origin}/internal/config`
    server.answers['/internal/config'] = metadata({ issuer })
    const first = await logIn(['--discovery', address])
    expect(first.err).toContain(`names ${issuer} as its issuer`)
    await expectToken(first)
    await expectToken(await logIn(['--discovery', address, '--issuer', issuer]))
    const another = ['--discovery', address, '--issuer', 'https://other.example.com']
    expect((await logIn(another, 'other')).err).toContain(`--issuer ${issuer}`)
    // Found by the internal address as its issuer, the hint has both flags.
    server.answers[discoveryPath] = metadata({ issuer })
    const wrong = await logIn(['--issuer', server.origin], 'other')
    expect(wrong.err).toContain(`--issuer ${issuer} --discovery ${server.origin}${discoveryPath}`)
    await expectToken(
      await logIn(['--issuer', issuer, '--discovery', `${server.origin}${discoveryPath}`]),
    )
  })

  it('wants each other origin named, and says all flags at once', async () => {
    const address = `${server.origin}${discoveryPath}`
    server.answers[discoveryPath] = metadata({
      issuer: other.origin,
      token_endpoint: `${other.origin}/token`,
      revocation_endpoint: 'https://third.example.com/revoke',
    })
    const { err } = await logIn(['--discovery', address])
    const flags = `--issuer ${other.origin} --trust-endpoint https://third.example.com`
    expect(err).toContain(flags)
    expect(other.seen).toEqual([])
    await expectToken(await logIn(['--discovery', address, ...flags.split(' ')]))
    expect(other.seen.map(({ url }) => url)).toContain('/token')
  })

  it('takes a file, and nothing that it did not name at the login', async () => {
    const path = join(home.work, 'server.json')
    const write = (document: object) => writeFileSync(path, `\ufeff${JSON.stringify(document)}`)
    const document = { issuer: server.origin, token_endpoint: `${server.origin}/token` }
    write(document)
    const logged = await logIn(['--discovery', 'server.json'])
    expect(logged.err).toMatch(/server\.json this login goes to /)
    expect(logged.err).toContain(`goes to ${server.origin}\n`)
    await expectToken(logged)
    expect(paths().every((one) => one === '/token')).toBe(true)
    // Whoever changes the file later moves nothing.
    for (const changed of [
      { ...document, token_endpoint: `${other.origin}/token` },
      { issuer: other.origin, token_endpoint: `${other.origin}/token` },
      { issuer: other.origin, token_endpoint: `${server.origin}/token` },
    ]) {
      write(changed)
      const refused = await run(['refresh', 'work'], { home, env })
      expect(refused, refused.err).toMatchObject({ status: 6, out: '' })
      expect(refused.err).toContain('at the login')
    }
    expect(other.seen).toEqual([])
    // What was not sent is not lost: the session is as it was.
    const status = await run(['status', '--json'], { home })
    expect(JSON.parse(status.out).profiles[0]).toMatchObject({ state: 'alive' })
    write(document)
    expect((await run(['refresh', 'work'], { home, env })).status).toBe(0)
  })

  it('keeps to what the file named where the session is renewed by another login', async () => {
    const path = join(home.work, 'server.json')
    const at = (origin: string) =>
      writeFileSync(path, JSON.stringify({ token_endpoint: `${origin}/token` }))
    server.answers['/token'] = { body: tokens }
    at(server.origin)
    const words = ['--discovery', path, '--issuer', 'https://sso.example.com', '--remember']
    const logged = await logIn(words)
    expect(logged, logged.err).toMatchObject({ status: 0, out: '' })
    expect(logged.err).toContain(`goes to ${server.origin}\n`)
    at(other.origin)
    home.shiftClock(3_600_000)
    const moved = await startCommand(['tokn', 'token', 'work'], { home }).ended
    expect(moved, moved.err).toMatchObject({ status: 6, out: '' })
    expect(moved.err).toContain(`did not name at the login: ${other.origin}`)
    expect(moved.err).toContain('log in once more: tokn login')
    expect(other.seen).toEqual([])
    at(server.origin)
    const same = await startCommand(['tokn', 'token', 'work'], { home }).ended
    expect(same, same.err).toMatchObject({ status: 0, out: 'a-token\n', err: '' })
    // Whoever logs in anew says anew what the file is good for.
    at(other.origin)
    expect((await logIn(words)).err).toContain(`goes to ${other.origin}\n`)
    expect(other.seen.map(({ url }) => url)).toEqual(['/token'])
  })

  it('binds a refresh token that was pasted to what the file named then', async () => {
    const path = join(home.work, 'server.json')
    const at = (origin: string) =>
      writeFileSync(path, JSON.stringify({ token_endpoint: `${origin}/token` }))
    at(server.origin)
    const words = ['login', 'work', '--client-id', 'app', '--discovery', path]
    const pasted = await run([...words, '--with-refresh-token'], {
      home,
      env,
      input: 'a-refresh-token\n',
    })
    expect(pasted, pasted.err).toMatchObject({ status: 0, out: '' })
    at(other.origin)
    expect((await run(['refresh', 'work'], { home, env })).status).toBe(6)
    expect(other.seen).toEqual([])
  })

  it('says what is wrong with a file', async () => {
    const path = join(home.work, 'server.json')
    const cases: ReadonlyArray<readonly [string, string | RegExp]> = [
      ['no JSON', 'server.json" is no discovery document'],
      ['[]', 'JSON that is not an object'],
      ['', 'is no discovery document'],
      ['<html></html>', 'is no discovery document'],
      ['{"token_endpoint":"http://sso.example.com/t"}', 'no https URL as its token_endpoint'],
      ['{"token_endpoint":7}', 'no https URL as its token_endpoint'],
      [
        '{"token_endpoint":"https://a","token_endpoint":"https://b"}',
        'two values for token_endpoint',
      ],
      [`{"padding":"${'x'.repeat(70_000)}"}`, '64 KiB'],
      ['{}', 'names neither an issuer nor a token_endpoint'],
    ]
    for (const [text, words] of cases) {
      writeFileSync(path, text)
      const ended = await logIn(['--discovery', path])
      expect([2, 5, 6], `${text.slice(0, 60)}: ${ended.err}`).toContain(ended.status)
      expect(ended.err).toContain(words)
      expect(ended.out).toBe('')
    }
    const absent = await logIn(['--discovery', join(home.work, 'absent.json')])
    expect(absent).toMatchObject({ status: 2 })
    for (const [address, shown] of [
      ['ftp://x/y', 'ftp://x/y'],
      ['file:///etc/passwd', 'file:///etc/passwd'],
      ['http://sso.example.com/config', 'http://sso.example.com/config'],
      ['https://me:my-password@sso.example.com/', 'https://sso.example.com/'],
    ] as const) {
      const ended = await logIn(['--discovery', address])
      expect(ended).toMatchObject({ status: 2, out: '' })
      expect(ended.err).toContain(`"${shown}" is no address of a discovery document`)
    }
    const folder = await logIn(['--discovery', home.work])
    expect(folder).toMatchObject({ status: 2 })
  })

  it('needs no more than endpoints, by flags or by variables alone', async () => {
    const endpoint = `${server.origin}/token`
    await expectToken(await logIn(['--token-endpoint', endpoint]))
    const variables = { TOKN_TOKEN_ENDPOINT: endpoint, TOKN_CLIENT_ID: 'app', TOKN_FLOW: 'client' }
    const login = await run(['login', 'other'], { home, env: { ...env, ...variables } })
    expect(login.status, login.err).toBe(0)
    const fresh = makeHome()
    const { out, err } = await run(['token'], { home: fresh, env: { ...env, ...variables } })
    fresh.remove()
    expect(out, err).toBe('a-token\n')
    expect(paths().every((one) => one === '/token')).toBe(true)
  })

  it('takes the address of the document out of a variable as well', async () => {
    server.answers[djangoPath] = metadata({ issuer: `${server.origin}/o` })
    const variables = {
      TOKN_DISCOVERY: `${server.origin}${djangoPath}`,
      TOKN_CLIENT_ID: 'app',
      TOKN_FLOW: 'client',
    }
    const { out, err } = await run(['token'], { home, env: { ...env, ...variables } })
    expect(out, err).toBe('a-token\n')
    // A profile that is there wins: the variables only say what a login is to be for.
    await expectToken(await logIn(['--token-endpoint', `${other.origin}/token`]))
    const before = server.seen.length
    expect((await run(['token'], { home, env: { ...env, ...variables } })).out).toBe('a-token\n')
    expect(server.seen).toHaveLength(before)
  })

  it('asks an issuer without a document once, in five commands', async () => {
    const words = ['--issuer', `${other.origin}/none`, '--token-endpoint', `${server.origin}/token`]
    expect((await logIn(words)).status).toBe(0)
    const asked = other.seen.length
    expect(asked).toBeGreaterThan(0)
    for (let count = 0; count < 4; count++) {
      const { status, err } = await run(['refresh', 'work'], { home, env })
      expect(status, err).toBe(0)
    }
    expect(other.seen).toHaveLength(asked)
    // A login looks again.
    expect((await logIn(words)).status).toBe(0)
    expect(other.seen.length).toBeGreaterThan(asked)
  })

  it('logs in where an issuer cannot even be reached, and says so', async () => {
    const gone = await startFake()
    await gone.stop()
    const words = ['--issuer', gone.origin, '--token-endpoint', `${server.origin}/token`]
    const ended = await logIn(words)
    expect(ended.err).toContain(`no discovery document could be had from ${gone.origin}/`)
    await expectToken(ended)
    // Without endpoints of its own it is what it was: an error of the network.
    expect(await logIn(['--issuer', gone.origin], 'other')).toMatchObject({ status: 7, out: '' })
  })

  it('refuses a document that has another issuer than at the login', async () => {
    const address = `${server.origin}${discoveryPath}`
    server.answers[discoveryPath] = metadata({ issuer: 'https://sso.example.com' })
    expect((await logIn(['--discovery', address])).status).toBe(0)
    server.answers[discoveryPath] = metadata({ issuer: 'https://evil.example.com' })
    const { status, err } = await run(['refresh', 'work'], { home, env })
    expect(status).toBe(6)
    expect(err).toContain('https://evil.example.com')
    expect(paths().filter((one) => one === '/token')).toHaveLength(1)
    server.answers[discoveryPath] = metadata({ issuer: 'https://sso.example.com' })
    expect((await run(['refresh', 'work'], { home, env })).status).toBe(0)
  })

  it('names no issuer in a hint that a shell would run', async () => {
    for (const issuer of [
      'https://e.example/$(touch${IFS}x)',
      'https://e.example/`id`',
      'https://e.example/\u001b]0;x\u0007',
      'https://e.example/;id',
      "https://e.example/'",
    ]) {
      server.answers[discoveryPath] = metadata({ issuer })
      const { status, err } = await logIn(['--issuer', server.origin])
      expect(status).toBe(6)
      expect(err).toContain('tokn: hint: check the issuer\n')
      expect(err).not.toContain('\u001b')
    }
  })

  it('reads what real servers write instead of what the RFC says', async () => {
    server.answers[discoveryPath] = (_, origin) => ({
      headers: { 'content-type': 'text/plain; charset=utf-8' },
      body: `\ufeff${JSON.stringify({
        issuer: origin,
        token_endpoint: [`${origin}/token`],
        userinfo_endpoint: '',
        jwks_uri: null,
        token_endpoint_auth_methods_supported: 'client_secret_post client_secret_basic',
        scopes_supported: ['openid', 7, null],
        end_session_endpoint: 'http://sso.example.com/logout',
        mtls_endpoint_aliases: null,
      })}`,
    })
    await expectToken(await logIn(['--issuer', server.origin]))
    expect(server.seen.find(({ url }) => url === '/token')!.form.get('client_secret')).toBe(secret)
  })

  it('checks the ID token of a server of many tenants by the tenant that it is of', async () => {
    const issuer = `${server.origin}/{tenantid}/v2.0`
    server.answers['/organizations/v2.0/.well-known/openid-configuration'] = metadata({ issuer })
    const words = ['--issuer', `${server.origin}/organizations/v2.0`]
    const named = (iss: string, tid?: string) => ({
      body: { ...renewable, id_token: idToken(server.origin, { iss, tid }) },
    })
    const filled = issuer.replace('{tenantid}', tenant)
    server.answers['/token'] = named(filled, tenant)
    expect((await logIn(words)).err).not.toContain('warning')
    const { out } = await run(['token', 'work', '--id-token'], { home })
    expect(out.trim()).toBe(
      (server.answers['/token'] as { body: { id_token: string } }).body.id_token,
    )
    for (const [iss, tid] of [
      [filled, undefined],
      [filled, tenant.replace('6', '7')],
      [issuer, '{tenantid}'],
      [issuer, undefined],
      [`${server.origin}/common/v2.0`, 'common'],
      [filled.replace('127.0.0.1', '127.0.0.2'), tenant],
    ] as const) {
      server.answers['/token'] = named(iss, tid)
      const ended = await logIn(words)
      expect(ended.err, `${iss} ${tid}`).toContain('the ID token was dropped')
    }
  })

  it('keeps an ID token whose issuer nobody has named, and tells of it', async () => {
    const iss = 'https://sso.example.com/'
    const words = ['--token-endpoint', `${server.origin}/token`]
    const body = { ...renewable, id_token: idToken(server.origin, { iss }) }
    server.answers['/token'] = { body }
    const ended = await logIn(words)
    expect(ended.err).toContain(`log in with --issuer ${iss}\n`)
    expect((await run(['token', 'work', '--id-token'], { home })).out.trim()).toBe(body.id_token)
    // Later ones have to be of the same.
    const another = {
      ...body,
      id_token: idToken(server.origin, { iss: 'https://evil.example.com' }),
    }
    server.answers['/token'] = { body: another }
    const { status, err } = await run(['refresh', 'work'], { home, env })
    expect(status).toBe(0)
    expect(err).toContain('the ID token was dropped')
    // Another audience, or another issuer than the one named, is refused as ever.
    for (const changes of [{ aud: 'other' }, { exp: 1 }]) {
      server.answers['/token'] = {
        body: { ...renewable, id_token: idToken(server.origin, { iss, ...changes }) },
      }
      expect((await logIn(words)).err).toContain('the ID token was dropped')
    }
  })

  it('verifies an ID token with the issuer and the keys that were named', async () => {
    const iss = 'https://sso.example.com'
    server.answers['/keys'] = { body: { keys: [publicKey] } }
    const now = Math.floor(Date.now() / 1_000)
    const claims = { iss, aud: 'app', sub: 'alice', iat: now, exp: now + 300 }
    const good = signJwt(claims)
    const [head, , signature] = good.split('.')
    const payload = Buffer.from(JSON.stringify({ ...claims, sub: 'mallory' })).toString('base64url')
    const words = [
      ...['--issuer', iss, '--token-endpoint', `${server.origin}/token`],
      ...['--jwks-uri', `${server.origin}/keys`, '--timeout', '25s'],
    ]
    server.answers['/token'] = { body: { ...renewable, id_token: good } }
    expect((await logIn(words)).err).not.toContain('ID token')
    expect((await run(['token', 'work', '--id-token'], { home })).out.trim()).toBe(good)
    for (const wrong of [
      [head, payload, signature].join('.'),
      signJwt({ ...claims, iss: 'https://evil.example.com' }),
    ]) {
      server.answers['/token'] = { body: { ...renewable, id_token: wrong } }
      expect((await logIn(words)).err).toContain('the ID token was dropped')
    }
  })

  it('leaves no document and no secret in the folders of the program', async () => {
    const path = join(home.work, 'server.json')
    writeFileSync(
      path,
      JSON.stringify({
        issuer: server.origin,
        token_endpoint: `${server.origin}/token`,
        marker: 'of-the-document',
      }),
    )
    expect((await logIn(['--discovery', path, '--issuer', server.origin])).status).toBe(0)
    expect(findTexts(home.path, ['of-the-document', secret])).toEqual([`${path}: of-the-document`])
  })
})
