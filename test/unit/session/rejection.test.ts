import { afterEach, describe, expect, it } from 'vitest'
import type { HttpReply, IndexEntry } from '../../../src/core/ports.ts'
import type { SessionRecord } from '../../../src/core/record.ts'
import type { HistoryEntry } from '../../../src/core/session-history.ts'
import { Secret } from '../../../src/core/secret.ts'
import { planAhead } from '../../../src/session/ahead.ts'
import { indexRecord } from '../../../src/session/history.ts'
import { sessionState } from '../../../src/session/life.ts'
import { heedRejection } from '../../../src/session/rejection/heed.ts'
import { pauseOf } from '../../../src/session/rejection/pause.ts'
import { acceptToken, rejectToken } from '../../../src/session/rejection/reject.ts'
import { openSession } from '../../../src/session/session.ts'
import { json } from '../providers/reach.ts'
import { openWorld, type SessionWorld } from './world.ts'

let world: SessionWorld | undefined
afterEach(async () => await world?.close())

const minute = 60_000
const why = 'git says that https://git.example refused it'
const info = {
  request: { method: 'GET', path: '/me' },
  reply: { active: { at: 'active', equals: true } },
}

/** A session as it is after a login, with a clock that can be moved. */
async function open(options: Parameters<typeof openWorld>[1] = {}, answer?: HttpReply) {
  world = await openWorld('definition', options)
  const { server, profile, warnings, held } = world
  let shift = 0
  let asked = 0
  const real = await world.ports.http(profile)
  const ports = {
    ...world.ports,
    clock: {
      ...world.ports.clock,
      now: () => Date.now() + shift,
      wait: async (time: number) => void (shift += time),
    },
    fingerprint: async (secret: Secret) => `fp of ${secret.reveal()}`,
    refresher: world.ports.refresher,
    http: async () => async (request: Parameters<typeof real>[0]) => {
      if (request.url.pathname !== '/me') return await real(request)
      asked++
      if (answer === undefined) throw new Error('nothing was to be asked')
      return answer
    },
  }
  // What refreshes is the same process here, and has the same ports.
  ports.refresher = async (_, wanted) => {
    const { refreshNow } = await import('../../../src/session/refresh/protocol.ts')
    const { serializeRecord } = await import('../../../src/core/record.ts')
    return serializeRecord(await refreshNow(openSession(ports, profile), wanted))
  }
  const session = openSession(ports, profile)
  await indexRecord(ports, profile, await held(), 'login')
  const reject = async (token: string | undefined) =>
    await rejectToken(session, token === undefined ? undefined : new Secret(token), why)
  const get = async () => {
    const { record } = await heedRejection(session, await session.fresh())
    return record.generation
  }
  return {
    session,
    server,
    warnings,
    reject,
    get,
    asked: () => asked,
    rejectHeld: async () => await reject((await held()).access.reveal()),
    pass: (time: number) => void (shift += time),
    entry: () => ports.index.get(profile.id),
    state: () => sessionState(ports.index.get(profile.id), ports.clock.now()),
  }
}

describe('a token that a server refused', () => {
  it('is doubtful, where it is the one held; nothing is erased and nothing is sent', async () => {
    const { reject, rejectHeld, state, entry, server, session } = await open()
    expect(await reject('another')).toBe(false)
    expect(state()).toBe('alive')
    expect(await rejectHeld()).toBe(true)
    expect(state()).toBe('doubtful')
    const standing = entry()?.standing
    expect(standing).toEqual({
      state: 'doubtful',
      at: expect.any(Number),
      why,
      rejectedAt: standing?.at,
    })
    // A doubt is no reason to keep it from anybody.
    expect((await session.fresh()).record.generation).toBe(1)
    expect(server.presented).toEqual([])
  })

  it('is meant where none is named; said twice is said once', async () => {
    const { reject, rejectHeld, entry, pass } = await open()
    expect(await reject(undefined)).toBe(true)
    const { standing } = entry() ?? {}
    pass(minute)
    expect(await rejectHeld()).toBe(true)
    expect(entry()?.standing).toEqual(standing)
  })

  it('stays what it was besides: the answer to a refresh that was lost is missed all the same', async () => {
    const { rejectHeld, entry, session } = await open()
    const standing = { state: 'doubtful', at: 5, why: 'no answer' } as const
    session.ports.index.put(session.id, { ...entry(), standing } as IndexEntry)
    expect(planAhead(session, 0)).toBeUndefined()
    await rejectHeld()
    const known = { ...standing, rejectedAt: expect.any(Number) as number }
    expect(entry()?.standing).toEqual(known)
    expect(planAhead(session, 0)).toBeUndefined()
    await acceptToken(session, 1)
    expect(entry()?.standing).toEqual(standing)
  })

  it('is replaced ahead of need as before: that is a matter of its times', async () => {
    const { rejectHeld, session } = await open()
    const plan = planAhead(session, 0)
    expect(plan).toMatchObject({ generation: 1 })
    await rejectHeld()
    expect(planAhead(session, 0)).toEqual(plan)
  })

  it('is replaced once, whoever asks; who is late changes nothing', async () => {
    const { reject, rejectHeld, get, server, state } = await open()
    const old = server.live()?.access
    await rejectHeld()
    expect(await get()).toBe(2)
    expect(state()).toBe('alive')
    expect(await reject(old)).toBe(false)
    expect(await get()).toBe(2)
    expect(server.presented).toHaveLength(1)
  })

  it('is not replaced at every use by a server that refuses whatever it gets', async () => {
    const { rejectHeld, get, server, pass, warnings } = await open()
    const seen: number[] = []
    for (let time = 0; time < 60; time++) {
      await rejectHeld()
      seen.push(await get())
      pass(minute)
    }
    // After 0, 1, 3, 7, 15 and 31 minutes of the hour.
    expect(seen.filter((generation, at) => generation !== seen[at - 1])).toEqual([2, 3, 4, 5, 6, 7])
    expect(server.presented).toHaveLength(6)
    expect(warnings.some((one) => /refused.*not refreshed for that again within/.test(one))).toBe(
      true,
    )
  })

  it('still serves where the refresh fails, and is refreshed when that works', async () => {
    const { rejectHeld, get, server, warnings, state } = await open()
    await rejectHeld()
    server.instead = { status: 503, body: {} }
    expect(await get()).toBe(1)
    expect(warnings).toEqual([expect.stringMatching(/was refused, and could not be refreshed: /)])
    expect(state()).toBe('doubtful')
    server.instead = undefined
    expect(await get()).toBe(2)
  })

  it('is asked about where the refresh token is refused as well', async () => {
    const changes = { rotation: 'none', info }
    const { rejectHeld, get, server, asked, entry } = await open(
      { changes },
      json({ active: true }),
    )
    await rejectHeld()
    server.instead = { status: 401, body: { code: 'renewal_gone' } }
    expect(await get()).toBe(1)
    expect(asked()).toBe(1)
    expect(entry()?.standing).toMatchObject({ state: 'unrenewable' })
    expect(entry()?.standing?.rejectedAt).toBeUndefined()
    expect(await get()).toBe(1)
    expect(asked()).toBe(1)
    await rejectHeld()
    expect(entry()?.standing).toMatchObject({
      state: 'unrenewable',
      rejectedAt: expect.any(Number),
    })
    expect(await get()).toBe(1)
    expect({ asked: asked(), presented: server.presented.length }).toEqual({
      asked: 2,
      presented: 1,
    })
  })
})

describe('a token that nothing replaces is kept, and the provider is asked', () => {
  const alone: Partial<SessionRecord> = { refresh: undefined }

  it('is active: then there is no doubt any more', async () => {
    const { rejectHeld, get, asked, state, warnings } = await open(
      { changes: { info }, record: alone },
      json({ active: true }),
    )
    await rejectHeld()
    expect(await get()).toBe(1)
    expect({ asked: asked(), state: state(), warnings }).toEqual({
      asked: 1,
      state: 'alive',
      warnings: [],
    })
    expect(await get()).toBe(1)
    expect(asked()).toBe(1)
  })

  it('is dead: then it is given to nobody any more, and kept all the same', async () => {
    const { rejectHeld, get, asked, state, session } = await open(
      { changes: { info }, record: alone },
      json({ active: false }),
    )
    await rejectHeld()
    await expect(get()).rejects.toMatchObject({ code: 'reauth_required' })
    await expect(get()).rejects.toMatchObject({ code: 'reauth_required' })
    expect({ asked: asked(), state: state() }).toEqual({ asked: 1, state: 'dead' })
    expect((await session.readRecord()).access.reveal()).toBe('access-1-canary')
  })

  it.each<readonly [what: string, changes: Record<string, unknown>, answer: HttpReply | undefined]>(
    [
      ['nobody can be asked', {}, undefined],
      ['nobody answers', { info }, json({}, 503)],
    ],
  )('%s: then it serves, with a word', async (_, changes, answer) => {
    const { rejectHeld, get, state, warnings } = await open({ changes, record: alone }, answer)
    await rejectHeld()
    expect(await get()).toBe(1)
    expect(state()).toBe('doubtful')
    expect(warnings).toEqual([
      expect.stringMatching(/was refused, and whether it still works is not/),
    ])
  })

  it('an answer for whoever else asks puts an end to the doubt as well', async () => {
    const { rejectHeld, session, state } = await open(
      { changes: { info }, record: alone },
      json({ active: true }),
    )
    await rejectHeld()
    await session.check({ minTtl: undefined, scopes: [], online: true })
    expect(state()).toBe('alive')
    await rejectHeld()
    await session.inspect({ local: false })
    expect(state()).toBe('alive')
    await rejectHeld()
    await acceptToken(session, 7)
    expect(state()).toBe('doubtful')
  })
})

describe('credentials that are kept', () => {
  it.each([
    ['log in again', {}, 2, 2],
    [
      'are not spent on that where logins are counted',
      { budget: { per: 'password', logins: 25 }, info },
      1,
      1,
    ],
  ])('%s', async (_, changes, generation, logins) => {
    const options = { remember: true, record: { refresh: undefined }, changes }
    const { rejectHeld, get, server } = await open(options, json({ active: true }))
    await rejectHeld()
    expect(await get()).toBe(generation)
    expect(server.logins()).toBe(logins)
  })
})

describe('the pause', () => {
  it('leaves few refreshes to a server that refuses all, however often or seldom it is asked', () => {
    for (const [every, most] of [
      [1, 60],
      [15, 60],
      [60, 50],
      [240, 42],
    ] as const) {
      const history: HistoryEntry[] = [made('login', 0)]
      for (let now = 0; now < 7 * 24 * 60; now += every) {
        if (pauseOf(history, now * minute) === 0) history.push(made('rejected', now))
      }
      expect({ every, most, is: history.length - 1 <= most }).toEqual({ every, most, is: true })
    }
  })

  const made = (reason: HistoryEntry['reason'], at: number): HistoryEntry => ({
    generation: 1,
    at: at * minute,
    reason,
    command: 'tokn',
    pid: 1,
    parent: 'sh',
  })

  it.each<readonly [what: string, history: readonly HistoryEntry[], left: number]>([
    ['nothing was refused', [made('login', 0), made('expired', 60)], 0],
    ['the first', [made('login', 0), made('rejected', 60)], 1],
    ['an hour ago', [made('rejected', 0)], 0],
    ['the second', [made('rejected', 55), made('rejected', 60)], 2],
    ['an hour after the first', [made('rejected', 0), made('rejected', 60)], 2],
    ['a day after the first', [made('rejected', -1_380), made('rejected', 60)], 1],
    [
      'what expired between does not count',
      [made('rejected', 55), made('expired', 57), made('rejected', 60)],
      2,
    ],
    ['a login begins anew', [made('rejected', 59), made('login', 60)], 0],
    ['the clock was set back', [made('rejected', 500)], 1],
    ['at most four hours', Array.from({ length: 40 }, () => made('rejected', 60)), 240],
  ])('%s', (_, history, left) => {
    expect(pauseOf(history, 60 * minute)).toBe(left * minute)
  })
})
