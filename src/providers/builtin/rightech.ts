import type { ProviderDefinition, ReplyPlan } from '../schema/definition.ts'

const made = {
  access: 'token',
  id: ['_id', { claim: 'jti' }],
  expiry: [
    { from: 'expiresAt', as: 'instant' },
    { from: { claim: 'exp' }, as: 'instant-seconds' },
  ],
} satisfies ReplyPlan

export const rightech = {
  id: 'rightech',
  title: 'Rightech IoT Cloud',
  docs: 'https://rightech.io/ru/developers/http/auth',
  baseUrl: 'https://dev.rightech.io',
  basePath: '/api/v1',
  fields: [
    { name: 'username', label: 'User name (e-mail address)' },
    { name: 'password', label: 'Password', secret: true },
  ],
  attach: { headers: { Authorization: 'Bearer {access}' } },
  login: {
    request: {
      method: 'POST',
      path: '/auth/token',
      json: {
        username: '{fields.username}',
        password: '{fields.password}',
        expiresIn: '{lifetime|words}',
        name: '{label}',
        scopes: '{scopes}',
      },
    },
    reply: { ...made, name: ['name', { request: '{label}' }], scopes: 'scopes' },
    // The document has a name for one of the two ways to issue a token, and does not speak of it
    // for the other. Where it is refused, no token was made.
    otherwise: {
      on: ['refused'],
      request: {
        method: 'POST',
        path: '/auth/token',
        json: {
          username: '{fields.username}',
          password: '{fields.password}',
          expiresIn: '{lifetime|words}',
          scopes: '{scopes}',
        },
      },
      reply: { ...made, name: 'name', scopes: 'scopes' },
    },
  },
  issue: {
    request: {
      method: 'POST',
      path: '/tokens',
      json: { expiresIn: '{lifetime|words}', name: '{name}', scopes: '{scopes}' },
    },
    reply: {
      ...made,
      name: ['name', { request: '{name}' }],
      scopes: ['scopes', { request: '{scopes}' }],
    },
  },
  list: {
    request: { method: 'GET', path: '/tokens' },
    reply: {
      items: '',
      id: '_id',
      name: 'name',
      scopes: 'scopes',
      createdAt: { from: 'issuedAt', as: 'instant' },
      expiry: { from: 'expiresAt', as: 'instant' },
    },
  },
  revoke: {
    request: { method: 'DELETE', path: '/tokens/{target}' },
    reply: { format: 'none' },
  },
  why: {
    refresh: 'the API has no refresh; a token that may POST /tokens issues its replacement',
    info: 'the API has no such call; tokn finds the token in the list, or reads it as a JWT',
    logout: 'the API has no such call; tokn revokes the token by its id',
  },
  rotation: 'reissue',
  lifetime: '1 day',
  pasted: { expiry: 'jwt' },
  needs: { issue: 'POST /tokens', list: 'GET /tokens', revoke: 'DELETE /tokens/:id' },
  scopes: {
    form: 'method-path',
    // "The full list can be had through the API", and there the page has lost the method. Whoever
    // knows it: --override scopes.list=/PATH.
    known: [
      'GET /objects',
      'POST /objects',
      'GET /objects/:id',
      'PATCH /objects/:id',
      'GET /objects/:id/packets',
      'POST /objects/:id/commands/:command',
      'GET /geofences',
      'POST /geofences',
      'DELETE /geofences/:id',
      'GET /tokens',
      'POST /tokens',
      'DELETE /tokens/:id',
    ],
    unscoped: 'all',
  },
  api: { refused: [{ when: { status: 401 }, means: 'invalid' }] },
  lifetimes: { least: '1 minute', step: '1 minute' },
  ids: { form: 'hex', maxLength: 64 },
  errors: {
    message: ['message', 'helper.message'],
    code: ['codes.*', 'code'],
    // Told in the body alone. With another status, the status says it better.
    rules: [{ when: { status: [200, 201, 202], at: 'success', equals: false }, means: 'refused' }],
  },
} satisfies ProviderDefinition
