import { setTimeout as delay } from 'node:timers/promises'
import type { EngineName } from '../../../support/engines.ts'
import { openFleet, profile, type Fleet } from './fleet.ts'

// What the benchmark measures over machines apart (`.config/bench/fleet.mjs`). Nothing here is a test.

export { lease } from '../../../../src/core/shared-time.ts'
export { probe } from '../../../support/probes.ts'
export { startEngine } from '../../../support/engines.ts'
export { startStrictServer } from './strict-server.ts'

export interface FleetCosts {
  readonly engine: EngineName
  /** Seconds until the last of these processes has a good token that is there. */
  readonly good: number
  /** The same where it is expired, and a refresh takes `slow` milliseconds. */
  readonly expired: number
  /** Requests that reached the provider for it. */
  readonly requests: number
  readonly failed: number
  /** Milliseconds from the kill of a holder to the request of whoever took over. */
  readonly takeovers: readonly number[]
}

export const callers = 200
export const slow = 300

export async function measureFleet(name: EngineName, takeovers = 5): Promise<FleetCosts> {
  const fleet = await openFleet(name, { skewed: false })
  try {
    await fleet.login()
    await runAll(fleet, 8)
    const good = await runAll(fleet, callers)
    fleet.provider.life = 1
    await fleet.machine(0).run(['token', profile, '--refresh', 'force'])
    fleet.provider.life = 3_600
    fleet.provider.slow = slow
    // A provider that gives tokens so short is not asked again within five seconds.
    await delay(6_000)
    const before = fleet.provider.spendings.length
    const expired = await runAll(fleet, callers)
    const requests = fleet.provider.spendings.length - before
    fleet.provider.slow = 0
    const times: number[] = []
    for (let round = 0; round < takeovers; round++) times.push(await takeOver(fleet))
    const failed = good.failed + expired.failed
    return {
      ...{ engine: name, good: good.seconds, expired: expired.seconds, requests, failed },
      takeovers: times,
    }
  } finally {
    await fleet.close()
  }
}

async function runAll(fleet: Fleet, count: number) {
  const began = performance.now()
  const line = ['token', profile, '--quiet', '--timeout', '2m']
  const ended = await Promise.all(
    Array.from({ length: count }, (_, index) => fleet.machine(index % 4).run(line)),
  )
  const seconds = (performance.now() - began) / 1_000
  return { seconds, failed: ended.filter(({ status }) => status !== 0).length }
}

/** Kills whoever is about to send; gives the time until another has sent instead. */
async function takeOver(fleet: Fleet): Promise<number> {
  const [holder, next] = [fleet.machine(0), fleet.machine(1)]
  const force = ['token', profile, '--refresh', 'force']
  let killedAt = 0
  const killed = new Promise<void>((resolve) => {
    fleet.gate = ({ machine, server }) => {
      if (killedAt > 0 || machine !== 0 || server !== 'provider') return true
      killedAt = performance.now()
      holder.crash()
      resolve()
      return false
    }
  })
  const first = holder.start(force)
  await Promise.race([killed, first.ended])
  if (killedAt === 0) throw new Error(`it ended without a request: ${(await first.ended).err}`)
  let sentAt = 0
  fleet.provider.done = () => void (sentAt ||= performance.now())
  const second = await next.run([...force, '--timeout', '1m'])
  await first.ended
  fleet.gate = undefined
  fleet.provider.done = undefined
  if (sentAt === 0) throw new Error(`nobody took over: ${second.err}`)
  return sentAt - killedAt
}
