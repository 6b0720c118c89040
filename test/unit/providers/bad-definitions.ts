import { define } from './shapes.ts'

type Json = string | number | boolean | null | Json[] | { [key: string]: Json }

/** Bad definitions: how each differs from a good one, and what is said of it. */
export const badDefinitions: ReadonlyArray<readonly [change: Record<string, Json>, said: string]> =
  [
    [{ id: 'Sample' }, 'id: expected lower-case letters, digits and dashes'],
    [{ id: 7 }, 'id: expected a string, found a number'],
    [{ docs: 'somewhere' }, 'docs: expected an http(s) URL'],
    [{ docs: 'file:///etc/passwd' }, 'docs: expected an http(s) URL'],
    [{ title: '' }, 'title: expected 1 character at least'],
    [
      { baseUrl: 'http://api.example' },
      'baseUrl: expected https; http is only allowed for 127.0.0.1',
    ],
    [{ baseUrl: 'https://u:p@api.example' }, 'baseUrl: expected no user, query or fragment'],
    [{ baseUrl: 'https://api.example/?x=1' }, 'baseUrl: expected no user, query or fragment'],
    [{ basePath: 'api' }, 'basePath: expected a path that begins with a slash'],
    [{ apiOrigins: ['http://api.example'] }, 'apiOrigins.0: expected https'],
    [{ apiOrigins: ['https://api.example/v1'] }, 'apiOrigins.0: expected an origin without a path'],
    [{ origins: 'https://a.example' }, 'origins: expected a list, found a string'],
    [{ rotation: 'alway' }, 'rotation: did you mean "always"?'],
    [{ rotatoin: 'always' }, 'rotatoin: there is no "rotatoin" here: did you mean "rotation"?'],
    [{ lifetime: 'soon' }, 'lifetime: expected a duration'],
    [{ lifetime: 900 }, 'lifetime: expected a string, found a number'],
    [
      { 'fields.0.name': 'User' },
      'fields.0.name: expected lower-case letters, digits and underscores',
    ],
    [{ 'fields.1.name': 'user' }, 'fields.1.name: there is already a field "user"'],
    [{ 'fields.0.name': 'store' }, 'fields.0.name: TOKN_STORE already means something else'],
    [{ 'fields.1.default': 'hunter2' }, 'fields.1.default: a secret cannot have a default'],
    [{ 'fields.0.choices': [] }, 'fields.0.choices: expected 1 entry at least'],
    [
      { 'fields.0.loginChoices': ['a'] },
      'fields.0.loginChoices: one of these is not among the choices',
    ],
    [{ budget: { per: 'usr' } }, 'budget.per: there is no field "usr": did you mean "user"?'],
    [{ attach: {} }, 'attach: the token is never sent'],
    [{ attach: { headers: { 'Х-Token': '{access}' } } }, '"Х" (U+0425), which may only look like'],
    [{ attach: { headers: { 'X Token': '{access}' } } }, 'a header name cannot contain " "'],
    [{ attach: { headers: { Host: '{access}' } } }, 'a definition cannot set the header host'],
    [{ attach: { headers: { Cookie: 's={access}' } } }, 'put cookies under `cookies`'],
    [{ attach: { headers: { A: '{access|base64}' } } }, '{access} cannot have a transform here'],
    [{ attach: { headers: { A: '{refresh} {access}' } } }, '{refresh} cannot be used here'],
    [{ attach: { headers: { A: 'Tökén {access}' } } }, 'a header value contains only ASCII'],
    [{ 'login.request.method': 'post' }, 'login.request.method: did you mean "POST"?'],
    [{ 'login.request.method': 'GET' }, 'a GET has no body'],
    [{ 'login.request.path': 'login' }, 'expected a path that begins with a slash'],
    [{ 'login.request.path': '/login?x=1' }, 'put query parameters under `query`'],
    [{ 'login.request.path': '/a/../b' }, 'a path has no . and .. segments'],
    [{ 'login.request.path': '/a b' }, 'a path contains only ASCII'],
    [
      { 'login.request.path': 'https://evil.example/x' },
      'https://evil.example is not among `origins`',
    ],
    [{ 'login.request.path': '//evil.example/x' }, '//evil.example is not among `origins`'],
    [{ 'login.request.path': 'https://{fields.user}/x' }, 'is not among `origins`'],
    [{ 'login.request.path': '/{fields.usr}' }, 'there is no field "usr": did you mean "user"?'],
    [
      { 'login.request.json': { a: '{fields.user|perzent}' } },
      'no transform "perzent": did you mean "percent"?',
    ],
    [{ 'login.request.json': { a: '{fields.user|words}' } }, '"words" takes a duration'],
    [
      { 'login.request.json': { a: '{context.csrf}' } },
      'there is no value "csrf" in the `context` of any reply',
    ],
    [
      { 'login.request.json': { a: '{acess}' } },
      'there is no placeholder "acess": did you mean "access"?',
    ],
    [{ 'login.request.json': { a: '{env.HOME}' } }, 'there is no placeholder "env.HOME"'],
    [
      { 'login.request.json': { a: ['{file:/etc/passwd}'] } },
      '{file:/etc/passwd} is not a placeholder',
    ],
    [{ 'login.request.json': { a: 'x}' } }, 'an unmatched brace'],
    [{ 'login.request.json': { a: '{target}' } }, '{target} cannot be used here'],
    [{ 'login.request.json': { a: '{scopes}' } }, '`scopes` does not say what a scope looks like'],
    [{ 'login.request.json': { a: '{lifetime}' } }, '`lifetimes` does not say which are allowed'],
    [{ 'login.request.form': { a: 'b' } }, 'a request has one body'],
    [{ 'login.request.body': { a: 'b' } }, 'there is no "body" here'],
    [
      { 'login.request.headers': { 'Transfer-Encoding': 'chunked' } },
      'the header transfer-encoding',
    ],
    [{ 'login.reply': {} }, 'none of its replies has an `access`'],
    [
      { 'login.reply.acess': 'x' },
      'login.reply.acess: there is no "acess" here: did you mean "access"?',
    ],
    [{ 'login.reply.access': { header: 'A', cookie: 'b' } }, 'found header and cookie'],
    [{ 'login.reply.access': {} }, 'expected exactly one of body, header, cookie'],
    [
      { 'login.reply.access': { haeder: 'A' } },
      'there is no "haeder" here: did you mean "header"?',
    ],
    [{ 'login.reply.access': 7 }, 'login.reply.access: expected a string, found a number'],
    [{ 'login.reply.access': { key: true } }, '`key` is only for the entries of a list'],
    [
      { 'login.reply.access': { header: 'Тoken' } },
      '(U+0422), which may only look like a Latin letter',
    ],
    [{ 'login.reply.access': { body: 'x', of: 'refresh' } }, '`of` needs a `claim`'],
    [{ 'login.reply.access': { request: '{fields.nobody}' } }, 'there is no field "nobody"'],
    [{ 'login.reply.expiry': { as: 'seconds' } }, 'login.reply.expiry.from: this is missing'],
    [
      { 'login.reply.expiry': { from: 'x' } },
      'login.reply.expiry.as: this is missing: one of seconds',
    ],
    [{ 'login.reply.expiry': { from: 'x', as: 'second' } }, 'did you mean "seconds"?'],
    [{ 'login.reply.context': { 'a b': 'x' } }, '"a b" is not allowed as a name here'],
    [{ 'login.success': {} }, 'login.success: this condition is empty'],
    [{ 'login.success': { equals: true } }, '`equals` needs an `at`'],
    [
      { 'login.refused': [{ when: { status: 999 }, means: 'expired' }] },
      'expected a number of 599 at most',
    ],
    [{ 'login.refused': [{ when: { status: 400 }, means: 'expred' }] }, 'did you mean "expired"?'],
    [{ 'login.accept': [404] }, 'login.accept.0: expected a number of 299 at most'],
    [{ 'login.asks': ['passwort'] }, 'there is no field "passwort": did you mean "password"?'],
    [{ 'login.given': ['context.x'] }, 'there is no value "x" in the `context` of any reply'],
    [{ 'login.pages': { link: true } }, '`pages` is only for `list`'],
    [
      { 'login.otherwise': { on: [], request: { method: 'GET', path: '/' } } },
      'login.otherwise.on: expected 1 entry at least',
    ],
    [{ login: [] }, 'login: expected 1 entry at least'],
    [{ login: 'POST /login' }, 'login: expected an object, found a string'],
    [
      { list: { request: { method: 'GET', path: '/t' }, reply: { id: 'id' } } },
      'its reply has no `items`',
    ],
    [
      { list: { request: { method: 'GET', path: '/t' }, reply: { items: '' } } },
      'its reply has no `id`',
    ],
    [
      {
        list: {
          request: { method: 'GET', path: '/t' },
          reply: { items: '', id: 'id' },
          pages: { step: 'page' },
        },
      },
      'it needs a `query`',
    ],
    [
      {
        list: { request: { method: 'GET', path: '/t' }, reply: { items: '', id: 'id' }, pages: {} },
      },
      'expected exactly one of link, url, cursor, step',
    ],
    [{ revoke: { request: { method: 'DELETE', path: '/t' } } }, 'it does not say which token'],
    [
      {
        revoke: {
          request: { method: 'DELETE', path: '/{target}' },
          attach: { query: { t: '{access}' } },
        },
      },
      '`attach` is only for login and issue',
    ],
    [{ rotation: 'reissue' }, '"reissue" needs an `issue`'],
    [{ scopes: {} }, '{scopes} is missing'],
    ...(
      [
        [
          { as: 'seconds', format: 'HH:mm' },
          'expiry.format: `format` is only for `"as": "instant"`',
        ],
        [{ as: 'words', zone: 'UTC' }, 'expiry.zone: `zone` is only for `"as": "instant"`'],
        [{ as: 'instant', format: 'HH:mm' }, 'expiry.format: a date in this format cannot be read'],
        [
          { as: 'instant', format: 'nonsense' },
          'expiry.format: a date in this format cannot be read',
        ],
        [{ as: 'instant', format: '' }, 'expiry.format: expected 1 character at least'],
        [{ as: 'instant', zone: 'Minsk' }, 'expiry.zone: expected a time zone'],
        [{ as: 'instant', zone: 'local' }, 'expiry.zone: expected a time zone'],
        [{ as: 'instant', format: 'dd.MM.yyyy', zone: 'GMT+99' }, 'expiry.zone: expected a time'],
      ] as const
    ).map(([form, said]): [Record<string, Json>, string] => [
      { 'login.reply.expiry': { from: 'x', ...form } },
      said,
    ]),
    [{ lifetimes: { least: 'x' } }, 'lifetimes.least: expected a duration'],
    [{ ids: { form: 'number' } }, 'ids.form: expected one of any, digits, hex, uuid'],
    [{ why: { relogin: 'x' } }, 'why'],
    [{ errors: { rules: [{ when: {}, means: 'refused' }] } }, 'this condition is empty'],
    [{ headers: { 'X-Key': '{fields.key}' } }, 'there is no field "key"'],
  ]

/** The text of a good definition with a change: keys are dotted paths. */
export function badText(change: Record<string, Json>): string {
  const definition = JSON.parse(JSON.stringify(define())) as Record<string, Json>
  for (const [path, value] of Object.entries(change)) {
    const keys = path.split('.')
    let at = definition
    for (const key of keys.slice(0, -1)) at = at[key] as Record<string, Json>
    at[keys.at(-1) ?? ''] = value
  }
  return JSON.stringify(definition, undefined, 2)
}
