import { describe, expect, it } from 'vitest'
import type { ToknError } from '../../../src/core/errors.ts'
import type { HttpReply } from '../../../src/core/ports.ts'
import type { Provider } from '../../../src/core/provider.ts'
import { Secret } from '../../../src/core/secret.ts'
import type { ProviderDefinition } from '../../../src/providers/schema/definition.ts'
import { hosterby } from '../../../src/providers/builtin/hosterby.ts'
import { mcs } from '../../../src/providers/builtin/mcs.ts'
import { openOauth } from '../../../src/providers/oauth/provider.ts'
import { oz } from '../../../src/providers/builtin/oz.ts'
import { defineProvider } from '../../../src/providers/interpreter/provider.ts'
import { rightech } from '../../../src/providers/builtin/rightech.ts'
import { failure, held, json, record, reply } from './reach.ts'
import { define } from './shapes.ts'

// What an answer without tokens means: who may be told that a login is needed, and who that the same
// may succeed later. A kept password goes out after the one, and never after the other.

const issuer = 'https://as.example'
const discovery = json({ issuer, token_endpoint: `${issuer}/token` })
const verdicts = new Set(['credentials', 'expired', 'invalid', 'refresh-rejected', 'denied'])

/** A definition without a word about refusals. */
const plain = define({
  refresh: {
    request: { method: 'POST', path: '/refresh', json: { r: '{refresh}' } },
    reply: { access: 'token', refresh: 'renew' },
  },
  issue: { request: { method: 'POST', path: '/issue' }, reply: { access: 'token' } },
  info: { request: { method: 'GET', path: '/info' }, reply: { userId: 'user' } },
})

const apis: readonly ProviderDefinition[] = [plain, oz, mcs, hosterby, rightech]
const session = held('old-access', 'old-refresh', { context: { userId: '1' } })
const answers = { client_id: 'c', client_secret: 's', username: 'u', password: 'p', user: 'u' }

type Run = 'refresh' | 'login' | 'issue'

async function askOauth(answer: HttpReply, how: Run): Promise<[ToknError, number]> {
  const reach = record([(request) => (request.method === 'GET' ? discovery : answer)])
  const provider = await openOauth({
    settings: { issuer, client_id: 'app', flow: 'client', issue_grant: 'client' },
  })
  const known = { ...reach, answers: { client_secret: new Secret('s3cret-value') } }
  const error = await failure(start(provider, known, how))
  return [error, reach.requests.filter(({ method }) => method === 'POST').length]
}

async function ask(
  definition: ProviderDefinition,
  answer: HttpReply,
  how: Run,
): Promise<[ToknError, number]> {
  const reach = record([answer], { ...answers, email: 'e', access_key: 'a', secret_key: 's' })
  const provider = defineProvider(definition, { baseUrl: 'https://api.example' })
  const error = await failure(start(provider, reach, how))
  return [error, reach.requests.length]
}

function start(provider: Provider, reach: Parameters<NonNullable<Provider['list']>>[0], how: Run) {
  if (how === 'login') return provider.login!(reach, {})
  return how === 'issue' ? provider.issue!(reach, session, {}) : provider.refresh!(reach, session)
}

function isVerdict({ code, details }: ToknError): boolean {
  return code === 'reauth_required' && verdicts.has(details.refusal ?? '')
}

/** Another way to write a code. */
const spellings: ReadonlyArray<(code: string) => string> = [
  (code) => code,
  (code) => code.toUpperCase(),
  (code) => code.replaceAll('_', '-'),
  (code) => code.replaceAll('_', ' '),
  (code) => code.replaceAll(/_(.)/g, (_, letter: string) => letter.toUpperCase()),
  (code) => code.replaceAll(/(^|_)(.)/g, (_, _line, letter: string) => letter.toUpperCase()),
]

const dead: ReadonlyArray<readonly [who: string, status: number, body: unknown]> = [
  ['RFC 6749', 400, { error: 'invalid_grant' }],
  [
    'GitHub',
    200,
    {
      error: 'bad_refresh_token',
      error_description: 'The refresh token passed is incorrect or expired.',
    },
  ],
  ['Slack', 200, { ok: false, error: 'invalid_refresh_token' }],
  ['Slack, expired', 200, { ok: false, error: 'token_expired' }],
  ['Slack, revoked', 200, { ok: false, error: 'token_revoked' }],
  ['Zoho', 200, { error: 'invalid_code' }],
  [
    'Google',
    400,
    { error: 'invalid_grant', error_description: 'Token has been expired or revoked.' },
  ],
  ['Google, its policy', 400, { error: 'invalid_grant', error_subtype: 'invalid_rapt' }],
  [
    'Entra, unused',
    400,
    {
      error: 'invalid_grant',
      error_description: 'AADSTS700082: The refresh token has expired due to inactivity.',
      suberror: 'bad_token',
    },
  ],
  [
    'Entra, revoked',
    400,
    {
      error: 'interaction_required',
      error_description: 'AADSTS50173: The provided grant has expired due to it being revoked',
    },
  ],
  [
    'Entra, expired',
    400,
    {
      error: 'interaction_required',
      error_description:
        'AADSTS70008: The provided authorization code or refresh token has expired',
    },
  ],
  [
    'Salesforce',
    400,
    { error: 'invalid_grant', error_description: 'expired access/refresh token' },
  ],
  [
    'somebody, in words',
    400,
    { error: 'invalid_request', error_description: 'refresh token expired' },
  ],
  [
    'somebody, in other words',
    400,
    { error: 'invalid_request', error_description: 'The refresh_token is no longer valid' },
  ],
  [
    'Atlassian',
    403,
    { error: 'unauthorized_client', error_description: 'refresh_token is invalid' },
  ],
  [
    'Auth0',
    403,
    { error: 'invalid_grant', error_description: 'Unknown or invalid refresh token.' },
  ],
  [
    'HubSpot',
    400,
    {
      status: 'BAD_REFRESH_TOKEN',
      message: 'missing or invalid refresh token',
      correlationId: 'x',
    },
  ],
  [
    'Dropbox',
    400,
    { error: 'invalid_grant', error_description: 'refresh token is invalid or revoked' },
  ],
  ['Spotify', 400, { error: 'invalid_grant', error_description: 'Refresh token revoked' }],
  ['Twitch', 400, { error: 'Bad Request', status: 400, message: 'Invalid refresh token' }],
  ['Keycloak', 400, { error: 'invalid_grant', error_description: 'Token is not active' }],
  [
    'Keycloak, its session',
    400,
    { error: 'invalid_grant', error_description: 'Session not active' },
  ],
  ['Yandex', 400, { error: 'invalid_grant', error_description: 'expired_token' }],
  ['Cognito', 400, { __type: 'NotAuthorizedException', message: 'Refresh Token has been revoked' }],
  [
    'Cognito, its name in full',
    400,
    { __type: 'com.amazon.coral#NotAuthorizedException', message: 'Invalid Refresh Token.' },
  ],
  [
    'Supabase',
    400,
    {
      code: 400,
      error_code: 'refresh_token_already_used',
      msg: 'Invalid Refresh Token: Already Used',
    },
  ],
  [
    'Firebase',
    400,
    { error: { code: 400, message: 'TOKEN_EXPIRED', status: 'INVALID_ARGUMENT', errors: [] } },
  ],
  ...['Cannot verify the refresh token', 'Token has been revoked', 'Token has expired'].map(
    (error_description) =>
      ['jmondi', 400, { error: 'invalid_request', error_description }] as const,
  ),
  ['Square', 401, { message: 'Invalid refresh token', type: 'service.not_authorized' }],
  ['Simple JWT', 401, { detail: 'Token is invalid or expired', code: 'token_not_valid' }],
  ['Matrix', 401, { errcode: 'M_UNKNOWN_TOKEN', error: 'Unknown refresh token' }],
  [
    'Meta',
    400,
    {
      error: {
        message: 'Session has expired on Friday',
        type: 'OAuthException',
        code: 190,
        error_subcode: 463,
      },
    },
  ],
  [
    'a problem document',
    400,
    { type: 'https://api.example/problems/refresh-token-expired', title: 'Gone', status: 400 },
  ],
  ['a list of errors', 422, { errors: [{ code: 'RefreshTokenRevoked', detail: 'x' }] }],
  [
    'Salesforce, its REST API',
    401,
    [{ message: 'Session expired or invalid', errorCode: 'INVALID_SESSION_ID' }],
  ],
  [
    'Okta',
    400,
    { errorCode: 'invalid_grant', errorSummary: 'The refresh token is invalid or expired.' },
  ],
  [
    'somebody with a nested error',
    400,
    { error: { error: 'invalid_grant', error_description: 'x' } },
  ],
]

describe('a refresh token that is dead', () => {
  it.each(dead)('in the words of %s', async (_, status, body) => {
    for (const [error, requests] of [
      await askOauth(json(body, status), 'refresh'),
      await ask(plain, json(body, status), 'refresh'),
    ]) {
      expect(error).toMatchObject({
        code: 'reauth_required',
        details: { refusal: 'refresh-rejected', http: { status }, sent: true },
      })
      expect(requests).toBe(1)
    }
  })

  it.each(
    [
      ...['invalid_grant', 'bad_refresh_token', 'refresh_token_expired', 'token_revoked'],
      ...['expired_token', 'invalid_refresh_token', 'session_expired', 'refresh_token_reused'],
    ].flatMap((code) => spellings.map((spell) => spell(code))),
  )('however it is spelt: %s', async (code) => {
    for (const body of [{ error: code }, { code }, { error: { code } }, { errors: [{ code }] }]) {
      const [error] = await askOauth(json(body, 400), 'refresh')
      expect(error.details.refusal).toBe('refresh-rejected')
      expect(isVerdict((await ask(plain, json(body, 400), 'refresh'))[0])).toBe(true)
    }
  })

  it.each(['application/json', 'text/plain', 'text/html', ''])(
    'under the label %j',
    async (type) => {
      const headers = { 'content-type': type }
      for (const body of ['{"error":"invalid_grant"}', 'error=invalid_grant&error_description=x']) {
        const [error] = await askOauth(reply(body, 400, headers), 'refresh')
        expect(error.details.refusal).toBe('refresh-rejected')
        expect(isVerdict((await ask(plain, reply(body, 400, headers), 'refresh'))[0])).toBe(true)
      }
      const [error] = await askOauth(reply('Invalid refresh token', 400, headers), 'refresh')
      expect(isVerdict(error)).toBe(type !== '' && type !== 'application/json')
    },
  )
})

describe('what is no verdict on a refresh token', () => {
  it.each([
    [400, { error: 'invalid_request', error_description: 'refresh_token is required' }],
    [400, { error: 'invalid_request', error_description: 'Missing parameter: refresh token' }],
    [400, { error: 'invalid_request' }],
    [400, { error: 'unauthorized_client', error_description: 'Grant type not allowed' }],
    [400, { error: 'unsupported_grant_type' }],
    [400, { error: 'invalid_scope' }],
    [400, { error: 'something_new' }],
    [400, { message: 'no' }],
    [400, {}],
    [400, []],
    [403, { message: 'Forbidden' }],
    [403, { error: 'access_denied', error_description: 'Policy evaluation failed' }],
    [400, { error: 'interaction_required', error_description: 'AADSTS53003: Blocked by policy' }],
    [409, { error: 'conflict' }],
    [422, { errors: ['x'] }],
    [404, { error: 'not_found' }],
    [405, {}],
  ])('%d %j', async (status, body) => {
    for (const [error, requests] of [
      await askOauth(json(body, status), 'refresh'),
      await ask(plain, json(body, status), 'refresh'),
    ]) {
      expect(isVerdict(error), error.message).toBe(false)
      expect(error.details).toMatchObject({ http: { status }, sent: true })
      expect(error.exit).not.toBe(7)
      expect(requests).toBe(1)
    }
  })

  it('a bare invalid_request may be one: it says that a login helps', async () => {
    const [bare] = await askOauth(json({ error: 'invalid_request' }, 400), 'refresh')
    expect(bare).toMatchObject({ code: 'reauth_required', details: { refusal: undefined } })
    const why = { error: 'invalid_request', error_description: 'refresh_token is required' }
    expect((await askOauth(json(why, 400), 'refresh'))[0].code).toBe('provider_refused')
  })

  it.each([
    [400, 'refresh-rejected', undefined],
    [401, 'credentials', 'refresh-rejected'],
    [403, undefined, undefined],
    [404, undefined, undefined],
  ])('a bare %d is as definite as it is', async (status, ofOauth, ofDefinition) => {
    const named =
      status === 401 ? [reply('Unauthorized', 401, { 'content-type': 'text/plain' })] : []
    for (const answer of [reply('', status), ...named]) {
      const [oauth] = await askOauth(answer, 'refresh')
      expect(isVerdict(oauth) ? oauth.details.refusal : undefined).toBe(ofOauth)
      const [defined] = await ask(plain, answer, 'refresh')
      expect(isVerdict(defined) ? defined.details.refusal : undefined).toBe(ofDefinition)
    }
  })
})

describe('a login', () => {
  it.each([
    [400, { error: 'invalid_grant' }, 'reauth_required', 'credentials'],
    [200, { error: 'bad_verification_code' }, 'reauth_required', 'credentials'],
    [200, { error: 'incorrect_client_credentials' }, 'reauth_required', 'credentials'],
    [401, { error: 'invalid_client' }, 'reauth_required', 'credentials'],
    [200, { ok: false, error: 'bad_client_secret' }, 'reauth_required', 'credentials'],
    [400, { error: 'authorization_declined' }, 'reauth_required', 'denied'],
    [400, { error: 'access_denied' }, 'reauth_required', 'denied'],
    [400, { error: 'expired_token' }, 'reauth_required', 'expired'],
    [400, { code: 'INVALID_CREDENTIALS' }, 'reauth_required', 'credentials'],
    [400, { error: 'device_flow_disabled' }, 'provider_refused', 'flow-forbidden'],
    [400, { error: 'invalid_scope' }, 'provider_refused', undefined],
    [400, { error: 'invalid_target' }, 'provider_refused', undefined],
  ])('%d %j', async (status, body, code, refusal) => {
    const [oauth] = await askOauth(json(body, status), 'login')
    expect(oauth).toMatchObject({ code, details: { refusal, http: { status }, sent: true } })
    const [defined] = await ask(plain, json(body, status), 'login')
    expect(defined.code).toBe(code)
    // Of ways to log in a definition knows its own alone.
    if (refusal !== undefined && refusal !== 'flow-forbidden') {
      expect(defined.details.refusal).toBe(refusal)
    }
  })
})

const later = [
  ...['slow_down', 'temporarily_unavailable', 'server_error', 'rate_limited', 'ratelimited'],
  ...['rate_limit_exceeded', 'too_many_requests', 'throttled', 'timeout', 'service_unavailable'],
  ...[
    'internal_error',
    'try_again_later',
    'gateway_timeout',
    'overloaded',
    'request_limit_exceeded',
  ],
  ...['ThrottlingException', 'M_LIMIT_EXCEEDED', 'RESOURCE_EXHAUSTED', 'userRateLimitExceeded'],
]

describe('a code that means later', () => {
  it.each(later.flatMap((code) => spellings.slice(0, 3).map((spell) => spell(code))))(
    '%s is exit 7, whatever the status',
    async (code) => {
      for (const status of [200, 400, 401, 403, 422]) {
        for (const definition of apis) {
          const how = definition.refresh === undefined ? 'issue' : 'refresh'
          const [error, requests] = await ask(definition, json({ error: code }, status), how)
          expect(error.exit, `${definition.id} ${status}: ${error.message}`).toBe(7)
          expect(error.details).toMatchObject({ http: { status }, sent: true })
          expect(requests).toBe(1)
        }
        const [error] = await askOauth(json({ error: code }, status), 'refresh')
        expect(error.exit).toBe(7)
        expect(error.details).toMatchObject({ http: { status }, sent: true })
      }
    },
  )

  it.each([
    {
      error: 'Access Denied',
      error_description:
        'You have made too many requests continuously. Please try again after some time.',
    },
    { error: 'invalid_request', error_description: 'Rate limit exceeded' },
    { message: 'Service temporarily unavailable' },
    {
      error: 'invalid_grant',
      error_description:
        'AADSTS50196: The server terminated an operation because it encountered a client request loop',
    },
    {
      error: { message: '(#4) Application request limit reached', type: 'OAuthException', code: 4 },
    },
    { error: { message: 'x', type: 'OAuthException', code: 2 } },
    { detail: 'Request was throttled. Expected available in 9 seconds.' },
    { message: 'Try again later.' },
  ])('%j is one in words', async (body) => {
    for (const how of ['refresh', 'login'] as const) {
      expect((await askOauth(json(body, 400), how))[0].exit).toBe(7)
      expect((await ask(plain, json(body, 400), how))[0].exit).toBe(7)
    }
  })

  it('is what a definition says that it is', async () => {
    const own = define({
      ...plain,
      errors: { rules: [{ when: { at: 'error', equals: 'timeout' }, means: 'expired' }] },
    })
    const [error] = await ask(own, json({ error: 'timeout' }, 401), 'refresh')
    expect(error.details.refusal).toBe('expired')
    const vague = define({
      ...plain,
      errors: { rules: [{ when: { status: [400, 401] }, means: 'refresh-rejected' }] },
    })
    expect((await ask(vague, json({ error: 'timeout' }, 401), 'refresh'))[0].exit).toBe(7)
    const [told] = await ask(vague, json({ error: 'invalid_scope' }, 400), 'refresh')
    expect(told.code).toBe('provider_refused')
    expect(isVerdict((await ask(vague, json({ error: 'x' }, 400), 'refresh'))[0])).toBe(true)
  })
})

const passing = [
  ...[408, 425, 429, 500, 501, 502, 503, 504, 505, 507, 511, 520, 521, 522, 523, 524, 525, 526],
  ...[527, 529, 530, 598, 599],
]
const bodies: Readonly<Record<string, (status: number) => HttpReply>> = {
  'the code of a dead token': (status) => json({ error: 'invalid_grant' }, status),
  'a code of our own APIs': (status) =>
    json({ error_code: 7, error_message: 'Session not found', status: 401, httpCode: 401 }, status),
  'an error that is none': (status) => json({ message: 'Unauthorized' }, status),
  'a page': (status) =>
    reply('<html><h1>Sorry</h1></html>', status, { 'content-type': 'text/html' }),
  nothing: (status) => reply('', status),
  'a word': (status) => reply('upstream connect error', status, { 'content-type': 'text/plain' }),
  'a good token': (status) => json({ access_token: 'x', token: 'x', payload: {} }, status),
}

describe('a status that means later', () => {
  it.each(Object.entries(bodies))('decides, with %s', async (_, answer) => {
    for (const status of passing) {
      const expected = status === 429 ? 'rate_limited' : 'network'
      for (const how of ['refresh', 'login', 'issue'] as const) {
        const [error, requests] = await askOauth(answer(status), how)
        expect(error, `oauth ${how} ${status}`).toMatchObject({
          code: expected,
          details: { http: { status }, sent: true },
        })
        expect(requests).toBe(1)
      }
      for (const definition of apis) {
        for (const how of ['login', 'refresh', 'issue'] as const) {
          if (definition[how] === undefined) continue
          const [error, requests] = await ask(definition, answer(status), how)
          expect(error, `${definition.id} ${how} ${status}`).toMatchObject({
            code: expected,
            details: { http: { status }, sent: true },
          })
          // Where there is no such route, there may be one by another method.
          expect(requests).toBe(
            definition === hosterby && how === 'refresh' && status === 501 ? 2 : 1,
          )
        }
      }
    }
  })

  it('tells from when on, in RFC 3339', async () => {
    for (const status of [408, 425, 429, 500, 503]) {
      const answer = json({ error: 'invalid_grant' }, status, { 'retry-after': '90' })
      for (const [error] of [
        await ask(plain, answer, 'refresh'),
        await ask(mcs, answer, 'refresh'),
        await askOauth(answer, 'refresh'),
      ]) {
        expect(error.details.retryAfter).toBe(90_000)
        expect(error.hint).toBe('not before 2026-01-15T12:01:30Z')
      }
    }
    const words = json({ error: 'slow_down' }, 400, { 'retry-after': '60' })
    expect((await askOauth(words, 'refresh'))[0].hint).toBe('not before 2026-01-15T12:01:00Z')
    expect((await ask(plain, words, 'refresh'))[0].hint).toBe('not before 2026-01-15T12:01:00Z')
  })
})

const firewalls: ReadonlyArray<readonly [string, string, Readonly<Record<string, string>>]> = [
  [
    'nginx',
    '<html>\r\n<head><title>403 Forbidden</title></head></html>',
    { server: 'nginx', 'content-type': 'text/html' },
  ],
  [
    'Cloudflare',
    '<!DOCTYPE html><html lang="en-US"><title>Just a moment...</title>',
    {
      server: 'cloudflare',
      'cf-ray': 'x',
      'cf-mitigated': 'challenge',
      'content-type': 'text/html; charset=UTF-8',
    },
  ],
  [
    'Cloudflare, in words',
    'error code: 1020',
    { server: 'cloudflare', 'content-type': 'text/plain' },
  ],
  [
    'Akamai',
    '<HTML><HEAD>\n<TITLE>Access Denied</TITLE>',
    { server: 'AkamaiGHost', 'content-type': 'text/html' },
  ],
  [
    'Imperva',
    '<html style="height:100%"><head><META NAME="ROBOTS">',
    { 'x-iinfo': '1', 'x-cdn': 'Imperva', 'content-type': 'text/html' },
  ],
  [
    'a page that calls itself JSON',
    '<html><body>Blocked</body></html>',
    { 'content-type': 'application/json' },
  ],
  ['a page without a label', '<!-- x --><html>', {}],
  ['a text', 'Request blocked by policy', { 'content-type': 'text/plain' }],
  [
    'XML',
    '<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>',
    { 'content-type': 'application/xml' },
  ],
  ['broken JSON', '{"error":"invalid_gr', { 'content-type': 'application/json' }],
]

describe('what a firewall says', () => {
  it.each([
    [404, 'login', true],
    [404, 'refresh', true],
    [405, 'login', true],
    [405, 'refresh', true],
    [410, 'login', true],
    [410, 'refresh', true],
    [400, 'login', false],
    [403, 'login', false],
    [403, 'refresh', false],
    [406, 'refresh', false],
  ] as const)(
    'a page with %i at a %s: whether the address is blamed: %j',
    async (status, how, is) => {
      const page = '<!DOCTYPE html><html><title>Page not found</title></html>'
      const answer = reply(page, status, { 'content-type': 'text/html; charset=utf-8' })
      const [error] = await ask(plain, answer, how)
      expect(String(error.hint).includes('check the base URL and the path')).toBe(is)
      expect(error.message.includes('a firewall on the way')).toBe(!is)
    },
  )

  it.each(firewalls)('%s is no verdict, whatever its status', async (_, body, headers) => {
    for (const status of [400, 401, 403, 405, 406, 407, 409, 412, 418, 421, 422, 451, 499]) {
      for (const how of ['refresh', 'login', 'issue'] as const) {
        const [error] = await askOauth(reply(body, status, headers), how)
        expect(error, `oauth ${how} ${status}`).toMatchObject({
          code: 'network',
          details: { http: { status }, sent: true },
        })
        for (const definition of apis) {
          if (definition[how] === undefined) continue
          const [error] = await ask(definition, reply(body, status, headers), how)
          expect(error, `${definition.id} ${how} ${status}: ${error.message}`).toMatchObject({
            code: 'network',
            details: { http: { status }, sent: true },
          })
        }
      }
    }
    expect((await askOauth(reply(body, 404, headers), 'refresh'))[0].code).toBe('network')
    expect((await ask(plain, reply(body, 404, headers), 'refresh'))[0].code).toBe('network')
    expect((await ask(plain, reply(body, 404, headers), 'login'))[0].exit).toBe(6)
  })

  it('is of no matter where the API speaks', async () => {
    const headers = { server: 'cloudflare', 'cf-ray': 'x', via: '1.1 akamai' }
    const answer = json({ error: 'invalid_grant' }, 403, headers)
    expect(isVerdict((await askOauth(answer, 'refresh'))[0])).toBe(true)
    expect(isVerdict((await ask(plain, answer, 'refresh'))[0])).toBe(true)
    const challenge = reply('<html></html>', 401, {
      'content-type': 'text/html',
      'www-authenticate': 'Bearer realm="x", error="invalid_token", error_description="gone"',
    })
    expect(isVerdict((await askOauth(challenge, 'refresh'))[0])).toBe(true)
  })
})
