import { expect } from 'vitest'
import type { Deed } from './document.ts'

const credentials = { TOKN_USERNAME: '{{username}}', TOKN_PASSWORD: '{{password}}' }
const bearer = { Authorization: 'Bearer {{access}}' }

// The reply as the document prints it; its two entries have one and the same _id.
const printed = [
  {
    _id: '66a64c586a8ed41e84ece92b',
    name: 'get-objects-01',
    expiresAt: 1724706000000,
    scopes: ['GET /objects', 'GET /objects/:id/packets'],
  },
  {
    _id: '66a64c586a8ed41e84ece92b',
    name: 'post-objects-01',
    expiresAt: 1724706000000,
    scopes: ['POST /objects'],
  },
]

const documentedScopes = [
  'GET /objects',
  'GET /objects/:id',
  'POST /objects/:id/commands/:command',
  'GET /geofences',
  'POST /geofences',
  'DELETE /geofences/:id',
]

const lives = (words: string, given: string, sent: string): Deed => ({
  line: `Rightech: tokn login --expires-in ${words}`,
  tokn: `login lives {{address}} --expires-in '${given}'`,
  env: credentials,
  sees: [{ body: { expiresIn: sent } }],
})

export const deeds: readonly Deed[] = [
  {
    line: 'Rightech: tokn login',
    tokn: 'login iot {{address}}',
    env: credentials,
    err: [/^logged in as "iot", expires in (23h|1d)/],
    sees: [
      {
        request: 'POST /api/v1/auth/token',
        headers: { 'content-type': 'application/json' },
        body: {
          username: '{{username}}',
          password: '{{password}}',
          name: expect.stringMatching(/^tokn\/.+\/iot$/),
        },
      },
    ],
  },
  {
    line: 'Rightech: tokn list knows the token of the login by its name, and that it has all rights',
    tokn: 'list iot --remote',
    out: /tokn\/\S+\/iot .*all rights/,
  },
  {
    line: 'Rightech: tokn info says all rights of a token without scopes',
    tokn: 'info iot',
    out: /^ {2}name +tokn\/\S+\/iot\n {2}scopes +all rights$/m,
  },
  {
    line: 'Rightech: tokn provider scopes prints the methods that the document names',
    tokn: 'provider scopes iot',
    out: /^GET \/objects\nPOST \/objects\n(.+\n){10}$/,
    err: [/there are more; .*--override scopes\.list=\/PATH/],
    sees: [],
  },
  {
    line: 'Rightech: tokn login with other credentials',
    tokn: 'login other {{address}}',
    env: { ...credentials, TOKN_PASSWORD: '***********' },
    exit: 4,
    err: [/does not accept these credentials/, /^tokn: hint: /m],
  },
  {
    line: 'Rightech: tokn header',
    tokn: 'header iot',
    out: /^Authorization: Bearer {{access}}\n$/,
    sees: [],
  },
  {
    line: 'Rightech: tokn curl',
    tokn: 'curl iot -- -sS {{resource}}',
    out: /"Demo object"/,
    sees: [{ request: 'GET /api/v1/objects', headers: bearer }],
  },
  {
    line: 'Rightech: tokn login with expiresIn and scopes',
    tokn: `login scoped {{address}} --expires-in '90 days' ${documentedScopes.map((one) => `--scope '${one}'`).join(' ')}`,
    env: credentials,
    err: [/^logged in as "scoped", expires in (89|90)d/],
    sees: [{ body: { expiresIn: '90 days', scopes: documentedScopes } }],
  },
  lives('30 minutes', '30 minutes', '30 minutes'),
  lives('12 hours', '12h', '12 hours'),
  lives('8 days', '8d', '8 days'),
  lives('5 years', '5 years', '5 years'),
  {
    line: 'Rightech: tokn login --scope with the prefix /api/v1',
    tokn: `login lives {{address}} --scope 'GET /api/v1/objects'`,
    env: credentials,
    sees: [{ body: { scopes: ['GET /api/v1/objects'] } }],
  },
  {
    line: 'Rightech: tokn curl with a token of that scope',
    tokn: 'curl lives -- -sS {{resource}}',
    out: /"Demo object"/,
  },
  {
    line: 'Rightech: tokn list with a token without GET /tokens',
    tokn: 'list lives --remote',
    exit: 5,
    err: [/^tokn: error: /],
  },
  {
    line: 'Rightech: tokn login that says where the list of methods is',
    tokn: 'login methods {{address}} --override scopes.list=/methods',
    env: credentials,
  },
  {
    line: 'Rightech: tokn provider scopes asks for the list there',
    tokn: 'provider scopes methods --json',
    json: { source: 'api', complete: true, scopes: expect.arrayContaining(documentedScopes) },
    sees: [{ request: 'GET /api/v1/methods', headers: bearer }],
  },
  {
    line: 'Rightech: tokn login to go on with',
    tokn: 'login iot',
    env: credentials,
    sees: [{ request: 'POST /api/v1/auth/token' }],
  },
  {
    line: 'Rightech: tokn list',
    tokn: 'list iot --remote',
    out: /GET \/objects, GET \/objects\/:id/,
    sees: [{ request: 'GET /api/v1/tokens', headers: bearer }],
  },
  {
    line: 'Rightech: tokn list of the reply that the document prints',
    before: (api) =>
      api.control.replaceFaults([
        { do: 'body', path: '/api/v1/tokens', times: 1, body: printed } as const,
      ]),
    tokn: 'list iot --remote --json',
    json: {
      tokens: [
        {
          id: '66a64c586a8ed41e84ece92b',
          name: 'get-objects-01',
          scopes: ['GET /objects', 'GET /objects/:id/packets'],
          expires_at: '2024-08-26T21:00:00Z',
          state: 'expired',
        },
        { id: '66a64c586a8ed41e84ece92b', name: 'post-objects-01', scopes: ['POST /objects'] },
      ],
    },
  },
  {
    line: 'Rightech: tokn login of a second token with the _id of the first',
    before: (api) =>
      api.control.replaceFaults([
        { do: 'repeat-id', method: 'POST', path: '/api/v1/tokens', times: 1 } as const,
      ]),
    tokn: 'issue iot --name post-objects-01 --json',
    json: { name: 'post-objects-01' },
  },
  {
    line: 'Rightech: tokn list names an _id that two tokens have',
    tokn: 'list iot --json',
    json: { duplicates: [expect.stringMatching(/^[0-9a-f]{24}$/)] },
  },
  {
    line: 'Rightech: tokn revoke refuses an _id that two tokens have',
    tokn: 'revoke post-objects-01 -P iot',
    exit: 2,
    err: [
      /several tokens have the id [0-9a-f]{24}, and would be revoked together: post-objects-01, tokn\/\S+\/iot$/m,
    ],
    sees: [{ request: 'GET /api/v1/tokens' }],
  },
  {
    line: 'Rightech: tokn login anew, with an _id of its own',
    tokn: 'login iot',
    env: credentials,
  },
  {
    line: 'Rightech: tokn issue, as the document issues test-token-01',
    tokn: `issue iot --name test-token-01 --expires-in '7 days' --scope 'POST /tokens' --scope 'GET /objects' --json`,
    json: { name: 'test-token-01', shown_once: true, scopes: ['POST /tokens', 'GET /objects'] },
    sees: [
      {
        request: 'POST /api/v1/tokens',
        headers: { ...bearer, 'content-type': 'application/json' },
        body: {
          expiresIn: '7 days',
          name: 'test-token-01',
          scopes: ['POST /tokens', 'GET /objects'],
        },
      },
    ],
  },
  {
    line: 'Rightech: tokn issue without a name',
    tokn: 'issue iot --expires-in 30m',
    out: /^ey\S+\n$/,
    sees: [{ body: { expiresIn: '30 minutes' } }],
  },
  {
    line: 'Rightech: tokn list --json knows the name, and no value',
    tokn: 'list iot --json',
    json: { tokens: expect.arrayContaining([expect.objectContaining({ name: 'test-token-01' })]) },
    out: /^(?!.*ey[A-Za-z0-9_-]{20})/s,
  },
  {
    line: 'Rightech: tokn revoke by name',
    tokn: 'revoke test-token-01 -P iot',
    err: [/: revoked/],
    sees: [
      { request: 'GET /api/v1/tokens' },
      { request: expect.stringMatching(/^DELETE \/api\/v1\/tokens\/[0-9a-f]{24}$/) },
      { request: 'GET /api/v1/tokens' },
    ],
  },
  {
    line: 'Rightech: the revoked token is closed at the API',
    before: (api) => expect(api.state.counts.revoked).toBe(1),
    tokn: 'revoke test-token-01 -P iot',
    exit: 3,
    err: [/^tokn: error: /, /^tokn: hint: tokn list/m],
  },
  {
    line: 'Rightech: tokn refresh, of which there is none: a successor is issued',
    tokn: 'refresh iot',
    err: [/^iot: refreshed/],
    sees: expect.arrayContaining([
      expect.objectContaining({ request: 'POST /api/v1/tokens' }),
      expect.objectContaining({ request: expect.stringMatching(/^DELETE /) }),
    ]),
  },
  {
    line: 'Rightech: tokn info finds the token in the list',
    tokn: 'info iot --json',
    json: { active: true, claims: { usg: 'api' } },
    sees: [{ request: 'GET /api/v1/tokens' }],
  },
  {
    line: 'Rightech: tokn login --with-token of a token made by hand',
    tokn: 'login hand {{address}} --with-token',
    input: '{{access}}\n',
    sees: [{ request: 'GET /api/v1/tokens', headers: bearer }],
  },
  {
    line: 'Rightech: tokn curl with it',
    tokn: 'curl hand -- -sS {{resource}}',
    out: /"Demo object"/,
    sees: [{ headers: bearer }],
  },
]
