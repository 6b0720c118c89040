import { describe, expect, it } from 'vitest'
import type { Fault } from '../../src/sandbox/faults.ts'
import { alike, sharedRefresh } from '../heavy/support/crowd.ts'
import { findLoss, killRepeatedly } from '../heavy/support/killing.ts'
import { startRandom } from '../heavy/support/random.ts'
import { setTrap } from '../heavy/support/trap.ts'
import { openWorld } from '../heavy/support/world.ts'

// A few turns of each of the suites in test/heavy, which take minutes.
describe('a session is never lost', () => {
  it('D1: by 10 processes at once: one refresh, one token', async () => {
    const world = await openWorld('hosterby')
    const { refreshes, tokens } = await sharedRefresh(world, 'web', alike(10))
    expect({ refreshes, tokens: tokens.size }).toEqual({ refreshes: 1, tokens: 1 })
    await world.close()
  })

  it.each(['hosterby', 'rightech'] as const)(
    'D2, D19: %s: by kills in the middle',
    async (name) => {
      const random = startRandom()
      const { lost } = await killRepeatedly({ name, kills: 6, points: 'aimed', random })
      expect(lost, `seed ${random.seed}`).toEqual([])
    },
  )

  it.each(['oz', 'mcs'] as const)('D6: %s: by an answer that never came', async (name) => {
    const world = await openWorld(name)
    await world.login('web')
    world.api.control.replaceFaults([{ do: 'drop-after', times: 1, ...world.aim.refresh }])
    expect(await world.run(['token', 'web', '--refresh', 'force'])).toMatchObject({ status: 0 })
    expect(await findLoss(world)).toBeUndefined()
    await world.close()
  })

  it('D6: hosterby: by an answer that never came, where the credentials are kept', async () => {
    const world = await openWorld('hosterby')
    await world.login('web', { flags: ['--remember'] })
    world.api.control.replaceFaults([{ do: 'drop-after', times: 1, ...world.aim.refresh }])
    expect(await world.run(['token', 'web', '--refresh', 'force'])).toMatchObject({ status: 0 })
    expect(await findLoss(world)).toBeUndefined()
    await world.close()
  })
})

describe('a secret never strays', () => {
  it.each([301, 302, 303, 307, 308])('C7: after a redirect with status %i', async (status) => {
    const trap = await setTrap('127.0.0.1')
    const world = await openWorld('rightech')
    await world.login('web')
    const to = `http://127.0.0.1:${trap.port}/steal`
    world.api.control.replaceFaults([{ do: 'redirect', to, status }])
    expect(await world.run(['list', '-P', 'web'])).toMatchObject({ status: 6, out: '' })
    expect(trap.connections()).toBe(0)
    await Promise.all([trap.close(), world.close()])
  })
})

it.each<Fault>([{ do: 'huge' }, { do: 'gzip-bomb' }, { do: 'html' }, { do: 'empty' }])(
  'C5: takes %j for an answer, and goes on',
  async (fault) => {
    const world = await openWorld('oz')
    await world.login('web')
    world.api.control.replaceFaults([{ ...fault, ...world.aim.refresh }])
    const ended = await world.run(['token', 'web', '--refresh', 'force'])
    expect([6, 7], ended.err).toContain(ended.status)
    expect(ended.out).toBe('')
    expect(await findLoss(world)).toBeUndefined()
    await world.close()
  },
)
