import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { requirePart } from '../support/parts.ts'
import { findLoss } from './support/killing.ts'
import { choose } from '../support/effort.ts'
import { inParallel, startRandom } from './support/random.ts'
import { inject, isHit, stracePlain, traceCalls, type Syscall } from './support/syscalls.ts'
import { credentialsOf, openWorld, type World } from './support/world.ts'

const names = `openat mkdir read write pwrite64 fsync rename link unlink fchmod getdents64`.split(
  ' ',
)
const errors = ['EIO', 'ENOSPC', 'EACCES', 'EROFS'] as const

interface Tally {
  faults: number
  /** Nothing was spent, and the exit status says why. */
  refused: number
  /** One login was spent, and a fresh process has its token. */
  kept: number
  /** As `kept`, once `doctor --fix` had stored what was sealed. */
  recovered: number
  readonly wrong: string[]
}

/** Logs in once, under strace where given. */
async function login(world: World, name: string, strace: readonly string[] = []) {
  const to = ['--provider', world.api.name, '--base-url', world.api.baseUrl, '--timeout', '3s']
  const under = strace.length === 0 ? [] : [...stracePlain, ...strace]
  return await world.run(['login', name, ...to], { under, environment: credentialsOf(world.api) })
}

/** One login in which one call fails: either nothing is spent, or the session is there. */
async function failAt(world: World, name: string, call: Syscall, error: string, tally: Tally) {
  const output = join(world.directory, 'trace')
  const before = world.api.state.counts.logins
  const ended = await login(world, name, inject(call, `error=${error}`, output))
  const trace = readFileSync(output, 'utf8')
  if (!isHit(trace, world)) return
  tally.faults++
  const spent = world.api.state.counts.logins - before
  const text = `${error} at ${call.name} ${call.ordinal} (${call.text}): ${ended.status} ${ended.err}`
  // What this very process could not release, nobody else can take while it lives.
  const locked = ended.status === 9 && trace.includes('/locks/')
  // Node itself ends when it cannot close what conf has it read in one go.
  const aborted = ended.err.includes('Assertion failed')
  if (spent === 0) {
    tally.refused++
    const clear = ended.status === 8 || (ended.status === 2 && ended.err.includes('config'))
    if (!clear && !locked && !aborted) tally.wrong.push(text)
    return
  }
  const loss = await findLoss(world, name)
  if (loss === undefined) tally.kept++
  else if (!locked) tally.wrong.push(`${text}; then ${loss}`)
  else {
    await world.run(['doctor', '--fix', '--offline'])
    const still = await findLoss(world, name)
    if (still === undefined) tally.recovered++
    else tally.wrong.push(`${text}; then, for all that doctor does, ${still}`)
  }
}

it.runIf(requirePart('strace'))(
  'a login meets a failing disk: nothing is spent, or all is kept',
  async () => {
    const tally: Tally = { faults: 0, refused: 0, kept: 0, recovered: 0, wrong: [] }
    const { seed } = startRandom()
    // Of each kind of call the first fails in a login of a new name, the last in one of a known name,
    // and some of the others in either, each in one way, which changes with the seed.
    await inParallel([0, 1], 2, async (part) => {
      const world = await openWorld('hosterby')
      await login(world, 'known')
      const name = (index: number) => (part === 0 ? `new${index}` : 'known')
      const trace = (strace: readonly string[]) => login(world, name(0), strace)
      const calls = (await traceCalls(world, names, trace)).filter(({ file }) => file)
      const chosen = choose(calls, {
        stride: 16,
        seed: seed + part * 8,
        ends: [part === 0 ? 'first' : 'last'],
      })
      for (const [index, call] of chosen.entries()) {
        const error = errors[(index + seed) % errors.length] ?? 'EIO'
        await failAt(world, name(index + 1), call, error, tally)
      }
      await world.close()
    })
    console.log(
      `faults during logins: ${tally.faults}, refused: ${tally.refused}, kept: ${tally.kept}, ` +
        `recovered: ${tally.recovered}, wrong: ${tally.wrong.length} (seed ${seed})`,
      ...tally.wrong.map((text) => `\n  ${text}`),
    )
    expect(tally.wrong).toEqual([])
    expect(tally.faults).toBeGreaterThan(50)
  },
)
