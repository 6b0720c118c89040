import { expect, it } from 'vitest'
import { Ahead } from '../../../src/agent/ahead.ts'
import { openSession } from '../../../src/session/session.ts'
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

/** Many sessions of several servers; `hangs`: nothing comes back from these. */
async function openCrowd(places: Readonly<Record<string, number>>, hangs: readonly string[] = []) {
  const world = await inUse(60)
  const due = Object.entries(places).flatMap(([provider, count]) =>
    Array.from({ length: count }, (_, at) => ({ name: `${provider}-${at}`, provider })),
  )
  const placeOf = (name: string) => due.find((one) => one.name === name)?.provider ?? ''
  const running = new Map<string, number>()
  const most = new Map<string, number>()
  const done: string[] = []
  const prepare = async (name: string) => {
    const place = placeOf(name)
    for (const key of [place, 'all']) {
      running.set(key, (running.get(key) ?? 0) + 1)
      most.set(key, Math.max(most.get(key) ?? 0, running.get(key) ?? 0))
    }
    await new Promise((resolve) => {
      if (!hangs.includes(place)) setTimeout(resolve, 5)
    })
    for (const key of [place, 'all']) running.set(key, (running.get(key) ?? 0) - 1)
    done.push(name)
    return { warnings: [] }
  }
  const ends = new Map<string, number>()
  const ahead = new Ahead({
    world: {
      ...world.world,
      session: (name) => {
        const session = world.world.session('web', () => undefined)
        if (session === undefined) return undefined
        const profile = { ...session.profile, id: name, name, provider: placeOf(name) }
        return openSession(session.ports, profile)
      },
    },
    sessions: { inUse: () => due.map(({ name }) => name), prepare },
    gate: undefined,
    random: () => 0,
    plan: ({ name }) =>
      done.includes(name)
        ? undefined
        : { generation: 1, at: start + (ends.get(name) ?? 0), wanted: { minTtl: minute } },
  })
  world.ports.pass(59 * minute)
  return { ahead, most, done, ends, names: due.map(({ name }) => name) }
}

it('of many that are due, a few are replaced at a time, and not all of them of one server', async () => {
  const { ahead, most, done } = await openCrowd({ one: 10, other: 10 })
  await ahead.look()
  expect(done).toHaveLength(20)
  expect(Object.fromEntries(most)).toEqual({ all: 4, one: 3, other: expect.any(Number) })
})

it('a server that hangs keeps none of the others waiting, nor what comes due later', async () => {
  const { ahead, most, done } = await openCrowd({ hangs: 50, other: 10 }, ['hangs'])
  void ahead.look()
  await expect.poll(() => done.length).toBe(10)
  expect(done.every((name) => name.startsWith('other'))).toBe(true)
  // It is looked again meanwhile, and nothing is begun twice.
  void ahead.look()
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(most.get('hangs')).toBe(3)
})

it('what ends first is replaced first', async () => {
  const { ahead, done, ends, names } = await openCrowd({ one: 12 })
  for (const [at, name] of names.entries()) ends.set(name, ((at * 7) % 12) * minute)
  await ahead.look()
  const order = done.map((name) => ends.get(name) ?? 0)
  // Three at a time: none is replaced before one that ends much earlier.
  expect(order.slice(0, 3).toSorted((one, other) => one - other)).toEqual([0, minute, 2 * minute])
  expect(Math.max(...order.slice(0, 6))).toBeLessThanOrEqual(6 * minute)
})
