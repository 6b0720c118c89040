import { describe, expect, it } from 'vitest'
import { hosterby } from '../../../src/providers/builtin/hosterby.ts'
import { defineProvider } from '../../../src/providers/interpreter/provider.ts'
import { failure, held, json, now, record, reply, shown } from './reach.ts'

const provider = defineProvider(hosterby, {})
const answers = { access_key: 'ak+/=%&"x y', secret_key: 'sk' }
const payload = {
  accessToken: 'eyJ.e30.x',
  refreshToken: 'hash',
  userId: 201461,
  dateExpires: now / 1000 + 900,
}
const envelope = {
  httpCode: 200,
  statusCode: 'ok',
  codeList: { success: ['create_token_success'] },
  messageList: {},
  payload,
}
const expired = refusal(401, 'access_token_expired', 'Token expired')
const session = held('eyJ.old.x', 'hash', { context: { userId: '201461' } })

function when(seconds: number) {
  return json({ ...envelope, payload: { dateExpires: seconds } })
}

function refusal(httpCode: number | string, code: string, text: string) {
  return {
    httpCode,
    statusCode: 'error',
    messageList: { error: { [code]: text } },
    codeList: { error: [code] },
  }
}

describe('hoster.by', () => {
  it('logs in by two headers and an empty body', async () => {
    const reach = record([json(JSON.stringify(envelope, undefined, 2))], answers)
    const tokens = await provider.login?.(reach, {})
    expect(shown(reach.requests[0]!)).toEqual({
      line: 'POST https://serviceapi.hoster.by/service/account/create/token',
      headers: { accept: 'application/json', 'Access-Key': answers.access_key, 'Secret-Key': 'sk' },
      body: undefined,
    })
    expect(tokens).toMatchObject({
      context: { userId: '201461' },
      expiry: { state: 'at', at: now + 900_000 },
    })
  })

  it.each([
    payload,
    { ...envelope, payload: { ...payload, dateExpires: String(now + 900_000), userId: '201461' } },
    { ...envelope, httpCode: '200', messageList: [], codeList: [] },
  ])('reads the reply %j', async (body) => {
    const tokens = await provider.login?.(record([json(body)], answers), {})
    expect(tokens).toMatchObject({
      context: { userId: '201461' },
      expiry: { state: 'at', at: now + 900_000 },
    })
  })

  it.each([
    { access_key: 'a\r\nX-Evil: 1', secret_key: 's' },
    { access_key: ' a', secret_key: 's' },
    { access_key: 'a\u0000', secret_key: 's' },
  ])('does not send the key %j in a header', async (keys) => {
    const reach = record([], keys)
    const error = await failure(provider.login!(reach, {}))
    expect(error.code).toBe('usage')
    expect(error.message).toContain('Access-Key')
    expect(error.message).not.toContain(keys.access_key)
  })

  it('sends a key beyond ASCII as UTF-8', async () => {
    const reach = record([json(envelope)], { access_key: 'ключ', secret_key: 'ü' })
    await provider.login?.(reach, {})
    const sent = shown(reach.requests[0]!).headers
    expect(Buffer.from(sent['Access-Key'] ?? '', 'latin1').toString('utf8')).toBe('ключ')
    expect(Buffer.from(sent['Secret-Key'] ?? '', 'latin1').toString('utf8')).toBe('ü')
  })

  it('says which key is missing', async () => {
    const error = await failure(provider.login!(record([], { access_key: 'a' }), {}))
    expect(error).toMatchObject({ code: 'usage', message: '"secret_key" is needed' })
  })

  it('refreshes both by PATCH', async () => {
    const next = { ...payload, accessToken: 'eyJ.new.x', refreshToken: 'hash2' }
    const reach = record([json({ ...envelope, payload: next })])
    const tokens = await provider.refresh?.(reach, session)
    expect(shown(reach.requests[0]!)).toEqual({
      line: 'PATCH https://serviceapi.hoster.by/token/refresh',
      headers: { accept: 'application/json', 'Refresh-Token': 'hash', 'X-User-Id': '201461' },
      body: undefined,
    })
    expect(tokens?.refresh?.reveal()).toBe('hash2')
  })

  it.each([200, 520])('tries POST once where PATCH is no route (HTTP %d)', async (status) => {
    const missing = refusal(520, 'unknown_error', 'Matched route "x" handler')
    const reach = record([json(missing, status), json(envelope)])
    await provider.refresh?.(reach, session)
    expect(reach.requests.map(({ method }) => method)).toEqual(['PATCH', 'POST'])
    const never = record([json(missing, status)])
    const error = await failure(provider.refresh!(never, session))
    expect(error).toMatchObject({ code: 'provider_refused', details: { refusal: 'route-missing' } })
    expect(never.requests).toHaveLength(2)
  })

  // A warning, and no refusal: both tokens held before are spent by then.
  it('C30: tells of an answer that is about another user', async () => {
    const reach = record([json({ ...envelope, payload: { ...payload, userId: 7 } })])
    const tokens = await provider.refresh!(reach, session)
    expect(tokens.context['userId']).toBe('7')
    expect(reach.warned).toEqual([expect.stringContaining('"7" in place of those of "201461"')])
  })

  it.each([
    ['login', 200, refusal(401, 'bad_keys', 'Wrong keys'), 'reauth_required', 'credentials'],
    ['login', 401, refusal('401', 'bad_keys', 'Wrong keys'), 'reauth_required', 'credentials'],
    ['login', 200, refusal(500, 'oops', 'Oops'), 'network', 'unavailable'],
    ['login', 200, refusal(422, 'oops', 'Oops'), 'provider_refused', 'refused'],
    ['login', 200, { statusCode: 'error' }, 'provider_refused', 'refused'],
    ['refresh', 200, refusal(401, 'gone', 'Gone'), 'reauth_required', 'refresh-rejected'],
    ['info', 200, expired, 'reauth_required', 'expired'],
    ['info', 401, refusal(401, 'access_token_not_found', 'x'), 'reauth_required', 'invalid'],
    ['info', 200, refusal(403, 'ip', 'Not from here'), 'forbidden', 'forbidden'],
  ] as const)('a %s answered %d %j is %s', async (operation, status, body, code, kind) => {
    const reach = record([json(body, status)], answers)
    const run = {
      login: () => provider.login!(reach, {}),
      refresh: () => provider.refresh!(reach, session),
      info: () => provider.info!(reach, session),
    }
    expect(await failure(run[operation]())).toMatchObject({ code, details: { refusal: kind } })
  })

  it('asks about both tokens', async () => {
    const reach = record([when(now / 1000 + 60), when(now / 1000 + 600)])
    expect(await provider.info?.(reach, session)).toMatchObject({
      access: { state: 'at', at: now + 60_000 },
      refresh: { state: 'at', at: now + 600_000 },
    })
    expect(reach.requests.map((request) => shown(request))).toEqual([
      {
        line: 'GET https://serviceapi.hoster.by/token/info/access',
        headers: { accept: 'application/json', 'Access-Token': 'eyJ.old.x', 'X-User-Id': '201461' },
        body: undefined,
      },
      {
        line: 'GET https://serviceapi.hoster.by/token/info/refresh',
        headers: { accept: 'application/json', 'Refresh-Token': 'hash', 'X-User-Id': '201461' },
        body: undefined,
      },
    ])
  })

  it('adds the refresh token where the first way to ask is refused', async () => {
    const refused = json(refusal(401, 'access_token_not_found', 'x'))
    const fine = json({ ...envelope, payload: { dateExpires: now / 1000 + 60 } })
    const reach = record([refused, fine, refused])
    const found = await provider.info?.(reach, session)
    expect(shown(reach.requests[1]!).headers).toMatchObject({
      'Access-Token': 'eyJ.old.x',
      'Refresh-Token': 'hash',
    })
    expect(found?.access?.state).toBe('at')
    expect(found?.refresh).toBeUndefined()
  })

  it('C27: sends its token under its own name, in ASCII', () => {
    expect(provider.attach({ context: { userId: '7' } }, {}).headers).toEqual({
      'Access-Token': '{access}',
    })
    expect(JSON.stringify(hosterby)).toMatch(/^[\x20-\x7e]*$/)
  })

  it('a time-out of the address filter is no refusal', async () => {
    const reach = record([reply('', 504)], answers)
    expect((await failure(provider.login!(reach, {}))).code).toBe('network')
  })
})
