import { describe, expect, it } from 'vitest'
import { isToknError } from '../../../src/core/errors.ts'
import type { Provider } from '../../../src/core/provider.ts'
import type { SessionRecord } from '../../../src/core/record.ts'
import { Secret } from '../../../src/core/secret.ts'
import type { RefreshOptions } from '../../../src/session/refresh-session.ts'
import { start } from './memory-ports.ts'
import { openLoggedIn, openScripted, tokens, type Script } from './scripted.ts'

const hour = 3_600_000
const now: RefreshOptions = { minTtl: undefined, force: false }
const refresh = new Secret('refresh-1')
const credentials = { password: new Secret('correct horse') }
const ended = { state: 'at', at: start - 1 } as const
const dead = { state: 'dead', at: start, why: 'refused' } as const

/** An API that writes down what it was asked to do. */
function openShop(names: readonly ('login' | 'refresh' | 'issue')[], more: Script = {}) {
  const done: string[] = []
  const login: Provider['login'] = async () => (done.push('login'), tokens('by-login'))
  const renew: Provider['refresh'] = async () => (done.push('refresh'), tokens('by-refresh'))
  const issue: Provider['issue'] = async () => (done.push('issue'), tokens('by-issue'))
  const all = { login, refresh: renew, issue }
  const script: Script = { ...Object.fromEntries(names.map((name) => [name, all[name]])), ...more }
  return { done, script }
}

async function outcome(work: () => Promise<unknown>): Promise<unknown> {
  try {
    return await work()
  } catch (error) {
    if (isToknError(error)) return { code: error.code, message: error.message }
    throw error
  }
}

describe('a plan of a refresh says what the refresh does', () => {
  it.each<
    readonly [
      string,
      ReturnType<typeof openShop>,
      Partial<SessionRecord>,
      RefreshOptions,
      readonly string[],
    ]
  >([
    ['refresh the tokens at Shop', openShop(['refresh']), { refresh }, now, ['refresh']],
    [
      'keep the tokens: they live long enough',
      openShop(['refresh']),
      { refresh },
      { ...now, minTtl: hour / 2 },
      [],
    ],
    [
      'refresh the tokens at Shop',
      openShop(['refresh']),
      { refresh },
      { ...now, minTtl: 2 * hour },
      ['refresh'],
    ],
    [
      'issue a successor of the token at Shop, and revoke the old one',
      openShop(['issue'], { rotation: 'reissue' }),
      {},
      now,
      ['issue'],
    ],
    ['log in again at Shop', openShop(['login', 'refresh']), { credentials }, now, ['login']],
    [
      'log in again at Shop',
      openShop(['login', 'issue'], { rotation: 'reissue' }),
      { credentials, expiry: ended },
      now,
      ['login'],
    ],
  ])('%s', async (plan, shop, record, options, done) => {
    const { session } = await openLoggedIn(shop.script, record)
    expect(await session.planRefresh(options)).toBe(plan)
    expect(shop.done).toEqual([])
    const { refreshed } = await session.refresh(options)
    expect([shop.done, refreshed]).toEqual([done, done.length > 0])
  })

  it.each<readonly [string, ReturnType<typeof openShop>, Partial<SessionRecord>]>([
    ['has no refresh', openShop([]), {}],
    ['gave no refresh token', openShop(['refresh']), {}],
    ['was pasted in', openShop(['refresh']), { fixed: true }],
    ['has ended', openShop(['refresh']), { refresh, standing: dead }],
    ['has lost its scope', openShop(['issue'], { rotation: 'reissue', lacks: () => 'issue' }), {}],
  ])('fails as it does where a session %s', async (_, shop, record) => {
    const { session } = await openLoggedIn(shop.script, record)
    const planned = await outcome(async () => await session.planRefresh(now))
    expect(planned).toEqual(await outcome(async () => await session.refresh(now)))
    expect(planned).toHaveProperty('code')
    expect(shop.done).toEqual([])
  })

  it('is no login where the API has none, whatever credentials are kept', async () => {
    const shop = openShop(['issue'], { rotation: 'reissue' })
    const { session } = await openLoggedIn(shop.script, { credentials, expiry: ended })
    const failure = { code: 'reauth_required' }
    await expect(session.planRefresh(now)).rejects.toMatchObject(failure)
    await expect(session.refresh(now)).rejects.toMatchObject(failure)
    expect(shop.done).toEqual([])
  })

  it('skips what can never be refreshed where that is asked for', async () => {
    const { session } = await openLoggedIn()
    const options = { ...now, skip: true }
    expect(await session.planRefresh(options)).toBe('skip it: Shop has no way to refresh a token')
    const { refreshed, skipped } = await session.refresh(options)
    expect([refreshed, skipped?.message]).toEqual([false, 'Shop has no way to refresh a token'])
  })
})

describe('a plan of an issue', () => {
  it.each<readonly [string, Partial<SessionRecord>]>([
    ['issue a token at Shop', {}],
    [
      'refresh the tokens at Shop, and issue a token at Shop',
      { refresh, expiry: { state: 'at', at: start - 1 } },
    ],
  ])('%s', async (plan, record) => {
    const shop = openShop(['issue', 'refresh'])
    const { session } = await openLoggedIn(shop.script, record)
    expect(await session.planIssue({})).toBe(plan)
    expect(shop.done).toEqual([])
    const { tokens: issued } = await session.issue({})
    expect(issued.access.reveal()).toBe('by-issue')
    expect(shop.done).toEqual(plan.startsWith('refresh') ? ['refresh', 'issue'] : ['issue'])
  })

  it.each<readonly [string, Script, string]>([
    ['no issue', {}, 'unsupported'],
    ['no scope for it', { ...openShop(['issue']).script, lacks: () => 'tokens' }, 'forbidden'],
  ])('fails as it does: %s', async (_, script, code) => {
    const { session } = await openLoggedIn(script)
    await expect(session.planIssue({})).rejects.toMatchObject({ code })
    await expect(session.issue({})).rejects.toMatchObject({ code })
  })
})

describe('a plan of a logout', () => {
  const logout: Provider['logout'] = async () => undefined
  const revoke: Provider['revoke'] = async () => undefined

  it.each<readonly [string, Script, boolean]>([
    ['end the session at Shop, and erase it here', { logout }, false],
    ['erase the session here, and leave it alive at the provider', { logout }, true],
    ['erase the session here; Shop keeps it alive until it expires', {}, false],
    [
      'erase the session here; Shop ends a token by its id, and the id of this one is not known',
      { revoke },
      false,
    ],
    [
      'erase the session here; the token may not end itself: it lacks the scope "DELETE /tokens"',
      { revoke, lacks: () => 'DELETE /tokens' },
      false,
    ],
  ])('%s', async (plan, script, localOnly) => {
    const { session } = await openLoggedIn(script)
    expect(await session.planLogout({ localOnly })).toBe(plan)
    const { erased, revoked } = await session.logout({ localOnly })
    expect([erased, revoked]).toEqual([true, plan.startsWith('end')])
  })

  it('is nothing where nobody is logged in', async () => {
    const { session } = openScripted({ logout })
    expect(await session.planLogout({ localOnly: false })).toBe('do nothing: it is not logged in')
  })

  it.each([
    [false, undefined],
    [true, 'erase the session here, which cannot be read'],
  ])('of one that cannot be read, here alone: %s', async (localOnly, plan) => {
    const { session, ports } = await openLoggedIn({ logout })
    ports.fail('read file')
    const planned = session.planLogout({ localOnly })
    if (plan === undefined) await expect(planned).rejects.toMatchObject({ code: 'store' })
    else await expect(planned).resolves.toBe(plan)
  })
})
