import { describe, expect, it } from 'vitest'
import { stepUp } from '../../../src/commands/curl/step-up.ts'
import { web } from '../session/scripted.ts'

const refusal = (challenge: string, status = 403) =>
  `HTTP/1.1 ${status} No\r\nDate: now\r\nWWW-Authenticate: ${challenge}\r\n`
const asks = (scope: string) => `DPoP realm="x", error="insufficient_scope", scope="${scope}"`
const say = (head: string, scopes?: readonly string[], profile = web) =>
  stepUp({ profile }, { scopes }, head)

describe('an answer that asks for more scopes', () => {
  it('is followed by the login that gets them, with those there are', () => {
    expect(say(refusal(asks('write read')), ['read', 'openid'])).toBe(
      'the API wants more scopes for that: write (tokn login web --scope "read openid write")',
    )
    expect(say(refusal(asks('https://api.example/a.b')))).toBe(
      'the API wants more scopes for that: https://api.example/a.b (tokn login web --scope "https://api.example/a.b")',
    )
  })

  it.each([
    ['that has them', refusal(asks('read')), ['read']],
    ['of another status', refusal(asks('write'), 401), []],
    ['for another reason', refusal('Bearer error="invalid_token", scope="write"'), []],
    ['without scopes', refusal('Bearer error="insufficient_scope"'), []],
    ['with the metadata alone', refusal('DPoP error="insufficient_scope", x_scope="write"'), []],
    ...[
      '$(id)',
      '`id`',
      'a;b',
      '-y',
      "a'b",
      'a\\b',
      'a!b',
      'a\u001b[2J',
      'ü',
      'x'.repeat(1_001),
    ].map(
      (scope) => [`with ${JSON.stringify(scope).slice(0, 12)}`, refusal(asks(scope)), []] as const,
    ),
    ['to a token with odd scopes', refusal(asks('write')), ['$(id)']],
  ] as const)('is followed by nothing %s', (_, head, scopes) => {
    expect(say(head, scopes)).toBeUndefined()
  })

  it('offers no login where there is no profile', () => {
    const profile = { ...web, id: 'environment-tokn_token' }
    expect(say(refusal(asks('write')), [], profile)).toBeUndefined()
  })
})
