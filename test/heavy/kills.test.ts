import { describe, expect, it } from 'vitest'
import { sandboxNames } from '../../src/sandbox/server.ts'
import { killRepeatedly } from './support/killing.ts'
import { howMany } from '../support/effort.ts'
import { inParallel, startRandom } from './support/random.ts'

// Each signal in each part of the window once, for each API. What a kill between any two steps does
// is gone through by the simulated refresh; here it is shown to be true of processes.
const killsPerApi = howMany(20, 80)

describe('the program is killed while it refreshes', () => {
  it.each(['aimed', 'uniform'] as const)(
    'D2, D19: %s points: no session is lost',
    async (points) => {
      const random = startRandom()
      const lost: string[] = []
      let kills = 0
      let refreshes = 0
      let overtaken = 0
      await inParallel(sandboxNames, 2, async (name) => {
        const killing = await killRepeatedly({ name, kills: killsPerApi, points, random })
        kills += killing.kills
        refreshes += killing.refreshes
        overtaken += killing.overtaken
        lost.push(...killing.lost)
      })
      console.log(
        `${points} kills: ${kills}, refreshes: ${refreshes}, sessions lost: ${lost.length}, ` +
          `tokens overtaken by the refresh: ${overtaken} (seed ${random.seed})`,
      )
      expect(lost).toEqual([])
      expect(kills).toBeGreaterThanOrEqual(killsPerApi * sandboxNames.length)
    },
  )
})
