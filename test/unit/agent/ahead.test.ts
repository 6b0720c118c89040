import { expect, it } from 'vitest'
import { Ahead } from '../../../src/agent/ahead.ts'
import { start } from '../session/memory-ports.ts'
import { openAgentWorld, type AgentWorld } from './world.ts'

const second = 1_000
const minute = 60 * second

function aheadIn(world: AgentWorld, share = 0): Ahead {
  const { sessions } = world.agent
  return new Ahead({ world: world.world, sessions, gate: undefined, random: () => share })
}

/** A session with a life of so many minutes, that somebody has asked for. */
async function inUse(minutes: number, options: Parameters<typeof openAgentWorld>[0] = {}) {
  const world = openAgentWorld(options)
  await world.put({ expiry: { state: 'at', at: start + minutes * minute } })
  await world.ask('GET /token/web')
  return world
}

it.each([
  // A tenth of the life, at least a minute, at most half of it.
  [60, 53, 54],
  [15, 13, 13.5],
  [5, 3.9, 4],
  [1, 0.4, 0.5],
])('a token of %i minutes is replaced between %d and %d minutes', async (life, before, due) => {
  const world = await inUse(life)
  const ahead = aheadIn(world)
  world.ports.pass(before * minute)
  const wait = await ahead.look()
  expect(world.refreshes()).toBe(0)
  expect(wait).toBeGreaterThanOrEqual(second)
  expect(wait).toBeLessThanOrEqual(30 * second)
  world.ports.pass((due - before) * minute)
  await ahead.look()
  expect(world.refreshes()).toBe(1)
  // Whoever asks waits for nothing.
  expect((await world.ask('GET /token/web')).body).toBe('access-2\n')
  expect(world.refreshes()).toBe(1)
})

it('those that began together are replaced a little apart', async () => {
  const world = await inUse(60)
  world.ports.pass(53 * minute)
  await aheadIn(world, 1).look()
  expect(world.refreshes()).toBe(1)
})

it('what nobody asks for any more is left alone', async () => {
  const world = await inUse(24 * 60)
  world.ports.pass(23 * 60 * minute)
  await aheadIn(world).look()
  expect(world.refreshes()).toBe(0)
})

it('nothing is replaced ahead of need where each refresh is counted', async () => {
  const world = await inUse(60, { script: { budget: { refreshes: 25, per: 'account' } } })
  world.ports.pass(58 * minute)
  await aheadIn(world).look()
  expect(world.refreshes()).toBe(0)
})

it('a failure is tried again later and later', async () => {
  const world = await inUse(24 * 60)
  const ahead = aheadIn(world)
  let tries = 0
  world.ports.fail('lock', 'busy')
  world.ports.pass(22 * 60 * minute)
  for (let looks = 0; looks < 120; looks++) {
    await world.ask('GET /status')
    await world.ask('GET /token/web')
    await ahead.look()
    tries = world.log.filter((line) => line.includes('no lock')).length
    world.ports.pass(30 * second)
  }
  expect(tries).toBeGreaterThan(3)
  expect(tries).toBeLessThan(8)
  world.ports.mend('lock')
  world.ports.pass(30 * minute)
  await world.ask('GET /token/web')
  await ahead.look()
  expect(world.refreshes()).toBe(1)
})

it('of many that are due, a few are replaced at a time', async () => {
  let most = 0
  let now = 0
  const names = Array.from({ length: 20 }, (_, index) => `web-${index}`)
  const world = await inUse(60)
  const { sessions } = world.agent
  const crowd = {
    inUse: () => names,
    prepare: async () => {
      most = Math.max(most, ++now)
      await new Promise((resolve) => setTimeout(resolve, 5))
      now--
      return { warnings: [] }
    },
  } as unknown as typeof sessions
  world.ports.pass(59 * minute)
  const ahead = new Ahead({
    world: { ...world.world, session: () => world.world.session('web', () => undefined) },
    sessions: crowd,
    gate: undefined,
    random: () => 0,
  })
  await ahead.look()
  expect(most).toBe(4)
})
