import { afterEach, describe, expect, it } from 'vitest'
import { allows, isScope, parseLifetime } from '../../../src/sandbox/scopes.ts'
import type { Sandbox, SandboxApi, SandboxOptions } from '../../../src/sandbox/server.ts'
import { call, readJwt, startOne, type Answer } from './call.ts'

let sandbox: Sandbox | undefined
let api: SandboxApi

async function start(options: SandboxOptions = {}): Promise<void> {
  ;({ sandbox, api } = await startOne('rightech', options))
}

afterEach(async () => {
  await sandbox?.close()
  sandbox = undefined
})

const day = 86_400_000

function logIn(extra: Readonly<Record<string, unknown>> = {}): Promise<Answer> {
  const { username, password } = api.credentials
  return call('POST', `${api.baseUrl}/api/v1/auth/token`, {
    body: { username, password, ...extra },
  })
}

function ask(token: string, method: string, path: string, body?: unknown): Promise<Answer> {
  const headers = { authorization: `Bearer ${token}` }
  return call(method, `${api.baseUrl}/api/v1${path}`, { headers, body })
}

const ricError = { success: false, name: 'RicError' }

describe('login', () => {
  it('answers milliseconds, a user and a token whose jti is the id', async () => {
    await start()
    const { status, json } = await logIn()
    expect(status).toBe(200)
    expect(json._id).toMatch(/^[0-9a-f]{24}$/)
    expect(json.expiresAt - json.issuedAt).toBe(day)
    expect(json.issuedAt).toBeGreaterThan(1e12)
    expect(json.user).toEqual({ name: api.credentials['username'] })
    const claims = readJwt(json.token)
    expect(claims).toMatchObject({ jti: json._id, usg: 'api', full: true })
    expect(claims['exp']).toBe(Math.floor(json.expiresAt / 1000))
    expect(readJwt(`.${json.token.split('.')[0]}`)).toEqual({ alg: 'HS256', typ: 'JWT' })
  })

  it('takes a lifetime and scopes', async () => {
    await start()
    const { json } = await logIn({ expiresIn: '90 days', scopes: ['GET /objects'] })
    expect(json.expiresAt - json.issuedAt).toBe(90 * day)
    expect((await ask(json.token, 'GET', '/objects')).status).toBe(200)
  })

  it.each([
    [{ expiresIn: '90' }],
    [{ expiresIn: '0 days' }],
    [{ expiresIn: '1 fortnight' }],
    [{ expiresIn: 90 }],
    [{ expiresIn: null }],
    [{ scopes: 'GET /objects' }],
    [{ scopes: [] }],
    [{ scopes: ['objects'] }],
  ])('refuses %j', async (extra) => {
    await start()
    const answer = await logIn(extra)
    expect(answer.status).toBe(400)
    expect(answer.json).toMatchObject({ ...ricError, code: '400' })
    expect(api.state.counts.logins).toBe(0)
  })

  it('refuses wrong credentials and other content types', async () => {
    await start()
    const wrong = await logIn({ password: 'wrong' })
    expect(wrong.status).toBe(401)
    expect(wrong.json).toMatchObject({ ...ricError, code: '401', message: 'Unauthorized' })
    const url = `${api.baseUrl}/api/v1/auth/token`
    expect((await call('POST', url, { body: JSON.stringify(api.credentials) })).status).toBe(400)
  })

  it('keeps every character of a password', async () => {
    await start({ credentials: { rightech: { password: ' "ü\' + / = % & ключ ' } } })
    expect((await logIn()).status).toBe(200)
  })
})

describe('tokens', () => {
  it('are issued with a value once, then listed without', async () => {
    await start()
    const { token } = (await logIn()).json
    const extra = { expiresIn: '7 days', name: 'test-token-01', scopes: ['POST /tokens'] }
    const issued = await ask(token, 'POST', '/tokens', extra)
    expect(issued.status).toBe(200)
    expect(issued.json.token).toMatch(/^ey/)
    const { status, json } = await ask(token, 'GET', '/tokens')
    expect(status).toBe(200)
    expect(json).toHaveLength(2)
    expect(json[1]).toEqual({
      _id: issued.json._id,
      name: 'test-token-01',
      expiresAt: issued.json.expiresAt,
      scopes: ['POST /tokens'],
    })
    expect(JSON.stringify(json)).not.toContain(issued.json.token)
    expect(api.state.counts).toMatchObject({ logins: 1, issued: 1 })
  })

  it('die at once when revoked', async () => {
    await start()
    const { token } = (await logIn()).json
    const { _id, token: child } = (await ask(token, 'POST', '/tokens', {})).json
    expect((await ask(child, 'GET', '/objects')).status).toBe(200)
    const revoked = await ask(token, 'DELETE', `/tokens/${_id}`)
    expect([revoked.status, revoked.json]).toEqual([200, { codes: [], success: true }])
    expect((await ask(child, 'GET', '/objects')).status).toBe(401)
    const again = await ask(token, 'DELETE', `/tokens/${_id}`)
    expect(again.status).toBe(404)
    expect(again.json).toMatchObject({ ...ricError, code: '404', message: 'Not Found' })
    expect(api.state.counts.revoked).toBe(1)
  })

  it('expire', async () => {
    await start()
    const { token } = (await logIn()).json
    api.control.advance(day)
    expect((await ask(token, 'GET', '/objects')).status).toBe(401)
  })

  it('are refused without the word Bearer', async () => {
    await start()
    const { token } = (await logIn()).json
    const headers = { authorization: token }
    expect((await call('GET', api.resource.url, { headers })).status).toBe(401)
    expect((await call('GET', api.resource.url)).status).toBe(401)
  })
})

describe('scopes', () => {
  it('limit a token, on its own management too', async () => {
    await start()
    const { token } = (await logIn({ scopes: ['GET /api/v1/objects/:id', 'POST /tokens'] })).json
    const refused = await ask(token, 'GET', '/objects')
    expect(refused.status).toBe(403)
    expect(refused.json).toMatchObject({ ...ricError, code: '403' })
    expect((await ask(token, 'GET', '/objects/unknown')).status).toBe(404)
    expect((await ask(token, 'GET', '/tokens')).status).toBe(403)
    expect((await ask(token, 'DELETE', '/tokens/any')).status).toBe(403)
    expect((await ask(token, 'POST', '/tokens', {})).status).toBe(200)
  })

  it('may be kept within those of the maker', async () => {
    await start({ switches: { rightech: { childWithinParent: true } } })
    const { token } = (await logIn({ scopes: ['POST /tokens', 'GET /objects'] })).json
    const statuses = []
    for (const scopes of [['GET /objects'], ['GET /geofences'], undefined]) {
      statuses.push((await ask(token, 'POST', '/tokens', { scopes })).status)
    }
    expect(statuses).toEqual([200, 403, 403])
  })

  it.each([
    ['GET /objects', 'GET', '/api/v1/objects', true],
    ['GET /api/v1/objects', 'GET', '/api/v1/objects', true],
    ['GET /objects', 'POST', '/api/v1/objects', false],
    ['GET /objects', 'GET', '/api/v1/objects/1', false],
    ['GET /objects/:id', 'GET', '/api/v1/objects/1', true],
    ['GET /objects/:id', 'GET', '/api/v1/objects', false],
    ['POST /objects/:id/commands/:command', 'POST', '/api/v1/objects/1/commands/go', true],
    ['GET /models/*', 'GET', '/api/v1/models/1/2', true],
    ['GET /models/*', 'GET', '/api/v1/models', false],
    ['GET /*', 'GET', '/api/v1/objects/1', true],
    ['* /objects', 'PATCH', '/api/v1/objects', true],
  ])('%s for %s %s: %s', (scope, method, path, expected) => {
    expect(allows(scope, method, path)).toBe(expected)
  })

  it('and lifetimes have a grammar', () => {
    expect(['GET /objects', 'objects', 'get /objects', 'GET objects'].map(isScope)).toEqual([
      true,
      false,
      false,
      false,
    ])
    expect(['30 minutes', '12 hours', '8 days', '5 years', '1 day'].map(parseLifetime)).toEqual([
      1_800_000,
      12 * 3_600_000,
      8 * day,
      5 * 365 * day,
      day,
    ])
    expect(['1day', '-1 days', '1.5 hours', '', 'days'].map(parseLifetime)).toEqual(
      Array.from({ length: 5 }),
    )
  })
})

it('diverges when loose', async () => {
  await start({ strict: false })
  const { username, password } = api.credentials
  const body = { login: username, password }
  const made = await call('POST', `${api.baseUrl}/api/v1/auth/token`, { body })
  expect(made.status).toBe(200)
  expect(made.json).not.toHaveProperty('expiresAt')
  const issued = await ask(made.json.token, 'POST', '/tokens', {})
  expect(issued.status).toBe(201)
  const revoked = await ask(made.json.token, 'DELETE', `/tokens/${issued.json._id}`)
  expect([revoked.status, revoked.text]).toEqual([204, ''])
})

describe('what the document leaves open', () => {
  const nameOf = async (loginName: 'kept' | 'ignored' | 'refused') => {
    await start({ switches: { rightech: { loginName } } })
    const { status, json } = await logIn({ name: 'night' })
    await sandbox?.close()
    return [status, json.name]
  }

  it('is whether a login takes a name', async () => {
    expect(await nameOf('kept')).toEqual([200, 'night'])
    expect(await nameOf('ignored')).toEqual([200, undefined])
    expect(await nameOf('refused')).toEqual([400, 'RicError'])
  })

  it('is where the list of all methods is', async () => {
    await start()
    const { token } = (await logIn()).json
    const { status, json } = await ask(token, 'GET', '/methods')
    expect(status).toBe(200)
    expect(json).toContain('DELETE /tokens/:id')
    expect(json.every(isScope)).toBe(true)
  })

  it('is how two tokens come to one _id', async () => {
    const fault = { do: 'repeat-id', path: '/api/v1/tokens', method: 'POST', times: 1 } as const
    await start({ faults: [fault] })
    const { token, _id } = (await logIn()).json
    const issued = (await ask(token, 'POST', '/tokens', { name: 'second' })).json
    expect(issued._id).toBe(_id)
    expect(issued.token).not.toBe(token)
    const { json } = await ask(token, 'GET', '/tokens')
    expect(json.map((one: { _id: string }) => one._id)).toEqual([_id, _id])
    expect((await ask(token, 'POST', '/tokens', {})).json._id).not.toBe(_id)
  })
})
