import type { ProviderDefinition, ReplyPlan } from '../schema/definition.ts'

const pair = {
  unwrap: ['payload'],
  access: 'accessToken',
  refresh: 'refreshToken',
  userId: 'userId',
  expiry: { from: ['dateExpires', { claim: 'exp' }], as: 'instant' },
} satisfies ReplyPlan

export const hosterby = {
  id: 'hosterby',
  title: 'hoster.by',
  docs: 'https://hoster.by/help/hoster-api/nastroyka-tokenov-dostupa-v-hoster-api/',
  baseUrl: 'https://serviceapi.hoster.by',
  fields: [
    { name: 'access_key', label: 'Access key', secret: true },
    { name: 'secret_key', label: 'Secret key', secret: true },
  ],
  // The user id is optional beside it, and one header is what `curl -H` takes.
  attach: { headers: { 'Access-Token': '{access}' } },
  login: {
    request: {
      method: 'POST',
      path: '/service/account/create/token',
      headers: { 'Access-Key': '{fields.access_key}', 'Secret-Key': '{fields.secret_key}' },
    },
    reply: pair,
    refused: [
      { when: { at: 'httpCode', equals: 401 }, means: 'credentials' },
      { when: { status: 401 }, means: 'credentials' },
    ],
  },
  refresh: {
    request: {
      method: 'PATCH',
      path: '/token/refresh',
      headers: { 'Refresh-Token': '{refresh}', 'X-User-Id': '{context.userId}' },
    },
    reply: pair,
    refused: [
      { when: { at: 'httpCode', equals: 401 }, means: 'refresh-rejected' },
      { when: { status: 401 }, means: 'refresh-rejected' },
    ],
    // The document names no method. PATCH is what a client uses; another one is told apart by its
    // own answer, and has then changed nothing.
    otherwise: {
      on: ['route-missing'],
      request: {
        method: 'POST',
        path: '/token/refresh',
        headers: { 'Refresh-Token': '{refresh}', 'X-User-Id': '{context.userId}' },
      },
    },
  },
  info: [
    {
      request: {
        method: 'GET',
        path: '/token/info/access',
        headers: { 'X-User-Id': '{context.userId}' },
      },
      reply: {
        unwrap: ['payload'],
        userId: ['userId', { request: '{context.userId}' }],
        expiry: { from: 'dateExpires', as: 'instant' },
      },
      // The document asks for the refresh token here as well; a client does without.
      otherwise: {
        on: ['invalid', 'refused'],
        request: {
          method: 'GET',
          path: '/token/info/access',
          headers: { 'Refresh-Token': '{refresh}', 'X-User-Id': '{context.userId}' },
        },
      },
    },
    {
      given: ['refresh'],
      optional: true,
      auth: 'none',
      request: {
        method: 'GET',
        path: '/token/info/refresh',
        headers: { 'Refresh-Token': '{refresh}', 'X-User-Id': '{context.userId}' },
      },
      reply: { unwrap: ['payload'], refreshExpiry: { from: 'dateExpires', as: 'instant' } },
    },
  ],
  why: {
    list: 'the API has no list; keys are shown in the control panel at https://hoster.by, under hoster API',
    issue: 'every login makes a new pair; what it may do is set with the key in the control panel',
    revoke:
      'the API has no way to revoke a token; remove the key in the control panel at https://hoster.by',
    logout:
      'the API has no way to end a session; remove the key in the control panel at https://hoster.by',
  },
  rotation: 'always',
  // A refresh token lives as long as the keys at most, and nothing else tells when those end.
  refreshEndsWithCredentials: true,
  // Nowhere written; the shortest life seen was a little more.
  lifetime: '10m',
  api: {
    // Errors come with status 200 as well.
    refused: [
      { when: { at: 'codeList', contains: 'access_token_expired' }, means: 'expired' },
      { when: { at: 'codeList', contains: 'access_token_not_found' }, means: 'invalid' },
      { when: { at: 'httpCode', equals: 401 }, means: 'invalid' },
      { when: { status: 401 }, means: 'invalid' },
    ],
  },
  errors: {
    message: ['messageList.error.*', 'messageList.*'],
    code: ['codeList.error.*', 'codeList.error', 'httpCode'],
    // Errors come with status 200 as well.
    rules: [
      { when: { at: 'messageList', contains: 'matched route' }, means: 'route-missing' },
      { when: { at: 'codeList', contains: 'access_token_expired' }, means: 'expired' },
      { when: { at: 'messageList', contains: 'access_token_expired' }, means: 'expired' },
      { when: { at: 'codeList', contains: 'access_token_not_found' }, means: 'invalid' },
      { when: { at: 'messageList', contains: 'access_token_not_found' }, means: 'invalid' },
      { when: { at: 'httpCode', equals: 401 }, means: 'invalid' },
      { when: { at: 'httpCode', equals: 403 }, means: 'forbidden' },
      { when: { at: 'httpCode', equals: 429 }, means: 'rate-limited' },
      { when: { at: 'httpCode', equals: [408, 425] }, means: 'unavailable' },
      { when: { at: 'httpCode', least: 500 }, means: 'unavailable' },
      { when: { at: 'httpCode', least: 400 }, means: 'refused' },
      {
        when: { status: [200, 201, 202], at: 'statusCode', exists: true, not: 'ok' },
        means: 'refused',
      },
    ],
  },
} satisfies ProviderDefinition
