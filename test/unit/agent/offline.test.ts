import { afterEach, describe, expect, test } from 'vitest'
import { Kept } from '../../../src/agent/kept.ts'
import { Sessions } from '../../../src/agent/sessions.ts'
import type { World } from '../../../src/agent/world.ts'
import { openSession } from '../../../src/session/session.ts'
import { openFleetWorld, type FleetTestWorld } from '../session/fleet/fleet-world.ts'

const minute = 60_000

let fleet: FleetTestWorld

afterEach(async () => await fleet.close())

/** An agent on a machine of its own, with a clock that a test moves. */
async function openAgent(offline: string | undefined) {
  fleet = await openFleetWorld()
  const profile = await fleet.put('web', 30 * minute)
  const agent = await fleet.open('refresher', { machine: 'agent' })
  let ahead = 0
  const world: Pick<World, 'session' | 'stampOf' | 'clock' | 'forgetStores'> = {
    session: () => openSession({ ...agent.ports }, { ...profile, offline }),
    stampOf: () => 'same',
    clock: { now: () => Date.now() + ahead, elapsed: () => performance.now() + ahead },
    forgetStores: () => undefined,
  }
  const log: string[] = []
  const kept = new Kept(world)
  const sessions = new Sessions(world as World, kept, (line) => void log.push(line))
  const give = async () => {
    const held = sessions.held('web')
    if (held !== undefined) return held.record.generation
    const { found, error } = await sessions.ask('web', {})
    return found?.record.generation ?? (error as Error).message
  }
  return { give, log, profile, pass: (time: number) => (ahead += time) }
}

describe('an agent, and a store that many machines share', () => {
  test('sees within seconds that another machine has refreshed, and does not itself', async () => {
    const { give, pass, profile } = await openAgent(undefined)
    expect(await give()).toBe(2)
    const other = await fleet.open('refresher', { machine: 'other' })
    await other.session(profile).refresh({ minTtl: undefined, force: false })
    pass(5_001)
    expect(await give()).toBe(3)
    expect(fleet.strict.presented).toHaveLength(1)
  })

  test('gives nothing while the store is away, unless its profile says so', async () => {
    const { give, pass } = await openAgent(undefined)
    expect(await give()).toBe(2)
    fleet.engine.partition('agent')
    pass(5_001)
    expect(await give()).toContain('not reached')
  })

  test('goes on with a good token as long as its profile says, and no longer', async () => {
    const { give, pass, log } = await openAgent('10m')
    expect(await give()).toBe(2)
    fleet.engine.partition('agent')
    pass(9 * minute)
    expect(await give()).toBe(2)
    expect(log.join()).toContain('is given from memory')
    const asked = fleet.engine.calls.get('read')
    expect(await give()).toBe(2)
    // A store that was not reached just now is not asked for each token.
    expect(fleet.engine.calls.get('read')).toBe(asked)
    pass(2 * minute)
    expect(await give()).toContain('not reached')
    fleet.engine.heal()
    expect(await give()).toBe(2)
  })

  test('waits no longer for a store that is silent than for one that is not there', async () => {
    const { give, pass, log } = await openAgent('10m')
    expect(await give()).toBe(2)
    // Nothing of it ever ends: who waited for that would wait for good.
    fleet.engine.carry(async () => await new Promise<never>(() => undefined))
    pass(5_001)
    expect(await give()).toBe(2)
    expect(log.join()).toContain('is given from memory, as its profile allows: no answer within 2')
    const asked = fleet.engine.calls.get('read')
    expect(await give()).toBe(2)
    expect(fleet.engine.calls.get('read')).toBe(asked)
  })

  test('gives no token from memory that is too old', async () => {
    const { give, pass } = await openAgent('1h')
    expect(await give()).toBe(2)
    fleet.engine.partition('agent')
    pass(31 * minute)
    expect(await give()).toContain('not reached')
  })
})
