import { describe, expect, it } from 'vitest'
import type { Expiry } from '../../../src/core/expiry.ts'
import type { IndexEntry } from '../../../src/core/ports.ts'
import type { RenewalEnd } from '../../../src/core/session-history.ts'
import type { SessionRecord } from '../../../src/core/record.ts'
import { Secret } from '../../../src/core/secret.ts'
import { askRenewalEnd, askRenewalEndAgain } from '../../../src/session/ask-renewal-end.ts'
import { nextRenewalEnd } from '../../../src/session/renewal-end.ts'
import { start } from './memory-ports.ts'
import { openLoggedIn, recordFor, scripted, web, type Script } from './scripted.ts'

const [hour, day] = [3_600_000, 86_400_000]
const at = (left: number): Expiry => ({ state: 'at', at: start + left })
const refresh = new Secret('refresh-1')
const keys = { secret_key: new Secret('key') }
const old = { obtainedAt: start - 80 * day }

describe('a command that gets a token warns of the end of a session', () => {
  const reissues: Script = { rotation: 'reissue', issue: async () => Promise.reject() }
  it.each<readonly [string, Partial<SessionRecord>, Script, string]>([
    [
      'that cannot renew itself',
      { ...old, expiry: at(8 * day) },
      {},
      'the session of "web" ends in 8d (2026-01-23T12:00:00Z) and cannot renew itself; next: tokn login web',
    ],
    [
      'that was pasted',
      { ...old, expiry: at(8 * day), fixed: true },
      {},
      'the session of "web" ends in 8d (2026-01-23T12:00:00Z) and cannot renew itself; next: tokn login web --with-token',
    ],
    [
      'that its token alone can renew',
      { ...old, expiry: at(8 * day) },
      reissues,
      'the token of "web" ends in 8d (2026-01-23T12:00:00Z); until then it can be renewed; next: tokn refresh web',
    ],
    [
      'whose refresh token ends',
      { ...old, expiry: at(day), refresh, refreshExpiry: at(8 * day) },
      { refresh: async () => Promise.reject() },
      'what renews the session of "web" ends in 8d (2026-01-23T12:00:00Z); next: tokn login web',
    ],
  ])('%s', async (_, record, script, warning) => {
    const { session, ports } = await openLoggedIn(script, record)
    await session.fresh()
    expect(ports.warnings).toEqual([warning])
  })

  it.each<readonly [string, Partial<SessionRecord>]>([
    ['far away', { ...old, expiry: at(9 * day) }],
    ['of a short life', { obtainedAt: start - 9 * hour, expiry: at(hour) }],
    ['that a login with kept credentials follows', { ...old, expiry: at(day), credentials: keys }],
    ['of an access token that is renewed', { ...old, expiry: at(day), refresh }],
    ['that is not known', { ...old, expiry: { state: 'unknown' } }],
  ])('and not of one %s', async (_, record) => {
    const { session, ports } = await openLoggedIn({}, record)
    await session.fresh()
    expect(ports.warnings).toEqual([])
  })

  it('and looks into the index only where there may be something to say', async () => {
    const { session, ports } = await openLoggedIn({}, { ...old, expiry: at(9 * day) })
    let looks = 0
    const { get } = ports.index
    Object.assign(ports.index, { get: (id: string) => (looks++, get(id)) })
    await session.fresh()
    expect(looks).toBe(0)
  })
})

describe('the end of what a session is renewed with', () => {
  const end: RenewalEnd = { at: start + 30 * day, since: start - day, asked: start - day }
  const entry = { generation: 1, expiry: at(hour), obtainedAt: start - day, renewalEnd: end }
  const record = (more: Partial<SessionRecord>) => recordFor(web, scripted(), more)

  it.each<readonly [string, Partial<SessionRecord>, 'login' | 'expired', RenewalEnd | undefined]>([
    ['goes on over a refresh', { refresh }, 'expired', end],
    ['is none of kept credentials', { refresh, credentials: keys }, 'expired', undefined],
    ['is another one after a login', { refresh }, 'login', undefined],
    ['is none where nothing renews it', {}, 'expired', undefined],
    [
      'is the same where a reply tells it within a minute',
      { refresh, refreshExpiry: at(30 * day + 30_000) },
      'expired',
      { ...end, asked: start },
    ],
    [
      'is put off by a reply',
      { refresh, refreshExpiry: at(60 * day) },
      'expired',
      { at: start + 60 * day, since: start, asked: start },
    ],
  ])('%s', (_, more, reason, next) => {
    expect(nextRenewalEnd(entry, record(more), reason)).toEqual(next)
  })

  it('goes on over a login with kept credentials that end together with it', () => {
    const together = { ...end, credentials: true } as const
    const earlier = { ...entry, renewalEnd: together }
    expect(nextRenewalEnd(earlier, record({ credentials: keys }), 'expired')).toEqual(together)
  })

  const open = async (script: Script, more: Partial<SessionRecord> = { refresh }) => {
    let asked = 0
    const refreshEnd = async () => {
      asked++
      return at(300 * day)
    }
    const operations = { refresh: async () => never(), login: async () => never() }
    const world = await openLoggedIn({ ...operations, refreshEnd, ...script }, more, {
      http: async () => Promise.reject(new Error('nothing is sent')),
    })
    const known = () => world.ports.index.get('one')?.renewalEnd
    const change = (renewalEnd: Partial<IndexEntry>['renewalEnd']) => {
      const before = world.ports.index.get('one')
      if (before !== undefined) world.ports.index.put('one', { ...before, renewalEnd })
    }
    const held = record(more)
    return { ...world, held, known, change, asked: () => asked }
  }

  it('is asked for where only that tells', async () => {
    const world = await open({})
    await askRenewalEnd(world.session, world.held)
    expect(world.known()).toEqual({ at: start + 300 * day, since: start, asked: start })
  })

  it('is that of the credentials, too, where they end together', async () => {
    const more = { refresh, credentials: keys }
    const apart = await open({}, more)
    await askRenewalEnd(apart.session, apart.held)
    expect(apart.known()).toBeUndefined()
    const together = await open({ refreshEndsWithCredentials: true }, more)
    await askRenewalEnd(together.session, together.held)
    expect(together.known()).toMatchObject({ at: start + 300 * day, credentials: true })
  })

  it('is not asked for where a question would come up, or an answer is no help', async () => {
    for (const [script, more] of [
      [{ asks: { info: ['password'] } }, { refresh }],
      [{}, {}],
      [{}, { refresh, refreshExpiry: at(day) }],
    ] as const) {
      const world = await open(script, more)
      await askRenewalEnd(world.session, world.held)
      expect(world.asked()).toBe(0)
    }
  })

  it('fails nothing where it is not told', async () => {
    const { ToknError } = await import('../../../src/core/errors.ts')
    const refreshEnd = async () => Promise.reject(new ToknError('network', 'gone'))
    const world = await open({ refreshEnd })
    await expect(askRenewalEnd(world.session, world.held)).resolves.toBeUndefined()
    expect([world.known(), world.ports.warnings]).toEqual([undefined, []])
  })

  it('is asked for again only when it is near, and once a day', async () => {
    const world = await open({})
    const near = { at: start + 3 * day, since: start - 90 * day, asked: start - 2 * day }
    world.change({ ...near, at: start + 30 * day })
    await askRenewalEndAgain(world.session, world.held)
    world.change({ ...near, asked: start - hour })
    await askRenewalEndAgain(world.session, world.held)
    expect(world.asked()).toBe(0)
    world.change(near)
    await askRenewalEndAgain(world.session, world.held)
    await askRenewalEndAgain(world.session, world.held)
    expect(world.asked()).toBe(1)
    expect(world.known()).toMatchObject({ at: start + 300 * day, since: start })
  })

  it('is not asked for again today where nobody answered', async () => {
    const { ToknError } = await import('../../../src/core/errors.ts')
    let asked = 0
    const refreshEnd = async () => {
      asked++
      throw new ToknError('network', 'gone')
    }
    const world = await open({ refreshEnd })
    world.change({ at: start + 3 * day, since: start - 90 * day, asked: start - 2 * day })
    await askRenewalEndAgain(world.session, world.held)
    await askRenewalEndAgain(world.session, world.held)
    expect(asked).toBe(1)
  })
})

function never(): never {
  throw new Error('nothing is to be sent')
}
