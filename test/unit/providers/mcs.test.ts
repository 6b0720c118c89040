import { describe, expect, it } from 'vitest'
import { mcs } from '../../../src/providers/builtin/mcs.ts'
import { defineProvider } from '../../../src/providers/interpreter/provider.ts'
import { failure, held, json, networkError, now, record, reply, shown } from './reach.ts'

const provider = defineProvider(mcs, {})
const answers = { client_id: 'mcs1017666666.ml.vision.f7', client_secret: 's+/=%&"ü ' }
const pair = {
  refresh_token: 'r1',
  access_token: 'vMA3',
  expired_in: '3600',
  scope: { objects: 1, video: 1, persons: 0 },
}

describe('MCS Vision', () => {
  it('logs in by client credentials in JSON', async () => {
    const reach = record([json(pair)], answers)
    const tokens = await provider.login?.(reach, {})
    expect(shown(reach.requests[0]!)).toEqual({
      line: 'POST https://mcs.mail.ru/auth/oauth/v1/token',
      headers: { accept: 'application/json', 'content-type': 'application/json' },
      body: { ...answers, grant_type: 'client_credentials' },
    })
    expect(tokens).toMatchObject({
      expiry: { state: 'at', at: now + 3_600_000 },
      scopes: ['objects', 'video'],
    })
  })

  it('refreshes without the secret, and keeps the refresh token', async () => {
    const { refresh_token: _, ...rest } = pair
    const reach = record([json({ ...rest, access_token: 'new' })], {
      client_id: answers.client_id,
    })
    const tokens = await provider.refresh?.(reach, held('old', 'r1', { scopes: ['objects'] }))
    expect(shown(reach.requests[0]!).body).toEqual({
      client_id: answers.client_id,
      refresh_token: 'r1',
      grant_type: 'refresh_token',
    })
    expect(tokens?.refresh?.reveal()).toBe('r1')
    expect(tokens?.access.reveal()).toBe('new')
  })

  it.each([
    [{ ...pair, expired_in: 3600 }, now + 3_600_000],
    [{ ...pair, expired_in: undefined, expires_in: 60 }, now + 60_000],
    [{ status: 200, body: pair }, now + 3_600_000],
    [{ ...pair, expired_in: undefined }, now + 3_600_000],
  ])('reads the reply %j', async (body, at) => {
    const tokens = await provider.login?.(record([json(body)], answers), {})
    expect(tokens?.expiry).toEqual({ state: 'at', at })
  })

  it.each([
    [['objects', 'video']],
    ['objects video'],
    ['objects,video'],
    [{ objects: 1, video: true }],
  ])('reads the scope %j', async (scope) => {
    const tokens = await provider.login?.(record([json({ ...pair, scope })], answers), {})
    expect(tokens?.scopes).toEqual(['objects', 'video'])
  })

  it('sends its token in the query', () => {
    const attach = (values: Record<string, string>) => provider.attach({ context: {} }, values)
    expect(attach({}).query).toEqual({ oauth_provider: 'mcs', oauth_token: '{access}' })
    expect(attach({ oauth_provider: 'mr' }).query).toMatchObject({ oauth_provider: 'mr' })
    expect(() => attach({ oauth_provider: 'google' })).toThrow(/must be one of mcs, mr/)
    expect(provider.origins).toEqual(['https://mcs.mail.ru', 'https://smarty.mail.ru'])
  })

  it.each([
    ['login', json({ error: 'invalid_client' }, 400), 'reauth_required', 'credentials'],
    ['login', reply('', 401), 'reauth_required', 'credentials'],
    ['login', json({ error: 'refresh token limit exceeded' }, 400), 'quota', 'limit'],
    [
      'login',
      json({ status: 401, body: 'authorization failed' }),
      'reauth_required',
      'credentials',
    ],
    ['refresh', json({ error: 'x' }, 400), 'reauth_required', 'refresh-rejected'],
    ['refresh', reply('', 401), 'reauth_required', 'refresh-rejected'],
    ['refresh', reply('bad gateway', 502), 'network', 'unavailable'],
  ] as const)('a %s refused with %j is %s', async (operation, answer, code, refusal) => {
    const reach = record([answer], answers)
    const error = await failure(
      operation === 'login' ? provider.login!(reach, {}) : provider.refresh!(reach, held('a', 'r')),
    )
    expect(error).toMatchObject({ code, details: { refusal, sent: true } })
    expect(reach.requests).toHaveLength(1)
  })

  it('D21: never repeats what is counted', async () => {
    const haste = record([reply('', 429, { 'retry-after': '1' })], answers)
    expect((await failure(provider.login!(haste, {}))).code).toBe('rate_limited')
    expect(haste.requests).toHaveLength(1)
    const lost = record([networkError(true)], answers)
    expect((await failure(provider.login!(lost, {}))).code).toBe('network')
    expect(lost.requests).toHaveLength(1)
    const unsent = record([networkError(false), json(pair)], answers)
    await provider.login!(unsent, {})
    expect(unsent.requests).toHaveLength(2)
  })

  it('C28: does not quote the token that an error echoes', async () => {
    const body = 'authorization failed, provider: mcs, token: vMA3Pjyno6tvCdo8MeDQ8xYT(...), reason'
    const reach = record([json({ status: 401, body }, 401)], answers)
    const error = await failure(
      provider.refresh!(reach, held('vMA3Pjyno6tvCdo8MeDQ8xYTandMore', 'r')),
    )
    expect(error.message).not.toContain('vMA3')
    expect(error.message).toContain('authorization failed, provider: mcs, token: [secret](...)')
  })

  it('does not take scopes, lifetimes or names', () => {
    expect(() => provider.checkGrant({ scopes: ['objects'] })).toThrow(/scopes/)
    expect(() => provider.checkGrant({ lifetime: 60_000 })).toThrow(/lifetime/)
    expect(() => provider.checkGrant({ name: 'ci' })).toThrow(/name/)
    expect(() => provider.checkGrant({})).not.toThrow()
  })
})
