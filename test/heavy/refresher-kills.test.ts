import { expect, it } from 'vitest'
import { sandboxNames, type SandboxName } from '../../src/sandbox/server.ts'
import { findLoss } from './support/killing.ts'
import { requirePart } from '../support/parts.ts'
import { choose, thorough } from '../support/effort.ts'
import { inParallel, startRandom } from './support/random.ts'
import { inject, runRefresher, traceRefresher, type Syscall } from './support/syscalls.ts'
import { openWorld, type World } from './support/world.ts'

const names =
  `openat mkdir read write pwrite64 writev fsync fdatasync rename link unlink close fchmod
  socket connect sendto sendmsg recvfrom shutdown`.split(/\s+/)

/**
 * Where the process is killed. One that dies as it reads leaves what it would leave at its next
 * write, and all APIs have the steps around their request in common: that is looked at with the one
 * whose answer cannot be asked for again, at the others' calls that leave something.
 */
function choosePoints(name: SandboxName, calls: readonly Syscall[], seed: number) {
  if (thorough) return calls
  if (name === 'hosterby') return choose(calls, { stride: 4, seed })
  return choose(
    calls.filter(({ seen }) => seen),
    { stride: 6, seed },
  )
}

interface Result {
  kills: number
  /** Lost where the server had acted and the answer was not durable yet. */
  readonly window: string[]
  /** Lost or torn anywhere else. */
  readonly wrong: string[]
}

async function killEverywhere(name: SandboxName, seed: number, result: Result): Promise<void> {
  let world = await freshWorld(name)
  const calls = await traceRefresher(world, 'web', names)
  for (const [index, call] of choosePoints(name, calls, seed).entries()) {
    // MCS grants one refresh token 25 access tokens.
    if (index % 8 === 7) world = await freshWorld(name, world)
    if (await killAt(world, name, call, result)) world = await freshWorld(name, world)
  }
  await world.close()
}

async function freshWorld(name: SandboxName, before?: World): Promise<World> {
  await before?.close()
  const world = await openWorld(name)
  await world.login('web')
  return world
}

/** Whether the session was lost. */
async function killAt(
  world: World,
  name: SandboxName,
  call: Syscall,
  result: Result,
): Promise<boolean> {
  const before = spent(world)
  await runRefresher(world, 'web', inject(call, 'signal=SIGKILL'))
  await world.settled()
  result.kills++
  const acted = spent(world) > before
  const problem = await findLoss(world)
  if (problem === undefined) return false
  const text = `${name}, ${call.name} ${call.ordinal} (${call.text}): ${problem}`
  const allowed = name === 'hosterby' && acted && problem.startsWith('status 4')
  ;(allowed ? result.window : result.wrong).push(text)
  return true
}

function spent(world: World): number {
  return world.api.state.counts.refreshes + world.api.state.counts.issued
}

it.runIf(requirePart('strace'))(
  'the refreshing process is killed at its system calls',
  async () => {
    const { seed } = startRandom()
    const result: Result = { kills: 0, window: [], wrong: [] }
    await inParallel(sandboxNames, 2, (name) => killEverywhere(name, seed, result))
    console.log(
      `kills at system calls: ${result.kills}, torn or lost: ${result.wrong.length}, ` +
        `lost between the server's commit and the journal (hosterby alone): ${result.window.length} (seed ${seed})`,
      ...result.window.map((text) => `\n  ${text}`),
    )
    expect(result.wrong).toEqual([])
    expect(result.kills).toBeGreaterThan(thorough ? 200 : 100)
  },
)
