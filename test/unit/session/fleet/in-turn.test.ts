import { afterEach, beforeEach, expect, it } from 'vitest'
import { parseRecord, serializeRecord } from '../../../../src/core/record.ts'
import type { InTurn } from '../../../../src/core/turn.ts'
import { lease } from '../../../../src/core/shared-time.ts'
import { refreshInTurn } from '../../../../src/session/refresh/in-turn.ts'
import { openSession } from '../../../../src/session/session.ts'
import { openFleetWorld, type FleetTestWorld } from './fleet-world.ts'

let world: FleetTestWorld

beforeEach(async () => {
  world = await openFleetWorld()
})
afterEach(async () => await world.close())

/** Asks for a refresh on a machine whose turn goes as `inTurn` says. */
async function askIn(inTurn: InTurn) {
  const machine = await world.open('refresher', { machine: 'waits' })
  const engine = world.engine.connect('waits')
  const { ports: own } = machine
  own.index.put(world.profile.id, {
    generation: 2,
    expiry: { state: 'unknown' },
    obtainedAt: 0,
    renewal: 'refresh',
    history: [],
  })
  const ring = { look: async () => await Promise.reject(new Error('no key is asked for')) }
  const ports = { ...own, engine: async () => ({ engine, ring }), inTurn: async () => inTurn }
  return await refreshInTurn(openSession(ports, world.profile), { reason: 'forced', beyond: 2 })
}

it('who waits for a turn, or for its process, keeps no connection', async () => {
  await world.put('one', -1)
  const rests = () => world.engine.calls.get('rest') ?? 0
  const seen: number[] = []
  await askIn(async (_, turn) => {
    seen.push(rests())
    expect(turn.lease).toBe(lease)
    // Nothing new: it waits on.
    expect(await turn.look()).toBe(undefined)
    seen.push(rests())
    return await turn.work()
  })
  expect(seen).toEqual([1, 2])
})

it('what another machine has stored is taken, though the index here knows nothing of it', async () => {
  const profile = await world.put('one', 3_600_000, {})
  const other = await world.open('refresher', { machine: 'other' })
  const found = await askIn(async (_, turn) => {
    const session = openSession(other.ports, profile)
    await other.ports.refresher(session.profile, { reason: 'forced', beyond: 2 })
    const record = await turn.look()
    if (record === undefined) throw new Error('it is not found')
    return record
  })
  expect(found.generation).toBe(3)
})

it('who waits for the refresh of another asks nothing of a provider', async () => {
  const profile = await world.put('one', -1)
  const { ports } = await world.open('refresher')
  const store = await ports.store(profile.store)
  const record = parseRecord((await store.read(profile.id)) ?? '', profile.id)
  // What renews it besides is given outside, which only the provider tells.
  const renewable = { ...record, generation: 3, madeWith: {} }
  await store.write(profile.id, 3, serializeRecord(renewable))
  const expiry = { state: 'at', at: Date.now() + 3_600_000, source: 'told' } as const
  const next = { ...renewable, generation: 4, expiry, obtainedAt: Date.now() }
  const inTurn: InTurn = async (_, turn) => {
    expect(await turn.look()).toBe(undefined)
    await store.write(profile.id, 4, serializeRecord(next))
    const found = await turn.look()
    if (found === undefined) throw new Error('it is not found')
    return found
  }
  const provider = () => Promise.reject(new Error('asked for'))
  const session = openSession({ ...ports, provider, inTurn: async () => inTurn }, profile)
  expect(await session.fresh()).toMatchObject({ record: { generation: 4 }, refreshed: true })
})
