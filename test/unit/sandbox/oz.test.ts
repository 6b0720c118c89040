import { afterEach, describe, expect, it } from 'vitest'
import type { Sandbox, SandboxApi, SandboxOptions } from '../../../src/sandbox/server.ts'
import { call, startOne, type Answer } from './call.ts'

let sandbox: Sandbox
let api: SandboxApi

async function start(options: SandboxOptions = {}): Promise<void> {
  ;({ sandbox, api } = await startOne('oz', options))
}

afterEach(() => sandbox.close())

const minute = 60_000

function logIn(credentials: Readonly<Record<string, string>> = api.credentials): Promise<Answer> {
  const { email, password } = credentials
  return call('POST', `${api.baseUrl}/api/authorize/auth/`, {
    body: { credentials: { email, password } },
  })
}

function useToken(access: string, path = '/api/folders/'): Promise<Answer> {
  return call('GET', api.baseUrl + path, { headers: { 'X-Forensic-Access-Token': access } })
}

function refresh(access: string, body: unknown, path = '/api/authorize/refresh/'): Promise<Answer> {
  return call('POST', api.baseUrl + path, {
    headers: { 'x-forensic-access-token': access },
    body,
  })
}

interface Pair {
  readonly access_token: string
  readonly expire_token: string
  readonly expire_date: number
}

async function makePair(): Promise<Pair> {
  return (await logIn()).json as Pair
}

async function renew(pair: Pair): Promise<Pair> {
  const answer = await refresh(pair.access_token, { expire_token: pair.expire_token })
  expect(answer.status).toBe(200)
  return answer.json as Pair
}

describe('login', () => {
  it('answers a pair with its expiry in epoch seconds', async () => {
    await start()
    const { status, json } = await logIn()
    expect(status).toBe(200)
    expect(json.access_token).toMatch(/^[0-9a-f]{128}$/)
    expect(json.expire_token).not.toBe(json.access_token)
    expect(Number.isInteger(json.expire_date)).toBe(true)
    expect(Math.abs(json.expire_date * 1000 - Date.now() - 15 * minute)).toBeLessThan(5000)
    expect(json.user.user_type).toBe('CLIENT')
    for (const absent of ['token_type', 'expires_in']) expect(json).not.toHaveProperty(absent)
  })

  it('works without the slash, and not with GET', async () => {
    await start()
    const url = `${api.baseUrl}/api/authorize/auth`
    const body = { credentials: api.credentials }
    expect((await call('POST', url, { body })).status).toBe(200)
    expect((await call('GET', url)).status).toBe(401)
  })

  it.each([
    ['no body', undefined, 'credentials'],
    ['no wrapper', { email: 'a', password: 'b' }, 'credentials'],
    ['no password', { credentials: { email: 'a' } }, 'credentials.password'],
  ])('refuses %s with error_code 3', async (_name, body, field) => {
    await start()
    const answer = await call('POST', `${api.baseUrl}/api/authorize/auth`, {
      headers: { 'content-type': 'application/json' },
      body,
    })
    expect(answer.status).toBe(400)
    expect(answer.json).toEqual({
      error_code: 3,
      error_message: `Could not locate field for key_path ${field} from provided dict data`,
      details: null,
    })
  })

  it('refuses a wrong password with error_code 7, and other content types', async () => {
    await start()
    const wrong = await logIn({ ...api.credentials, password: 'wrong' })
    expect([wrong.status, wrong.json.error_code]).toEqual([401, 7])
    const typed = await call('POST', `${api.baseUrl}/api/authorize/auth`, {
      headers: { 'content-type': 'text/plain' },
      body: JSON.stringify({ credentials: api.credentials }),
    })
    expect(typed.status).toBe(400)
  })

  it('keeps every character of a password', async () => {
    const password = ' "quote\' + / = % & ü пароль \u{1F511} \\ '
    await start({ credentials: { oz: { email: 'ü+tag@example.com', password } } })
    expect(api.credentials['password']).toBe(password)
    expect((await logIn()).status).toBe(200)
    expect((await logIn({ ...api.credentials, password: password.trim() })).status).toBe(401)
  })
})

describe('a session', () => {
  it('needs the raw token in its header, named in any case', async () => {
    await start()
    const { access_token } = await makePair()
    expect((await useToken(access_token)).status).toBe(200)
    expect((await useToken(access_token, '/api/folders')).status).toBe(200)
    expect((await useToken(access_token, '/api/nothing')).status).toBe(404)
    const upper = { 'X-FORENSIC-ACCESS-TOKEN': access_token }
    expect((await call('GET', api.resource.url, { headers: upper })).status).toBe(200)
    const missing = await call('GET', api.resource.url)
    expect([missing.status, missing.json.error_code]).toEqual([401, 6])
    const bearer = await useToken(`Bearer ${access_token}`)
    expect([bearer.status, bearer.json.error_code]).toEqual([401, 7])
  })

  it('slides with every call and ends when idle', async () => {
    await start()
    const { access_token } = await makePair()
    for (let call = 0; call < 3; call += 1) {
      api.control.advance(14 * minute)
      expect((await useToken(access_token)).status).toBe(200)
    }
    api.control.advance(15 * minute)
    const late = await useToken(access_token)
    expect([late.status, late.json.error_code]).toEqual([401, 8])
    expect(api.state.live).toEqual([])
  })

  it('takes its life from ttlMs', async () => {
    await start({ ttlMs: 2000 })
    const { access_token } = await makePair()
    api.control.advance(2000)
    expect((await useToken(access_token)).status).toBe(401)
  })
})

describe('refresh', () => {
  it('answers the three documented errors', async () => {
    await start()
    const pair = await makePair()
    const other = (await logIn(api.secondAccount)).json as Pair
    const missing = await refresh(pair.access_token, {})
    expect([missing.status, missing.json.error_message]).toEqual([
      400,
      'Could not locate field for key_path expire_token from provided dict data',
    ])
    const unknown = await refresh(pair.access_token, { expire_token: 'nothing' })
    expect([unknown.status, unknown.json.error_message]).toEqual([401, 'Session not found'])
    const foreign = await refresh(other.access_token, { expire_token: pair.expire_token })
    expect([foreign.status, foreign.json.error_message]).toEqual([
      403,
      'You have not access to refresh this session',
    ])
    expect(foreign.json.error_code).toBe(9)
    expect(api.state.counts).toMatchObject({ logins: 2, refreshes: 0, refused: 3 })
  })

  it('needs the access token as well', async () => {
    await start()
    const { expire_token } = await makePair()
    const none = await call('POST', `${api.baseUrl}/api/authorize/refresh/`, {
      body: { expire_token },
    })
    expect([none.status, none.json.error_code]).toEqual([401, 6])
    const wrong = await refresh('wrong', { expire_token }, '/api/authorize/refresh')
    expect([wrong.status, wrong.json.error_code]).toEqual([401, 7])
  })

  it('keeps the old pair until the new one is first used', async () => {
    await start()
    const old = await makePair()
    const lost = await renew(old)
    const next = await renew(old)
    expect(next.access_token).not.toBe(lost.access_token)
    expect((await useToken(old.access_token)).status).toBe(200)
    expect((await useToken(next.access_token)).status).toBe(200)
    const dead = await useToken(old.access_token)
    expect([dead.status, dead.json.error_code]).toEqual([401, 7])
    const again = await refresh(next.access_token, { expire_token: old.expire_token })
    expect([again.status, again.json.error_message]).toEqual([401, 'Session not found'])
    expect(api.state.tokens.map((token) => token.accessLive)).toEqual([false, true, true])
  })

  it('counts a refresh with the new pair as its first use', async () => {
    await start()
    const first = await makePair()
    const second = await renew(first)
    await renew(second)
    expect((await useToken(first.access_token)).status).toBe(401)
    expect((await useToken(second.access_token)).status).toBe(200)
  })

  it('works with an expired access token, unless told otherwise', async () => {
    await start()
    const pair = await makePair()
    api.control.expire()
    expect((await useToken(pair.access_token)).status).toBe(401)
    const next = await renew(pair)
    expect((await useToken(next.access_token)).status).toBe(200)
    await sandbox.close()

    await start({ switches: { oz: { refreshNeedsLiveAccess: true } } })
    const strict = await makePair()
    api.control.expire()
    const refused = await refresh(strict.access_token, { expire_token: strict.expire_token })
    expect([refused.status, refused.json.error_code]).toEqual([401, 8])
  })

  it('ends with the row of the session', async () => {
    await start({ switches: { oz: { keepExpiredMs: minute } } })
    const pair = await makePair()
    api.control.advance(16 * minute)
    const refused = await refresh(pair.access_token, { expire_token: pair.expire_token })
    expect([refused.status, refused.json.error_message]).toEqual([401, 'Session not found'])
    expect(api.state.tokens[0]!.refreshLive).toBe(false)
  })
})

it('diverges when loose', async () => {
  await start({ strict: false, switches: { oz: { expireDate: 'text' } } })
  const answer = await logIn()
  expect(answer.status).toBe(201)
  expect(typeof answer.json.expire_date).toBe('string')
})

describe('two users', () => {
  it('each have what is forbidden to the other', async () => {
    await start()
    const own = new URL(api.ownResource?.url ?? '').pathname
    const first = await makePair()
    const { access_token } = (await logIn(api.secondAccount)).json as Pair
    expect((await useToken(first.access_token, own)).json.email).toBe(api.credentials['email'])
    const other = await useToken(access_token, own)
    expect([other.status, other.json.error_code]).toEqual([403, 9])
    api.control.reset()
    expect((await useToken((await makePair()).access_token, own)).status).toBe(200)
  })

  it.each(['/api', ''])('log in and refresh below "%s"', async (prefix) => {
    await start()
    const { email, password } = api.credentials
    const body = { credentials: { email, password } }
    const { json } = await call('POST', `${api.baseUrl}${prefix}/authorize/auth/`, { body })
    const next = await refresh(json.access_token, json, `${prefix}/authorize/refresh`)
    expect(next.status).toBe(200)
    expect((await useToken(next.json.access_token, `${prefix}/folders`)).status).toBe(200)
    expect((await useToken(next.json.access_token, '/api/api/folders')).status).toBe(404)
  })
})
