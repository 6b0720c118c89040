import type { ProviderDefinition } from '../../../src/providers/schema/definition.ts'

/** A definition with the least that is needed, and `more`. */
export function define(more: Partial<ProviderDefinition> = {}): ProviderDefinition {
  return {
    id: 'sample',
    title: 'Sample',
    docs: 'https://example.com/docs',
    baseUrl: 'https://api.example',
    fields: [
      { name: 'user', label: 'User' },
      { name: 'password', label: 'Password', secret: true },
    ],
    attach: { headers: { Authorization: 'Bearer {access}' } },
    login: {
      request: { method: 'POST', path: '/login', json: { user: '{fields.user}' } },
      reply: { access: 'token' },
    },
    rotation: 'server-decides',
    ...more,
  }
}

/** Token APIs of different shapes, as their documents describe them. */
export const shapes: readonly ProviderDefinition[] = [
  // OpenStack Identity v3: token in a response header, the token itself in a header to revoke it.
  define({
    id: 'keystone',
    fields: [
      { name: 'user', label: 'User' },
      { name: 'password', label: 'Password', secret: true },
      { name: 'project', label: 'Project', optional: true },
    ],
    attach: { headers: { 'X-Auth-Token': '{access}' } },
    login: {
      request: {
        method: 'POST',
        path: '/v3/auth/tokens',
        json: {
          auth: {
            identity: {
              methods: ['password'],
              password: {
                user: {
                  name: '{fields.user}',
                  password: '{fields.password}',
                  domain: { id: 'default' },
                },
              },
            },
            scope: '{fields.project}',
          },
        },
      },
      reply: {
        access: { header: 'X-Subject-Token' },
        expiry: { from: 'token.expires_at', as: 'instant' },
        userId: 'token.user.id',
      },
    },
    logout: {
      request: {
        method: 'DELETE',
        path: '/v3/auth/tokens',
        headers: { 'X-Subject-Token': '{access}' },
      },
    },
    info: {
      request: {
        method: 'GET',
        path: '/v3/auth/tokens',
        headers: { 'X-Subject-Token': '{access}' },
      },
      reply: { expiry: { from: 'token.expires_at', as: 'instant' }, userId: 'token.user.id' },
    },
    errors: { message: 'error.message', code: 'error.code' },
  }),
  // A session cookie with a CSRF token that is fetched first; errors told with status 200.
  define({
    id: 'cookies',
    attach: {
      cookies: { session: '{access}' },
      headers: { 'X-CSRF-Token': '{context.csrf}' },
    },
    login: [
      {
        request: { method: 'GET', path: '/csrf/' },
        reply: { context: { csrf: 'token', before: { cookie: 'pre' } } },
      },
      {
        request: {
          method: 'POST',
          path: '/login/',
          headers: { 'X-CSRF-Token': '{context.csrf}' },
          cookies: { pre: '{context.before}' },
          form: { username: '{fields.user}', password: '{fields.password}' },
        },
        success: { at: 'ok', equals: true },
        reply: {
          access: { cookie: 'session' },
          expiry: { from: { cookie: 'session', cookieAttribute: 'max-age' }, as: 'seconds' },
        },
      },
    ],
    logout: { request: { method: 'POST', path: '/logout/' } },
    info: {
      request: { method: 'GET', path: '/me' },
      success: { at: '', exists: true },
      reply: { active: { at: 'id' }, userId: 'id', facts: { mail: 'email' } },
    },
    errors: {
      message: 'error.text',
      rules: [{ when: { status: 200, at: 'error.type', equals: 'denied' }, means: 'credentials' }],
    },
  }),
  // API keys that need the password again; a list under a key, paged; expiry null for never.
  define({
    id: 'keys',
    headers: { 'X-Api-Version': '2024-01' },
    login: {
      request: {
        method: 'POST',
        path: '/users/{fields.user}/tokens',
        basic: { user: '{fields.user}', password: '{fields.password}' },
        json: {
          name: '{name|or:tokn} {now|epoch}',
          scopes: '{scopes}',
          expires_at: '{expires|date}',
        },
      },
      reply: {
        access: 'sha1',
        id: { location: 'last' },
        scopes: 'scopes',
        expiry: { from: 'expires_at', as: 'instant', never: [null] },
      },
    },
    issue: {
      asks: ['password'],
      auth: 'none',
      request: {
        method: 'POST',
        path: '/users/{fields.user}/tokens',
        basic: { user: '{fields.user}', password: '{fields.password}', encoded: true },
        form: { name: '{name}', scopes: '{scopes}', expires_at: '{expires|epoch}' },
      },
      reply: { access: 'sha1', id: 'id' },
    },
    list: {
      request: { method: 'GET', path: '/tokens' },
      reply: {
        items: 'tokens',
        id: 'id',
        name: 'name',
        scopes: { body: 'permissions', each: 'name' },
        where: { at: 'revoked', not: true },
        createdAt: { from: 'created', as: 'instant' },
        expiry: { from: 'expires_at', as: 'instant', never: [null, 0] },
      },
      pages: { link: true },
    },
    revoke: {
      request: { method: 'DELETE', path: '/tokens/{target}' },
      accept: [204],
    },
    scopes: {},
    lifetimes: {},
  }),
  // A vault: refresh prolongs the same token; ids in the body; a map for a list.
  define({
    id: 'vault',
    attach: { headers: { 'X-Vault-Token': '{access}' } },
    login: {
      request: {
        method: 'POST',
        path: '/v1/auth/userpass/login/{fields.user}',
        json: { password: '{fields.password}' },
      },
      reply: {
        unwrap: ['auth', 'data'],
        access: 'client_token',
        id: 'accessor',
        scopes: 'policies',
        expiry: { from: 'lease_duration', as: 'seconds', never: [0] },
        context: { renewable: 'renewable' },
      },
    },
    refresh: {
      auth: 'token',
      request: { method: 'POST', path: '/v1/auth/token/renew-self' },
      reply: {
        access: { request: '{access}' },
        expiry: { from: 'auth.lease_duration', as: 'seconds' },
      },
    },
    list: {
      request: { method: 'GET', path: '/v1/auth/token/accessors', query: { list: 'true' } },
      reply: {
        items: 'data.key_info',
        id: { key: true },
        name: 'display_name',
        expiry: { from: 'ttl', as: 'words' },
      },
    },
    revoke: {
      request: {
        method: 'POST',
        path: '/v1/auth/token/revoke-accessor',
        json: { accessor: '{target}' },
      },
    },
    rotation: 'none',
  }),
  // JSON-RPC: everything is a POST to one address, errors are objects, the token is a bare text.
  define({
    id: 'rpc',
    login: {
      request: {
        method: 'POST',
        path: '/api_jsonrpc.php',
        json: {
          jsonrpc: '2.0',
          method: 'user.login',
          params: { username: '{fields.user}', password: '{fields.password}' },
          id: 1,
        },
      },
      reply: { access: 'result', mediaTypes: ['application/json-rpc'] },
    },
    logout: {
      request: {
        method: 'POST',
        path: '/api_jsonrpc.php',
        json: { jsonrpc: '2.0', method: 'user.logout', params: [], id: 1 },
      },
      success: { at: 'result', equals: true },
      reply: { mediaTypes: ['application/json-rpc'], facts: { result: 'result' } },
    },
    errors: {
      message: ['error.data', 'error.message'],
      code: 'error.code',
      rules: [
        { when: { at: 'error.data', contains: 'Incorrect user name' }, means: 'credentials' },
        { when: { at: 'error', exists: true }, means: 'refused' },
      ],
    },
  }),
  // A key and its id make the token together; the issued one travels in another way.
  define({
    id: 'search',
    attach: { headers: { Authorization: 'Basic {access}' } },
    login: {
      request: {
        method: 'GET',
        path: '/_security/_authenticate',
        basic: { user: '{fields.user}', password: '{fields.password}' },
      },
      reply: { access: { request: '{fields.user}:{fields.password}', encode: 'base64' } },
    },
    issue: {
      request: {
        method: 'POST',
        path: '/_security/api_key',
        json: { name: '{name}', expiration: '{lifetime|seconds}s' },
      },
      attach: { headers: { Authorization: 'ApiKey {access}' } },
      reply: {
        access: { request: '{context.keyId}:{context.key}', encode: 'base64' },
        context: { keyId: 'id', key: 'api_key' },
        id: 'id',
        expiry: { from: 'expiration', as: 'instant-milliseconds', absent: 'never' },
      },
    },
    revoke: {
      request: { method: 'DELETE', path: '/_security/api_key', json: { ids: ['{target}'] } },
      success: { at: 'invalidated_api_keys.0', exists: true },
      reply: { facts: { ids: 'invalidated_api_keys' } },
    },
    lifetimes: { most: '52w' },
  }),
  // A refresh token that is a JWT, millisecond lifetimes, a body that is a form.
  define({
    id: 'directus',
    login: {
      request: { method: 'POST', path: '/auth/login', json: { email: '{fields.user}' } },
      reply: {
        unwrap: ['data'],
        access: 'access_token',
        refresh: 'refresh_token',
        expiry: { from: 'expires', as: 'milliseconds' },
        refreshExpiry: { from: { claim: 'exp', of: 'refresh' }, as: 'instant-seconds' },
        userId: { claim: 'sub' },
      },
    },
    refresh: {
      request: { method: 'POST', path: '/auth/refresh', form: { refresh_token: '{refresh}' } },
      reply: { format: 'form', access: 'access_token', expiry: { from: 'expires', as: 'seconds' } },
    },
    logout: {
      auth: 'none',
      given: ['refresh'],
      request: { method: 'POST', path: '/auth/logout', json: { refresh_token: '{refresh}' } },
    },
  }),
  // Plain text, a cursor, and the token itself in the path.
  define({
    id: 'text',
    login: {
      request: { method: 'GET', path: '/token', query: { user: '{fields.user}', tag: '{scopes}' } },
      reply: { format: 'text', access: { body: '', strip: 'token=' } },
    },
    list: {
      request: { method: 'GET', path: '/tokens' },
      reply: { items: 'ids', id: '' },
      pages: { cursor: 'next', query: 'after', size: 2, sizeQuery: 'limit' },
    },
    revoke: { request: { method: 'POST', path: '/revoke', query: { id: '{target}' } } },
    logout: { auth: 'none', request: { method: 'DELETE', path: '/session/{access}' } },
    scopes: { form: 'token', choices: ['read', 'write'] },
  }),
]
