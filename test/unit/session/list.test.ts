import { describe, expect, it } from 'vitest'
import { ToknError } from '../../../src/core/errors.ts'
import type { Expiry } from '../../../src/core/expiry.ts'
import type { IndexEntry } from '../../../src/core/ports.ts'
import type { TokenInfo } from '../../../src/core/token.ts'
import { listLocal } from '../../../src/session/list-local.ts'
import { start } from './memory-ports.ts'
import { keep, openLoggedIn, openScripted, recordFor, web, type Script } from './scripted.ts'

const minute = 60_000
const at = (time: number, sliding = false): Expiry =>
  sliding ? { state: 'at', at: time, sliding } : { state: 'at', at: time }
const never: Expiry = { state: 'never' }

describe('the state of a token', () => {
  const listed: readonly (readonly [string, Omit<TokenInfo, 'id'>])[] = [
    ['active', { expiry: at(start + 60 * minute) }],
    ['expiring', { expiry: at(start + 4 * minute) }],
    ['expired', { expiry: at(start) }],
    // It may have been used meanwhile.
    ['unknown', { expiry: at(start - 1, true) }],
    ['unknown', { expiry: { state: 'unknown' } }],
    ['active', { expiry: never }],
    ['revoked', { expiry: never, revokedAt: start }],
    ['active', { expiry: never, revokedAt: start + 1 }],
  ]

  it.each(listed)('that the provider lists: %s, %j', async (state, token) => {
    const { session } = await openLoggedIn({ list: async () => [{ id: 'a', ...token }] })
    expect((await session.list()).tokens).toMatchObject([{ state }])
  })

  it.each<readonly [string, Partial<IndexEntry>]>([
    ['active', {}],
    ['expired', { expiry: at(start - 1) }],
    ['dead', { standing: { state: 'dead', at: start, why: 'refused' } }],
    ['doubtful', { standing: { state: 'doubtful', at: start, why: 'lost' } }],
    ['expired', { standing: { state: 'doubtful', at: start, why: 'lost' }, expiry: at(start - 1) }],
    ['active', { standing: { state: 'unrenewable', at: start, why: 'refused' } }],
    // The clock was set since: its times mean nothing.
    ['unknown', { obtainedAt: start + 5 * minute }],
  ])('held here: %s, %j', (state, change) => {
    const { ports } = openScripted()
    const entry = { generation: 1, expiry: at(start + 60 * minute), obtainedAt: start }
    ports.index.put('one', { ...entry, ...change })
    expect(listLocal(ports, [web]).tokens).toMatchObject([{ id: 'web', state, savedAs: 'web' }])
  })
})

describe('a list of the provider', () => {
  it('says which tokens are held here, and which id is given twice', async () => {
    const tokens = ['own', 'other', 'twice', 'twice'].map((id) => ({ id, expiry: never }))
    const ci = { ...web, name: 'ci', id: 'two' }
    const { session, provider } = await openLoggedIn(
      { list: async () => tokens },
      { id: 'own' },
      { profiles: [web, ci] },
    )
    await keep(session.of(ci), recordFor(ci, provider, { id: 'other' }))
    const list = await session.list()
    expect(list.tokens.map(({ savedAs, current }) => [savedAs, current])).toEqual([
      ['web', true],
      ['ci', false],
      [undefined, false],
      [undefined, false],
    ])
    expect(list.duplicates).toEqual(['twice'])
  })

  it('knows nobody who never logged in', () => {
    expect(listLocal(openScripted().ports, [web]).tokens).toEqual([])
  })
})

describe('what is known of a session', () => {
  const info = async () => ({ active: true, facts: { plan: 'free' } })

  it.each<readonly [string, Script, boolean, object]>([
    ['by the provider', { info }, false, { remote: { active: true }, asked: true }],
    [
      'here alone, where it is not asked',
      { info },
      true,
      { remote: undefined, notAsked: 'not asked to', asked: false },
    ],
    [
      'here alone, where it cannot be asked',
      {},
      false,
      { notAsked: 'Shop has no way to ask about a token', asked: false },
    ],
    [
      'by its list',
      { list: async () => [{ id: 'own', name: 'ci', expiry: never }] },
      false,
      { remote: { active: true, facts: { name: 'ci' }, access: never } },
    ],
    [
      'not by a list that leaves it out',
      { list: async () => [] },
      false,
      { notAsked: 'Shop does not list the token that is held', asked: true },
    ],
    [
      'not by several of one id',
      { list: async () => ['a', 'b'].map((name) => ({ id: 'own', name, expiry: never })) },
      false,
      { remote: { active: true, facts: { listed: '2 tokens of one id' } } },
    ],
    [
      'not where the token may not ask',
      {
        info: async () => {
          throw new ToknError('forbidden', 'no such scope', { http: { status: 403 } })
        },
      },
      false,
      { notAsked: 'no such scope', asked: true },
    ],
    [
      'not where the provider says nothing',
      { info: async () => ({ answered: false, facts: {} }) },
      false,
      { notAsked: 'Shop says nothing about this token' },
    ],
  ])('%s', async (_, script, local, expected) => {
    const { session } = await openLoggedIn(script, { id: 'own' })
    expect(await session.inspect({ local })).toMatchObject(expected)
  })

  it('is no expiry, where the clock was set since', async () => {
    const { session } = await openLoggedIn({}, { obtainedAt: start + 5 * minute })
    expect(await session.inspect({ local: true })).toMatchObject({
      untimely: true,
      record: { expiry: { state: 'unknown' } },
    })
  })
})
