import { afterEach, describe, expect, it } from 'vitest'
import { ToknError } from '../../../src/core/errors.ts'
import type { SessionRecord } from '../../../src/core/record.ts'
import { Secret } from '../../../src/core/secret.ts'
import { callWithToken } from '../../../src/session/call.ts'
import { indexRecord } from '../../../src/session/history.ts'
import { lifeOf } from '../../../src/session/refresh-request.ts'
import { openSession } from '../../../src/session/session.ts'
import { recordOfIssued } from '../../../src/session/unfinished/kept-issue.ts'
import { openWorld, type SessionWorld } from './world.ts'

let world: SessionWorld | undefined
afterEach(async () => await world?.close())

const minute = 60_000
const now = Date.now()

async function openSliding(record: Partial<SessionRecord> = {}) {
  const expiry = { state: 'at', at: now + 5 * minute, sliding: true } as const
  world = await openWorld('definition', {
    changes: { sliding: true },
    record: { expiry, obtainedAt: now - 10 * minute, ...record },
  })
  const session = openSession(world.ports, world.profile)
  await indexRecord(world.ports, world.profile, await world.held(), 'login')
  return { ...world, session }
}

describe('a use of a session that each use prolongs', () => {
  it('moves its end, and no generation', async () => {
    const { session, held, ports, profile } = await openSliding()
    const before = await held()
    await session.prolong(before, now)
    const after = await held()
    expect(after).toMatchObject({ generation: before.generation, prolongedAt: now })
    expect(after.expiry).toEqual({ state: 'at', at: now + 15 * minute, sliding: true })
    expect([lifeOf(before), lifeOf(after)]).toEqual([15 * minute, 15 * minute])
    expect(after.obtainedAt).toBe(before.obtainedAt)
    const { expiry, prolongedAt } = after
    expect(ports.index.get(profile.id)).toMatchObject({ expiry, prolongedAt })
  })

  it('moves it again, by the same life', async () => {
    const { session, held } = await openSliding()
    await session.prolong(await held(), now)
    await session.prolong(await held(), now + 10 * minute)
    expect((await held()).expiry).toMatchObject({ at: now + 25 * minute })
  })

  it.each<readonly [string, Partial<SessionRecord>, number]>([
    ['the use was before what is known', {}, now - 11 * minute],
    ['little would be gained', {}, now - 10 * minute + 30_000],
    ['use does not prolong it', { expiry: { state: 'at', at: now + minute } }, now],
    ['it does not end', { expiry: { state: 'never' } }, now],
    ['it is over', { standing: { state: 'dead', at: now, why: 'it was revoked' } }, now],
  ])('moves nothing where %s', async (_, record, usedAt) => {
    const { session, held } = await openSliding(record)
    const before = await held()
    await session.prolong(before, usedAt)
    expect(await held()).toEqual(before)
  })

  it('says nothing of a token that is issued with it', async () => {
    const { session, held, ports } = await openSliding()
    await session.prolong(await held(), now)
    const provider = await session.provider()
    const expiry = { state: 'at', at: now + 35 * minute, sliding: true } as const
    const given = { access: new Secret('issued'), expiry, context: {} }
    const moment = { obtainedAt: ports.clock.now() }
    const issued = recordOfIssued(await held(), given, {}, provider, session.profile, moment)
    expect(issued.prolongedAt).toBeUndefined()
    expect(lifeOf(issued)).toBe(expiry.at - moment.obtainedAt)
  })

  it('moves nothing of another generation', async () => {
    const { session, held } = await openSliding()
    const before = await held()
    await session.prolong({ ...before, generation: before.generation - 1 }, now)
    expect(await held()).toEqual(before)
  })

  it('waits for nobody who has the lock', async () => {
    const { ports, profile, held, warnings } = await openSliding()
    const before = await held()
    const lock = async () => await Promise.reject(new ToknError('busy', 'somebody has it'))
    await openSession({ ...ports, lock: async () => lock }, profile).prolong(before, now)
    expect(await held()).toEqual(before)
    expect(warnings).toEqual([])
  })

  it('is seen by the operations of the API as well', async () => {
    const { session, held } = await openSliding()
    await callWithToken(session, 'info', async () => undefined)
    expect((await held()).prolongedAt).toBeGreaterThanOrEqual(now)
    await callWithToken(session, 'info', async () => undefined)
  })

  it('is not seen where the operation failed', async () => {
    const { session, held } = await openSliding()
    const failing = callWithToken(session, 'info', async () => {
      throw new Error('no')
    })
    await expect(failing).rejects.toThrow('no')
    expect((await held()).prolongedAt).toBeUndefined()
  })
})
