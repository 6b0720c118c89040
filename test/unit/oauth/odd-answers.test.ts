import { describe, expect, it } from 'vitest'
import type { HttpReply } from '../../../src/core/ports.ts'
import { Secret } from '../../../src/core/secret.ts'
import type { TokenSet } from '../../../src/core/token.ts'
import { openOauth } from '../../../src/providers/oauth/provider.ts'
import { oddReplies, oddTexts, oddValues } from '../providers/odd.ts'
import { failure, json, record, reply, type Recorded } from '../providers/reach.ts'
import { idToken, signJwt } from './fake-server.ts'

// As test/unit/providers/odd-answers.test.ts, for OAuth: openid-client has opinions of its own about
// an answer, and none of them may cost the tokens in it.

const issuer = 'https://as.example'
const discovery = json({
  issuer,
  token_endpoint: `${issuer}/token`,
  authorization_endpoint: `${issuer}/authorize`,
  id_token_signing_alg_values_supported: ['ES256'],
})

const good = {
  access_token: 'new-access',
  refresh_token: 'new-refresh',
  token_type: 'Bearer',
  expires_in: 3600,
  scope: 'a b',
}

const before: TokenSet = {
  access: new Secret('old-access'),
  refresh: new Secret('old-refresh'),
  expiry: { state: 'unknown' },
  scopes: ['a'],
  context: { flow: 'code', token_type: 'bearer', sub: 'alice' },
}

type Run = 'refresh' | 'login' | 'issue'

/** A reach whose clock is the machine's, as the ID tokens of these tests are. */
function open(answer: HttpReply): Recorded {
  const reach = record([(request) => (request.method === 'GET' ? discovery : answer)])
  return { ...reach, clock: { ...reach.clock, now: Date.now } }
}

async function run(
  answer: HttpReply,
  how: Run = 'refresh',
  settings: Readonly<Record<string, string>> = {},
  held: TokenSet = before,
): Promise<[TokenSet, Recorded]> {
  const reach = open(answer)
  const provider = await openOauth({
    settings: { issuer, client_id: 'app', flow: 'client', issue_grant: 'client', ...settings },
  })
  const known = { ...reach, answers: { client_secret: new Secret('s3cret-value') } }
  const tokens = {
    refresh: () => provider.refresh!(known, held),
    login: () => provider.login!(known, {}),
    issue: () => provider.issue!(known, held, {}),
  }
  return [await tokens[how](), reach]
}

/** One request to the token endpoint, marked as one that may grant tokens. */
function expectOne({ requests }: Recorded): void {
  expect(requests.filter(({ method }) => method === 'POST').map(({ grants }) => grants)).toEqual([
    true,
  ])
}

describe.each(['refresh', 'login', 'issue'] as const)('a %s', (how) => {
  it.each(Object.entries(oddReplies(good)))('is taken %s', async (_, answer) => {
    const [tokens, reach] = await run(answer, how)
    expect(tokens.access.reveal()).toBe('new-access')
    expect(tokens.refresh?.reveal()).toBe('new-refresh')
    expect(tokens.refreshUnreadable).toBeUndefined()
    expectOne(reach)
  })
})

const fields = [
  ...['token_type', 'expires_in', 'scope', 'id_token'],
  ...[
    'refresh_token_expires_in',
    'refresh_expires_in',
    'issued_token_type',
    'authorization_details',
  ],
]

describe('a refresh', () => {
  it.each(fields.flatMap((key) => oddValues.map((value) => [key, value] as const)))(
    'is taken with an odd %s, case %#',
    async (key, value) => {
      const [tokens, reach] = await run(json({ ...good, [key]: value }))
      expect(tokens.access.reveal()).toBe('new-access')
      expect(tokens.refresh?.reveal()).toBe('new-refresh')
      expect(JSON.stringify(tokens.expiry)).not.toMatch(/null|NaN/)
      for (const warning of reach.warned) expect(warning).not.toMatch(/new-|[\u0000-\u001f\u202e]/)
      expectOne(reach)
    },
  )

  it.each(fields.flatMap((key) => Object.keys(oddTexts).map((name) => [key, name] as const)))(
    'is taken with %s as %s',
    async (key, name) => {
      const text = JSON.stringify({ ...good, [key]: 'MARK' })
      const [tokens, reach] = await run(json(text.replace('"MARK"', oddTexts[name] ?? '')))
      expect(tokens.access.reveal()).toBe('new-access')
      expectOne(reach)
    },
  )

  it.each(['expires_in', 'scope', 'token_type'] as const)('is taken without %s', async (key) => {
    const { [key]: _, ...rest } = good
    expect((await run(json(rest)))[0].access.reveal()).toBe('new-access')
  })

  it.each(['accessToken', 'AccessToken', 'ACCESS_TOKEN', 'access-token'])(
    'is taken with the token as %s',
    async (name) => {
      const { access_token, refresh_token: _, ...rest } = good
      const renewed = { refreshToken: 'new-refresh', expiresIn: 60 }
      const [tokens] = await run(json({ ...rest, ...renewed, [name]: access_token }))
      expect(tokens.access.reveal()).toBe('new-access')
      expect(tokens.refresh?.reveal()).toBe('new-refresh')
    },
  )

  const now = Math.floor(Date.now() / 1_000)
  const idTokens: Readonly<Record<string, unknown>> = {
    'long expired': idToken(issuer, { exp: 1 }),
    'expired a while ago': idToken(issuer, { exp: now - 120 }),
    'not good yet': idToken(issuer, { nbf: now + 120 }),
    'of another audience': idToken(issuer, { aud: 'other' }),
    'of two audiences': idToken(issuer, { aud: ['app', 'other'], azp: 'other' }),
    'of another issuer': idToken('https://evil.example'),
    'of an issuer with a slash': idToken(`${issuer}/`),
    'without an expiry': idToken(issuer, { exp: undefined }),
    'without a subject': idToken(issuer, { sub: undefined }),
    'without an audience': idToken(issuer, { aud: undefined }),
    'with an expiry as text': idToken(issuer, { exp: String(now + 300) }),
    'with a number for a subject': idToken(issuer, { sub: 7 }),
    unsigned: signJwt(
      { iss: issuer, aud: 'app', sub: 'alice', iat: now, exp: now + 9 },
      { alg: 'none' },
    ),
    'signed in a way that is not announced': signJwt(
      { iss: issuer, aud: 'app', sub: 'alice', iat: now, exp: now + 300 },
      { alg: 'RS256' },
    ),
    'with something critical': signJwt({ iss: issuer }, { crit: ['x'], x: 1 }),
    encrypted: 'eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ.a.b.c.d',
    garbage: 'garbage',
    'two parts': 'a.b',
    'not JSON inside': `${Buffer.from('x').toString('base64url')}.eHg.x`,
    'a very long text': 'x'.repeat(100_000),
    'a number': 7,
    'an object': { a: 1 },
    'a list': ['x'],
    true: true,
  }

  it.each(Object.entries(idTokens))('drops an ID token that is %s', async (_, id_token) => {
    const context = { ...before.context, id_token: 'the one before' }
    const [tokens, reach] = await run(
      json({ ...good, id_token }),
      'refresh',
      {},
      {
        ...before,
        context,
      },
    )
    expect(tokens.access.reveal()).toBe('new-access')
    expect(tokens.refresh?.reveal()).toBe('new-refresh')
    expect(tokens.context).toMatchObject({ id_token: 'the one before', sub: 'alice' })
    expect(reach.warned).toEqual([expect.stringContaining('the ID token was dropped')])
    expectOne(reach)
  })

  it.each([
    ['expired within the tolerance', { exp: now - 20 }],
    ['ahead within the tolerance', { nbf: now + 45 }],
    ['made in the future', { iat: now + 3_600 }],
    ['of today', {}],
  ])('keeps an ID token that is %s', async (_, changes) => {
    const id_token = idToken(issuer, changes)
    const [tokens, reach] = await run(json({ ...good, id_token }))
    expect(tokens.context['id_token']).toBe(id_token)
    expect(reach.warned).toEqual([])
  })

  it.each([
    ['bearer', 'bearer', 0],
    ['BEARER', 'bearer', 0],
    ['BearerToken', 'bearertoken', 0],
    ['mac', 'mac', 1],
    ['application', 'application', 1],
    ['Token', 'token', 1],
    ['N_A', 'n_a', 0],
    ['DPoP', 'dpop', 1],
    ['', 'bearer', 0],
    [7, 'bearer', 0],
    [null, 'bearer', 0],
    [['Bearer'], 'bearer', 0],
  ])('sends a token of the type %j as it always does', async (token_type, type, warnings) => {
    const [tokens, reach] = await run(json({ ...good, token_type }))
    expect(tokens.context['token_type']).toBe(type)
    expect(reach.warned).toHaveLength(warnings)
    const provider = await openOauth({ settings: { issuer, client_id: 'app' } })
    const attached = provider.attach(tokens, {})
    expect(attached.headers).toEqual({ Authorization: 'Bearer {access}' })
    expect(attached.bound).toBeUndefined()
    // Said once: the next refresh finds what it finds.
    const [, again] = await run(json({ ...good, token_type }), 'refresh', {}, tokens)
    expect(again.warned).toEqual([])
  })

  const long = { refresh_token_expires_in: 60, refresh_expires_in: 60 }

  it.each<readonly [object, readonly string[], number | undefined]>([
    [{ refresh_token_expires_in: 'soon' }, ['"refresh_token_expires_in": "soon"'], undefined],
    [{ refresh_expires_in: 'soon' }, ['"refresh_expires_in": "soon"'], undefined],
    [{ refresh_expires_in: {} }, ['"refresh_expires_in": an object'], undefined],
    [{ refresh_expires_in: true }, ['"refresh_expires_in": true'], undefined],
    [
      { refresh_token_expires_in: null, refresh_expires_in: 'later' },
      ['"refresh_expires_in": "later"'],
      undefined,
    ],
    [
      { refresh_token_expires_in: '', refresh_expires_in: 'later' },
      ['"refresh_expires_in": "later"'],
      undefined,
    ],
    [{ refresh_token_expires_in: '', refresh_expires_in: 60 }, [], 60_000],
    [
      { ...long, refresh_token_expires_in: [] },
      ['"refresh_token_expires_in": an array'],
      undefined,
    ],
    [long, [], 60_000],
    [{ refresh_expires_in: '60' }, [], 60_000],
    [{ refresh_expires_in: 0 }, [], undefined],
    [{ refresh_expires_in: '' }, [], undefined],
    [{ refresh_expires_in: null }, [], undefined],
  ])('names where the end of the refresh token was looked for: %o', async (said, places, left) => {
    const [{ refreshExpiry }, { warned }] = await run(json({ ...good, ...said }))
    const words = 'as.example sent an expiry of the refresh token that cannot be read'
    expect(warned).toEqual(places.map((place) => `${words} (${place})`))
    const found = refreshExpiry?.state === 'at' ? refreshExpiry.at - Date.now() : undefined
    expect(found === undefined).toBe(left === undefined)
    expect(Math.abs((found ?? 0) - (left ?? 0))).toBeLessThan(10_000)
  })

  it('keeps no secret as a scope', async () => {
    const secret = new Secret('S3cr3t-of-the-client~_q')
    const scope = `read ${secret.reveal()} refresh-canary-1 write`
    const said = json({ ...good, refresh_token: 'refresh-canary-1', scope })
    const [{ scopes }, { warned }] = await run(said)
    expect(scopes).toEqual(['read', 'write'])
    expect(warned).toEqual([
      'the server repeats a secret among the scopes that it granted: it is left out of them',
    ])
  })

  it.each([
    [{ expires_in: 'soon' }, /^as\.example sent an expiry of the token that cannot be read/],
    [
      { expires_in: 0, refresh_token: undefined },
      /^as\.example says that its token has a lifetime of zero/,
    ],
    [{ token_type: 'mac' }, /^as\.example sent a token of the type "mac"/],
    [
      { token_type: 'dpop' },
      /^as\.example sent a token that is bound to a key, though it was shown none/,
    ],
  ])('says by its name whose answer is odd: %o', async (said, words) => {
    const [, { warned }] = await run(json({ ...good, ...said }), 'login')
    expect(warned).toEqual([expect.stringMatching(words)])
  })

  it('is bound to our key where the server says so, and tells where it does not', async () => {
    const settings = { dpop: 'true' }
    const [bound, calm] = await run(json({ ...good, token_type: 'dpop' }), 'refresh', settings)
    expect(calm.warned).toEqual([])
    const provider = await openOauth({ settings: { issuer, client_id: 'app' } })
    expect(provider.attach(bound, {})).toMatchObject({
      bound: true,
      headers: { Authorization: 'DPoP {access}' },
    })
    for (const token_type of ['Bearer', 'mac', null]) {
      const [free, reach] = await run(json({ ...good, token_type }), 'refresh', settings, bound)
      expect(reach.warned).toEqual([expect.stringContaining('not bound to our key')])
      expect(provider.attach(free, {}).bound).toBeUndefined()
      // A refresh token may still be bound to it.
      expect(free.context['dpop_key']).toBe(bound.context['dpop_key'])
    }
  })

  it.each([
    [undefined, 'old-refresh', undefined],
    [null, 'old-refresh', undefined],
    ['', 'old-refresh', undefined],
    [7, '7', undefined],
    ['a b', 'a b', undefined],
    ['ключ', 'ключ', undefined],
    ['x'.repeat(60_000), 'x'.repeat(60_000), undefined],
    [true, undefined, true],
    [['r'], undefined, true],
    [{ r: 1 }, undefined, true],
    ['a\u0000b', undefined, true],
    ['null', undefined, true],
    ['x'.repeat(70_000), undefined, true],
  ])('reads a refresh token as it is, case %#', async (refresh_token, token, unreadable) => {
    const [tokens, reach] = await run(json({ ...good, refresh_token }))
    expect(tokens.access.reveal()).toBe('new-access')
    expect(tokens.refresh?.reveal()).toBe(token)
    expect(tokens.refreshUnreadable).toBe(unreadable)
    expect(reach.warned.some((text) => text.includes('cannot be used'))).toBe(unreadable === true)
    expectOne(reach)
  })

  it.each([
    [0, 0],
    [-5, 0],
    ['0', 0],
    ['3600', 3_600],
    [3600.9, 3_600.9],
    ['3600s', undefined],
    [1e15, undefined],
    ['1e3', undefined],
    [true, undefined],
    [{}, undefined],
    ['2027-01-01', undefined],
  ])('ends after %j seconds', async (expires_in, seconds) => {
    const [{ expiry }, reach] = await run(json({ ...good, expires_in }))
    const left = expiry.state === 'at' ? (expiry.at - Date.now()) / 1_000 : undefined
    if (seconds === undefined) expect(expiry.state).toBe('unknown')
    else expect(Math.abs((left ?? 1e9) - seconds)).toBeLessThan(20)
    const told = seconds === undefined ? 'an expiry of the token' : 'already expired'
    expect(reach.warned.some((text) => text.includes(told))).toBe(
      seconds === undefined || seconds === 0,
    )
  })

  it.each([
    [now + 900, 'the lifetime of the token belongs ("expires_in": '],
    [String(now + 900), 'the lifetime of the token belongs ("expires_in": '],
    [(now + 900) * 1_000, 'the lifetime of the token belongs ("expires_in": '],
  ])('ends at the instant %j that is called a length', async (expires_in, told) => {
    const [{ expiry }, reach] = await run(json({ ...good, expires_in }))
    expect(expiry).toEqual({ state: 'at', at: (now + 900) * 1_000 })
    expect(reach.warned).toEqual([expect.stringContaining(told)])
  })

  it.each(['refresh_token_expires_in', 'refresh_expires_in'])(
    'has a refresh token that ends at the instant in %s',
    async (name) => {
      const [{ refreshExpiry }, reach] = await run(json({ ...good, [name]: now + 9_000 }))
      expect(refreshExpiry).toEqual({ state: 'at', at: (now + 9_000) * 1_000 })
      expect(reach.warned).toEqual([
        expect.stringContaining(
          `the lifetime of the refresh token belongs ("${name}": ${now + 9_000})`,
        ),
      ])
    },
  )

  it('has no end that is past in the claims of its token without a word', async () => {
    const { expires_in: _, ...rest } = good
    const access_token = signJwt({ exp: now - 60 })
    const [tokens, reach] = await run(json({ ...rest, access_token }))
    expect(tokens.expiry).toEqual({ state: 'at', at: (now - 60) * 1_000 })
    expect(reach.warned).toEqual([expect.stringContaining('already expired')])
  })

  it.each([
    { error: 'invalid_grant' },
    { error: 'server_error', error_description: 'oops' },
    { error: { code: 1 } },
    { errors: ['x'] },
    { error_code: 7 },
    { ok: false, error: 'token_revoked' },
  ])('is taken beside %j', async (no) => {
    const [tokens, reach] = await run(json({ ...no, ...good }))
    expect(tokens.refresh?.reveal()).toBe('new-refresh')
    expect(reach.warned).toEqual([expect.stringContaining('but sent a new token, which is used')])
    const told = { ...good, error: 'x', error_description: 'take new-access and new-refresh' }
    const [, talkative] = await run(json(told))
    expect(talkative.warned.join()).not.toMatch(/new-(access|refresh)/)
    expectOne(reach)
  })

  it.each(
    [
      { error: 'invalid_grant', access_token: 'old-access' },
      { error: 'invalid_grant', access_token: 'old-refresh' },
      { error: 'invalid_grant', data: { access_token: 'something' }, request: { a: 1 } },
      { error: 'invalid_grant', request: { access_token: 'something' } },
      { error: 'invalid_grant' },
      { code: 'refresh_token_expired' },
    ].filter((body) => !('data' in body)),
  )('is refused by %j, with status 200', async (body) => {
    const error = await failure(run(json(body)).then(([tokens]) => tokens))
    expect(error).toMatchObject({
      code: 'reauth_required',
      details: { refusal: 'refresh-rejected', http: { status: 200 }, sent: true },
    })
  })

  it.each([
    ['a page', reply('<!doctype html><html>', 200, { 'content-type': 'text/html' })],
    ['a page without a label', reply('<html><body>{"access_token":"x"}</body></html>')],
    ['a page called JSON', json('<html></html>')],
    ['nothing', json('')],
    ['nothing at all', reply('', 204)],
    ['a part', json('{"access_token":"new-acc')],
    ['a word', reply('OK', 200, { 'content-type': 'text/plain' })],
    ['an empty list', json([])],
    ['another object', json({ a: 1 })],
    ['two that could be meant', json({ a: good, b: good })],
    ['something packed', { ...json('\u001f\u008b'), headers: [['content-encoding', 'zstd']] }],
    ['no token', json({ ...good, access_token: null })],
    ['an empty token', json({ ...good, access_token: '' })],
    ['a number for a token', json({ ...good, access_token: 7 })],
    ['a list for a token', json({ ...good, access_token: ['x'] })],
    ['a blank in the token', json({ ...good, access_token: 'a b' })],
    ['a line break in the token', json({ ...good, access_token: 'a\r\nb' })],
    ['a slip for a token', json({ ...good, access_token: '[object Object]' })],
    ['a token beyond ASCII', json({ ...good, access_token: 'tök' })],
    ['a token of 17 KB', json({ ...good, access_token: 'x'.repeat(17_000) })],
  ] satisfies ReadonlyArray<readonly [string, HttpReply]>)(
    'is nonsense with %s',
    async (_, answer) => {
      const reach = open(answer)
      const provider = await openOauth({ settings: { issuer, client_id: 'app' } })
      const error = await failure(provider.refresh!(reach, before))
      expect(error).toMatchObject({
        code: 'provider_nonsense',
        details: { sent: true, http: { status: answer.status } },
      })
      expect(`${error.message} ${error.hint}`).not.toMatch(/new-acc|tök/)
      expectOne(reach)
    },
  )
})

describe('the form of a form', () => {
  it.each(['application/x-www-form-urlencoded', 'text/plain', 'text/html', 'application/json', ''])(
    'is read under %j, errors as well',
    async (type) => {
      const headers = { 'content-type': type }
      const body =
        'access_token=new-access&refresh_token=new%2Brefresh&expires_in=60&token_type=bearer'
      const [tokens] = await run(reply(body, 200, headers))
      expect(tokens.refresh?.reveal()).toBe('new+refresh')
      const no = reply('error=bad_refresh_token&error_description=gone', 200, headers)
      expect(await failure(run(no).then(([found]) => found))).toMatchObject({
        code: 'reauth_required',
        details: { refusal: 'refresh-rejected' },
      })
    },
  )
})

describe('the same answer read again', () => {
  it('gives the same at another time, by the clock of the first', async () => {
    const frozen = Date.now() - 7 * 86_400_000
    const id_token = idToken(issuer, { iat: frozen / 1_000, exp: Math.floor(frozen / 1_000) + 300 })
    const date = new Date(frozen).toUTCString()
    const read = async () => {
      const reach = open(json({ ...good, id_token }, 200, { date }))
      const provider = await openOauth({ settings: { issuer, client_id: 'app' } })
      const clock = { ...reach.clock, now: () => frozen }
      return [await provider.refresh!({ ...reach, clock }, before), reach.warned] as const
    }
    const [first, warned] = await read()
    expect(first.expiry).toEqual({ state: 'at', at: frozen + 3_600_000 })
    expect(first.context['id_token']).toBe(id_token)
    expect(warned).toEqual([])
    expect((await read())[0]).toEqual(first)
  })
})

describe('a login of a person', () => {
  it('stays strict about the ID token, with a minute of tolerance', async () => {
    const login = async (changes: Readonly<Record<string, unknown>>) => {
      let nonce = ''
      const reach = record([
        (request) =>
          request.method === 'GET'
            ? discovery
            : json({ ...good, id_token: idToken(issuer, { nonce, ...changes }) }),
      ])
      const provider = await openOauth({
        settings: { issuer, client_id: 'app', flow: 'code', scope: 'openid' },
      })
      const interaction = {
        tell: () => undefined,
        open: async (url: string) => {
          const asked = new URL(url).searchParams
          nonce = asked.get('nonce') ?? ''
          answer.searchParams.set('state', asked.get('state') ?? '')
          return true
        },
        ask: async () => '',
        draw: async () => undefined,
        copy: async () => undefined,
        listen: async () => ({
          redirectUri: 'http://127.0.0.1:1/callback',
          wait: async () => answer,
          close: async () => undefined,
        }),
      }
      const answer = new URL('http://127.0.0.1:1/callback?code=c')
      const clock = { ...reach.clock, now: Date.now }
      return await provider.login!({ ...reach, clock, interaction }, {})
    }
    const now = Math.floor(Date.now() / 1_000)
    expect((await login({})).access.reveal()).toBe('new-access')
    expect((await login({ exp: now - 45 })).access.reveal()).toBe('new-access')
    for (const wrong of [{ exp: now - 90 }, { nonce: 'other' }, { aud: 'other' }, { iss: 'x' }]) {
      expect(await failure(login(wrong))).toMatchObject({
        code: 'provider_nonsense',
        details: { sent: true, http: { status: 200 } },
      })
    }
  })
})
