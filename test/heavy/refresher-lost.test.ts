import { setTimeout as delay } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { requirePart } from '../support/parts.ts'
import { sandboxNames, type SandboxName } from '../../src/sandbox/server.ts'
import { findLoss } from './support/killing.ts'
import { howMany } from '../support/effort.ts'
import { isRunning, signal } from './support/process.ts'
import { inParallel, startRandom, type Random } from './support/random.ts'
import { openWorld } from './support/world.ts'

// One in each part of the time that a refresh takes, with its moment in that part left to chance;
// which step is struck is gone through by the simulated refresh.
const killsPerApi = howMany(5, 15)

interface Tally {
  kills: number
  served: number
  /** The server had acted; the answer died with the process that waited for it. */
  lost: number
  readonly wrong: string[]
}

/** Kills the refreshing process under a command that waits for it, which has to go on. */
async function killRefreshers(name: SandboxName, random: Random, tally: Tally): Promise<void> {
  for (let turn = 0; turn < killsPerApi; turn++) {
    const world = await openWorld(name)
    await world.login('web')
    const delayed = random.next() * 60
    world.api.control.replaceFaults([{ do: 'delay', ms: delayed, ...world.aim.refresh }])
    const before = world.api.state.tokens.length
    const running = world.start(['token', 'web', '--refresh', 'force'])
    let pids = world.refreshers()
    while (pids.length === 0 && isRunning(running.pid)) {
      await delay(1)
      pids = world.refreshers()
    }
    await delay(((turn + random.next()) / killsPerApi) * 250)
    const alive = pids.filter(isRunning)
    for (const pid of alive) signal(pid, 'SIGKILL')
    const ended = await running.ended
    if (alive.length > 0) tally.kills++
    const acted = world.api.state.tokens.length > before
    const loss = await findLoss(world)
    if (ended.status === 0 && loss === undefined) tally.served++
    else if (name === 'hosterby' && acted && ended.status === 4) tally.lost++
    else tally.wrong.push(`${name}: ${ended.status} ${ended.err} ${loss ?? ''}`)
    await world.close()
  }
}

it.runIf(requirePart('linux'))('a command outlives the process that refreshes for it', async () => {
  const random = startRandom()
  const tally: Tally = { kills: 0, served: 0, lost: 0, wrong: [] }
  await inParallel(sandboxNames, 2, (name) => killRefreshers(name, random, tally))
  console.log(
    `refreshing processes killed under a command: ${tally.kills}, served: ${tally.served}, ` +
      `lost with the answer (hosterby alone): ${tally.lost}, wrong: ${tally.wrong.length} (seed ${random.seed})`,
  )
  expect(tally.wrong).toEqual([])
  expect(tally.kills).toBeGreaterThan(killsPerApi)
})
