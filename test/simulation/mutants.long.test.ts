import { describe, expect, test } from 'vitest'
import { loadSimulation } from './bundle.ts'
import { mutants } from './mutants.ts'
import { runSchedules } from './run.ts'

/** Schedules within which each fault has to be found. */
const enough = 3_000

describe('the simulation finds', () => {
  test.each(mutants.map((mutant, index) => ({ ...mutant, index })))(
    '$name',
    async ({ patches, breaks, world, first = 1, index }) => {
      const simulation = await loadSimulation(`mutant-${index}`, patches)
      const { failure, schedules } = await runSchedules(simulation, first, enough, world)
      const found = failure?.violation ?? ''
      expect(found, `nothing was found in ${schedules} schedules`).toMatch(
        new RegExp(`^\\([${breaks}]\\)`),
      )
    },
  )

  test('no fault where the text that it changes is not there any more', async () => {
    const gone = { file: 'src/session/write-record.ts', find: 'no such text', replace: '' }
    await expect(loadSimulation('mutant-gone', [gone])).rejects.toThrow('has 0 times')
  })
})
