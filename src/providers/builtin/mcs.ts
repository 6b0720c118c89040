import type { ProviderDefinition, ReplyPlan } from '../schema/definition.ts'

const pair = {
  unwrap: ['body'],
  access: 'access_token',
  refresh: 'refresh_token',
  expiry: { from: ['expired_in', 'expires_in'], as: 'seconds' },
  scopes: 'scope',
} satisfies ReplyPlan

// OAuth 2.0 in name: no token_type, `expired_in` instead of expires_in, and a map for a scope.
export const mcs = {
  id: 'mcs',
  title: 'MCS Vision',
  docs: 'https://cloud.vk.com/docs/en/ml/vision/quick-start/auth-vision',
  baseUrl: 'https://mcs.mail.ru',
  apiOrigins: ['https://smarty.mail.ru'],
  fields: [
    { name: 'client_id', label: 'Client id' },
    { name: 'client_secret', label: 'Client secret', secret: true },
    {
      name: 'oauth_provider',
      label: 'Authorization server',
      default: 'mcs',
      choices: ['mcs', 'mr'],
      // Tokens of "mr" are made by mail.ru itself, at another place.
      loginChoices: ['mcs'],
    },
  ],
  attach: { query: { oauth_provider: '{fields.oauth_provider}', oauth_token: '{access}' } },
  login: {
    request: {
      method: 'POST',
      path: '/auth/oauth/v1/token',
      json: {
        client_id: '{fields.client_id}',
        client_secret: '{fields.client_secret}',
        grant_type: 'client_credentials',
      },
    },
    reply: pair,
    refused: [
      { when: { at: ['error', 'body', 'message'], contains: 'limit' }, means: 'limit' },
      { when: { at: 'error', equals: ['invalid_client', 'invalid_grant'] }, means: 'credentials' },
      { when: { at: 'status', equals: 401 }, means: 'credentials' },
    ],
  },
  refresh: {
    request: {
      method: 'POST',
      path: '/auth/oauth/v1/token',
      json: {
        client_id: '{fields.client_id}',
        refresh_token: '{refresh}',
        grant_type: 'refresh_token',
      },
    },
    reply: pair,
    refused: [
      { when: { at: ['error', 'body', 'message'], contains: 'limit' }, means: 'limit' },
      { when: { status: [400, 401] }, means: 'refresh-rejected' },
      { when: { at: 'status', equals: [400, 401] }, means: 'refresh-rejected' },
    ],
  },
  why: {
    list: 'the API has no list; tokens are shown at https://mcs.mail.ru/app/services/machinelearning/vision/',
    issue:
      'service tokens are made at https://mcs.mail.ru/app/services/machinelearning/vision/; paste one in with: tokn login NAME --provider mcs --with-token < FILE',
    revoke:
      'the API has no way to revoke a token; tokens are removed at https://mcs.mail.ru/app/services/machinelearning/vision/',
    info: 'the API has no way to ask about a token; tokn knows when it expires',
    logout:
      'the API has no way to end a session; tokens are removed at https://mcs.mail.ru/app/services/machinelearning/vision/',
  },
  rotation: 'none',
  lifetime: '1h',
  pasted: { expiry: 'never' },
  budget: {
    per: 'client_id',
    logins: 25,
    refreshes: 25,
    spent:
      'a service token is not counted: make one at https://mcs.mail.ru/app/services/machinelearning/vision/ and paste it in with: tokn login NAME --provider mcs --with-token',
  },
  api: {
    refused: [
      // The envelope has a status of its own, inside whatever HTTP says.
      { when: { at: 'status', equals: 401 }, means: 'invalid' },
      { when: { status: 401 }, means: 'invalid' },
    ],
  },
  errors: {
    message: ['error_description', 'message', 'error', 'body'],
    code: ['error', 'status'],
    rules: [
      { when: { at: 'status', equals: 401 }, means: 'invalid' },
      { when: { at: 'status', equals: 403 }, means: 'forbidden' },
      { when: { at: 'status', equals: 429 }, means: 'rate-limited' },
      { when: { at: 'status', equals: [408, 425] }, means: 'unavailable' },
      { when: { at: 'status', least: 500 }, means: 'unavailable' },
      { when: { at: 'status', least: 400 }, means: 'refused' },
    ],
  },
} satisfies ProviderDefinition
