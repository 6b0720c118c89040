import { afterEach, describe, expect, test } from 'vitest'
import { isToknError } from '../../../../src/core/errors.ts'
import { serializeRecord } from '../../../../src/core/record.ts'
import { FleetRefresher } from '../../../../src/agent/fleet-refresher.ts'
import type { FleetEvent } from '../../../../src/core/fleet-event.ts'
import { openSession } from '../../../../src/session/session.ts'
import { openFleetWorld, type FleetProcess, type FleetTestWorld } from './fleet-world.ts'

let world: FleetTestWorld
const ends: Array<() => Promise<void>> = []

afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end()
  await world.close()
})

function refresh(one: FleetProcess, random = 0.5) {
  const events: FleetEvent[] = []
  const refresher = new FleetRefresher({
    world: {
      fleet: one.fleet,
      clock: { now: Date.now, elapsed: () => performance.now() },
      session: (profile, index, warn) => openSession({ ...one.ports, index, warn }, profile),
      peek: (profile, index) => openSession({ ...one.ports, index }, profile),
    },
    tell: (event) => void events.push(event),
    random: () => random,
  })
  const done = refresher.run()
  ends.push(async () => {
    refresher.stop()
    await done
  })
  return { events, refresher, done }
}

describe('a process with a reader key', () => {
  test('uses a good token, and has nothing that renews it', async () => {
    world = await openFleetWorld()
    await world.put('web', 1_800_000)
    const reader = await world.open('reader')
    const { record, refreshed } = await reader.session().fresh()
    expect(refreshed).toBe(false)
    expect(record.access.reveal()).toBe(world.strict.live()?.access)
    expect(record.refresh).toBeUndefined()
    expect(serializeRecord(record)).not.toContain('refresh-')
  })

  test('leaves one wish, and says who could serve it', async () => {
    world = await openFleetWorld()
    const profile = await world.put('web', -1_000)
    const reader = await world.open('reader', { timeout: 700 })
    const error: unknown = await reader
      .session()
      .fresh()
      .catch((problem: unknown) => problem)
    expect(isToknError(error, 'network') && [error.message, error.hint]).toEqual([
      expect.stringContaining("this process has a reader's key"),
      expect.stringContaining('tokn refresher run'),
    ])
    const wishes = await world.engine.connect('test').wishes(profile.id)
    expect(wishes).toMatchObject([{ id: profile.id, generation: 2, text: '{"v":1}' }])
    expect(world.strict.presented).toEqual([])
  })

  test('cannot log in, issue, revoke or log out, and nothing is touched', async () => {
    world = await openFleetWorld()
    await world.put('web', 1_800_000)
    const session = (await world.open('reader')).session()
    const acts = [
      () => session.proveBeforeQuestions('https://a.example'),
      () => session.issue({}),
      () => session.revoke(['x'], { dryRun: false } as never),
      () => session.logout({ localOnly: false } as never),
      () => session.forgetCredentials(),
    ]
    for (const act of acts) {
      const error: unknown = await act().catch((problem: unknown) => problem)
      expect(isToknError(error, 'forbidden') && error.message).toContain("a reader's key")
    }
    expect(world.strict.presented).toEqual([])
  })
})

describe('a refresher', () => {
  test('serves 50 readers that wait with one refresh', async () => {
    world = await openFleetWorld()
    await world.put('web', -1_000)
    const readers = await Promise.all(
      Array.from({ length: 50 }, (_, index) => world.open('reader', { machine: `m${index}` })),
    )
    const waiting = readers.map(async (reader) => await reader.session().fresh())
    await new Promise((resolve) => setTimeout(resolve, 300))
    const { events } = refresh(await world.open('refresher'))
    const given = await Promise.all(waiting)
    expect(new Set(given.map(({ record }) => record.access.reveal()))).toEqual(
      new Set([world.strict.live()?.access]),
    )
    expect(world.strict.presented).toHaveLength(1)
    expect(events).toContainEqual(expect.objectContaining({ event: 'refreshed', generation: 3 }))
  })

  test('refreshes ahead of need without being asked, and leaves good ones alone', async () => {
    world = await openFleetWorld()
    const old = await world.put('old', 60_000, {})
    const { events } = refresh(await world.open('refresher'))
    await expect.poll(async () => await world.generationOf(old), { timeout: 3_000 }).toBe(3)
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    expect(world.strict.presented).toHaveLength(1)
    expect(events.map(({ event }) => event)).toEqual(['acting', 'refreshed'])
  })

  test('is one of several that acts, and another takes over at once where it ends', async () => {
    world = await openFleetWorld()
    const old = await world.put('web', 1_800_000, {})
    const first = refresh(await world.open('refresher', { machine: 'one' }))
    await expect.poll(() => first.events.map(({ event }) => event)).toEqual(['acting'])
    const second = refresh(await world.open('refresher', { machine: 'two' }))
    await expect.poll(() => second.events.map(({ event }) => event)).toEqual(['standing-by'])
    first.refresher.stop()
    await first.done
    await expect
      .poll(() => second.events.map(({ event }) => event), { timeout: 3_000 })
      .toEqual(['standing-by', 'acting'])
    expect(await world.generationOf(old)).toBe(2)
  })

  test('waits for an engine that goes away, and serves what was wished for meanwhile', async () => {
    world = await openFleetWorld()
    const old = await world.put('web', 1_800_000, {})
    const { events } = refresh(await world.open('refresher', { machine: 'one' }))
    await expect.poll(() => events.map(({ event }) => event)).toEqual(['acting'])
    world.engine.partition('one')
    const reader = await world.open('reader')
    await reader.fleet.addWish(old.id, 2, '{"v":1,"rejected":true}')
    await new Promise((resolve) => setTimeout(resolve, 500))
    expect(await world.generationOf(old)).toBe(2)
    world.engine.heal()
    await expect.poll(async () => await world.generationOf(old), { timeout: 5_000 }).toBe(3)
  })

  test('serves a wish that it was not told of, and one that it could not serve at first', async () => {
    world = await openFleetWorld()
    const old = await world.put('web', 1_800_000, {})
    const one = await world.open('refresher', { machine: 'one', timeout: 60_000 })
    // As behind a pooler of transactions: it listens, and hears nothing.
    const fleet = { ...one.fleet, watch: async () => async () => undefined }
    const { events } = refresh({ ...one, fleet })
    await expect.poll(() => events.map(({ event }) => event)).toEqual(['acting'])
    const reader = await world.open('reader')
    await reader.fleet.addWish('nobody', 7, '{"v":1}')
    await reader.fleet.addWish(old.id, 2, '{"v":1,"rejected":true}')
    world.engine.loseAnswer('one', 'read')
    await expect.poll(async () => await world.generationOf(old), { timeout: 30_000 }).toBe(3)
    await expect.poll(() => world.engine.snapshot().wishes, { timeout: 10_000 }).toEqual([])
    expect(world.strict.presented).toHaveLength(1)
  })

  test('makes no flood of refreshes of a flood of wishes', async () => {
    world = await openFleetWorld()
    const old = await world.put('web', -1, {})
    refresh(await world.open('refresher'))
    const { fleet } = await world.open('reader')
    for (let round = 0; round < 20; round++) {
      for (let one = 0; one < 50; one++) {
        const generation = await world.generationOf(old)
        await fleet.addWish(old.id, generation, JSON.stringify({ v: 1, min_ttl: 3_500_000 - one }))
        await fleet.addWish(old.id, generation, `{"v":1,"rejected":true,"x":${one}}`)
        await fleet.addWish(old.id, generation + 1, 'x'.repeat(2_000)).catch(() => undefined)
      }
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    expect(world.strict.presented).toHaveLength(1)
  })
})
