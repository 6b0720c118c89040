import { existsSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import type { SandboxName } from '../../../src/sandbox/server.ts'
import { isRunning } from './process.ts'
import type { Random } from './random.ts'
import { openWorld, type World } from './world.ts'

export interface Killing {
  /** Times the program was ended by the signal, not by itself. */
  kills: number
  /** Sessions that a fresh process could not use afterwards. */
  readonly lost: string[]
  refreshes: number
  /** Times that a token was handed out which a refresh under way then replaced. */
  overtaken: number
}

export interface KillPlan {
  readonly name: SandboxName
  readonly kills: number
  /** `aimed`: in the window of the refresh; `uniform`: anywhere in the life of the process. */
  readonly points: 'aimed' | 'uniform'
  readonly random: Random
}

const signals = ['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP'] as const
// Of the window, or of the life of the process. Twenty attempts have each signal in each of them.
const parts = 5
// Fewer than the refreshes that MCS grants one refresh token.
const killsPerWorld = 8

/** Kills the program in the middle of refreshes; a fresh process must have a good token each time. */
export async function killRepeatedly(plan: KillPlan): Promise<Killing> {
  const total: Killing = { kills: 0, lost: [], refreshes: 0, overtaken: 0 }
  let attempt = 0
  while (total.kills < plan.kills) {
    const world = await openWorld(plan.name)
    try {
      await world.login('web')
      const usual = await world.run(['token', 'web', '--refresh', 'force'])
      for (let turn = 0; turn < killsPerWorld && total.kills < plan.kills; turn++) {
        const killed = await killOnce(world, plan, attempt++, usual.milliseconds)
        if (killed !== undefined) total.kills++
        const { problem, overtaken } = await findLossAtOnce(world)
        if (overtaken) total.overtaken++
        if (problem !== undefined) {
          total.lost.push(`${plan.name} ${plan.points} ${killed ?? 'unharmed'}: ${problem}`)
          break
        }
      }
      total.refreshes += world.api.state.counts.refreshes + world.api.state.counts.issued
    } finally {
      await world.close()
    }
  }
  return total
}

async function killOnce(
  world: World,
  plan: KillPlan,
  attempt: number,
  usual: number,
): Promise<string | undefined> {
  const { random } = plan
  const signal = signals[attempt % signals.length] ?? 'SIGKILL'
  const share = ((attempt % parts) + random.next()) / parts
  const window = 20 + random.next() * 60
  const { path, method } = world.aim.refresh
  const aimed = plan.points === 'aimed'
  if (aimed) world.api.control.replaceFaults([{ do: 'delay', ms: window, path, method }])
  const before = requestsFor(world)
  const running = world.start(['token', 'web', '--refresh', 'force'])
  let where = 'at a random moment'
  if (!aimed) await delay(share * usual * 1.1)
  else {
    const early = random.next() < 0.3
    const journal = world.traces('web').journal
    while (isRunning(running.pid) && !(early ? existsSync(journal) : requestsFor(world) > before))
      await delay(1)
    const wait = share * (window + 40)
    where = `${wait.toFixed(0)} of ${window.toFixed(0)} ms after the ${early ? 'intent' : 'request'}`
    await delay(wait)
  }
  running.child.kill(signal)
  const ended = await running.ended
  return ended.signal === null ? undefined : `${signal} ${where}`
}

function requestsFor(world: World): number {
  const { path, method } = world.aim.refresh
  return world.api.log.filter((one) => one.method === method && one.path.startsWith(path)).length
}

/**
 * As `findLoss`, but first at once, while the process that refreshes may still run: what it hands
 * out then may be the token of a moment ago, and the one after that has to be good.
 */
async function findLossAtOnce(world: World): Promise<{ problem?: string; overtaken: boolean }> {
  const underWay = world.refreshers().length > 0
  const first = await findLoss(world)
  if (first === undefined) return { overtaken: false }
  if (!underWay) return { problem: first, overtaken: false }
  await world.settled()
  const second = await findLoss(world)
  return { overtaken: true, ...(second === undefined ? {} : { problem: second }) }
}

/** What is wrong with the session, as the server sees it; `undefined` when nothing is. */
export async function findLoss(world: World, profile = 'web'): Promise<string | undefined> {
  world.api.control.replaceFaults([])
  let ended = await world.run(['token', profile])
  // An answer was lost: the token is served by its time, and the next refresh shows what became of it.
  const doubtful = ended.status === 0 && ended.err.includes('may have been replaced')
  if (doubtful) ended = await world.run(['token', profile, '--refresh', 'force'])
  const { status, out, err } = ended
  if (status !== 0) return `status ${status}: ${err.trim()}`
  const held = world.api.state.tokens.find(({ access }) => access === out.trimEnd())
  if (held === undefined) return 'a token that the server never made'
  if (!held.accessLive) return 'a token that is dead at the server'
  return held.refreshLive === false ? 'a refresh token that is dead at the server' : undefined
}
