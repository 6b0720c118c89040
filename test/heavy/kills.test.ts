import { describe, expect, it } from 'vitest'
import { sandboxNames } from '../../src/sandbox/server.ts'
import { killRepeatedly } from './support/killing.ts'
import { inParallel, startRandom } from './support/random.ts'

const killsPerApi = 80

describe('the program is killed while it refreshes', () => {
  it.each(['aimed', 'uniform'] as const)('%s points: no session is lost', async (points) => {
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
    expect(kills).toBeGreaterThanOrEqual(300)
  })
})
