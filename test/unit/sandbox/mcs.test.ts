import { afterEach, describe, expect, it } from 'vitest'
import type { Sandbox, SandboxApi, SandboxOptions } from '../../../src/sandbox/server.ts'
import { call, startOne, type Answer } from './call.ts'

let sandbox: Sandbox
let api: SandboxApi

async function start(options: SandboxOptions = {}): Promise<void> {
  ;({ sandbox, api } = await startOne('mcs', options))
}

afterEach(() => sandbox.close())

const hour = 3_600_000

function ask(body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  return call('POST', `${api.baseUrl}/auth/oauth/v1/token`, { body, headers })
}

function logIn(): Promise<Answer> {
  const { client_id, client_secret } = api.credentials
  return ask({ client_id, client_secret, grant_type: 'client_credentials' })
}

function refresh(refresh_token: string): Promise<Answer> {
  const { client_id } = api.credentials
  return ask({ client_id, refresh_token, grant_type: 'refresh_token' })
}

function useToken(token: string, method = 'POST', provider = 'mcs'): Promise<Answer> {
  const query = new URLSearchParams({ oauth_provider: provider, oauth_token: token })
  return call(method, `${api.apiUrl}/api/v1/objects/detect?${query}`)
}

describe('the token endpoint', () => {
  it('answers as the page shows', async () => {
    await start()
    const { status, json } = await logIn()
    expect(status).toBe(200)
    expect(Object.keys(json)).toEqual(['refresh_token', 'access_token', 'expired_in', 'scope'])
    expect(json.expired_in).toBe('3600')
    expect(json.scope).toEqual({ objects: 1, video: 1, persons: 1 })
  })

  it('refreshes without a secret and repeats the refresh token', async () => {
    await start()
    const first = (await logIn()).json
    const second = await refresh(first.refresh_token)
    expect(second.status).toBe(200)
    expect(second.json.refresh_token).toBe(first.refresh_token)
    expect(second.json.access_token).not.toBe(first.access_token)
    expect((await useToken(first.access_token)).status).toBe(200)
    expect(api.state.counts).toMatchObject({ logins: 1, refreshes: 1, calls: 1 })
  })

  it('refuses what it does not know', async () => {
    await start()
    const { client_id, client_secret } = api.credentials
    const base = { client_id, client_secret, grant_type: 'client_credentials' }
    const answers = [
      await ask({ ...base, client_secret: 'wrong' }),
      await ask({ ...base, client_id: 'wrong' }),
      await ask({ ...base, grant_type: 'password' }),
      await refresh('wrong'),
      await ask('not json', { 'content-type': 'application/json' }),
    ]
    expect(answers.map((answer) => [answer.status, answer.json.error])).toEqual([
      [401, 'invalid_client'],
      [401, 'invalid_client'],
      [400, 'unsupported_grant_type'],
      [400, 'invalid_grant'],
      [400, 'invalid_request'],
    ])
    expect((await call('GET', `${api.baseUrl}/auth/oauth/v1/token`)).status).toBe(405)
    expect((await call('POST', `${api.apiUrl}/auth/oauth/v1/token`)).status).toBe(404)
  })

  it('takes a form only when loose', async () => {
    const type = { 'content-type': 'application/x-www-form-urlencoded' }
    const credentials = { mcs: { client_secret: 'a+b/c=d%e&f ü"' } }
    await start({ credentials })
    expect((await logIn()).status).toBe(200)
    const form = () =>
      ask(
        new URLSearchParams({ ...api.credentials, grant_type: 'client_credentials' }).toString(),
        type,
      )
    expect((await form()).status).toBe(400)
    await sandbox.close()
    await start({ credentials, strict: false })
    expect((await form()).status).toBe(200)
  })
})

describe('the budgets', () => {
  it('refuse the 26th refresh token', async () => {
    await start()
    for (let made = 0; made < 25; made += 1) expect((await logIn()).status).toBe(200)
    const refused = await logIn()
    expect([refused.status, refused.json.error]).toEqual([403, 'limit_exceeded'])
    expect(api.state.budget).toMatchObject({ refreshTokens: 25, refreshTokensMade: 25 })
    api.control.advance(31 * 24 * hour)
    expect((await logIn()).status).toBe(200)
  })

  it('refuse the 26th live access token of a refresh token', async () => {
    await start()
    const { refresh_token } = (await logIn()).json
    for (let made = 0; made < 25; made += 1) {
      expect((await refresh(refresh_token)).status).toBe(200)
    }
    expect((await refresh(refresh_token)).status).toBe(403)
    expect(api.state.budget).toMatchObject({ accessTokensOfFullest: 25 })
    expect((await refresh((await logIn()).json.refresh_token)).status).toBe(200)
    api.control.advance(hour)
    expect((await refresh(refresh_token)).status).toBe(200)
  })

  it('let the oldest go when loose', async () => {
    await start({ strict: false, switches: { mcs: { repeatRefresh: true } } })
    const first = (await logIn()).json
    const oldest = (await refresh(first.refresh_token)).json
    for (let made = 0; made < 25; made += 1) await refresh(first.refresh_token)
    expect((await useToken(oldest.access_token)).json.status).toBe(401)
    for (let made = 0; made < 25; made += 1) expect((await logIn()).status).toBe(200)
    expect((await refresh(first.refresh_token)).status).toBe(400)
  })
})

describe('the resource host', () => {
  it('is another origin and takes tokens in the query alone', async () => {
    await start()
    expect(api.apiUrl).not.toBe(api.baseUrl)
    expect(api.resource.url).toBe(`${api.apiUrl}/api/v1/objects/detect`)
    const { access_token } = (await logIn()).json
    const answer = await useToken(access_token, 'GET')
    expect([answer.status, answer.json.status]).toEqual([200, 200])
    expect(answer.json.htmlencoded).toBe(false)
    const headers = { authorization: `Bearer ${access_token}` }
    const bearer = await call('GET', `${api.resource.url}?oauth_provider=mcs`, { headers })
    expect(bearer.status).toBe(401)
    expect((await useToken(access_token, 'GET', 'mr')).json.body).toContain('provider: mr')
    expect(api.log.map((entry) => entry.listener)).toContain('resource')
  })

  it('refuses an expired token in the words of the page', async () => {
    await start()
    const { access_token } = (await logIn()).json
    api.control.advance(hour)
    const { status, json } = await useToken(access_token)
    expect(status).toBe(401)
    expect(json).toEqual({
      status: 401,
      body: `authorization failed, provider: mcs, token: ${access_token.slice(0, 24)}(...), reason: CONDITION/UNAUTHORIZED, Access Token invalid`,
      htmlencoded: false,
      last_modified: 0,
    })
  })

  it('always takes the service token', async () => {
    await start()
    api.control.advance(10 * 365 * 24 * hour)
    api.control.expire()
    expect((await useToken(api.credentials['service_token']!)).status).toBe(200)
    expect(api.state.live).toEqual([])
  })
})

it('diverges when loose', async () => {
  await start({ strict: false })
  const first = (await logIn()).json
  expect(first.expired_in).toBe(3600)
  expect(first.scope).toEqual(['objects', 'video', 'persons'])
  const second = (await refresh(first.refresh_token)).json
  expect(second).not.toHaveProperty('refresh_token')
  const refused = await useToken('wrong')
  expect([refused.status, refused.json.status]).toEqual([200, 401])
})
