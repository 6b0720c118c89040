import { describe, expect, it } from 'vitest'
import { mcs } from '../../../src/providers/builtin/mcs.ts'
import { defineProvider } from '../../../src/providers/interpreter/provider.ts'
import { failure, held, json, record } from './reach.ts'
import { define } from './shapes.ts'

const wait = 'wait until some have expired, or remove some at the provider'
const spent = mcs.budget.spent
const full = { at: 'error', contains: 'limit' }
const login = {
  request: { method: 'POST' as const, path: '/login' },
  reply: { access: 'token' },
  refused: [{ when: full, means: 'limit' as const }],
}
const told = { ...login, refused: [{ when: full, means: 'limit' as const, hint: 'ask us' }] }
const issue = { ...login, request: { method: 'POST' as const, path: '/issue' } }
const budget = { per: 'user', logins: 5, spent: 'ask for another account' }
const { spent: _, ...silent } = budget

describe('what to do where a provider gives no more tokens', () => {
  it.each([
    ['MCS, of a login', mcs, 'login', 403, 'limit_exceeded', spent],
    ['MCS, in other words', mcs, 'login', 400, 'refresh token limit', spent],
    ['MCS, with a status of success', mcs, 'login', 200, 'limit', spent],
    ['MCS, of a refresh', mcs, 'refresh', 403, 'limit_exceeded', wait],
    ['a budget of logins', define({ login, budget }), 'login', 403, 'limit', budget.spent],
    ['a rule that says more', define({ login: told, budget }), 'login', 403, 'limit', 'ask us'],
    ['no word of it', define({ login, budget: silent }), 'login', 403, 'limit', wait],
    ['no budget', define({ login }), 'login', 403, 'limit', wait],
    ['a budget, of an issue', define({ login, issue, budget }), 'issue', 403, 'limit', wait],
  ] as const)('%s', async (_, definition, operation, status, error, hint) => {
    const answers = { client_id: 'c', client_secret: 's', user: 'u', password: 'p' }
    const reach = record([json({ error }, status)], answers)
    const provider = defineProvider(definition, {})
    const session = held('a', 'r')
    const asked =
      operation === 'login'
        ? provider.login!(reach, {})
        : operation === 'issue'
          ? provider.issue!(reach, session, {})
          : provider.refresh!(reach, session)
    expect(await failure(asked)).toMatchObject({ code: 'quota', hint })
  })
})
