import { expect } from 'vitest'
import type { SandboxApi } from '../../../src/sandbox/server.ts'
import type { Example } from './document.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
const text = expect.any(String)
const number = expect.any(Number)
const soon = (ms: number) => expect.closeTo(Date.now() + ms, -5)

const login = (more = '') => `POST /api/v1/auth/token
Content-Type: application/json

{
"username": "{{username}}",
"password": "{{password}}"${more}
}`

const documentedScopes = `[
"GET /objects",
"GET /objects/:id",
"POST /objects/:id/commands/:command",
"GET /geofences",
"POST /geofences",
"DELETE /geofences/:id"
]`

const ask = (line: string, token = '{{token}}', body = '') =>
  `${line.replace(' /', ' /api/v1/')}\nAuthorization: Bearer ${token}\nContent-Type: application/json\n\n${body}`

const made = { _id: expect.stringMatching(/^[0-9a-f]{24}$/), issuedAt: number, token: text }

/** A lifetime as the document writes it. */
const lives = (words: string, ms: number): Example => ({
  line: `Rightech: expiresIn ${words}`,
  send: login(`,\n"expiresIn": "${words}"`),
  status: 200,
  reply: { expiresAt: soon(ms) },
})

/** A method that the document names, with a token that has all of them, and with one that has none. */
const opens = (scope: string): readonly Example[] => [
  {
    line: `Rightech: the scope ${scope} opens that`,
    send: ask(withIds(scope), '{{some.token}}', bodyOf(scope)),
    status: 200,
  },
  {
    line: `Rightech: without the scope ${scope} that is closed`,
    send: ask(withIds(scope), '{{narrow.token}}', bodyOf(scope)),
    status: 403,
    reply: { success: false, name: 'RicError', code: '403', message: text },
  },
]

const bodyOf = (scope: string) => (/^(POST|PATCH) /.test(scope) ? '{}' : '')

const withIds = (scope: string) => scope.replace(':id', '{{object._id}}').replace(':command', 'go')

/** "Аутентификация" of the HTTP API of Rightech IoT Cloud, from its first line to its last. */
export const examples: readonly Example[] = [
  {
    line: 'Rightech: POST /auth/token with the credentials of the registration',
    send: login(),
    status: 200,
    reply: { ...made, expiresAt: soon(day), user: { name: '{{username}}' } },
    as: 'whole',
  },
  {
    line: 'Rightech: Authorization: Bearer opens the API',
    send: ask('GET /objects'),
    status: 200,
    reply: [{ _id: text }],
    as: 'object',
  },
  {
    line: 'Rightech: without the word Bearer nothing opens',
    send: 'GET /api/v1/objects\nAuthorization: {{token}}',
    status: 401,
  },
  {
    line: 'Rightech: other credentials are refused',
    send: login().replace('{{password}}', '***********'),
    status: 401,
    reply: { success: false, name: 'RicError', code: '401' },
  },
  {
    line: 'Rightech: POST /auth/token with expiresIn and scopes',
    send: login(`,\n"expiresIn": "90 days",\n"scopes": ${documentedScopes}`),
    status: 200,
    reply: { ...made, expiresAt: soon(90 * day) },
    as: 'listed',
  },
  lives('30 minutes', 30 * minute),
  lives('12 hours', 12 * hour),
  lives('8 days', 8 * day),
  lives('5 years', 5 * 365 * day),
  {
    line: 'Rightech: an expiresIn that is none of these',
    send: login(',\n"expiresIn": "soon"'),
    status: 400,
  },
  {
    line: 'Rightech: a token of all the scopes that the document names',
    send: login(
      `,\n"scopes": ["POST /objects", "PATCH /objects/:id", "GET /objects/:id/packets", ${documentedScopes.slice(1)}`,
    ),
    status: 200,
    as: 'some',
  },
  {
    line: 'Rightech: a token of one scope, with the prefix /api/v1',
    send: login(',\n"scopes": ["GET /api/v1/tokens"]'),
    status: 200,
    as: 'narrow',
  },
  {
    line: 'Rightech: the prefix makes no difference',
    send: ask('GET /tokens', '{{narrow.token}}'),
    status: 200,
  },
  ...[
    'GET /objects',
    'POST /objects',
    'PATCH /objects/:id',
    'GET /objects/:id',
    'GET /objects/:id/packets',
    'POST /objects/:id/commands/:command',
    'GET /geofences',
    'POST /geofences',
    'DELETE /geofences/:id',
  ].flatMap(opens),
  {
    line: 'Rightech: without scopes all rights of the user',
    send: ask('PATCH /objects/{{object._id}}', '{{whole.token}}', '{}'),
    status: 200,
  },
  {
    line: 'Rightech: POST /tokens issues a token with another',
    send: ask(
      'POST /tokens',
      '{{whole.token}}',
      '{\n"expiresIn": "7 days",\n"name": "test-token-01",\n"scopes": ["POST /tokens", "GET /objects"]\n}',
    ),
    status: 200,
    reply: { ...made, expiresAt: soon(7 * day) },
    as: 'issued',
  },
  {
    line: 'Rightech: ... which has what it was given',
    send: ask('GET /objects', '{{issued.token}}'),
    status: 200,
  },
  {
    line: 'Rightech: ... and no more',
    send: ask('GET /tokens', '{{issued.token}}'),
    status: 403,
  },
  {
    line: 'Rightech: the name may be left out',
    send: ask('POST /tokens', '{{issued.token}}', '{"expiresIn": "7 days"}'),
    status: 200,
  },
  {
    line: 'Rightech: GET /tokens lists the tokens of the project',
    send: ask('GET /tokens', '{{whole.token}}'),
    status: 200,
    reply: expect.arrayContaining([
      expect.objectContaining({
        _id: text,
        name: 'test-token-01',
        expiresAt: number,
        scopes: ['POST /tokens', 'GET /objects'],
      }),
    ]),
  },
  {
    line: 'Rightech: ... without their values, and nothing gives them again',
    before: (api) => expectNoValues(api),
    send: ask('GET /tokens/{{issued._id}}', '{{whole.token}}'),
    status: 404,
  },
  {
    line: 'Rightech: nothing changes a token',
    send: ask('PATCH /tokens/{{issued._id}}', '{{whole.token}}', '{"name": "another"}'),
    status: 404,
  },
  {
    line: 'Rightech: DELETE /tokens/:id revokes',
    send: ask('DELETE /tokens/{{issued._id}}', '{{whole.token}}'),
    status: 200,
    reply: { success: true },
  },
  {
    line: 'Rightech: ... and closes the API to the token',
    send: ask('GET /objects', '{{issued.token}}'),
    status: 401,
    reply: { success: false, name: 'RicError', code: '401' },
  },
  {
    line: 'Rightech: an id that is none',
    send: ask('DELETE /tokens/{{issued._id}}', '{{whole.token}}'),
    status: 404,
    reply: { success: false, name: 'RicError', code: '404', message: 'Not Found' },
  },
  {
    line: 'Rightech: the default of one day ends',
    before: (api) => api.control.advance(day),
    send: ask('GET /objects', '{{whole.token}}'),
    status: 401,
  },
  {
    line: 'Rightech: the 90 days do not',
    send: ask('GET /objects', '{{listed.token}}'),
    status: 200,
  },
]

async function expectNoValues(api: SandboxApi): Promise<void> {
  const [{ access } = { access: '' }] = api.state.tokens
  const list = await fetch(`${api.baseUrl}/api/v1/tokens`, {
    headers: { authorization: `Bearer ${access}` },
  })
  const body = await list.text()
  expect(api.state.tokens.filter((token) => body.includes(token.access))).toEqual([])
}
