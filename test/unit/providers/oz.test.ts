import { describe, expect, it } from 'vitest'
import { oz } from '../../../src/providers/builtin/oz.ts'
import { defineProvider } from '../../../src/providers/interpreter/provider.ts'
import { failure, held, html, json, now, record, shown } from './reach.ts'

const provider = defineProvider(oz, { baseUrl: 'https://oz.example' })
const answers = { email: 'jörg "j"@example.com', password: 'p/ä+=%& "\\ 你' }
const pair = {
  access_token: 'a'.repeat(128),
  expire_token: 'e1',
  expire_date: now / 1000 + 900,
  user: { user_type: 'CLIENT' },
}

function login(status: number) {
  return failure(provider.login!(record([html(status)], answers), {}))
}

describe('Oz API', () => {
  it.each([
    ['https://oz.example', 'https://oz.example/api/authorize/auth/'],
    ['https://oz.example/', 'https://oz.example/api/authorize/auth/'],
    ['https://oz.example/api', 'https://oz.example/api/authorize/auth/'],
    ['https://oz.example/api/', 'https://oz.example/api/authorize/auth/'],
    ['https://oz.example/tenant/api/', 'https://oz.example/tenant/api/authorize/auth/'],
  ])('takes %s for a base URL', async (baseUrl, url) => {
    const reach = record([json(pair)], answers)
    await defineProvider(oz, { baseUrl }).login?.(reach, {})
    expect(reach.requests.map((request) => request.url.href)).toEqual([url])
  })

  it('needs a base URL', () => {
    expect(() => defineProvider(oz, {})).toThrow(/a base URL is needed/)
  })

  it('logs in with credentials in a wrapper', async () => {
    const reach = record([json(pair, 201)], answers)
    const tokens = await provider.login?.(reach, {})
    expect(shown(reach.requests[0]!)).toEqual({
      line: 'POST https://oz.example/api/authorize/auth/',
      headers: { accept: 'application/json', 'content-type': 'application/json' },
      body: { credentials: answers },
    })
    expect(tokens?.access.reveal()).toBe('a'.repeat(128))
    expect(tokens?.refresh?.reveal()).toBe('e1')
    expect(tokens?.expiry).toEqual({ state: 'at', at: now + 900_000, sliding: true })
  })

  it.each([
    [now / 1000 + 900.75, now + 900_750],
    [String(now / 1000 + 900), now + 900_000],
    [now + 900_000, now + 900_000],
    [undefined, now + 900_000],
    ['soon', now + 900_000],
  ])('reads the expire_date %s', async (expireDate, at) => {
    const reach = record([json({ ...pair, expire_date: expireDate })], answers)
    const tokens = await provider.login?.(reach, {})
    expect(tokens?.expiry).toEqual({ state: 'at', at, sliding: true })
  })

  it('refreshes with the old access token beside the expire_token', async () => {
    const reach = record([json({ ...pair, expire_token: 'e2' })])
    const tokens = await provider.refresh?.(reach, held('old', 'e1'))
    expect(shown(reach.requests[0]!)).toEqual({
      line: 'POST https://oz.example/api/authorize/refresh/',
      headers: {
        accept: 'application/json',
        'content-type': 'application/json',
        'X-Forensic-Access-Token': 'old',
      },
      body: { expire_token: 'e1' },
    })
    expect(tokens?.refresh?.reveal()).toBe('e2')
  })

  it.each([
    [
      400,
      { error_message: 'Could not locate field for key_path expire_token from provided dict data' },
      'provider_refused',
      'refused',
    ],
    [401, { error_message: 'Session not found' }, 'reauth_required', 'refresh-rejected'],
    [401, { error_code: 8, error_message: 'AUTH EXPIRED' }, 'reauth_required', 'expired'],
    [
      403,
      { error_message: 'You have not access to refresh this session' },
      'forbidden',
      'forbidden',
    ],
    [502, {}, 'network', 'unavailable'],
  ])('a refresh refused with %d %j is %s', async (status, body, code, refusal) => {
    const reach = record([json(body, status)])
    const error = await failure(provider.refresh!(reach, held('old', 'e1')))
    expect(error).toMatchObject({ code, details: { refusal, http: { status } } })
    expect(reach.requests).toHaveLength(1)
  })

  it.each([
    [401, { error_code: 7, error_message: 'AUTH INVALID' }, 'reauth_required', 'credentials'],
    [403, { error_code: 6 }, 'reauth_required', 'credentials'],
    [400, { error_code: 3, error_message: 'INVALID STRUCTURE' }, 'provider_refused', 'refused'],
  ])('a login refused with %d %j is %s', async (status, body, code, refusal) => {
    const error = await failure(provider.login!(record([json(body, status)], answers), {}))
    expect(error).toMatchObject({ code, details: { refusal } })
    expect(error.details.http?.providerCode).toBe(String(body.error_code))
  })

  it('takes a page of a proxy for what it is', async () => {
    expect(await login(200)).toMatchObject({
      code: 'provider_nonsense',
      message: 'Oz API answered 200 with text/html, expected JSON',
    })
    expect((await login(502)).code).toBe('network')
    // No word of the API's, whatever the status: it may be gone with the next attempt.
    expect((await login(413)).code).toBe('network')
  })

  it('has the operations that the documents name, and says where the others are', () => {
    expect(Object.keys(provider).filter((key) => key in oz.why)).toEqual([])
    expect(provider.attach({ context: {} }, {})).toEqual({
      headers: { 'X-Forensic-Access-Token': '{access}' },
      query: undefined,
      cookies: undefined,
    })
    expect(provider.why.revoke).toMatch(/has no way/)
  })
})
