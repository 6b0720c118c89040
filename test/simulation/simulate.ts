import { expect, test } from 'vitest'
import { loadSimulation } from './bundle.ts'
import { runSchedules, tellFailure } from './run.ts'
import type { WorldKind } from './world/world.ts'

const {
  SIMULATION_SEED: seed,
  SIMULATION_SCHEDULES: schedules,
  SIMULATION_FIRST: from,
  SIMULATION_WORLD: only,
} = process.env

const worlds: ReadonlyArray<readonly [WorldKind, string]> = [
  ['local', 'on one machine'],
  ['fleet', 'on machines that share an engine'],
]
const chosen = worlds.filter(([kind]) => only === undefined || only === kind)

test.each(chosen)('holds in every schedule: %s, %s', async (kind, place) => {
  const simulation = await loadSimulation(`simulate-${kind}`)
  if (seed !== undefined) {
    const finding = await simulation.runSchedule(Number(seed), kind, true)
    console.log(tellFailure(finding))
    expect(finding.violation).toBeUndefined()
    return
  }
  const before = process.cpuUsage()
  const sum = await runSchedules(simulation, Number(from ?? 1), Number(schedules ?? 20_000), kind)
  const { user, system } = process.cpuUsage(before)
  const [rate, alone] = [sum.duration, (user + system) / 1_000].map((duration) =>
    Math.round((sum.schedules / duration) * 1_000),
  )
  console.log(
    `${sum.schedules} schedules ${place}, ${sum.steps} steps: ${rate} schedules per second, ${alone} per second of processor time`,
  )
  console.log(`faults: ${JSON.stringify(sum.faults)}`)
  if (sum.failure !== undefined) throw new Error(tellFailure(sum.failure))
})
