import { describe, expect, it } from 'vitest'
import { ToknError } from '../../../src/core/errors.ts'
import type { SessionRecord } from '../../../src/core/record.ts'
import { Secret } from '../../../src/core/secret.ts'
import type { RefreshRequest } from '../../../src/session/refresh-request.ts'
import { openSession } from '../../../src/session/session.ts'
import { keep, openLoggedIn, recordFor, tokens, web, type Script } from './scripted.ts'

const now = { minTtl: undefined, force: false }
const refresh = new Secret('refresh-1')

/**
 * A session logged in, whose refreshes are made by `other`, a process that shares all but what is
 * counted here: the reads of the process that asks.
 */
async function openAsked(
  script: Script = {},
  record: Partial<SessionRecord> = { refresh },
  profile = web,
) {
  let sent = 0
  const renew: Script['refresh'] = async () => tokens(`sent-${++sent}`, { refresh })
  const world = await openLoggedIn({ refresh: renew, ...script }, record, { profile })
  const { ports } = world
  const asked: RefreshRequest[] = []
  let reads = 0
  const asking = {
    ...ports,
    warnings: ports.warnings,
    store: async (kind: typeof profile.store) => {
      const store = await ports.store(kind)
      return { ...store, read: (id: string) => (reads++, store.read(id)) }
    },
    refresher: async (one: typeof profile, wanted: RefreshRequest) => {
      asked.push(wanted)
      return await ports.refresher(one, wanted)
    },
  }
  const session = openSession(asking, profile)
  return { ...world, asking, asked, session, counts: () => ({ sent, reads }) }
}

describe('a refresh by name', () => {
  it('reads nothing where the index says what there is', async () => {
    const { session, asked, counts } = await openAsked()
    const { record, refreshed } = await session.refresh(now)
    expect([record.generation, refreshed]).toEqual([2, true])
    expect(asked).toEqual([{ reason: 'forced', beyond: 1, force: false }])
    expect(counts()).toMatchObject({ sent: 1, reads: 0 })
  })

  it.each<readonly [string, (world: Awaited<ReturnType<typeof openAsked>>) => void]>([
    ['knows nothing', ({ ports }) => ports.index.remove('one')],
    [
      'does not know how it is renewed',
      ({ ports }) => {
        const entry = ports.index.get('one')
        if (entry !== undefined) ports.index.put('one', { ...entry, renewal: undefined })
      },
    ],
    [
      'doubts it',
      ({ ports }) => {
        const standing = { state: 'doubtful', at: 0, why: 'no answer' } as const
        const entry = ports.index.get('one')
        if (entry !== undefined) ports.index.put('one', { ...entry, standing })
      },
    ],
  ])('reads the session where the index %s', async (_, change) => {
    const world = await openAsked()
    change(world)
    const { record } = await world.session.refresh(now)
    expect(record.generation).toBe(2)
    expect(world.counts().sent).toBe(1)
    expect(world.counts().reads).toBeGreaterThan(0)
  })

  it('reads it where a token that lives long enough is to be kept', async () => {
    const { session, counts } = await openAsked()
    expect((await session.refresh({ ...now, minTtl: 1 })).refreshed).toBe(false)
    expect(counts()).toMatchObject({ sent: 0, reads: 1 })
  })

  it('is made anew where the index was behind', async () => {
    const { session, ports, provider, asked, counts } = await openAsked()
    const before = ports.index.get('one')
    await keep(session, recordFor(web, provider, { generation: 5, refresh }))
    if (before !== undefined) ports.index.put('one', before)
    ports.pass(60_000)
    const { record, refreshed } = await session.refresh(now)
    expect([record.generation, refreshed]).toEqual([6, true])
    expect(asked.map(({ beyond }) => beyond)).toEqual([1, 5])
    expect(counts()).toMatchObject({ sent: 1, reads: 0 })
  })

  it('is satisfied by what another process has made meanwhile', async () => {
    const { asking, ports, provider, counts } = await openAsked()
    const session = openSession(
      {
        ...asking,
        refresher: async (profile, wanted) => {
          // As if it had been obtained just before this one asked, and stored just after.
          const obtainedAt = ports.clock.now() - 5
          await keep(
            openSession(ports, web),
            recordFor(web, provider, { generation: 2, refresh, obtainedAt }),
          )
          return await ports.refresher(profile, wanted)
        },
      },
      web,
    )
    expect((await session.refresh(now)).record.generation).toBe(2)
    expect(counts().sent).toBe(0)
  })

  it('looks in the store for the work of another where the index tells of it', async () => {
    const { asking, ports, provider, counts } = await openAsked()
    const inTurn: Awaited<ReturnType<typeof ports.inTurn>> = async (_, turn) =>
      (await turn.look()) ?? (await turn.work())
    const session = openSession({ ...asking, inTurn: async () => inTurn }, web)
    await session.refresh(now)
    expect(counts()).toEqual({ sent: 1, reads: 0 })
    const waiting: typeof inTurn = async (entry, turn) => {
      await keep(openSession(ports, web), recordFor(web, provider, { generation: 3, refresh }))
      return await inTurn(entry, turn)
    }
    const waiter = openSession({ ...asking, inTurn: async () => waiting }, web)
    expect((await waiter.refresh(now)).record.generation).toBe(3)
    expect(counts()).toEqual({ sent: 1, reads: 1 })
  })

  it('says that it refreshed where the index was ahead, and nothing of it was spent', async () => {
    const { session, ports } = await openAsked()
    const entry = ports.index.get('one')
    if (entry !== undefined) ports.index.put('one', { ...entry, generation: 2 })
    const { record, refreshed } = await session.refresh(now)
    expect([record.generation, refreshed]).toEqual([2, true])
  })

  it('fails as the process that refreshes does', async () => {
    const failure = new ToknError('network', 'no answer')
    const { session, counts } = await openAsked({
      refresh: async () => {
        throw failure
      },
    })
    await expect(session.refresh(now)).rejects.toMatchObject({ code: 'network' })
    expect(counts().reads).toBe(0)
  })

  it('asks once more for a passphrase that was wrong', async () => {
    const { asking, ports, asked, counts } = await openAsked()
    let wrong = true
    const session = openSession(
      {
        ...asking,
        refresher: async (profile, wanted) => {
          if (!wrong) return await asking.refresher(profile, wanted)
          wrong = false
          throw new ToknError('store', 'another passphrase', { fault: 'wrong-passphrase' })
        },
      },
      web,
    )
    expect((await session.refresh(now)).record.generation).toBe(2)
    expect(asked).toHaveLength(1)
    expect(counts().reads).toBeGreaterThan(0)
    // Any other failure is what it is, and the store is in order.
    const failing = openSession(
      { ...ports, refresher: () => Promise.reject(new ToknError('store', 'no room')) },
      web,
    )
    await expect(failing.refresh(now)).rejects.toMatchObject({ message: 'no room' })
  })
})
