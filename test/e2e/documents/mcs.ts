import { expect } from 'vitest'
import type { Example } from './document.ts'

const minute = 60_000
const text = expect.any(String)
const scope = { objects: 1, video: 1, persons: 1 }
const first = { refresh_token: text, access_token: text, expired_in: '3600', scope }

// The lines of the document as they stand, but for host, id and secret; and but for their quotes,
// of which the recognition has one too many and the refresh one too few: no shell takes those.
const login = `curl -X POST '{{host}}/auth/oauth/v1/token'  -HContent-Type:application/json -d '{"client_id":"{{client_id}}", "client_secret":"{{client_secret}}", "grant_type":"client_credentials"}'`
const refresh = `curl -X POST '{{host}}/auth/oauth/v1/token' -HContent-Type:application/json -d '{"client_id":"{{client_id}}","refresh_token":"{{refresh_token}}", "grant_type":"refresh_token"}'`
const recognise = `curl -k -v "{{api}}/api/v1/objects/detect?oauth_provider=mcs&oauth_token={{access_token}}" -F file_0=@examples/car_number.jpg -F meta='{"mode":["object"],"images":[ {"name":"file_0"}]}'`

const post = (body: string) => `POST /auth/oauth/v1/token\nContent-Type:application/json\n\n${body}`

const detect = (query: string) => `GET /api/v1/objects/detect?${query}`

const denied = {
  status: 401,
  body: expect.stringMatching(
    /^authorization failed, provider: mcs, token: .{1,24}\(\.\.\.\), reason: CONDITION\/UNAUTHORIZED, Access Token invalid$/,
  ),
}

/** "Авторизация" of the help of MCS Vision, from its first line to its last. */
export const examples: readonly Example[] = [
  { line: 'MCS: curl of the first token', shell: login, status: 200, reply: first, as: 'made' },
  {
    line: 'MCS: curl of the recognition, with the token in the query',
    shell: recognise,
    status: 200,
    reply: { status: 200, body: { objects: [] } },
  },
  {
    line: 'MCS: an access_token works more than once',
    host: 'api',
    send: detect('oauth_provider=mcs&oauth_token={{access_token}}'),
    status: 200,
  },
  {
    line: 'MCS: a service_token is sent as an access_token is',
    host: 'api',
    send: detect('oauth_provider=mcs&oauth_token={{service_token}}'),
    status: 200,
  },
  {
    line: 'MCS: without oauth_provider nothing opens',
    host: 'api',
    send: detect('oauth_token={{access_token}}'),
    status: 401,
  },
  {
    line: 'MCS: a token of mcs is none of oauth_provider=mr',
    host: 'api',
    send: detect('oauth_provider=mr&oauth_token={{access_token}}'),
    status: 401,
    reply: { status: 401 },
  },
  {
    line: 'MCS: a header opens nothing',
    host: 'api',
    send: `${detect('oauth_provider=mcs')}\nAuthorization: Bearer {{access_token}}`,
    status: 401,
  },
  {
    line: 'MCS: another client_secret is refused',
    send: post(
      '{"client_id":"{{client_id}}", "client_secret":"5FYL", "grant_type":"client_credentials"}',
    ),
    status: 401,
    reply: { error: text, error_description: text },
  },
  {
    line: 'MCS: another grant_type is refused',
    send: post(
      '{"client_id":"{{client_id}}", "client_secret":"{{client_secret}}", "grant_type":"password"}',
    ),
    status: 400,
    reply: { error: 'unsupported_grant_type' },
  },
  {
    line: 'MCS: 401 CONDITION/UNAUTHORIZED when the access_token has ended',
    before: (api) => api.control.advance(61 * minute),
    shell: recognise,
    status: 401,
    reply: denied,
  },
  {
    line: 'MCS: curl of the refresh, without the secret',
    shell: refresh,
    status: 200,
    reply: { ...first, refresh_token: '{{made.refresh_token}}' },
  },
  { line: 'MCS: the recognition again, with the new token', shell: recognise, status: 200 },
  {
    line: 'MCS: the service_token has no end',
    before: (api) => api.control.advance(10 * 365 * 24 * 60 * minute),
    host: 'api',
    send: detect('oauth_provider=mcs&oauth_token={{service_token}}'),
    status: 200,
  },
  {
    line: 'MCS: the refresh_token has an end',
    send: post(
      '{"client_id":"{{client_id}}","refresh_token":"{{refresh_token}}", "grant_type":"refresh_token"}',
    ),
    status: 400,
    reply: { error: 'invalid_grant' },
  },
  {
    line: 'MCS: no more than 25 refresh_tokens for a client',
    before: (api) => spend(api.baseUrl, { ...api.credentials, grant_type: 'client_credentials' }),
    send: post(
      '{"client_id":"{{client_id}}", "client_secret":"{{client_secret}}", "grant_type":"client_credentials"}',
    ),
    status: 403,
    reply: { error: 'limit_exceeded' },
  },
  {
    line: 'MCS: no more than 25 access_tokens for a refresh_token',
    before: async (api) => {
      const refresh_token = api.state.tokens.at(-1)?.refresh
      const { client_id } = api.credentials
      await spend(api.baseUrl, { client_id, refresh_token, grant_type: 'refresh_token' })
    },
    send: post(
      '{"client_id":"{{client_id}}","refresh_token":"{{refresh}}", "grant_type":"refresh_token"}',
    ),
    status: 403,
    reply: { error: 'limit_exceeded' },
  },
]

async function spend(host: string, body: unknown): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  for (let time = 0; time < 25; time += 1) {
    const answer = await fetch(`${host}/auth/oauth/v1/token`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    })
    expect(answer.status).toBe(200)
  }
}
