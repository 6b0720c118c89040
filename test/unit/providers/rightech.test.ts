import { describe, expect, it } from 'vitest'
import { rightech } from '../../../src/providers/builtin/rightech.ts'
import { defineProvider } from '../../../src/providers/interpreter/provider.ts'
import { failure, held, json, networkError, now, record, reply, shown } from './reach.ts'

const provider = defineProvider(rightech, {})
const answers = { username: 'test@example.com', password: 'p"ä' }
const minute = 60_000
const made = {
  _id: '66a66b2207dfcec6494cd618',
  issuedAt: now,
  expiresAt: now + 90 * 86_400_000,
  user: { name: 'test@example.com' },
  token: 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.e30.x',
}

describe('Rightech IoT Cloud', () => {
  it('logs in, and asks for nothing that was not asked for', async () => {
    const reach = record([json(made)], answers)
    const tokens = await provider.login?.(reach, {})
    expect(shown(reach.requests[0]!)).toEqual({
      line: 'POST https://dev.rightech.io/api/v1/auth/token',
      headers: { accept: 'application/json', 'content-type': 'application/json' },
      body: answers,
    })
    expect(tokens).toMatchObject({ id: made._id, expiry: { state: 'at', at: made.expiresAt } })
    expect(tokens?.refresh).toBeUndefined()
    expect(provider.refresh).toBeUndefined()
  })

  it.each([
    ['https://iot.example', 'https://iot.example/api/v1/auth/token'],
    ['https://iot.example/api', 'https://iot.example/api/v1/auth/token'],
    ['https://iot.example/api/v1/', 'https://iot.example/api/v1/auth/token'],
  ])('takes %s for a base URL', async (baseUrl, url) => {
    const reach = record([json(made)], answers)
    await defineProvider(rightech, { baseUrl }).login?.(reach, {})
    expect(reach.requests[0]?.url.href).toBe(url)
  })

  it.each([
    [30 * minute, '30 minutes'],
    [minute, '1 minute'],
    [90 * minute, '90 minutes'],
    [12 * 60 * minute, '12 hours'],
    [60 * minute, '60 minutes'],
    [24 * 60 * minute, '24 hours'],
    [8 * 24 * 60 * minute, '8 days'],
    [5 * 365 * 24 * 60 * minute, '5 years'],
    [365 * 24 * 60 * minute, '365 days'],
  ])('asks for %d ms as %s', async (lifetime, expiresIn) => {
    const reach = record([json(made)])
    await provider.issue?.(reach, held('t'), { lifetime })
    expect(shown(reach.requests[0]!).body).toEqual({ expiresIn })
  })

  it.each([30_000, 90_000, 61_000])('has no lifetime of %d ms', (lifetime) => {
    expect(() => provider.checkGrant({ lifetime })).toThrow(/lasts/)
  })

  it('issues with the held token', async () => {
    const reach = record([json({ ...made, name: 'ci "ü"' }, 201)])
    const grant = {
      name: 'ci "ü"',
      scopes: ['POST /tokens', 'GET /objects/:id'],
      lifetime: 7 * 864e5,
    }
    const tokens = await provider.issue?.(reach, held('parent'), grant)
    expect(shown(reach.requests[0]!)).toEqual({
      line: 'POST https://dev.rightech.io/api/v1/tokens',
      headers: {
        accept: 'application/json',
        'content-type': 'application/json',
        Authorization: 'Bearer parent',
      },
      body: { expiresIn: '7 days', name: grant.name, scopes: grant.scopes },
    })
    expect(tokens).toMatchObject({ id: made._id, name: grant.name, scopes: grant.scopes })
  })

  it.each(['GET /objects', 'GET /objects/:id/packets', 'GET /models/*'])(
    'takes the scope %s',
    (scope) => expect(() => provider.checkGrant({ scopes: [scope] })).not.toThrow(),
  )

  it.each(['GET objects', 'get /objects', 'GET /x\r\nPOST /y', ''])(
    'does not take the scope %j',
    (scope) => expect(() => provider.checkGrant({ scopes: [scope] })).toThrow(/scope/),
  )

  it('lists what the project has, the same id twice, and nothing without an id', async () => {
    const entry = { _id: '66a64c586a8ed41e84ece92b', expiresAt: now, scopes: ['GET /objects'] }
    const reach = record([json([{ ...entry, name: 'one' }, entry, { name: 'x' }, 7, null])])
    expect(await provider.list?.(reach, held('t'))).toEqual([
      { id: entry._id, name: 'one', scopes: entry.scopes, expiry: { state: 'at', at: now } },
      { id: entry._id, scopes: entry.scopes, expiry: { state: 'at', at: now } },
    ])
    expect(shown(reach.requests[0]!)).toMatchObject({
      line: 'GET https://dev.rightech.io/api/v1/tokens',
      headers: { Authorization: 'Bearer t' },
    })
  })

  it.each([
    reply('', 204),
    reply('', 200),
    json({ codes: [], success: true }),
    reply('OK', 202, { 'content-type': 'text/plain' }),
  ])('revokes by id, answered with %j', async (answer) => {
    const reach = record([answer])
    await provider.revoke?.(reach, held('t'), { id: made._id })
    expect(shown(reach.requests[0]!).line).toBe(
      `DELETE https://dev.rightech.io/api/v1/tokens/${made._id}`,
    )
    expect(reach.requests[0]?.body).toBeUndefined()
  })

  it.each([
    '',
    '*',
    '.',
    '..',
    '../../tokens',
    '..%2f..',
    'x?y',
    'x#y',
    '//evil',
    '\\evil',
    'a b',
    'a\n',
    'ж',
  ])('does not revoke %j, and sends nothing', async (id) => {
    const reach = record([])
    const error = await failure(provider.revoke!(reach, held('t'), { id }))
    expect(error.code).toBe('usage')
    expect(reach.requests).toHaveLength(0)
  })

  it('a token that is gone after a lost answer has been revoked', async () => {
    const reach = record([networkError(true), json({ code: '404' }, 404)])
    await provider.revoke?.(reach, held('t'), { id: made._id })
    expect(reach.requests).toHaveLength(2)
  })

  it.each([
    ['list', 401, 'reauth_required', 'invalid'],
    ['list', 403, 'forbidden', 'forbidden'],
    ['list', 404, 'provider_refused', 'route-missing'],
    ['revoke', 404, 'not_found', 'not-found'],
    ['login', 401, 'reauth_required', 'credentials'],
    ['issue', 200, 'provider_refused', 'refused'],
  ] as const)('a %s refused with %d is %s', async (operation, status, code, refusal) => {
    const body = {
      success: false,
      name: 'RicError',
      code: String(status),
      message: 'Not Found\u001b[31m',
      codes: ['error_not_found'],
    }
    const reach = record([json(body, status)], answers)
    const run = {
      list: () => provider.list!(reach, held('t')),
      revoke: () => provider.revoke!(reach, held('t'), { id: made._id }),
      login: () => provider.login!(reach, {}),
      issue: () => provider.issue!(reach, held('t'), {}),
    }
    const error = await failure(run[operation]())
    expect(error).toMatchObject({ code, details: { refusal } })
    expect(error.message).toMatch(/Not Found\\x1b\[31m/)
    expect(error.details.http).toEqual({ status, providerCode: 'error_not_found' })
  })

  it('takes an expiry from the token where the reply has none', async () => {
    const claims = Buffer.from(JSON.stringify({ exp: now / 1000 + 60, jti: 'abc' })).toString(
      'base64url',
    )
    const reach = record([json({ token: `e30.${claims}.x` })], answers)
    expect(await provider.login?.(reach, {})).toMatchObject({
      id: 'abc',
      expiry: { state: 'at', at: now + 60_000 },
    })
  })

  it('assumes the documented day, or what was asked for', async () => {
    const bare = { token: 't' }
    const login = await provider.login?.(record([json(bare)], answers), {})
    expect(login?.expiry).toEqual({ state: 'at', at: now + 86_400_000 })
    const asked = await provider.login?.(record([json(bare)], answers), { lifetime: 3_600_000 })
    expect(asked?.expiry).toEqual({ state: 'at', at: now + 3_600_000 })
  })
})
