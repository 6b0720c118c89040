import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as tick, setTimeout as delay } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { sandboxNames, type SandboxName } from '../../src/sandbox/server.ts'
import { findLoss } from './support/killing.ts'
import { signal } from './support/process.ts'
import { inParallel } from './support/random.ts'
import { requirePart } from '../support/parts.ts'
import { openWorld, type World } from './support/world.ts'

const lease = 20_000
const points = ['intent', 'request', 'answer'] as const
type Point = (typeof points)[number]

interface Outcome {
  readonly first: number | null
  readonly second: number | null
  readonly loss: string | undefined
}

/** Stops the process that refreshes for longer than its lease, while another one asks as well. */
async function stopHolder(name: SandboxName, point: Point): Promise<Outcome> {
  const world = await openWorld(name)
  await world.login('web')
  let stopped = await stopAt(world, point)
  while (stopped === undefined) stopped = await stopAt(world, point)
  const second = await world
    .run(['token', 'web', '--refresh', 'force'])
    .finally(() => stopped?.pids.forEach((pid) => signal(pid, 'SIGCONT')))
  expect(second.milliseconds, second.err).toBeGreaterThan(lease - 3_000)
  const ended = await stopped.first.ended
  const loss = await findLoss(world)
  const words = [ended.err, second.err, loss].filter(Boolean)
  if (words.length > 0) console.log(`${name}, stopped at the ${point}:`, ...words)
  await world.close()
  return { first: ended.status, second: second.status, loss }
}

/** `undefined` when the process had let go of its lock before it could be stopped. */
async function stopAt(world: World, point: Point) {
  const { method, path } = world.aim.refresh
  const delayed = { do: 'delay', ms: 400, times: 1, method, path } as const
  world.api.control.replaceFaults(point === 'answer' ? [] : [delayed])
  const before = world.api.log.length
  const first = world.start(['token', 'web', '--refresh', 'force'])
  while (!reached(world, point, before)) await tick()
  const pids = world.refreshers()
  for (const pid of pids) signal(pid, 'SIGSTOP')
  // A process that runs on another processor goes on for a moment.
  await delay(20)
  if (pids.length > 0 && isHeld(world)) return { first, pids }
  for (const pid of pids) signal(pid, 'SIGCONT')
  await first.ended
  return undefined
}

function reached(world: World, point: Point, before: number): boolean {
  if (point === 'intent') return existsSync(world.traces('web').journal)
  const { method, path } = world.aim.refresh
  const requests = world.api.log.slice(before).filter((one) => one.method === method)
  return requests.some((one) => one.path.startsWith(path) && (point === 'request' || one.status))
}

function isHeld(world: World): boolean {
  const { lock } = world.traces('web')
  const top = Math.max(...readdirSync(lock).map(Number).filter(Number.isInteger))
  return readFileSync(join(lock, String(top)), 'utf8').trimEnd() !== 'released'
}

it.runIf(requirePart('linux'))(
  'a holder that was stopped past its lease does no harm',
  async () => {
    const cases = sandboxNames.flatMap((name) => points.map((point) => ({ name, point })))
    const outcomes = new Map<string, Outcome>()
    await inParallel(cases, cases.length, async ({ name, point }) => {
      outcomes.set(`${name} ${point}`, await stopHolder(name, point))
    })
    const second = [...outcomes].filter(([, { second }]) => second !== 0).map(([key]) => key)
    console.log(
      `stopped holders: ${outcomes.size}; sessions lost: 0; overtakers refused: ${second}`,
    )
    for (const [key, { first, loss }] of outcomes) {
      expect({ key, first, loss }).toEqual({ key, first: 0, loss: undefined })
    }
    // Tokens of which both halves always change are spent once: what was under way cannot be repeated.
    expect(second.filter((key) => !key.startsWith('hosterby'))).toEqual([])
  },
)
