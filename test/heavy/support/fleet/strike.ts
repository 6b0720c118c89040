import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import type { SharedEngine } from '../../../../src/core/shared-engine.ts'
import { signal, type Ended } from '../process.ts'
import { profile, type Fleet, type FleetMachine } from './fleet.ts'
import { phaseOf, readStored, type Phase, type Stored } from './phase.ts'
import type { Passing } from './relay.ts'

/** What is done to a refresh at one of its steps: a piece that goes to a server or comes from one. */
export const blows = [
  // All that runs on the machine ends: the power fails.
  'holder',
  // The process that refreshes ends, and the command that waits for it goes on.
  'refresher',
  // The engine ends by kill -9, and is started again.
  'engine',
  // Nothing on the machine runs for longer than a lease; then it goes on as if nothing had been.
  'zombie',
  // The kernel drops what the machine sends, what comes back to it, or both.
  'cut to',
  'cut from',
  'cut both',
  // Connections to the engine end.
  'reset',
] as const
export type Blow = (typeof blows)[number]

export interface Strike {
  readonly blow: Blow
  /** Pieces that pass before; or it is the answer of the provider that has taken a refresh token. */
  readonly after: number | 'answer'
  /** Whether the piece itself passes. */
  readonly passes: boolean
}

export interface Outcome {
  readonly strike: Strike
  /** Which piece it was; nothing where the refresh was over before. */
  readonly at: string | undefined
  /** How far the refresh was then. */
  readonly phase: Phase | undefined
  readonly first: Ended
  readonly rival: Ended
  /** Refresh tokens spent twice by this. */
  readonly twice: number
  /** Whether whoever spent one again could not know of an answer: the window that is documented. */
  readonly inWindow: boolean
  /** Why the session is of no use afterwards. */
  readonly lost: string | undefined
  readonly problems: readonly string[]
}

/** Longer than a lease, by which the rest of the fleet may go on without a machine. */
const longerThanLease = 11_000

/** How many pieces a refresh has that nothing happens to: give or take a few. */
export async function countPieces(fleet: Fleet, machine: FleetMachine): Promise<number> {
  let pieces = 0
  fleet.gate = (passing) => {
    if (passing.machine === machine.index) pieces++
    return true
  }
  const { status, err } = await machine.run(['token', profile, '--refresh', 'force'])
  fleet.gate = undefined
  if (status !== 0) throw new Error(err)
  return pieces
}

/** Refreshes on one machine, and strikes it; another one wants the same; then all is well again. */
export async function strikeOnce(
  fleet: Fleet,
  engine: SharedEngine,
  strike: Strike,
  [first, rival, witness]: readonly [FleetMachine, FleetMachine, FleetMachine],
): Promise<Outcome> {
  const { provider, key } = fleet
  const problems: string[] = []
  const before = await readStored(engine, key)
  let highest = before.generation
  const look = async (): Promise<Stored> => {
    const now = await readStored(engine, key)
    if (now.generation < highest) problems.push(`generation ${now.generation} over ${highest}`)
    highest = Math.max(highest, now.generation)
    return now
  }
  const twiceBefore = provider.spentTwice().length
  const heard = { sent: false, answered: false }
  let pieces = 0
  let at: string | undefined
  let phase: Phase | undefined
  let inWindow = false
  let healed: Promise<void> = Promise.resolve()
  const struck = new Promise<void>((resolve) => {
    fleet.gate = async (passing) => {
      const { machine, server, way } = passing
      const token = spentBy(passing)
      if (token !== undefined && provider.spendings.some(({ refresh }) => refresh === token)) {
        const now = await look()
        const knows = now.hasAnswer || now.generation > before.generation
        if (knows) problems.push(`machine ${machine} spends again what the engine has an answer to`)
        inWindow ||= !knows
      }
      if (machine !== first.index) return true
      const answers = server === 'provider' && way === 'from' && heard.sent
      const goes = at !== undefined || !isItsTime(answers)
      if (goes) {
        heard.sent ||= token !== undefined
        heard.answered ||= answers
        return true
      }
      at = nameOf(passing, pieces)
      phase = phaseOf(before, await look(), heard)
      const act = () => {
        healed = deal(fleet, first, strike.blow)
        resolve()
      }
      if (!strike.passes) {
        act()
        return strike.blow === 'reset'
      }
      heard.sent ||= token !== undefined
      setImmediate(act)
      return true
    }
  })
  const running = first.start(['token', profile, '--refresh', 'force'])
  await Promise.race([struck, running.ended])
  const second = await rival.run(['token', profile, '--refresh', 'force'])
  const ended = await running.ended
  await healed
  await look()
  const lost = await findLoss(fleet, witness)
  await look()
  fleet.gate = undefined
  const twice = provider.spentTwice().length - twiceBefore
  const outcome = { strike, at, phase, first: ended, rival: second }
  return { ...outcome, twice, inWindow, lost, problems }

  function isItsTime(answers: boolean): boolean {
    pieces++
    if (strike.after === 'answer' ? !answers : pieces <= strike.after) return false
    return strike.blow !== 'refresher' || refreshersOn(first).length > 0
  }
}

/** The refresh token that a piece takes to the provider. */
function spentBy({ server, way, bytes }: Passing): string | undefined {
  if (server !== 'provider' || way !== 'to') return undefined
  return /(?:^|[&\n])refresh_token=([^&\s]+)/.exec(bytes.toString('latin1'))?.[1]
}

function refreshersOn(machine: FleetMachine): readonly number[] {
  return machine.pids().filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('__refresher')
    } catch {
      return false
    }
  })
}

/** Does it; resolves when all is as it was, but for what has ended. */
async function deal(fleet: Fleet, machine: FleetMachine, blow: Blow): Promise<void> {
  switch (blow) {
    case 'holder':
      machine.crash()
      return
    case 'refresher':
      for (const pid of refreshersOn(machine)) signal(pid, 'SIGKILL')
      return
    case 'engine':
      await fleet.engine.kill()
      await fleet.engine.start()
      return
    case 'zombie':
      machine.signalAll('SIGSTOP')
      await delay(longerThanLease)
      machine.signalAll('SIGCONT')
      return
    case 'reset':
      fleet.cut('engine', machine.index)
      return
    default:
      machine.drop(blow === 'cut to' ? 'to' : blow === 'cut from' ? 'from' : 'both')
      await delay(longerThanLease)
      machine.heal()
  }
}

/** Why the session is of no use to a machine that had no part in it. */
async function findLoss(fleet: Fleet, machine: FleetMachine): Promise<string | undefined> {
  const held = await machine.run(['token', profile, '--refresh', 'force'])
  if (held.status !== 0) return `status ${held.status}: ${held.err.trim()}`
  return fleet.provider.isLive(held.out.trim()) ? undefined : 'a token that is dead at the server'
}

function nameOf({ server, way, bytes }: Passing, piece: number): string {
  return `piece ${piece}, ${bytes.length} bytes ${way} the ${server}`
}
