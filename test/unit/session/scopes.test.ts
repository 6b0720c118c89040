import { describe, expect, it } from 'vitest'
import { ToknError } from '../../../src/core/errors.ts'
import type { Operation, Provider } from '../../../src/core/provider.ts'
import { idInEnvironment } from '../../../src/session/naming.ts'
import {
  missingScope,
  describeMissingScopes,
  refuseMissingScope,
  widerLogin,
  withNeededScope,
} from '../../../src/session/scopes.ts'
import { recordFor, scripted, tokens, web } from './scripted.ts'

const operations = {
  list: async () => [],
  revoke: async () => undefined,
  issue: async () => tokens('access-2'),
}

/** An API where every operation takes a scope of its own name. */
const lacks: Provider['lacks'] = (operation, scopes = []) =>
  scopes.includes(operation) ? undefined : operation

const shop = scripted({ ...operations, lacks })
const environment = { id: idInEnvironment('TOKN_TOKEN'), name: 'environment' }

describe('the scope that an operation lacks', () => {
  it.each<readonly [Operation, Partial<Provider>, string | undefined]>([
    ['list', {}, 'list'],
    // There is no operation of its own for these, and another one does the work.
    ['info', {}, 'list'],
    ['logout', {}, 'revoke'],
    ['refresh', { rotation: 'reissue' }, 'issue'],
    ['refresh', { rotation: 'none' }, undefined],
    ['login', {}, undefined],
  ])('%s, %j: %s', (operation, change, scope) => {
    expect(missingScope({ ...shop, ...change }, operation, [])).toBe(scope)
  })

  it('is none where the API has no scopes, or the token has them', () => {
    expect(missingScope(scripted(operations), 'list', [])).toBeUndefined()
    expect(missingScope(shop, 'list', ['list'])).toBeUndefined()
  })
})

describe('a session that lacks scopes', () => {
  const record = recordFor(web, shop, { scopes: ['issue'] })

  it('is warned of at its login, with the login that has them', () => {
    expect(describeMissingScopes(web, shop, record)).toBe(
      'the session of "web" cannot be used for list (it lacks the scope "list"); revoke (it lacks the scope "revoke"); for that: tokn login web --scope issue --scope list --scope revoke',
    )
    const all = { ...record, scopes: ['issue', 'list', 'revoke'] }
    expect(describeMissingScopes(web, shop, all)).toBeUndefined()
  })

  it.each<readonly [Operation, string]>([
    ['list', 'the token of "web" may not be used to list tokens: it lacks the scope "list"'],
    ['info', 'the token of "web" may not be used to ask about it: it lacks the scope "list"'],
    [
      'logout',
      'the token of "web" may not be used to end its session: it lacks the scope "revoke"',
    ],
  ])('sends nothing for %s', (operation, message) => {
    expect(() => refuseMissingScope(web, shop, record, operation)).toThrow(
      expect.objectContaining({ code: 'forbidden', message }),
    )
  })
})

describe('the login that has more scopes', () => {
  it.each([
    [web, ['a'], 'tokn login web --scope a --scope b'],
    [web, ['b'], 'tokn login web --scope b'],
    [web, ['GET /x "y"'], `tokn login web --scope 'GET /x "y"' --scope b`],
    [environment, ['a'], 'make one that has it, or: TOKN_SCOPE="a, b"'],
  ])('of %j with %j: %s', (session, scopes, said) => {
    expect(widerLogin(session, { scopes }, ['b'])).toBe(said)
  })

  it('has the lifetime that was asked for', () => {
    const grant = { lifetime: 90 * 86_400_000 }
    expect(widerLogin(web, { grant }, ['b'])).toBe(
      'tokn login web --expires-in "90 days" --scope b',
    )
  })
})

describe('an operation that the API forbids', () => {
  const api = { ...shop, needs: { list: 'GET /tokens' } }
  const forbidden = new ToknError('forbidden', 'the shop forbids this', { http: { status: 403 } })
  const explain = (scopes: readonly string[] | undefined, operation: Operation = 'list') => {
    const record = recordFor(web, api, { scopes })
    return withNeededScope(forbidden, web, api, record, operation) as ToknError
  }

  it('says which scope it takes, and which ones the token has', () => {
    const takes = 'to list tokens takes the scope "GET /tokens"'
    expect(explain(undefined).hint).toBe(`${takes}; which ones the token of "web" has is not known`)
    expect(explain([]).hint).toBe(
      `${takes}; the token of "web" was made without limits, so it is its user who may not`,
    )
    expect(explain(['GET /*']).hint).toBe(
      `${takes}; the token of "web" has: GET /*\ntokn login web --scope "GET /*" --scope "GET /tokens"`,
    )
    expect(explain(['GET /tokens']).hint).toBe(`${takes}; the token of "web" has: GET /tokens`)
    expect(explain(undefined, 'info').hint).toMatch(/^to ask about a token takes the scope/)
    expect(explain(undefined)).toMatchObject({
      code: 'forbidden',
      details: { http: { status: 403 } },
    })
  })

  it('is told as it is where nothing more is known', () => {
    expect(explain(undefined, 'revoke')).toBe(forbidden)
    const record = recordFor(web, api, {})
    for (const error of [
      new ToknError('forbidden', 'no', { http: { status: 403 }, hint: 'ask the vendor' }),
      new ToknError('forbidden', 'no'),
      new ToknError('network', 'no', { http: { status: 503 } }),
      new Error('no'),
    ]) {
      expect(withNeededScope(error, web, api, record, 'list')).toBe(error)
    }
  })
})
