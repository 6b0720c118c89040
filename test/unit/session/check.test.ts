import { afterEach, describe, expect, it } from 'vitest'
import type { Expiry } from '../../../src/core/expiry.ts'
import type { SessionRecord, Standing } from '../../../src/core/record.ts'
import { checkSession, type CheckRequest } from '../../../src/session/check.ts'
import { openSession } from '../../../src/session/session.ts'
import type { HttpReply } from '../../../src/core/ports.ts'
import { json } from '../providers/reach.ts'
import { openWorld, type SessionWorld } from './world.ts'

let world: SessionWorld | undefined
afterEach(async () => await world?.close())

const hour = 3_600_000
const plain: CheckRequest = { minTtl: undefined, scopes: [], online: false }

/** The end of a token, from the start of the tests. */
const ends = (after: number): Expiry => ({ state: 'at', at: Date.now() + after })
const known = (state: Standing['state']): Standing => ({ state, at: 0, why: 'it was said' })

type Row = readonly [
  what: string,
  held: Partial<SessionRecord>,
  asked: Partial<CheckRequest>,
  found: readonly [reason: string | undefined, code?: string],
]

const good = [undefined] as const
const gone = { refresh: undefined, expiry: ends(-1_000) }

const rows: readonly Row[] = [
  ['an hour is left', { expiry: ends(hour) }, {}, good],
  ['no end is known', { expiry: { state: 'unknown' } }, {}, good],
  ['no end is known', { expiry: { state: 'unknown' } }, { minTtl: hour }, good],
  ['it never ends', { expiry: { state: 'never' } }, { minTtl: hour }, good],
  ['a minute is left', { expiry: ends(50_000), obtainedAt: 0 }, {}, ['expiring', 'check_failed']],
  ['a minute is left', { expiry: ends(50_000) }, { minTtl: 10_000 }, good],
  ['a minute is left', { expiry: ends(50_000) }, { minTtl: 0 }, good],
  [
    'an hour is left',
    { expiry: ends(hour) },
    { minTtl: 2 * hour },
    ['below_min_ttl', 'check_failed'],
  ],
  ['it is over', { expiry: ends(-1_000) }, {}, ['expired', 'check_failed']],
  ['it is over, and alone', gone, {}, ['expired', 'reauth_required']],
  [
    'it is over, and so is its refresh token',
    { expiry: ends(-1_000), refreshExpiry: ends(-1) },
    {},
    ['expired', 'reauth_required'],
  ],
  ['it is dead', { standing: known('dead') }, {}, ['dead', 'reauth_required']],
  ['it cannot be refreshed', { standing: known('unrenewable') }, {}, good],
  [
    'it cannot be refreshed, and is over',
    { standing: known('unrenewable'), expiry: ends(-1_000) },
    {},
    ['expired', 'reauth_required'],
  ],
  [
    'the clock was set back',
    { obtainedAt: Date.now() + hour, expiry: ends(2 * hour) },
    {},
    ['clock_was_set', 'check_failed'],
  ],
  ['it has the scopes', { scopes: ['a', 'b'] }, { scopes: ['b'] }, good],
  ['it has others', { scopes: ['a'] }, { scopes: ['a', 'b'] }, ['missing_scope', 'check_failed']],
  ['it has none', { scopes: [] }, { scopes: ['b'] }, ['missing_scope', 'check_failed']],
  [
    'nobody said which',
    { scopes: undefined },
    { scopes: ['b'] },
    ['scopes_unknown', 'check_failed'],
  ],
]

async function check(request: Partial<CheckRequest>, reply?: HttpReply) {
  if (world === undefined) throw new Error('there is no session')
  let requests = 0
  const http = async () => {
    requests++
    if (reply === undefined) throw new Error('nothing may be sent')
    return reply
  }
  const ports = { ...world.ports, http: async () => http }
  const session = openSession(ports, world.profile)
  const { failure } = await checkSession(session, { ...plain, ...request })
  return { found: [failure?.reason, failure?.error.code], hint: failure?.error.hint, requests }
}

describe('a session is judged by what is known here', () => {
  it.each(rows)('%s', async (_, record, request, [reason, code]) => {
    world = await openWorld('definition', { record })
    expect(await check(request)).toMatchObject({ found: [reason, code], requests: 0 })
  })

  it('what it cannot do any more, or may have lost, is told', async () => {
    world = await openWorld('definition', { record: { standing: known('unrenewable') } })
    await check({})
    expect(world.warnings).toEqual([expect.stringContaining('cannot be refreshed')])
    world = await openWorld('definition', {})
    world.ports.index.put(world.profile.id, {
      generation: 1,
      expiry: ends(hour),
      obtainedAt: 0,
      standing: { state: 'doubtful', at: 0, why: 'no answer' },
    })
    await check({})
    expect(world.warnings).toEqual([expect.stringContaining('may have been replaced')])
  })

  it.each([gone, { standing: known('dead') }])(
    'kept credentials are a way back from everything: %o',
    async (record) => {
      world = await openWorld('definition', { record, remember: true })
      const found = [expect.any(String), 'check_failed']
      expect(await check({})).toMatchObject({ found, hint: 'tokn refresh web' })
    },
  )
})

describe('the provider is asked', () => {
  const request = { method: 'GET', path: '/me' }
  const info = {
    info: { request, reply: { active: { at: 'active', equals: true }, scopes: 'scopes' } },
  }

  it.each<readonly [string, object, Partial<CheckRequest>, readonly (string | undefined)[]]>([
    ['it is active', { active: true }, {}, [undefined, undefined]],
    ['it is not', { active: false }, {}, ['inactive', 'check_failed']],
    [
      'it has that scope',
      { active: true, scopes: ['a'] },
      { scopes: ['a'] },
      [undefined, undefined],
    ],
    [
      'it has not',
      { active: true, scopes: ['b'] },
      { scopes: ['a'] },
      ['missing_scope', 'check_failed'],
    ],
  ])('%s', async (_, body, asked, found) => {
    world = await openWorld('definition', { changes: info })
    expect(await check({ ...asked, online: true }, json(body))).toMatchObject({
      found,
      requests: 1,
    })
  })

  it.each<readonly [string, HttpReply, Partial<SessionRecord>, string | undefined]>([
    ['it is not active, and alone', json({ active: false }), { refresh: undefined }, 'dead'],
    ['it is not active, and can be refreshed', json({ active: false }), {}, undefined],
    ['a status 401 of an API that nobody knows', json({}, 401), { refresh: undefined }, undefined],
  ])('what is heard is remembered where it is certain: %s', async (_, reply, record, state) => {
    world = await openWorld('definition', { changes: info, record })
    await check({ online: true }, reply)
    expect((await world.held()).standing?.state).toBe(state)
  })

  it('nothing is asked of a token that is over', async () => {
    world = await openWorld('definition', { changes: info, record: gone })
    expect(await check({ online: true })).toMatchObject({ requests: 0 })
  })

  it('by no way that there is not', async () => {
    world = await openWorld('definition', {})
    await expect(check({ online: true })).rejects.toMatchObject({ code: 'unsupported' })
  })
})
