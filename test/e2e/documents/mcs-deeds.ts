import { expect } from 'vitest'
import type { Deed } from './document.ts'

const minute = 60_000

// The document does not say how the 26th is refused; this is how the sandbox does it.
const limit = {
  do: 'status',
  path: '/auth/oauth/v1/token',
  status: 403,
  body: { error: 'limit_exceeded', error_description: '25 refresh tokens in use' },
  times: 1,
} as const

// The answer as the document prints it. Which status HTTP has there, it does not say.
const denied = {
  do: 'status',
  path: '/api/v1/objects',
  status: 200,
  body: {
    status: 401,
    body: 'authorization failed, provider: mcs, token: vMA3Pjyno6tvCdo8MeDQ8xYT(...), reason: CONDITION/UNAUTHORIZED, Access Token invalid',
  },
  times: 1,
} as const

const recognition = { request: 'GET /api/v1/objects/detect' }
const token = { request: 'POST /auth/oauth/v1/token' }

export const deeds: readonly Deed[] = [
  {
    line: 'MCS: tokn login',
    tokn: 'login vis {{address}}',
    env: { TOKN_CLIENT_ID: '{{client_id}}', TOKN_CLIENT_SECRET: '{{client_secret}}' },
    err: [/^logged in as "vis", expires in (59m|1h)/],
    sees: [
      {
        ...token,
        headers: { 'content-type': 'application/json' },
        body: {
          client_id: '{{client_id}}',
          client_secret: '{{client_secret}}',
          grant_type: 'client_credentials',
        },
      },
    ],
  },
  {
    line: 'MCS: tokn token knows the seconds of expired_in and the names in scope',
    tokn: 'token vis --json',
    json: {
      token: '{{access}}',
      placement: 'query',
      expiry: 'known',
      scopes: ['objects', 'video', 'persons'],
    },
    sees: [],
  },
  {
    line: 'MCS: tokn curl of the recognition',
    tokn: `curl vis -- -sS -F file_0=@/dev/null -F 'meta={"mode":["object"],"images":[ {"name":"file_0"}]}' {{resource}}`,
    json: { status: 200, body: { objects: [] } },
    sees: [
      {
        request: 'POST /api/v1/objects/detect',
        query: { oauth_provider: 'mcs', oauth_token: '{{access}}' },
        body: expect.stringContaining('name="meta"'),
      },
    ],
  },
  {
    line: 'MCS: tokn header -o query',
    tokn: 'header vis -o query',
    out: /^oauth_provider=mcs&oauth_token={{access}}\n$/,
    sees: [],
  },
  {
    line: 'MCS: tokn header, of which there is none',
    tokn: 'header vis',
    exit: 2,
    err: [/is sent in the query/, /^tokn: hint: tokn curl vis/m],
    sees: [],
  },
  {
    line: 'MCS: tokn curl when the access_token has ended at the server',
    before: (api) => api.control.advance(61 * minute),
    tokn: 'curl vis -- -sS {{resource}}',
    json: { status: 200 },
    sees: [recognition, token, recognition],
  },
  {
    line: 'MCS: tokn curl when the 401 is inside a 200',
    before: (api) => api.control.replaceFaults([denied]),
    tokn: 'curl vis -- -sS {{resource}}',
    json: { status: 200, body: { objects: [] } },
    sees: [recognition, token, recognition],
  },
  {
    line: 'MCS: tokn refresh, without the secret',
    tokn: 'refresh vis',
    err: [/^vis: refreshed/],
    sees: [
      {
        ...token,
        headers: { 'content-type': 'application/json' },
        body: {
          client_id: '{{client_id}}',
          refresh_token: '{{refresh}}',
          grant_type: 'refresh_token',
        },
      },
    ],
  },
  {
    line: 'MCS: tokn info counts both budgets of 25',
    tokn: 'info vis --json',
    json: {
      quota: { logins: { used: 1, limit: 25 }, refreshes: { used: 3, limit: 25 } },
      refresh: { uses_left: 22 },
    },
    sees: [],
  },
  {
    line: 'MCS: tokn refresh at the 26th access_token',
    before: (api) => api.control.replaceFaults([limit]),
    tokn: 'refresh vis',
    exit: 11,
    err: [/^tokn: error: .*allows no more tokens/],
  },
  {
    line: 'MCS: tokn login at the 26th refresh_token',
    before: (api) => api.control.replaceFaults([limit]),
    tokn: 'login vis',
    env: { TOKN_CLIENT_SECRET: '{{client_secret}}' },
    exit: 11,
    err: [/^tokn: error: .*allows no more tokens/],
  },
  {
    line: 'MCS: tokn login with another client_secret',
    tokn: 'login other {{address}}',
    env: { TOKN_CLIENT_ID: '{{client_id}}', TOKN_CLIENT_SECRET: '5FYL' },
    exit: 4,
    err: [/does not accept these credentials/, /^tokn: hint: /m],
  },
  {
    line: 'MCS: tokn login --with-token of a service_token',
    tokn: 'login static {{address}} --with-token --set client_id={{client_id}}',
    input: '{{service_token}}\n',
    sees: [],
  },
  {
    line: 'MCS: tokn token of a service_token never expires',
    tokn: 'token static --json',
    json: { token: '{{service_token}}', expiry: 'never', expires_at: null },
    sees: [],
  },
  {
    line: 'MCS: tokn curl with the service_token',
    tokn: 'curl static -- -sS {{resource}}',
    json: { status: 200 },
    sees: [{ query: { oauth_provider: 'mcs', oauth_token: '{{service_token}}' } }],
  },
  {
    line: 'MCS: tokn login --with-token for oauth_provider=mr',
    tokn: 'login inner {{address}} --with-token --set client_id=x --set oauth_provider=mr',
    input: '{{service_token}}\n',
    sees: [],
  },
  {
    line: 'MCS: tokn header of oauth_provider=mr',
    tokn: 'header inner -o query',
    out: /^oauth_provider=mr&oauth_token={{service_token}}\n$/,
    sees: [],
  },
  {
    line: 'MCS: tokn list, of which the document says nothing',
    tokn: 'list vis --remote',
    exit: 5,
    err: [/https:\/\/mcs\.mail\.ru\/app\/services\/machinelearning\/vision\//],
    sees: [],
  },
  {
    line: 'MCS: tokn issue, which is done on the page of the user',
    tokn: 'issue vis',
    exit: 5,
    err: [/https:\/\/mcs\.mail\.ru\/app\/services\/machinelearning\/vision\//],
    sees: [],
  },
  {
    line: 'MCS: tokn revoke, of which the document says nothing',
    tokn: 'revoke something -P vis',
    exit: 5,
    err: [/the API has no way to revoke a token/],
    sees: [],
  },
]
