import { expect } from 'vitest'
import type { Deed, Example } from './document.ts'

const minute = 60_000
const fiveYears = 5 * 365 * 24 * 60 * minute
const text = expect.any(String)
const soon = (ms: number) => expect.closeTo((Date.now() + ms) / 1_000, -2)
const pair = { access_token: text, expire_token: text, expire_date: soon(15 * minute) }

const login = `POST /api/authorize/auth/
Content-Type: application/json

{
	"credentials": {
		"email": "{{email}}",
		"password": "{{password}}"
	}
}`

const use = (token: string) => `GET /api/folders/\nX-Forensic-Access-Token: ${token}`

const refresh = (access: string, body: string) => `POST /api/authorize/refresh/
X-Forensic-Access-Token: ${access}
Content-Type: application/json

${body}`

/** "Аутентификация" of the developer's guide of Oz API, from its first line to its last. */
export const examples: readonly Example[] = [
  { line: 'Oz: POST /authorize/auth/ answers a pair', send: login, status: 200, reply: pair },
  {
    line: 'Oz: /authorize/auth/ as the document writes it, without /api',
    send: login.replace('/api/authorize', '/authorize'),
    status: 200,
    reply: pair,
  },
  {
    line: 'Oz: its token opens the API under both',
    send: use('{{access_token}}').replace('/api/folders', '/folders'),
    status: 200,
  },
  {
    line: 'Oz: X-Forensic-Access-Token opens the API',
    send: use('{{access_token}}'),
    status: 200,
  },
  {
    line: 'Oz: the name of the header is read in any case',
    send: 'GET /api/folders/\nx-forensic-access-token: {{access_token}}',
    status: 200,
  },
  {
    line: 'Oz: without the header nothing opens',
    send: 'GET /api/folders/',
    status: 401,
    reply: { error_code: 6 },
  },
  {
    line: 'Oz: other credentials are refused',
    send: login.replace('{{password}}', 'another'),
    status: 401,
    reply: { error_code: 7, error_message: text },
  },
  {
    line: 'Oz: a session of OZ_SESSION_LONGLIVE_TTL for a service account',
    send: login
      .replace('{{email}}', '{{service.email}}')
      .replace('{{password}}', '{{service.password}}'),
    status: 200,
    reply: { expire_date: soon(fiveYears), user: { user_type: 'CLIENT_SERVICE' } },
    as: 'long',
  },
  {
    line: 'Oz: a session of OZ_SESSION_TTL is prolonged by a call before its end',
    before: (api) => api.control.advance(14 * minute),
    send: login,
    status: 200,
    as: 'first',
  },
  {
    line: 'Oz: ... by the whole of it',
    before: (api) => api.control.advance(14 * minute),
    send: use('{{first.access_token}}'),
    status: 200,
  },
  {
    line: 'Oz: ... again and again',
    before: (api) => api.control.advance(14 * minute),
    send: use('{{first.access_token}}'),
    status: 200,
  },
  {
    line: 'Oz: ... and not by one after it',
    before: (api) => api.control.advance(16 * minute),
    send: use('{{first.access_token}}'),
    status: 401,
    reply: { error_code: 8 },
  },
  {
    line: 'Oz: the service account is logged in still',
    send: use('{{long.access_token}}'),
    status: 200,
  },
  { line: 'Oz: a pair to refresh', send: login, status: 200, as: 'old' },
  {
    line: 'Oz: POST authorize/refresh/ answers a new pair',
    send: refresh('{{old.access_token}}', '{\n    "expire_token": "{{old.expire_token}}"\n}'),
    status: 200,
    reply: { access_token: text, expire_token: text },
    as: 'new',
  },
  {
    line: 'Oz: the pair before it lives until the new one is used',
    send: use('{{old.access_token}}'),
    status: 200,
  },
  { line: 'Oz: the new pair is used', send: use('{{new.access_token}}'), status: 200 },
  {
    line: 'Oz: the access_token before it is deleted then',
    send: use('{{old.access_token}}'),
    status: 401,
    reply: { error_code: 7 },
  },
  {
    line: 'Oz: 400 Could not locate field for key_path expire_token',
    send: refresh('{{new.access_token}}', '{}'),
    status: 400,
    reply: {
      error_message: 'Could not locate field for key_path expire_token from provided dict data',
    },
  },
  {
    line: 'Oz: 401 Session not found',
    send: refresh('{{new.access_token}}', '{"expire_token": "{{old.expire_token}}"}'),
    status: 401,
    reply: { error_message: 'Session not found' },
  },
  {
    line: 'Oz: another user logs in',
    send: login
      .replace('{{email}}', '{{second.email}}')
      .replace('{{password}}', '{{second.password}}'),
    status: 200,
    as: 'other',
  },
  {
    line: 'Oz: 403 You have not access to refresh this session',
    send: refresh('{{other.access_token}}', '{"expire_token": "{{new.expire_token}}"}'),
    status: 403,
    reply: { error_message: 'You have not access to refresh this session' },
  },
  {
    line: 'Oz: authorize/refresh/ without /api',
    send: refresh('{{new.access_token}}', '{"expire_token": "{{new.expire_token}}"}').replace(
      '/api/authorize',
      '/authorize',
    ),
    status: 200,
    reply: { access_token: text, expire_token: text },
  },
]

const refused = (status: number, error_code: number, error_message: string) => ({
  do: 'status' as const,
  path: '/api/authorize/refresh',
  status,
  body: { error_code, error_message, details: null },
  times: 1,
})

export const deeds: readonly Deed[] = [
  {
    line: 'Oz: tokn login',
    tokn: 'login eye {{address}}',
    env: { TOKN_EMAIL: '{{email}}', TOKN_PASSWORD: '{{password}}' },
    err: [/^logged in as "eye", expires in 1[45]m/],
    sees: [
      {
        request: 'POST /api/authorize/auth/',
        headers: { 'content-type': 'application/json' },
        body: { credentials: { email: '{{email}}', password: '{{password}}' } },
      },
    ],
  },
  {
    line: 'Oz: tokn login with the API address of the letter, /api included',
    tokn: 'login eye2 --provider oz --base-url {{host}}/api/',
    env: { TOKN_EMAIL: '{{service.email}}', TOKN_PASSWORD: '{{service.password}}' },
    err: [/^logged in as "eye2", expires in 4y 36\dd/],
    sees: [{ request: 'POST /api/authorize/auth/' }],
  },
  {
    line: 'Oz: tokn login with another password',
    tokn: 'login eye3 {{address}}',
    env: { TOKN_EMAIL: '{{email}}', TOKN_PASSWORD: 'another' },
    exit: 4,
    err: [/^tokn: error: .*does not accept these credentials/, /^tokn: hint: /m],
  },
  {
    line: 'Oz: tokn token of the service account',
    tokn: 'token eye2',
    out: /^{{access}}\n$/,
    sees: [],
  },
  {
    line: 'Oz: tokn login as another user',
    tokn: 'login eye4 {{address}}',
    env: { TOKN_EMAIL: '{{second.email}}', TOKN_PASSWORD: '{{second.password}}' },
    sees: [{ request: 'POST /api/authorize/auth/' }],
  },
  {
    line: 'Oz: tokn curl as another user, to whom it is forbidden',
    tokn: 'curl eye4 -- -sS {{own}}',
    json: { error_code: 9 },
    sees: [{ headers: { 'X-Forensic-Access-Token': '{{access}}' } }],
  },
  {
    line: 'Oz: tokn login to go on with',
    tokn: 'login eye',
    env: { TOKN_EMAIL: '{{email}}', TOKN_PASSWORD: '{{password}}' },
    sees: [{ request: 'POST /api/authorize/auth/' }],
  },
  {
    line: 'Oz: tokn header',
    tokn: 'header eye',
    out: /^X-Forensic-Access-Token: {{access}}\n$/,
    sees: [],
  },
  {
    line: 'Oz: tokn curl',
    tokn: 'curl eye -- -sS {{resource}}',
    json: { items: [] },
    sees: [{ request: 'GET /api/folders/', headers: { 'X-Forensic-Access-Token': '{{access}}' } }],
  },
  {
    line: 'Oz: tokn refresh sends both halves of the pair',
    tokn: 'refresh eye',
    err: [/^eye: refreshed/],
    sees: [
      {
        request: 'POST /api/authorize/refresh/',
        headers: { 'X-Forensic-Access-Token': '{{access}}', 'content-type': 'application/json' },
        body: { expire_token: '{{refresh}}' },
      },
    ],
  },
  {
    line: 'Oz: the pair before it lives until tokn curl uses the new one',
    before: (api) => expect(api.state.live).toHaveLength(5),
    tokn: 'curl eye -- -sS {{resource}}',
    sees: [{ headers: { 'X-Forensic-Access-Token': '{{access}}' } }],
  },
  {
    line: 'Oz: tokn info says that use prolongs the session, and asks nobody',
    before: (api) => expect(api.state.live).toHaveLength(4),
    tokn: 'info eye',
    out: /use prolongs it/,
    sees: [],
  },
  {
    line: 'Oz: tokn list shows what is held here',
    tokn: 'list eye --json',
    json: { where: 'local', tokens: [{ saved_as: 'eye', state: 'active' }] },
    sees: [],
  },
  {
    line: 'Oz: tokn list --remote, of which the document says nothing',
    tokn: 'list eye --remote',
    exit: 5,
    err: [/no way to list sessions/],
    sees: [],
  },
  {
    line: 'Oz: tokn issue, of which the document says nothing',
    tokn: 'issue eye --name ci',
    exit: 5,
    err: [/\/api\/authorize\/service_token/],
    sees: [],
  },
  {
    line: 'Oz: tokn revoke, of which the document says nothing',
    tokn: 'revoke something -P eye',
    exit: 5,
    err: [/no way to end a session/],
    sees: [],
  },
  {
    line: 'Oz: tokn refresh at 400 Could not locate field',
    before: (api) =>
      api.control.replaceFaults([
        refused(400, 3, 'Could not locate field for key_path expire_token from provided dict data'),
      ]),
    tokn: 'refresh eye',
    exit: 6,
    err: [/Could not locate field for key_path expire_token/],
  },
  {
    line: 'Oz: tokn refresh at 403 You have not access',
    before: (api) =>
      api.control.replaceFaults([refused(403, 9, 'You have not access to refresh this session')]),
    tokn: 'refresh eye',
    exit: 5,
    err: [/You have not access to refresh this session/, /^tokn: hint: .*another user/m],
  },
  {
    line: 'Oz: tokn refresh at 401 Session not found',
    before: (api) => api.control.replaceFaults([refused(401, 7, 'Session not found')]),
    tokn: 'refresh eye',
    exit: 4,
    err: [/Session not found/, /^tokn: hint: tokn login eye$/m],
  },
]
