import { expect, test } from 'vitest'
import { withoutRequestPath } from '../../../src/core/base-url.ts'
import { builtIns, summarize } from '../../../src/providers/catalog.ts'

const pathsOf = (id: string) => builtIns().find((one) => one.id === id)?.paths ?? []

const own = summarize(
  'own',
  JSON.stringify({
    basePath: '/v2',
    login: { request: { method: 'POST', path: '/{fields.tenant}/sign-in' } },
    revoke: { request: { method: 'DELETE', path: '/{target}' } },
    odd: [{ method: 'GET', path: 7 }, { path: '/no/method' }, { method: 'GET', path: 'https://x' }],
  }),
).paths

test.each([
  ['oz', 'https://api.example.com/api/authorize/auth', 'https://api.example.com'],
  ['oz', 'https://api.example.com/oz/api/authorize/refresh', 'https://api.example.com/oz'],
  ['oz', 'https://api.example.com/authorize/auth', 'https://api.example.com'],
  ['oz', 'https://api.example.com/api', 'https://api.example.com/api'],
  ['oz', 'https://api.example.com', 'https://api.example.com'],
  ['oz', 'https://api.example.com/xauthorize/auth', 'https://api.example.com/xauthorize/auth'],
  ['oz', 'https://api.example.com/authorize', 'https://api.example.com/authorize'],
  ['rightech', 'https://iot.example/api/v1/tokens', 'https://iot.example'],
  ['rightech', 'https://iot.example/api/v1/tokens/66a64c58', 'https://iot.example'],
  ['rightech', 'https://iot.example/v1/tokens', 'https://iot.example/v1'],
  ['hosterby', 'http://127.0.0.1:8080/service/account/create/token', 'http://127.0.0.1:8080'],
  ['mcs', 'https://mcs.mail.ru/auth/oauth/v1/token', 'https://mcs.mail.ru'],
  ['github', 'https://github.com/login', 'https://github.com/login'],
  ['own', 'https://own.example/gate/v2/acme/sign-in', 'https://own.example/gate'],
  ['own', 'https://own.example/anything', 'https://own.example/anything'],
  ['own', 'https://own.example/no/method', 'https://own.example/no/method'],
])('a base URL of %s pasted as %s is %s', (id, pasted, taken) => {
  expect(withoutRequestPath(pasted, id === 'own' ? own : pathsOf(id))).toBe(taken)
})
