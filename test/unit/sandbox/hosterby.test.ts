import { afterEach, describe, expect, it } from 'vitest'
import type { Sandbox, SandboxApi, SandboxOptions } from '../../../src/sandbox/server.ts'
import { call, readJwt, startOne, type Answer } from './call.ts'

let sandbox: Sandbox
let api: SandboxApi

async function start(options: SandboxOptions = {}): Promise<void> {
  ;({ sandbox, api } = await startOne('hosterby', options))
}

afterEach(() => sandbox.close())

type Headers = Readonly<Record<string, string>>

function ask(method: string, path: string, headers: Headers = {}): Promise<Answer> {
  return call(method, api.baseUrl + path, { headers })
}

function toHeader(value: string | undefined): string {
  return Buffer.from(value ?? '').toString('latin1')
}

function logIn(): Promise<Answer> {
  return ask('POST', '/service/account/create/token', {
    'Access-Key': toHeader(api.credentials['access_key']),
    'Secret-Key': toHeader(api.credentials['secret_key']),
  })
}

interface Payload {
  readonly accessToken: string
  readonly refreshToken: string
  readonly userId: number
  readonly dateExpires: number
}

async function makePair(): Promise<Payload> {
  return (await logIn()).json.payload as Payload
}

function refresh(pair: Payload, method = 'PATCH'): Promise<Answer> {
  return ask(method, '/token/refresh', {
    'refresh-Token': pair.refreshToken,
    'X-User-Id': String(pair.userId),
  })
}

function useToken(pair: Payload): Promise<Answer> {
  return ask('GET', '/cloud/orders', { 'Access-Token': pair.accessToken })
}

function readCode(answer: Answer): readonly unknown[] {
  return [answer.status, answer.json.httpCode, answer.json.codeList.error?.[0]]
}

describe('login', () => {
  it('answers a pretty-printed envelope', async () => {
    await start()
    const { status, text, json } = await logIn()
    expect(status).toBe(200)
    expect(text).toContain('"httpCode": 200')
    expect(json).toMatchObject({ httpCode: 200, statusCode: 'ok', messageList: {} })
    expect(text).toContain('create_token_success')
    const { accessToken, userId, dateExpires } = json.payload as Payload
    expect(Number.isInteger(userId)).toBe(true)
    expect(Math.abs(dateExpires * 1000 - Date.now() - 900_000)).toBeLessThan(5000)
    expect(readJwt(accessToken)).toMatchObject({ userId, exp: dateExpires })
  })

  it('refuses wrong or missing keys, and a body', async () => {
    await start()
    const path = '/service/account/create/token'
    expect(readCode(await ask('POST', path))).toEqual([401, 401, 'access_key_not_found'])
    const keys = {
      'access-key': api.credentials['access_key']!,
      'secret-key': api.credentials['secret_key']!,
    }
    expect((await ask('POST', path, { ...keys, 'secret-key': 'wrong' })).status).toBe(401)
    expect((await ask('POST', path, keys)).status).toBe(200)
    const body = await call('POST', api.baseUrl + path, { headers: keys, body: {} })
    expect(body.status).toBe(400)
  })

  it('compares keys as UTF-8', async () => {
    await start({ credentials: { hosterby: { access_key: 'ключ', secret_key: 'a"ü+/=%&b c' } } })
    expect((await logIn()).status).toBe(200)
    const latin1 = { 'access-key': toHeader('ключ'), 'secret-key': 'a"ü+/=%&b c' }
    expect((await ask('POST', '/service/account/create/token', latin1)).status).toBe(401)
  })
})

describe('the access token', () => {
  it('travels in its own header', async () => {
    await start()
    const pair = await makePair()
    expect((await useToken(pair)).status).toBe(200)
    const bearer = { authorization: `Bearer ${pair.accessToken}` }
    const refused = await ask('GET', '/cloud/orders', bearer)
    expect(readCode(refused)).toEqual([401, 401, 'access_token_not_found'])
    expect(refused.json.messageList.error).toHaveProperty('access_token_not_found')
    const headers = { 'access-token': pair.accessToken, 'x-user-id': '1' }
    expect((await ask('GET', '/cloud/orders', headers)).status).toBe(401)
  })

  it('expires', async () => {
    await start()
    const pair = await makePair()
    api.control.advance(900_000)
    expect(readCode(await useToken(pair))).toEqual([401, 401, 'access_token_expired'])
    expect((await refresh(pair)).status).toBe(200)
  })
})

describe('refresh', () => {
  it('renews both tokens and ends the old pair at once', async () => {
    await start()
    const old = await makePair()
    const { status, json } = await refresh(old)
    expect(status).toBe(200)
    expect(json.payload.accessToken).not.toBe(old.accessToken)
    expect(json.payload.refreshToken).not.toBe(old.refreshToken)
    expect(json.payload.userId).toBe(old.userId)
    expect(readCode(await useToken(old))).toEqual([401, 401, 'access_token_not_found'])
    expect(readCode(await refresh(old))).toEqual([401, 401, 'refresh_token_not_found'])
    expect((await useToken(json.payload)).status).toBe(200)
    expect(api.state.tokens).toMatchObject([
      { generation: 1, accessLive: false, refreshLive: false },
      { generation: 2, accessLive: true, refreshLive: true },
    ])
    expect(api.state.counts).toMatchObject({ logins: 1, refreshes: 1, refused: 2 })
  })

  it('needs the user id', async () => {
    await start()
    const { refreshToken } = await makePair()
    const headers = { 'refresh-token': refreshToken }
    expect((await ask('PATCH', '/token/refresh', headers)).status).toBe(401)
    const wrong = { ...headers, 'x-user-id': '1' }
    expect((await ask('PATCH', '/token/refresh', wrong)).status).toBe(401)
    expect(api.state.counts.refreshes).toBe(0)
  })

  it('is no longer possible when the keys have expired', async () => {
    await start()
    const pair = await makePair()
    api.control.advance(366 * 86_400_000)
    expect(readCode(await refresh(pair))).toEqual([401, 401, 'refresh_token_expired'])
    expect((await logIn()).status).toBe(401)
  })

  it('leaves the old pair a time of grace when loose', async () => {
    await start({ strict: false, switches: { hosterby: { errorsInside200: false } } })
    const old = await makePair()
    await refresh(old)
    expect((await useToken(old)).status).toBe(200)
    api.control.advance(60_000)
    expect((await useToken(old)).status).toBe(401)
  })
})

describe('info', () => {
  it('tells about both tokens', async () => {
    await start()
    const pair = await makePair()
    const user = { 'x-user-id': String(pair.userId) }
    const byAccess = { ...user, 'access-token': pair.accessToken }
    const byRefresh = { ...user, 'refresh-token': pair.refreshToken }
    for (const headers of [byAccess, byRefresh]) {
      const { json } = await ask('GET', '/token/info/access', headers)
      expect(json.payload.dateExpires).toBe(pair.dateExpires)
    }
    const { json } = await ask('GET', '/token/info/refresh', byRefresh)
    expect(json.payload.dateExpires).toBeGreaterThan(pair.dateExpires)
    expect((await ask('GET', '/token/info/refresh', byAccess)).status).toBe(401)
    expect((await ask('GET', '/token/info/access', user)).status).toBe(401)
  })

  it('may want one header alone', async () => {
    await start({ switches: { hosterby: { accessInfoNeeds: 'refresh' } } })
    const pair = await makePair()
    const headers = { 'x-user-id': String(pair.userId), 'access-token': pair.accessToken }
    expect((await ask('GET', '/token/info/access', headers)).status).toBe(401)
  })
})

describe('what it does not know', () => {
  it.each([
    ['POST', '/service-account/token/create'],
    ['POST', '/token/refresh'],
    ['GET', '/service/account/create/token'],
    ['GET', '/'],
  ])('answers %s %s with httpCode 520', async (method, path) => {
    await start()
    const answer = await ask(method, path)
    expect(readCode(answer)).toEqual([520, 520, 'unknown_error'])
    expect(answer.json.messageList.error.unknown_error).toContain('Matched route')
  })

  it('answers with status 200 when loose, as all its errors', async () => {
    await start({ strict: false })
    expect(readCode(await ask('GET', '/'))).toEqual([200, 520, 'unknown_error'])
    expect(readCode(await ask('GET', '/cloud/orders'))).toEqual([
      200,
      401,
      'access_token_not_found',
    ])
    const { json } = await logIn()
    expect(json.messageList).toEqual([])
    expect(typeof json.payload.userId).toBe('string')
  })

  it('can know refresh by another verb', async () => {
    await start({ switches: { hosterby: { refreshVerb: 'POST' } } })
    const pair = await makePair()
    expect((await refresh(pair)).status).toBe(520)
    expect((await refresh(pair, 'POST')).status).toBe(200)
  })
})
