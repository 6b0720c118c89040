import { expect } from 'vitest'
import type { Example } from './document.ts'

const minute = 60_000
const hour = 60 * minute
const text = expect.any(String)
const soon = (ms: number) => expect.closeTo((Date.now() + ms) / 1_000, -2)

// The document shows no request as text; names of headers and paths are those that it names.
const create = `POST /service/account/create/token
Access-Key: {{access_key}}
Secret-Key: {{secret_key}}`

const refresh = (token = '{{refreshToken}}') => `PATCH /token/refresh
refresh-Token: ${token}
X-User-Id: {{userId}}`

const info = (which: string, token = '{{refreshToken}}') => `GET /token/info/${which}
refresh-Token: ${token}
X-User-Id: {{userId}}`

const use = (token: string) => `GET /cloud/orders\nAccess-Token: ${token}`

const ok = (payload: object) => ({ httpCode: 200, statusCode: 'ok', payload })
const pair = { accessToken: expect.stringMatching(/^ey\S+\.\S+\.\S+$/), refreshToken: text }
const refused = (code: string) => ({
  httpCode: 401,
  statusCode: 'error',
  messageList: { error: { [code]: text } },
  codeList: { error: [code] },
})

/** "Настройка токенов доступа в hoster API" of hoster.by, from its first line to its last. */
export const examples: readonly Example[] = [
  {
    line: 'hoster.by: Create service-account tokens with Access Key and Secret Key',
    send: create,
    status: 200,
    reply: ok({ ...pair, userId: expect.any(Number), dateExpires: soon(15 * minute) }),
    as: 'first',
  },
  {
    line: 'hoster.by: without the Secret Key nothing is created',
    send: create.split('\n').slice(0, 2).join('\n'),
    status: 401,
    reply: refused('access_key_not_found'),
  },
  {
    line: 'hoster.by: the access token opens the services',
    send: use('{{first.accessToken}}'),
    status: 200,
    reply: ok({ orders: [] }),
  },
  {
    line: 'hoster.by: the access token is not a Bearer token',
    send: 'GET /cloud/orders\nAuthorization: Bearer {{first.accessToken}}',
    status: 401,
    reply: refused('access_token_not_found'),
  },
  {
    line: 'hoster.by: token/info/access with refresh-Token and X-User-Id',
    send: info('access'),
    status: 200,
    reply: ok({ dateExpires: soon(15 * minute) }),
  },
  {
    line: 'hoster.by: token/info/refresh with refresh-Token and X-User-Id',
    send: info('refresh'),
    status: 200,
    reply: ok({ dateExpires: soon(2 * hour) }),
  },
  {
    line: 'hoster.by: the X of X-User-Id as the page has it, a Cyrillic letter, is no name of a header',
    shell: `curl -X PATCH '{{host}}/token/refresh' -H 'refresh-Token: {{refreshToken}}' -H 'Х-User-Id: {{userId}}'`,
    status: 400,
  },
  {
    line: 'hoster.by: without X-User-Id nothing is refreshed',
    send: refresh().split('\n').slice(0, 2).join('\n'),
    status: 401,
  },
  {
    line: 'hoster.by: when dateExpires has passed the access token opens nothing',
    before: (api) => api.control.advance(16 * minute),
    send: use('{{first.accessToken}}'),
    status: 401,
    reply: refused('access_token_expired'),
  },
  {
    line: 'hoster.by: token/refresh with refresh-Token and X-User-Id makes both tokens anew',
    send: refresh(),
    status: 200,
    reply: ok({ ...pair, userId: expect.any(Number), dateExpires: soon(31 * minute) }),
    as: 'second',
  },
  {
    line: 'hoster.by: the new access token opens the services',
    send: use('{{second.accessToken}}'),
    status: 200,
  },
  {
    line: 'hoster.by: the refresh token before it is gone',
    send: refresh('{{first.refreshToken}}'),
    status: 401,
    reply: refused('refresh_token_not_found'),
  },
  {
    line: 'hoster.by: a refresh token that has ended refreshes nothing',
    before: (api) => api.control.advance(3 * hour),
    send: refresh('{{second.refreshToken}}'),
    status: 401,
    reply: refused('refresh_token_expired'),
  },
  {
    line: 'hoster.by: then tokens are created again, with the keys',
    send: create,
    status: 200,
    reply: ok(pair),
  },
  {
    line: 'hoster.by: with the keys the refresh token ends too',
    before: (api) => api.control.advance(365 * 24 * hour),
    send: refresh(),
    status: 401,
    reply: refused('refresh_token_expired'),
  },
  {
    line: 'hoster.by: no key, no token',
    send: create,
    status: 401,
    reply: refused('access_key_expired'),
  },
  {
    line: 'hoster.by: a path that is none',
    send: 'POST /service-account/token/create\nAccess-Key: {{access_key}}\nSecret-Key: {{secret_key}}',
    status: 520,
    reply: { httpCode: 520, statusCode: 'error' },
  },
]

/** A refresh token that ends before the keys, so that there is something to create anew with. */
export const endsBeforeKeys = { switches: { hosterby: { refreshTtlMs: 2 * hour } } }
