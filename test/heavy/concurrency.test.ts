import { cpSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { alike, sharedRefresh } from './support/crowd.ts'
import { howMany } from '../support/effort.ts'
import { openWorld } from './support/world.ts'

// How their steps may interleave is what the simulated refresh goes through by the thousand; what
// only real processes show (the start of 50 at once) is the same in each round.
const rounds = howMany(3, 10)
// Each round has seven processes of each kind.
const mixedRounds = howMany(1, 3)

it(`D1: refreshes once for 50 processes, ${rounds} rounds`, async () => {
  const world = await openWorld('hosterby')
  const refreshes: number[] = []
  const distinct: number[] = []
  for (let round = 0; round < rounds; round++) {
    const crowd = await sharedRefresh(world, `web${round}`, alike(50))
    refreshes.push(crowd.refreshes)
    distinct.push(crowd.tokens.size)
  }
  console.log(
    `50 processes: refreshes ${refreshes.join(' ')}, distinct tokens ${distinct.join(' ')}`,
  )
  expect(refreshes).toEqual(Array(rounds).fill(1))
  expect(distinct).toEqual(Array(rounds).fill(1))
  await world.close()
})

it('refreshes once for 20 processes whose HOME, XDG and TMPDIR differ', async () => {
  const world = await openWorld('hosterby')
  await world.login('first')
  await delay(1)
  const refreshes: number[] = []
  for (let round = 0; round < mixedRounds; round++) {
    const crowd = await sharedRefresh(world, `web${round}`, () =>
      Array.from({ length: 20 }, (_, index) => {
        const place = (name: string) => join(world.directory, `other-${round}-${index}`, name)
        for (const name of ['home', 'tmp', 'run'])
          mkdirSync(place(name), { recursive: true, mode: 0o700 })
        cpSync(join(world.directory, 'config'), place('config'), { recursive: true })
        const base = { HOME: place('home'), TMPDIR: place('tmp'), XDG_CONFIG_HOME: place('config') }
        if (index % 3 === 0) return { ...base, XDG_STATE_HOME: place('state') }
        if (index % 3 === 1)
          return { ...base, XDG_STATE_HOME: undefined, XDG_RUNTIME_DIR: place('run') }
        return { ...base, XDG_STATE_HOME: 'relative/is/ignored', XDG_CACHE_HOME: place('cache') }
      }),
    )
    refreshes.push(crowd.refreshes)
    expect(crowd.tokens.size).toBe(1)
  }
  console.log(`20 mixed environments: refreshes ${refreshes.join(' ')}`)
  expect(refreshes).toEqual(Array(mixedRounds).fill(1))
  await world.close()
})
