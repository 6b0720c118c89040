import { expect } from 'vitest'
import type { Deed } from './document.ts'

const hour = 3_600_000
const keys = { TOKN_ACCESS_KEY: '{{access_key}}', TOKN_SECRET_KEY: '{{secret_key}}' }
const user = { 'X-User-Id': expect.stringMatching(/^\d+$/) }
const create = {
  request: 'POST /service/account/create/token',
  headers: { 'Access-Key': '{{access_key}}', 'Secret-Key': '{{secret_key}}' },
  body: '',
}

/** When the refresh token ends, which no other answer says. */
const askEnd = { request: 'GET /token/info/refresh' }

export const deeds: readonly Deed[] = [
  {
    line: 'hoster.by: tokn login',
    tokn: 'login web {{address}}',
    env: keys,
    err: [/^logged in as "web", expires in 1[45]m/],
    sees: [create, askEnd],
  },
  {
    line: 'hoster.by: tokn login with another Secret Key',
    tokn: 'login other {{address}}',
    env: { ...keys, TOKN_SECRET_KEY: 'another' },
    exit: 4,
    err: [/does not accept these credentials/, /^tokn: hint: /m],
  },
  {
    line: 'hoster.by: tokn header',
    tokn: 'header web',
    out: /^Access-Token: {{access}}\n$/,
    sees: [],
  },
  {
    line: 'hoster.by: tokn curl',
    tokn: 'curl web -- -sS {{resource}}',
    json: { httpCode: 200, payload: { orders: [] } },
    sees: [{ request: 'GET /cloud/orders', headers: { 'Access-Token': '{{access}}' } }],
  },
  {
    line: 'hoster.by: tokn info asks about both tokens',
    tokn: 'info web --json',
    json: { remote_checked: true, refresh: { expires_at: expect.any(String) } },
    sees: [
      {
        request: 'GET /token/info/access',
        headers: { 'Access-Token': '{{access}}', ...user },
      },
      {
        request: 'GET /token/info/refresh',
        headers: { 'Refresh-Token': '{{refresh}}', ...user },
      },
    ],
    anyOrder: true,
  },
  {
    line: 'hoster.by: tokn refresh makes both tokens anew',
    tokn: 'refresh web',
    err: [/^web: refreshed/],
    sees: [
      {
        request: 'PATCH /token/refresh',
        headers: { 'Refresh-Token': '{{refresh}}', ...user },
        body: '',
      },
    ],
  },
  {
    line: 'hoster.by: tokn token prints the new one',
    tokn: 'token web',
    out: /^{{access}}\n$/,
    sees: [],
  },
  {
    line: 'hoster.by: tokn refresh when the access token has ended',
    before: (api) => api.control.expire(),
    tokn: 'refresh web',
    err: [/^web: refreshed/],
  },
  {
    line: 'hoster.by: tokn refresh when the refresh token has ended',
    before: (api) => api.control.advance(3 * hour),
    tokn: 'refresh web',
    exit: 4,
    err: [/no longer accepts the refresh token/, /^tokn: hint: tokn login web$/m],
  },
  {
    line: 'hoster.by: tokn login creates tokens again',
    tokn: 'login web',
    env: keys,
    sees: [create, askEnd],
  },
  {
    line: 'hoster.by: tokn login --remember',
    tokn: 'login kept {{address}} --remember',
    env: keys,
    sees: [create, askEnd],
  },
  {
    line: 'hoster.by: tokn refresh with keys that are kept creates tokens again',
    before: (api) => api.control.advance(3 * hour),
    tokn: 'refresh kept',
    err: [/^kept: refreshed/],
    sees: [{ request: 'PATCH /token/refresh' }, create],
  },
  {
    line: 'hoster.by: tokn list, of which the document says nothing',
    tokn: 'list web --remote',
    exit: 5,
    err: [/control panel at https:\/\/hoster\.by/],
    sees: [],
  },
  {
    line: 'hoster.by: tokn issue, of which the document says nothing',
    tokn: 'issue web',
    exit: 5,
    err: [/every login makes a new pair/],
    sees: [],
  },
  {
    line: 'hoster.by: tokn revoke, of which the document says nothing',
    tokn: 'revoke something -P web',
    exit: 5,
    err: [/remove the key in the control panel/],
    sees: [],
  },
]
