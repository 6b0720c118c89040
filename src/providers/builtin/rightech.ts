import type { ProviderDefinition } from '../schema/definition.ts'

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
        scopes: '{scopes}',
      },
    },
    reply: {
      access: 'token',
      id: ['_id', { claim: 'jti' }],
      name: 'name',
      scopes: 'scopes',
      expiry: [
        { from: 'expiresAt', as: 'instant' },
        { from: { claim: 'exp' }, as: 'instant-seconds' },
      ],
    },
  },
  issue: {
    request: {
      method: 'POST',
      path: '/tokens',
      json: { expiresIn: '{lifetime|words}', name: '{name}', scopes: '{scopes}' },
    },
    reply: {
      access: 'token',
      id: ['_id', { claim: 'jti' }],
      name: ['name', { request: '{name}' }],
      scopes: ['scopes', { request: '{scopes}' }],
      expiry: [
        { from: 'expiresAt', as: 'instant' },
        { from: { claim: 'exp' }, as: 'instant-seconds' },
      ],
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
  scopes: { form: 'method-path' },
  lifetimes: { least: '1 minute', step: '1 minute' },
  ids: { form: 'hex', maxLength: 64 },
  errors: {
    message: ['message', 'helper.message'],
    code: ['codes.*', 'code'],
    // Told in the body alone. With another status, the status says it better.
    rules: [{ when: { status: [200, 201, 202], at: 'success', equals: false }, means: 'refused' }],
  },
} satisfies ProviderDefinition
