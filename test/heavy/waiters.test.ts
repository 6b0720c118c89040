import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { requirePart } from '../support/parts.ts'
import type { Fault } from '../../src/sandbox/faults.ts'
import { signal, type Ended, type Running } from './support/process.ts'
import { openWorld, type World } from './support/world.ts'

interface Crowd {
  readonly running: readonly Running[]
  readonly ended: Promise<readonly Ended[]>
  /** Those that have refreshed for them; complete once all have ended. */
  readonly refreshers: ReadonlySet<number>
}

/** A session that has ended, at a server that does `fault` to its refresh. */
async function openExpired(fault: Fault): Promise<World> {
  const world = await openWorld('hosterby')
  await world.login('web', { end: Date.now() - 10_000 })
  await delay(1_100)
  world.api.control.expire()
  world.api.control.replaceFaults([{ ...fault, ...world.aim.refresh }])
  return world
}

/** Lets `count` processes ask for the token at once. */
function ask(world: World, count: number, flags: readonly string[] = []): Crowd {
  const running = Array.from({ length: count }, () => world.start(['token', 'web', ...flags]))
  const refreshers = new Set<number>()
  const watch = setInterval(() => {
    for (const pid of world.refreshers()) refreshers.add(pid)
  }, 50)
  const all = Promise.all(running.map((one) => one.ended))
  return { running, ended: all.finally(() => clearInterval(watch)), refreshers }
}

/** All of them have one token, which the server honours. */
function expectOneToken(world: World, ended: readonly Ended[]): void {
  expect(new Set(ended.map(({ status, err }) => `${status} ${err}`))).toEqual(new Set(['0 ']))
  const tokens = [...new Set(ended.map(({ out }) => out.trimEnd()))]
  expect(tokens).toHaveLength(1)
  expect(world.api.state.live).toContain(tokens[0])
}

/** Resolves when the server has been asked to refresh. */
async function isAsked(world: World): Promise<void> {
  const { method, path } = world.aim.refresh
  const asked = () =>
    world.api.log.some((one) => one.method === method && one.path.startsWith(path))
  while (!asked()) await delay(5)
}

/** The process that has the turn to start one that refreshes. */
function turnOf(world: World): number {
  const turns = join(world.traces('web').lock, 'turns')
  const last = Math.max(...readdirSync(turns).map(Number).filter(Number.isInteger))
  return (JSON.parse(readFileSync(join(turns, String(last)), 'utf8')) as { pid: number }).pid
}

it('50 processes that find a session expired start one that refreshes, and wait', async () => {
  const world = await openExpired({ do: 'delay', ms: 3_000 })
  const { refreshes: before } = world.api.state.counts
  const crowd = ask(world, 50)
  const ended = await crowd.ended
  console.log(`50 processes: ${crowd.refreshers.size} more that refreshed`)
  expectOneToken(world, ended)
  expect(world.api.state.counts.refreshes - before).toBe(1)
  // Each sample may miss one; five of them would be too many all the same.
  expect(crowd.refreshers.size).toBeLessThanOrEqual(5)
  await world.close()
})

it.runIf(requirePart('linux'))(
  'where the process that refreshes is killed, one of 50 starts another',
  async () => {
    const world = await openExpired({ do: 'hang', times: 1 })
    const { refreshes: before } = world.api.state.counts
    const crowd = ask(world, 50)
    await isAsked(world)
    await delay(500)
    for (const pid of world.refreshers()) signal(pid, 'SIGKILL')
    expectOneToken(world, await crowd.ended)
    expect(world.api.state.counts.refreshes - before).toBe(1)
    expect(crowd.refreshers.size).toBeLessThanOrEqual(5)
    await world.close()
  },
)

it.runIf(requirePart('linux')).each(['SIGKILL', 'SIGSTOP', 'SIGINT'] as const)(
  'whoever has started the refresh gets %s, and the others lose nothing by it',
  async (name) => {
    const world = await openExpired({ do: 'delay', ms: 1_500 })
    const { refreshes: before } = world.api.state.counts
    const crowd = ask(world, 20)
    await isAsked(world)
    const first = turnOf(world)
    signal(first, name)
    const others = crowd.running.filter(({ pid }) => pid !== first)
    expect(others).toHaveLength(19)
    expectOneToken(world, await Promise.all(others.map((one) => one.ended)))
    signal(first, 'SIGCONT')
    await crowd.ended
    expect(world.api.state.counts.refreshes - before).toBe(1)
    expect(crowd.refreshers.size).toBeLessThanOrEqual(3)
    await world.close()
  },
)

it.runIf(requirePart('linux'))(
  'starter and refresher are killed together, and one of those who wait goes on',
  async () => {
    const world = await openExpired({ do: 'hang', times: 1 })
    const { refreshes: before } = world.api.state.counts
    const crowd = ask(world, 20)
    await isAsked(world)
    const first = turnOf(world)
    for (const pid of [first, ...world.refreshers()]) signal(pid, 'SIGKILL')
    const others = crowd.running.filter(({ pid }) => pid !== first)
    expectOneToken(world, await Promise.all(others.map((one) => one.ended)))
    await crowd.ended
    expect(world.api.state.counts.refreshes - before).toBe(1)
    expect(crowd.refreshers.size).toBeLessThanOrEqual(3)
    await world.close()
  },
)

it('whoever waits longer than its --timeout is told that another is at work', async () => {
  const world = await openExpired({ do: 'delay', ms: 4_000 })
  const first = world.start(['token', 'web'])
  await isAsked(world)
  const crowd = ask(world, 5, ['--timeout', '1s'])
  for (const { status, out, err } of await crowd.ended) {
    expect({ status, out }).toEqual({ status: 9, out: '' })
    expect(err).toMatch(
      /^tokn: error: process \d+ \(tokn token\) holds the lock that this needs\ntokn: hint: wait/,
    )
  }
  expect(await first.ended).toMatchObject({ status: 0, err: '' })
  await world.close()
})
