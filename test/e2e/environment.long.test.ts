import { mkdirSync, truncateSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { makeHome, type Environment, type Home } from '../support/home.ts'
import { run } from '../support/run.ts'
import { canCertify, certify } from '../unit/io/certificates.ts'

let server: Server
let base: string
let seen: { method: string; path: string; headers: NodeJS.Dict<string | string[]>; body: string }[]
let home: Home

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      const { method = '', url = '', headers } = request
      seen.push({ method, path: url, headers, body })
      const path = url.split('?')[0] ?? ''
      response.setHeader('content-type', 'application/json')
      if (path === '/id-token') response.statusCode = Number(headers['x-wanted'] ?? 401)
      response.end(JSON.stringify(answerTo(path)))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => void server.close())
beforeEach(() => {
  home = makeHome()
  seen = []
})
afterEach(() => home.remove())

let made = 0
function answerTo(path: string): unknown {
  if (path === '/introspect') return { active: true, scope: 'read' }
  if (path.startsWith('/list')) return { tokens: [] }
  made++
  return { access_token: `at-${made}`, refresh_token: 'rt', token_type: 'Bearer', expires_in: 900 }
}

async function tokn(args: readonly string[], env: Environment = {}, input?: string | Buffer) {
  return await run(args, { home, env, input })
}

const last = () => seen.at(-1)!

/** An API whose operations want fields of a login: in the body, in the path, anew. */
const api = {
  id: 'api',
  title: 'The API',
  docs: 'https://example.com/',
  fields: [
    { name: 'user', label: 'User' },
    { name: 'password', label: 'Password', secret: true },
    { name: 'role', label: 'Role', default: 'admin', choices: ['admin', 'reader', 'writer'] },
    { name: 'team', label: 'Team', default: 'all', optional: true },
    { name: 'region', label: 'Region', default: 'eu', optional: true },
    { name: 'account', label: 'Account', optional: true },
    { name: 'code', label: 'Code', secret: true, optional: true },
  ],
  attach: { headers: { Authorization: 'Bearer {access}' } },
  login: {
    request: {
      method: 'POST',
      path: '/login',
      json: {
        user: '{fields.user}',
        password: '{fields.password}',
        role: '{fields.role}',
        team: '{fields.team}',
        region: '{fields.region}',
      },
    },
    reply: {
      access: 'access_token',
      refresh: 'refresh_token',
      expiry: { from: 'expires_in', as: 'seconds' },
    },
  },
  issue: {
    asks: ['role', 'team', 'password', 'code'],
    request: {
      method: 'POST',
      path: '/issue',
      json: {
        role: '{fields.role}',
        team: '{fields.team}',
        region: '{fields.region}',
        password: '{fields.password}',
        code: '{fields.code}',
        scopes: '{scopes}',
      },
    },
    reply: { access: 'access_token' },
  },
  refresh: {
    request: {
      method: 'POST',
      path: '/accounts/{fields.account}/refresh',
      json: { r: '{refresh}' },
    },
    reply: { access: 'access_token', expiry: { from: 'expires_in', as: 'seconds' } },
  },
  list: {
    request: { method: 'GET', path: '/list/{fields.account}' },
    reply: { items: 'tokens', id: 'id' },
  },
  rotation: 'none',
  scopes: { form: 'any' },
} as const

async function addApi(definition: object = api, text = JSON.stringify(definition)): Promise<void> {
  writeFileSync(join(home.work, 'api.json'), text)
  const { status, err } = await tokn(['provider', 'add', 'api.json', '--yes', '--force'])
  expect(status, err).toBe(0)
}

const credentials = { TOKN_USER: 'ada', TOKN_PASSWORD: 'secret' }

async function login(env: Environment = {}, ...args: readonly string[]) {
  const line = ['login', 'x', '-p', 'api', '--base-url', base, ...args]
  const ended = await tokn(line, { ...credentials, ...env })
  expect(ended.status, ended.err).toBe(0)
  return JSON.parse(last().body) as Record<string, unknown>
}

describe('what is said now goes before what was said then', () => {
  beforeEach(async () => await addApi())

  it('at a login: flag, variable, the answer before, the default', async () => {
    expect(await login()).toMatchObject({ user: 'ada', role: 'admin', team: 'all', region: 'eu' })
    expect(await login({ TOKN_ROLE: 'reader' })).toMatchObject({ role: 'reader', team: 'all' })
    expect(await login()).toMatchObject({ role: 'reader' })
    expect(await login({ TOKN_TEAM: 'red' }, '--set', 'role=writer')).toMatchObject({
      role: 'writer',
      team: 'red',
    })
    const both = await login({ TOKN_ROLE: 'reader', TOKN_TEAM: 'blue' }, '--set', 'team=green')
    expect(both).toMatchObject({ role: 'reader', team: 'green' })
    expect(await login({ TOKN_USER: 'bob' })).toMatchObject({ user: 'bob', team: 'green' })
    expect(await login({ TOKN_USER: 'bob' }, '--set', 'user=eve')).toMatchObject({ user: 'eve' })
    writeFileSync(join(home.work, 'team'), '\ufeffgold\r\n')
    expect(await login({ TOKN_TEAM_FILE: 'team' })).toMatchObject({ team: 'gold' })
    const file = { TOKN_TEAM: 'silver', TOKN_TEAM_FILE: 'team' }
    expect(await login(file)).toMatchObject({ team: 'silver' })
  })

  it('at an operation that wants a field anew', async () => {
    await login({}, '--remember')
    const issue = async (env: Environment) => {
      const ended = await tokn(['issue', 'x'], env)
      expect(ended.status, ended.err).toBe(0)
      return JSON.parse(last().body) as Record<string, unknown>
    }
    const usual = { role: 'admin', team: 'all', region: 'eu', password: 'secret' }
    expect(await issue({})).toEqual(usual)
    expect(await issue({ TOKN_ROLE: 'reader' })).toEqual({ ...usual, role: 'reader' })
    expect(await issue({ TOKN_TEAM: 'red' })).toEqual({ ...usual, team: 'red' })
    expect(await issue({ TOKN_PASSWORD: 'new\n' })).toEqual({ ...usual, password: 'new' })
    expect(await issue({ TOKN_CODE: '123456' })).toEqual({ ...usual, code: '123456' })
    // Not wanted anew: the session keeps what it was made with.
    expect(await issue({ TOKN_REGION: 'us' })).toEqual(usual)
    const asked = { TOKN_SCOPE: 'read, write' }
    expect(await issue(asked)).toEqual({ ...usual, scopes: ['read', 'write'] })
    await tokn(['issue', 'x', '--scope', 'list'], asked)
    expect(JSON.parse(last().body)).toEqual({ ...usual, scopes: ['list'] })
    const wrong = await tokn(['issue', 'x'], { TOKN_ROLE: 'owner' })
    expect(wrong).toMatchObject({ status: 2, out: '' })
    expect(wrong.err).toContain('one of: admin, reader, writer')
  })

  it('of an OAuth server as well', async () => {
    const line = ['login', 'o', '-p', 'oauth', '--flow', 'client', '--remember']
    const settings = { token_endpoint: `${base}/token`, client_id: 'app', scope: 'all' }
    const sets = Object.entries({ ...settings, issue_grant: 'client' })
    const set = sets.flatMap(([name, value]) => ['--set', `${name}=${value}`])
    const secret = { TOKN_CLIENT_SECRET: 'secret' }
    const sent = async (args: readonly string[], env: Environment = {}) => {
      const ended = await tokn(args, { ...secret, ...env })
      expect(ended.status, ended.err).toBe(0)
      const { scope, audience } = Object.fromEntries(new URLSearchParams(last().body))
      return [last().path, scope, audience, last().headers['authorization']]
    }
    const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`
    const proof = basic('app:secret')
    expect(await sent([...line, ...set])).toEqual(['/token', 'all', undefined, proof])
    expect(await sent(['login', 'o'])).toEqual(['/token', 'all', undefined, proof])
    const narrow = { TOKN_SCOPE: 'read', TOKN_AUDIENCE: 'billing' }
    expect(await sent(['issue', 'o'], narrow)).toEqual(['/token', 'read', 'billing', proof])
    const flag = ['issue', 'o', '--scope', 'list']
    expect(await sent(flag, narrow)).toEqual(['/token', 'list', 'billing', proof])
    expect(await sent(['issue', 'o'])).toEqual(['/token', 'all', undefined, proof])
    const elsewhere = { TOKN_TOKEN_ENDPOINT: `${base}/token2`, TOKN_CLIENT_ID: 'other' }
    const now = ['/token2', 'read', undefined, basic('other:secret')]
    expect(await sent(['login', 'o'], { ...elsewhere, TOKN_SCOPE: 'read' })).toEqual(now)
    expect(await sent(['login', 'o'])).toEqual(now)
    const back = ['login', 'o', '--client-id', 'app', '--set', `token_endpoint=${base}/token`]
    expect(await sent(back, elsewhere)).toEqual(['/token', 'read', undefined, proof])
  })

  it('where the API is, too', async () => {
    await login()
    const place = async (env: Environment, ...args: readonly string[]) => {
      const ended = await tokn(['login', 'x', '--json', ...args], { ...credentials, ...env })
      expect(ended.status, ended.err).toBe(0)
      return (JSON.parse(ended.out) as { origins: string[] }).origins.slice(1)
    }
    expect(await place({ TOKN_API_URL: 'https://a.example' })).toEqual(['https://a.example'])
    expect(await place({})).toEqual(['https://a.example'])
    expect(await place({ TOKN_API_URL: 'https://b.example, https://c.example' })).toEqual([
      'https://b.example',
      'https://c.example',
    ])
    expect(
      await place({ TOKN_API_URL: 'https://b.example' }, '--api-url', 'https://d.example'),
    ).toEqual(['https://d.example'])
    const elsewhere = await tokn(['login', 'x'], { ...credentials, TOKN_BASE_URL: 'ftp://x' })
    expect(elsewhere.status).toBe(2)
  })

  it('and a value that is missing in an address is called by its name', async () => {
    await login()
    const words = /needs \\?"account\\?", which was not given/
    for (const args of [
      ['list', 'x'],
      ['refresh', 'x'],
      ['list', 'x', '--json'],
    ]) {
      const before = seen.length
      const ended = await tokn(args)
      expect(ended, args.join(' ')).toMatchObject({ status: 2, out: '' })
      expect(ended.err).toMatch(words)
      expect(ended.err).toMatch(
        /set TOKN_ACCOUNT or TOKN_ACCOUNT_FILE, or log in with --set account=\.\.\./,
      )
      expect(seen.length).toBe(before)
    }
    await login({}, '--set', 'account=7')
    expect((await tokn(['list', 'x'])).status).toBe(0)
    expect(last().path).toBe('/list/7')
    expect((await tokn(['refresh', 'x'])).status).toBe(0)
    expect(last().path).toBe('/accounts/7/refresh')
    const given = { TOKN_TOKEN: 'given', TOKN_PROVIDER: 'api', TOKN_BASE_URL: base }
    expect((await tokn(['list'], given)).err).toMatch(words)
    expect((await tokn(['list'], { ...given, TOKN_ACCOUNT: '8' })).status).toBe(0)
    expect(last()).toMatchObject({ path: '/list/8', headers: { authorization: 'Bearer given' } })
  })
})

describe('a variable is read as a file is', () => {
  const names = [
    'TOKN_TOKEN',
    'TOKN_PROFILE',
    'TOKN_PROVIDER',
    'TOKN_BASE_URL',
    'TOKN_CLIENT_ID',
    'TOKN_CLIENT_SECRET',
    'TOKN_SCOPE',
    'TOKN_TOKEN_ENDPOINT',
    'TOKN_FLOW',
    'TOKN_MIN_TTL',
    'TOKN_TIMEOUT',
    'TOKN_CONFIG_DIR',
    'TOKN_STORE',
  ]
  const job = (): Environment => ({
    TOKN_STORE: 'memory',
    TOKN_STORE_KEY: undefined,
    TOKN_PROVIDER: 'oauth',
    TOKN_TOKEN_ENDPOINT: `${base}/token`,
    TOKN_CLIENT_ID: 'app',
    TOKN_CLIENT_SECRET: 'verysecret',
    TOKN_SCOPE: 'read',
    TOKN_FLOW: 'client',
    TOKN_MIN_TTL: '1m',
    TOKN_TIMEOUT: '20s',
    TOKN_CONFIG_DIR: join(home.work, 'config'),
  })
  const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`

  it.each([['\n'], ['\r\n']])('less one %j at its end', async (end) => {
    const env = Object.fromEntries(
      Object.entries(job()).map(([name, value]) => [name, value && `${value}${end}`]),
    )
    const ended = await tokn(['token'], env)
    expect(ended).toMatchObject({ status: 0, err: '' })
    expect(last().headers['authorization']).toBe(basic('app:verysecret'))
    expect(new URLSearchParams(last().body).get('scope')).toBe('read')
  })

  it.each(
    names.flatMap((name) => [
      [name, 'a\nb'],
      [name, 'a\u001bb'],
      [name, 'a\n\n'],
    ]),
  )('%s is named where it is %j', async (name, value) => {
    // A provider named, and nothing else: what is not read there is not refused either.
    const needed = name === 'TOKN_BASE_URL' ? { TOKN_PROVIDER: 'oz' } : {}
    const args = name === 'TOKN_STORE' ? ['login', 'x'] : ['token']
    const ended = await tokn(args, { ...job(), ...needed, [name]: value })
    expect(ended).toMatchObject({ status: 2, out: '' })
    expect(ended.err).toMatch(
      new RegExp(`^tokn: error: ${name} (has more than one line|contains a control character)`),
    )
    expect(seen).toEqual([])
  })

  it('and a CI service that does not take its own token is named, not the client', async () => {
    const env = {
      ...job(),
      TOKN_FLOW: 'ci',
      ACTIONS_ID_TOKEN_REQUEST_URL: `${base}/id-token`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'wrong\n',
    }
    const ended = await tokn(['token'], env)
    expect(ended).toMatchObject({ status: 4, out: '' })
    expect(last().headers['authorization']).toBe('Bearer wrong')
    expect(ended.err).toContain('the CI service does not accept ACTIONS_ID_TOKEN_REQUEST_TOKEN')
    expect(ended.err).not.toMatch(/client|secret/i)
    const odd = await tokn(['token'], { ...env, ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'a\nb' })
    expect(odd.err).toMatch(/^tokn: error: ACTIONS_ID_TOKEN_REQUEST_TOKEN has more than one line/)
  })

  it.each([
    ['token', [], /^at-/],
    ['header', [], /^Authorization: Bearer at-/],
    ['header', ['-o', 'query'], /^$/],
    ['exec', ['-e', 'T', '--', 'sh', '-c', 'echo $T'], /^at-/],
    ['list', [], /environment/],
    ['info', [], /alive +yes/],
    ['info', ['--json'], /"remote_checked": true/],
  ] as const)(
    'an OAuth server is known by its endpoints alone: tokn %s %j',
    async (name, rest, out) => {
      const env = { ...job(), TOKN_INTROSPECTION_ENDPOINT: `${base}/introspect` }
      const ended = await tokn([name, ...rest], env)
      expect(ended.out).toMatch(out)
      const given = await tokn([name, ...rest], { ...env, TOKN_TOKEN: 'at-given' })
      expect(given.out).toMatch(out)
      expect(`${ended.err}${given.err}`).not.toMatch(/issuer|profile/i)
    },
  )
})

describe('a byte order mark is no part of a text', () => {
  const marks = {
    'UTF-8': (text: string) => Buffer.from(`\ufeff${text}`),
    'UTF-16 (little-endian)': (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le'),
    'UTF-16 (big-endian)': (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le').swap16(),
  }

  it.each(Object.entries(marks))('%s, in every file that is read', async (name, encode) => {
    const wide = name !== 'UTF-8'
    const check = ({ status, err }: { status: number; err: string }, what: string) => {
      expect(status, `${what}: ${err}`).toBe(wide ? 2 : 0)
      if (wide) expect(err, what).toContain(`${name}, not UTF-8`)
    }
    await addApi()
    await login()
    const write = (file: string, text: string) =>
      writeFileSync(join(home.work, file), encode(text), { mode: 0o600 })
    write('definition.json', JSON.stringify(api))
    const add = ['provider', 'add', 'definition.json', '--yes', '--force']
    check(await tokn(add), 'a definition')
    write('password', 'from-a-file\n')
    const file = { ...credentials, TOKN_PASSWORD: undefined, TOKN_PASSWORD_FILE: 'password' }
    check(await tokn(['login', 'x'], file), 'a secret')
    if (!wide) expect(last().body).toContain('"from-a-file"')
    const input = encode('from-input\r\n')
    check(await tokn(['login', 'x', '--password-stdin'], credentials, input), 'standard input')
    if (!wide) expect(last().body).toContain('"from-input"')
    mkdirSync(join(home.work, 'other'), { mode: 0o700 })
    write('other/config.json', JSON.stringify({ version: 1, profiles: {} }))
    check(await tokn(['profile', 'list', '--config-dir', 'other']), 'the configuration')
    mkdirSync(join(home.work, 'other', 'providers'), { mode: 0o700 })
    writeFileSync(join(home.work, 'other/config.json'), '{"version":1}')
    write('other/providers/api.json', JSON.stringify(api))
    const show = ['provider', 'show', 'api', '--definition', '--config-dir', 'other']
    check(await tokn(show), 'a definition that was put there')
    if (canCertify()) {
      const { cert } = certify(home.work, 'authority', { authority: true })
      write('ca.pem', cert)
      const curl = ['curl', 'x', '--ca', 'ca.pem', '--', '-s', '-o', '/dev/null', `${base}/`]
      check(await tokn(curl), 'an authority')
    }
  })

  it('and a configuration that begins with one can be changed', async () => {
    mkdirSync(home.config, { recursive: true, mode: 0o700 })
    const text = '\ufeff{"version": 1, "profiles": {}}'
    writeFileSync(join(home.config, 'config.json'), text, { mode: 0o600 })
    await addApi()
    await login()
    expect((await tokn(['token', 'x'])).status).toBe(0)
  })
})

describe('a large configuration', () => {
  const write = (profiles: object) => {
    mkdirSync(home.config, { recursive: true, mode: 0o700 })
    const text = JSON.stringify({ version: 1, profiles }, undefined, 2)
    writeFileSync(join(home.config, 'config.json'), text, { mode: 0o600 })
    return text.length
  }
  const entry = (index: number, note: string) => ({
    id: `aaaaaaaaaaaa${String(index).padStart(8, '0')}`,
    provider: 'api',
    baseUrl: base,
    settings: { user: 'ada', note },
    store: 'file',
  })

  it.each([
    ['a thousand profiles', 1_000, 3_000],
    ['five thousand', 5_000, 600],
    ['one of a megabyte', 1, 2_000_000],
  ])('of %s is read and changed', async (_, count, length) => {
    const names = Array.from({ length: count }, (_one, index) => index)
    const note = 'x'.repeat(length)
    const profiles = names.map((index) => [`p${index}`, entry(index, note)] as const)
    expect(write(Object.fromEntries(profiles))).toBeGreaterThan(1_500_000)
    await addApi()
    await login()
    expect((await tokn(['token', 'x'])).out).toMatch(/^at-/)
    expect((await tokn(['profile', 'rename', 'x', 'y'])).status).toBe(0)
    if (count === 1) return
    const list = await tokn(['profile', 'list', '--json'])
    expect((JSON.parse(list.out) as { profiles: unknown[] }).profiles.length).toBeGreaterThan(999)
  })

  it('that is too large is named, and locks nobody out', async () => {
    write({})
    truncateSync(join(home.config, 'config.json'), 70_000_000)
    for (const args of [
      ['token'],
      ['profile', 'list'],
      ['login', 'x', '-p', 'oz'],
      ['header', 'x'],
    ]) {
      const { status, out, err } = await tokn(args)
      expect({ status, out }, args.join(' ')).toEqual({ status: 2, out: '' })
      expect(err).toMatch(/config\.json: it is larger than 64 MiB/)
      expect(err).toMatch(/move it away .*config\.json\.bak\).*--config-dir/)
    }
    const doctor = await tokn(['doctor', '--offline'])
    expect(doctor.out).toMatch(/^fail +profiles: .*larger than 64 MiB/m)
    expect(doctor.out).toMatch(/^ok +lock/m)
    expect((await tokn(['profile', 'list', '--config-dir', 'other'])).status).toBe(0)
    expect((await tokn(['provider', 'list'])).status).toBe(0)
    for (const args of [['token'], ['token', 'x'], ['token', '-n', '-q']]) {
      expect((await tokn(args, { TOKN_TOKEN: 'given' })).out.trim()).toBe('given')
    }
  })
})
