import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { root } from '../support/home.ts'
import { loadSimulation, type Simulation } from './bundle.ts'
import { mutants } from './mutants.ts'
import { runSchedules, tellFailure } from './run.ts'
import { fleetSeeds, seeds } from './seeds.ts'

/** As many as a newcomer waits for; `npm run simulate` runs more. */
const few = 500

describe('the refresh, in a simulated world', () => {
  let simulation: Simulation

  beforeAll(async () => {
    simulation = await loadSimulation('quick')
  })

  test(`keeps its promises in ${few} schedules`, async () => {
    const { failure, faults, schedules } = await runSchedules(simulation, 1, few)
    expect(failure && tellFailure(failure)).toBeUndefined()
    expect(schedules).toBe(few)
    // What never went wrong was not tried.
    for (const fault of ['kill', 'aimed kill', 'sleep', 'request', 'store.write', 'unsent']) {
      expect(faults[fault] ?? 0, fault).toBeGreaterThan(10)
    }
  })

  test('keeps them on machines that share an engine, in 100 schedules', async () => {
    const { failure, faults } = await runSchedules(simulation, 1, 100, 'fleet')
    expect(failure && tellFailure(failure)).toBeUndefined()
    for (const fault of ['aimed sleep', 'partition', 'engine message', 'engine failover']) {
      expect(faults[fault] ?? 0, fault).toBeGreaterThan(3)
    }
  })

  test('has a place for each fault that is put back to be found', () => {
    const times = mutants.flatMap(({ name, patches }) =>
      patches.map(({ file, find }) => ({
        name,
        times: readFileSync(join(root, file), 'utf8').split(find).length - 1,
      })),
    )
    expect(times.filter((one) => one.times !== 1)).toEqual([])
  })

  test.each(seeds)('keeps them where a fault was found once: seed %i', async (seed) => {
    const { failure } = await runSchedules(simulation, seed, 1)
    expect(failure && tellFailure(failure)).toBeUndefined()
  })

  test.each(fleetSeeds)('keeps them on such machines, as well: seed %i', async (seed) => {
    const { failure } = await runSchedules(simulation, seed, 1, 'fleet')
    expect(failure && tellFailure(failure)).toBeUndefined()
  })

  test('goes the same way every time that a seed is run', async () => {
    const [first, second] = [
      await simulation.runSchedule(7, 'local', true),
      await simulation.runSchedule(7, 'local', true),
    ]
    expect(first.trace.length).toBeGreaterThan(20)
    expect(second.trace).toEqual(first.trace)
    expect((await simulation.runSchedule(8, 'local', true)).trace).not.toEqual(first.trace)
  })
})
