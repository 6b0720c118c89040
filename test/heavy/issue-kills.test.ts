import { expect, it } from 'vitest'
import { requirePart } from '../support/parts.ts'
import { openLedger, remember, settle } from './support/lives.ts'
import { choose } from '../support/effort.ts'
import { inParallel, startRandom } from './support/random.ts'
import { inject, stracePlain, traceCalls, type Syscall } from './support/syscalls.ts'
import { openWorld, type World } from './support/world.ts'

const names =
  `openat mkdir write pwrite64 writev fsync rename link unlink socket connect recvfrom shutdown`.split(
    ' ',
  )
/** One of so many calls is struck, besides the first and the last of each kind. */
const stride = 8

interface Tally {
  kills: number
  /** The answer was there, and the command again took it. */
  finished: number
  /** The token was made, and the command again said how to revoke it. */
  refused: number
  /** Nothing had been made, and the command again issued it. */
  issued: number
  readonly wrong: string[]
}

async function issue(world: World, name: string, strace: readonly string[] = []) {
  const under = strace.length === 0 ? [] : [...stracePlain, ...strace]
  return await world.run(['issue', 'web', '--save-as', name], { under })
}

/** Kills an issue at one call, and gives the command again. */
async function killAt(world: World, name: string, call: Syscall, tally: Tally): Promise<void> {
  const before = world.api.state.counts.issued
  const killed = await issue(world, name, inject(call, 'signal=SIGKILL'))
  if (killed.status === 0) return
  tally.kills++
  const made = world.api.state.counts.issued - before
  const again = await issue(world, name)
  const more = world.api.state.counts.issued - before - made
  const said = `${call.name} ${call.ordinal} (${call.text}), ${made} made, then ${again.status}, ${more} more: ${again.err}`
  if (again.status === 0 && made === 0 && more === 1) tally.issued++
  else if (again.status === 0 && made === 1 && more === 0) tally.finished++
  else if (again.status === 2 && made === 1 && more === 0) {
    // Either its profile holds it, or it is lost, and nothing is revoked unasked.
    const kept = (await world.run(['token', name])).status === 0
    if (kept || /tokn: hint: tokn revoke [0-9a-f]+ -P web/.test(again.err)) tally.refused++
    else tally.wrong.push(said)
  } else tally.wrong.push(said)
}

it.runIf(requirePart('strace'))('an issue is killed at its system calls', async () => {
  const tally: Tally = { kills: 0, finished: 0, refused: 0, issued: 0, wrong: [] }
  const { seed } = startRandom()
  await inParallel([0, 1], 2, async (part) => {
    const world = await openWorld('rightech')
    const ledger = openLedger()
    await world.login('web')
    const calls = await traceCalls(world, names, (strace) => issue(world, 'traced', strace))
    // The two share them out.
    const chosen = choose(calls, { stride, seed })
    for (const [index, call] of chosen.entries()) {
      if (index % 2 !== part) continue
      await killAt(world, `kept${index}`, call, tally)
      await remember(world, ledger)
    }
    await settle(world, ledger)
    tally.wrong.push(...ledger.wrong)
    await world.close()
  })
  console.log(
    `issues killed: ${tally.kills}, then issued: ${tally.issued}, finished: ${tally.finished}, ` +
      `refused: ${tally.refused}, wrong: ${tally.wrong.length} (seed ${seed})`,
    ...tally.wrong.map((text) => `\n  ${text}`),
  )
  expect(tally.wrong).toEqual([])
  expect(Math.min(tally.issued, tally.finished)).toBeGreaterThan(0)
})
