import { hostname } from 'node:os'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RequestLogEntry } from '../../src/sandbox/http.ts'
import type { SandboxApi, SandboxName } from '../../src/sandbox/server.ts'
import { makeHome, type Home } from '../support/home.ts'
import { run } from '../support/run.ts'
import { addressOf, credentialsOf, startServers, type Servers } from '../support/servers.ts'

// Every sign that some encoding treats as its own, and letters beyond ASCII.
const odd = `q"u'o\\t<>äöüß й + / = % & ; , ? # {access} $x`
const asciiOdd = `q"u'o\\t<> + / = % & ; , ? # {access} $x`

const everywhere = new Set(
  'host connection user-agent accept accept-encoding content-length'.split(' '),
)

/** What a server saw, without what every request has. */
function wireOf({ method, path, query, listener, headers, body }: RequestLogEntry) {
  const own = headers.filter(([name]) => !everywhere.has(name.toLowerCase()))
  return { method, path, query, listener, headers: own, body: body === '' ? '' : JSON.parse(body) }
}

const json = ['content-type', 'application/json']

let home: Home
let servers: Servers
let seen = 0

beforeAll(async () => {
  home = makeHome()
  servers = await startServers(['oz', 'mcs', 'rightech', 'hosterby'], {
    credentials: {
      oz: { email: odd, password: odd },
      mcs: { client_id: `id ${odd}`, client_secret: odd },
      rightech: { username: odd, password: odd },
      hosterby: { access_key: asciiOdd, secret_key: `${asciiOdd}2` },
    },
  })
})

afterAll(async () => {
  await servers.close()
  home.remove()
})

/** Runs a command that has to succeed; gives what it made the server see. */
async function wire(api: SandboxApi, args: readonly string[], env = {}) {
  seen = api.log.length
  const ended = await run(args, { home, env })
  expect(ended, ended.err).toMatchObject({ status: 0 })
  return { requests: api.log.slice(seen).map(wireOf), ...ended }
}

async function login(name: SandboxName, flags: readonly string[] = []) {
  const api = servers.api(name)
  return await wire(api, ['login', name, ...addressOf(api), ...flags], credentialsOf(api))
}

function heldOf(name: SandboxName) {
  const token = servers.api(name).state.tokens.at(-1)
  if (token === undefined) throw new Error(`${name} has made no token`)
  return token
}

describe('what each provider receives, from the server’s side', () => {
  test('Oz', async () => {
    const api = servers.api('oz')
    expect((await login('oz')).requests).toEqual([
      {
        method: 'POST',
        path: '/api/authorize/auth/',
        query: {},
        listener: 'token',
        headers: [json],
        body: { credentials: { email: odd, password: odd } },
      },
    ])
    const before = heldOf('oz')
    expect((await wire(api, ['refresh', 'oz'])).requests).toEqual([
      {
        method: 'POST',
        path: '/api/authorize/refresh/',
        query: {},
        listener: 'token',
        headers: expect.toSatisfy(sameHeaders([['X-Forensic-Access-Token', before.access], json])),
        body: { expire_token: before.refresh },
      },
    ])
  })

  test('MCS', async () => {
    const api = servers.api('mcs')
    const request = { method: 'POST', path: '/auth/oauth/v1/token', query: {}, listener: 'token' }
    const client_id = `id ${odd}`
    expect((await login('mcs')).requests).toEqual([
      {
        ...request,
        headers: [json],
        body: { client_id, client_secret: odd, grant_type: 'client_credentials' },
      },
    ])
    const { refresh } = heldOf('mcs')
    expect((await wire(api, ['refresh', 'mcs'])).requests).toEqual([
      {
        ...request,
        headers: [json],
        body: { client_id, refresh_token: refresh, grant_type: 'refresh_token' },
      },
    ])
  })

  test('MCS: a token with signs of its own survives the query', async () => {
    const api = servers.api('mcs')
    const access = 'a+b/c=d%e&f?g#h;i"j'
    api.control.replaceFaults([{ do: 'merge', body: { access_token: access } }])
    await login('mcs')
    api.control.replaceFaults([])
    const { out } = await wire(api, ['header', 'mcs', '-o', 'query'])
    const reply = await fetch(`${api.resource.url}?${out.trimEnd()}`)
    expect(reply.status).toBe(401)
    expect(wireOf(api.log.at(-1)!)).toMatchObject({
      listener: 'resource',
      query: { oauth_provider: 'mcs', oauth_token: access },
    })
  })

  test('Rightech', async () => {
    const api = servers.api('rightech')
    const scopes = ['POST /tokens', 'GET /tokens', 'DELETE /tokens/:id', 'GET /objects/a+b%20c=&d']
    const flags = ['--expires-in', '90 days', ...scopes.flatMap((scope) => ['--scope', scope])]
    expect((await login('rightech', flags)).requests).toEqual([
      {
        method: 'POST',
        path: '/api/v1/auth/token',
        query: {},
        listener: 'token',
        headers: [json],
        body: {
          username: odd,
          password: odd,
          expiresIn: '90 days',
          name: `tokn/${hostname()}/rightech`,
          scopes,
        },
      },
    ])
    const bearer = ['Authorization', `Bearer ${heldOf('rightech').access}`]
    const common = { query: {}, listener: 'token' }
    const issue = [
      'issue',
      'rightech',
      '--name',
      odd,
      '--scope',
      'GET /objects',
      '--expires-in',
      '12h',
    ]
    expect((await wire(api, issue)).requests).toEqual([
      {
        ...common,
        method: 'POST',
        path: '/api/v1/tokens',
        headers: expect.toSatisfy(sameHeaders([bearer, json])),
        body: { name: odd, scopes: ['GET /objects'], expiresIn: '12 hours' },
      },
    ])
    const { id } = heldOf('rightech')
    const list = { ...common, method: 'GET', path: '/api/v1/tokens', headers: [bearer], body: '' }
    const { requests, out } = await wire(api, ['list', 'rightech', '--json'])
    expect(requests).toEqual([list])
    const listed = JSON.parse(out) as { tokens: { name: string | null }[] }
    expect(listed.tokens.map(({ name }) => name)).toEqual([`tokn/${hostname()}/rightech`, odd])
    expect((await wire(api, ['revoke', odd, '-P', 'rightech'])).requests).toEqual([
      list,
      { ...list, method: 'DELETE', path: `/api/v1/tokens/${id}` },
      list,
    ])
  })

  test('Rightech: a refresh issues a successor and retires the old token with the new one', async () => {
    const api = servers.api('rightech')
    await login('rightech', ['--expires-in', '90 days'])
    const old = heldOf('rightech')
    const { requests } = await wire(api, ['refresh', 'rightech'])
    const successor = heldOf('rightech')
    const issued = requests.find(({ method }) => method === 'POST')
    expect(issued).toMatchObject({
      path: '/api/v1/tokens',
      body: { expiresIn: '90 days', name: expect.stringMatching(/^tokn\/.+\/rightech$/) },
    })
    expect(requests.at(-1)).toMatchObject({
      method: 'DELETE',
      path: `/api/v1/tokens/${old.id}`,
      headers: [['Authorization', `Bearer ${successor.access}`]],
    })
  })

  test('hoster.by', async () => {
    const api = servers.api('hosterby')
    const common = { query: {}, listener: 'token', body: '' }
    const { requests } = await login('hosterby')
    const { access, refresh = '' } = heldOf('hosterby')
    const user = ['X-User-Id', userOf(access)]
    expect(requests).toEqual([
      {
        ...common,
        method: 'POST',
        path: '/service/account/create/token',
        headers: [
          ['Access-Key', asciiOdd],
          ['Secret-Key', `${asciiOdd}2`],
        ],
      },
      {
        ...common,
        method: 'GET',
        path: '/token/info/refresh',
        headers: expect.toSatisfy(sameHeaders([['Refresh-Token', refresh], user])),
      },
    ])
    const info = await wire(api, ['info', 'hosterby'])
    expect(info.requests).toHaveLength(2)
    expect(info.requests).toEqual(
      expect.arrayContaining([
        {
          ...common,
          method: 'GET',
          path: '/token/info/access',
          headers: expect.toSatisfy(sameHeaders([['Access-Token', access], user])),
        },
        {
          ...common,
          method: 'GET',
          path: '/token/info/refresh',
          headers: expect.toSatisfy(sameHeaders([['Refresh-Token', refresh], user])),
        },
      ]),
    )
    expect((await wire(api, ['refresh', 'hosterby'])).requests).toEqual([
      {
        ...common,
        method: 'PATCH',
        path: '/token/refresh',
        headers: expect.toSatisfy(sameHeaders([['Refresh-Token', refresh], user])),
      },
    ])
  })

  test('hoster.by: a key beyond ASCII travels as UTF-8; one that would break the header does not', async () => {
    const api = servers.api('hosterby')
    const before = api.log.length
    const login = (key: string) =>
      run(['login', 'beyond', ...addressOf(api)], {
        home,
        env: { TOKN_ACCESS_KEY: key, TOKN_SECRET_KEY: 'x' },
      })
    expect(await login('ключ ä')).toMatchObject({ status: 4, out: '' })
    const sent = api.log.at(-1)?.headers.find(([name]) => name === 'Access-Key')?.[1] ?? ''
    expect(Buffer.from(sent, 'latin1').toString('utf8')).toBe('ключ ä')

    for (const key of [' outer', 'a\u007fb', 'a\u0001b']) {
      const ended = await login(key)
      expect(ended).toMatchObject({ status: 2, out: '' })
      expect(ended.err).toMatch(/Access-Key|TOKN_ACCESS_KEY/)
    }
    expect(api.log.length).toBe(before + 1)
  })
})

type Pairs = readonly (readonly string[])[]

/** The same names in this very spelling with these values, in any order. */
function sameHeaders(expected: Pairs) {
  return (found: Pairs) => sorted(found) === sorted(expected)
}

function sorted(pairs: Pairs): string {
  return JSON.stringify(pairs.toSorted())
}

function userOf(jwt: string): string {
  const payload = Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString()
  return String((JSON.parse(payload) as { userId: number }).userId)
}
