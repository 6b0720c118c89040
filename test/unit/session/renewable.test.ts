import { expect, it } from 'vitest'
import type { Profile } from '../../../src/core/profile.ts'
import type { Provider } from '../../../src/core/provider.ts'
import type { SessionRecord } from '../../../src/core/record.ts'
import { Secret } from '../../../src/core/secret.ts'
import { chooseRenewal, unrenewable } from '../../../src/session/refresh/renewable.ts'

// By which kind of renewal a session gets new tokens, and why by none.

const refresh = { refresh: async () => undefined as never }
const issue = { rotation: 'reissue', issue: async () => undefined as never } as const
const login = { login: async () => undefined as never }
const byAccess = { ...refresh, refreshesByAccess: true }
const holding = { refresh: new Secret('r') }
const credentials = { credentials: { password: new Secret('p') } }
const over = { expiry: { state: 'at', at: 99 } } as const
const ended = { standing: { state: 'unrenewable', at: 1, why: 'refused' } } as const
const lacking = { ...issue, lacks: () => 'admin' }

it.each<
  [string, Partial<Provider>, Partial<SessionRecord>, string | undefined, string | undefined]
>([
  ['a refresh token', refresh, holding, 'refresh', undefined],
  [
    'a refresh token, and a login',
    { ...refresh, ...login },
    { ...holding, ...credentials },
    'refresh',
    undefined,
  ],
  ['a refresh token that is refused', refresh, { ...holding, ...ended }, undefined, undefined],
  [
    'one that is refused, and a login',
    { ...refresh, ...login },
    { ...holding, ...ended, ...credentials },
    'login',
    undefined,
  ],
  ['no refresh token', refresh, {}, undefined, 'Sample gave no refresh token'],
  ['no refresh token, and a login', { ...refresh, ...login }, credentials, 'login', undefined],
  ['an access token that does it', byAccess, {}, 'refresh', undefined],
  ['an access token that does it and has expired', byAccess, over, undefined, undefined],
  [
    'a pasted one',
    byAccess,
    { fixed: true },
    undefined,
    'the token of "web" was pasted in and cannot be refreshed',
  ],
  ['a token that issues its replacement', issue, {}, 'reissue', undefined],
  ['a pasted one that does', issue, { fixed: true }, 'reissue', undefined],
  [
    'a pasted one that lacks the scope',
    lacking,
    { fixed: true, scopes: ['read'] },
    undefined,
    'the token of "web" may not issue its own replacement: it lacks the scope "admin"',
  ],
  [
    'one in a variable, whose replacement nobody would keep',
    issue,
    { fixed: true, profileId: 'environment-tokn_token' },
    undefined,
    'the token in TOKN_TOKEN was made elsewhere and cannot be refreshed',
  ],
  [
    'a pasted one, and a login',
    { ...issue, ...login },
    { fixed: true, ...credentials },
    'login',
    undefined,
  ],
  [
    'one that lacks the scope',
    lacking,
    { scopes: ['read'] },
    undefined,
    'the token of "web" may not issue its own replacement: it lacks the scope "admin"',
  ],
  ['an API without any', {}, holding, undefined, 'Sample has no way to refresh a token'],
  ['an API that says where', { why: { refresh: 'see /keys' } }, {}, undefined, 'see /keys'],
  [
    'credentials without a login',
    {},
    credentials,
    undefined,
    'Sample has no way to refresh a token',
  ],
])('%s', (_name, ability, having, renewal, why) => {
  const provider = {
    title: 'Sample',
    why: {},
    rotation: 'always',
    fields: [],
    ...ability,
  } as unknown as Provider
  const record = {
    profileId: 'p',
    expiry: { state: 'never' },
    context: {},
    ...having,
  } as SessionRecord
  const profile = {
    id: record.profileId,
    name: 'web',
    provider: 'x',
    store: 'file',
    settings: {},
  } as Profile
  expect(chooseRenewal(provider, record, 100)).toBe(renewal)
  expect(unrenewable(profile, provider, record)?.message).toBe(why)
})
