import { expect, test } from 'vitest'
import { loadSimulation } from './bundle.ts'
import { runSchedules, tellFailure } from './run.ts'

const {
  SIMULATION_SEED: seed,
  SIMULATION_SCHEDULES: schedules,
  SIMULATION_FIRST: from,
} = process.env

test('holds in every schedule', async () => {
  const simulation = await loadSimulation('simulate')
  if (seed !== undefined) {
    const finding = await simulation.runSchedule(Number(seed), true)
    console.log(tellFailure(finding))
    expect(finding.violation).toBeUndefined()
    return
  }
  const before = process.cpuUsage()
  const sum = await runSchedules(simulation, Number(from ?? 1), Number(schedules ?? 20_000))
  const { user, system } = process.cpuUsage(before)
  const [rate, alone] = [sum.duration, (user + system) / 1_000].map((duration) =>
    Math.round((sum.schedules / duration) * 1_000),
  )
  console.log(
    `${sum.schedules} schedules, ${sum.steps} steps: ${rate} schedules per second, ${alone} per second of processor time`,
  )
  console.log(`faults: ${JSON.stringify(sum.faults)}`)
  if (sum.failure !== undefined) throw new Error(tellFailure(sum.failure))
})
