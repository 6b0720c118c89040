import { setTimeout as delay } from 'node:timers/promises'
import type { SharedEngine } from '../../../../src/core/shared-engine.ts'
import type { Ended } from '../process.ts'
import { profile, type Fleet, type FleetMachine } from './fleet.ts'
import type { Passing } from './relay.ts'

/** What is done to a refresh at one of its steps: a piece that goes to a server or comes from one. */
export const blows = [
  // All that runs on the machine ends: the power fails.
  'holder',
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
  /** A request was sent that spends, and no answer to it was in the engine, when it was struck. */
  readonly inWindow: boolean
  readonly first: Ended
  readonly rival: Ended
  /** Refresh tokens spent twice by this. */
  readonly twice: number
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
  const { provider } = fleet
  const problems: string[] = []
  const before = await readGeneration(engine)
  const twiceBefore = provider.spentTwice().length
  let versionAtSpending: string | undefined
  provider.done = async () => {
    versionAtSpending ??= await readVersion(engine)
  }
  let pieces = 0
  let at: string | undefined
  let inWindow = false
  let healed: Promise<void> = Promise.resolve()
  const struck = new Promise<void>((resolve) => {
    fleet.gate = async (passing) => {
      if (passing.machine !== first.index || at !== undefined) return true
      pieces++
      const { server, way } = passing
      const answers = server === 'provider' && way === 'from' && versionAtSpending !== undefined
      if (strike.after === 'answer' ? !answers : pieces <= strike.after) return true
      at = nameOf(passing, pieces)
      const act = async () => {
        inWindow = await isInWindow()
        healed = deal(fleet, first, strike.blow)
        resolve()
      }
      if (!strike.passes) {
        await act()
        return strike.blow === 'reset'
      }
      setImmediate(() => void act())
      return true
    }
  })
  const running = first.start(['token', profile, '--refresh', 'force'])
  await Promise.race([struck, running.ended])
  const second = await rival.run(['token', profile, '--refresh', 'force'])
  const ended = await running.ended
  await healed
  fleet.gate = undefined
  provider.done = undefined
  const lost = await findLoss(fleet, witness)
  const after = await readGeneration(engine)
  if (after < before) problems.push(`generation ${after} over ${before}`)
  const twice = provider.spentTwice().length - twiceBefore
  return { ...{ strike, at, inWindow, first: ended, rival: second, twice, lost, problems } }

  async function isInWindow(): Promise<boolean> {
    if (versionAtSpending === undefined) return false
    return (await readVersion(engine)) === versionAtSpending
  }
}

/** Does it; resolves when all is as it was, but for what has ended. */
async function deal(fleet: Fleet, machine: FleetMachine, blow: Blow): Promise<void> {
  switch (blow) {
    case 'holder':
      machine.crash()
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

async function readRow(engine: SharedEngine) {
  for (let tries = 0; ; tries++) {
    try {
      return await engine.find(profile)
    } catch (error) {
      // It is being started again.
      if (tries > 50) throw error
      await delay(100)
    }
  }
}

export async function readVersion(engine: SharedEngine): Promise<string | undefined> {
  return (await readRow(engine))?.version
}

export async function readGeneration(engine: SharedEngine): Promise<number> {
  return (await readRow(engine))?.generation ?? 0
}

function nameOf({ server, way, bytes }: Passing, piece: number): string {
  return `piece ${piece}, ${bytes.length} bytes ${way} the ${server}`
}
