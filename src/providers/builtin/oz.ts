import type { ProviderDefinition, ReplyPlan } from '../schema/definition.ts'

const pair = {
  access: 'access_token',
  refresh: 'expire_token',
  expiry: { from: 'expire_date', as: 'instant' },
  id: 'session_id',
} satisfies ReplyPlan

// The API hangs in several places under names of the customer's own, so there is no usual address.
export const oz = {
  id: 'oz',
  title: 'Oz API',
  docs: 'https://doc.ozforensics.com/oz-knowledge/guides/developer-guide/api/oz-api/use-cases/authentication',
  basePath: '/api',
  fields: [
    { name: 'email', label: 'E-mail address' },
    { name: 'password', label: 'Password', secret: true },
  ],
  attach: { headers: { 'X-Forensic-Access-Token': '{access}' } },
  login: {
    request: {
      method: 'POST',
      path: '/authorize/auth/',
      json: { credentials: { email: '{fields.email}', password: '{fields.password}' } },
    },
    reply: pair,
    refused: [{ when: { at: 'error_code', equals: [6, 7] }, means: 'credentials' }],
  },
  refresh: {
    // The held token goes with it: it says who is asking.
    auth: 'token',
    request: {
      method: 'POST',
      path: '/authorize/refresh/',
      json: { expire_token: '{refresh}' },
    },
    reply: pair,
    refused: [
      {
        when: { at: 'error_message', contains: 'session not found' },
        means: 'refresh-rejected',
      },
      { when: { at: 'error_message', contains: 'could not locate field' }, means: 'refused' },
      {
        when: { at: 'error_message', contains: 'not access to refresh this session' },
        means: 'forbidden',
        hint: 'the session belongs to another user: log in again',
      },
    ],
  },
  why: {
    list: 'the API has no way to list sessions; ask the administrator of your installation',
    issue:
      'service tokens are issued by an administrator at /api/authorize/service_token; paste one in with: tokn login NAME --provider oz --with-token < FILE',
    revoke:
      'the API has no way to end a session; it ends by itself, and the pair before it when the new one is first used',
    info: 'the API has no way to ask about a token; tokn knows when it expires',
    logout: 'the API has no way to end a session; it ends by itself when it is not used',
  },
  rotation: 'on-first-use',
  // OZ_SESSION_TTL, whose default this is; service accounts have years, and say so.
  lifetime: '15m',
  sliding: true,
  pasted: { expiry: 'unknown' },
  api: {
    refused: [
      { when: { at: 'error_code', equals: 8 }, means: 'expired' },
      { when: { at: 'error_code', equals: 7 }, means: 'invalid' },
      { when: { at: 'error_code', exists: true }, means: 'refused' },
      { when: { status: 401 }, means: 'invalid' },
    ],
  },
  errors: {
    message: 'error_message',
    code: 'error_code',
    rules: [
      { when: { at: 'error_code', equals: 8 }, means: 'expired' },
      { when: { at: 'error_code', equals: [6, 7] }, means: 'invalid' },
      { when: { at: 'error_code', equals: 9 }, means: 'forbidden' },
      { when: { at: 'error_code', equals: [3, 4] }, means: 'refused' },
    ],
  },
} satisfies ProviderDefinition
