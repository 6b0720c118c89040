import { expect, it } from 'vitest'
import type { SandboxName } from '../../src/sandbox/server.ts'
import { findLoss } from './support/killing.ts'
import { openWorld, type World } from './support/world.ts'

/** The server acts on a refresh, and the connection is cut before it answers, `times` times. */
async function loseAnswers(world: World, times: number) {
  world.api.control.replaceFaults([{ do: 'drop-after', times, ...world.aim.refresh }])
  const ended = await world.run(['token', 'web', '--refresh', 'force'])
  world.api.control.replaceFaults([])
  return ended
}

async function inWorld(
  name: SandboxName,
  flags: readonly string[],
  work: (world: World) => Promise<void>,
) {
  const world = await openWorld(name)
  try {
    await world.login('web', { flags })
    await work(world)
  } finally {
    await world.close()
  }
}

const requests = (world: World) =>
  world.api.log.filter(
    ({ method, path }) =>
      method === world.aim.refresh.method && path.startsWith(world.aim.refresh.path),
  ).length

it.each(['oz', 'mcs'] as const)(
  'D6: %s: one lost answer costs nothing, not even a failure',
  async (name) => {
    await inWorld(name, [], async (world) => {
      const before = requests(world)
      const ended = await loseAnswers(world, 1)
      expect(ended).toMatchObject({ status: 0, err: '' })
      expect(world.api.state.live).toContain(ended.out.trimEnd())
      expect(requests(world) - before).toBe(2)
    })
  },
)

it.each(['oz', 'mcs'] as const)(
  '%s: lost answers end with 7, and the session goes on',
  async (name) => {
    await inWorld(name, [], async (world) => {
      const before = requests(world)
      expect(await loseAnswers(world, 9)).toMatchObject({ status: 7, out: '' })
      expect(requests(world) - before).toBe(2)
      expect(await findLoss(world)).toBeUndefined()
      expect(await world.run(['token', 'web', '--refresh', 'force'])).toMatchObject({ status: 0 })
    })
  },
)

it('hosterby: without kept credentials a lost answer ends the session, and that is said', async () => {
  await inWorld('hosterby', [], async (world) => {
    const before = requests(world)
    const ended = await loseAnswers(world, 1)
    expect(ended).toMatchObject({ status: 4, out: '' })
    expect(ended.err).toContain('got no answer')
    expect(ended.err).toContain('tokn login web')
    expect(requests(world) - before).toBe(2)
    expect(world.api.state.counts.logins).toBe(1)
    await world.login('web')
    expect(await findLoss(world)).toBeUndefined()
  })
})

it('D6: hosterby: with kept credentials a lost answer is made up for by a login, at once', async () => {
  await inWorld('hosterby', ['--remember'], async (world) => {
    const ended = await loseAnswers(world, 1)
    expect(ended).toMatchObject({ status: 0, err: '' })
    expect(world.api.state.counts).toMatchObject({ logins: 2, refreshes: 1 })
    expect(world.api.state.live).toContain(ended.out.trimEnd())
    // Nobody has refused the credentials: they make up for a second loss as well.
    const second = await loseAnswers(world, 1)
    expect(second).toMatchObject({ status: 0, err: '' })
    expect(world.api.state.counts.logins).toBe(3)
  })
})

it('hosterby: a request that was not answered and did nothing is repeated', async () => {
  await inWorld('hosterby', [], async (world) => {
    world.api.control.replaceFaults([{ do: 'drop-before', times: 1, ...world.aim.refresh }])
    expect(await world.run(['token', 'web', '--refresh', 'force'])).toMatchObject({ status: 0 })
    expect(await findLoss(world)).toBeUndefined()
  })
})

it('rightech: a token issued in vain is revoked by the refresh after', async () => {
  await inWorld('rightech', [], async (world) => {
    expect(await loseAnswers(world, 1)).toMatchObject({ status: 7, out: '' })
    expect(world.api.state.live).toHaveLength(2)
    expect(await findLoss(world)).toBeUndefined()
    const ended = await world.run(['token', 'web', '--refresh', 'force'])
    expect(ended).toMatchObject({ status: 0, err: '' })
    expect(world.api.state.live).toEqual([ended.out.trimEnd()])
  })
})

it('a refused refresh adopts the newer session that a second process stored', async () => {
  await inWorld('hosterby', [], async (world) => {
    const before = requests(world)
    const both = [1, 2].map(() => world.run(['token', 'web', '--refresh', 'force']))
    for (const ended of await Promise.all(both)) expect(ended).toMatchObject({ status: 0 })
    expect(requests(world) - before).toBeLessThanOrEqual(2)
    expect(await findLoss(world)).toBeUndefined()
  })
})
