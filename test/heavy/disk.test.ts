import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { expect, it } from 'vitest'
import { findLoss } from './support/killing.ts'
import { requirePart } from '../support/parts.ts'
import { thorough } from '../support/effort.ts'
import { inParallel, startRandom } from './support/random.ts'
import {
  refreshRequestFor,
  inject,
  isHit,
  outcomeOf,
  runRefresher,
  traceRefresher,
  type Syscall,
} from './support/syscalls.ts'
import { openWorld, type World } from './support/world.ts'

const names = `openat mkdir read write pwrite64 fsync rename link unlink close fchmod fstat
  getdents64 lseek`.split(/\s+/)
const errors = ['EIO', 'ENOSPC', 'EACCES', 'EROFS', 'EMFILE'] as const
// Faults of the configuration are of usage; where the lock cannot be seen, nothing is sent.
const refusals = new Set(['store', 'usage', 'busy'])

interface Tally {
  faults: number
  good: number
  refused: number
  /** Faults that struck another call than they were meant for. */
  missed: number
  /** What neither gave a good token nor refused as it should. */
  readonly wrong: string[]
}

/** Each call fails in one of the ways, by its number; all of them where all is asked for. */
async function failEverywhere(error: string, seed: number, tally: Tally): Promise<void> {
  const world = await openWorld('hosterby')
  await world.login('web')
  const calls = (await traceRefresher(world, 'web', names)).filter(({ file }) => file)
  for (const [index, call] of calls.entries()) {
    if (!thorough && errors[(index + seed) % errors.length] !== error) continue
    const problem = await failAt(world, call, error, tally)
    if (problem === undefined) continue
    tally.wrong.push(`${error} at ${call.name} ${call.ordinal} (${call.text}): ${problem}`)
    await world.login('web')
  }
  await world.close()
}

async function failAt(
  world: World,
  call: Syscall,
  error: string,
  tally: Tally,
): Promise<string | undefined> {
  const output = join(world.directory, 'trace')
  const before = findLeftOvers(world)
  const ended = await runRefresher(world, 'web', inject(call, `error=${error}`, output))
  const loss = await findLoss(world)
  if (!isHit(readFileSync(output, 'utf8'), world)) {
    tally.missed++
    if (loss !== undefined) await world.login('web')
    return undefined
  }
  tally.faults++
  const outcome = outcomeOf(ended)
  if (outcome === 'ok') tally.good++
  else tally.refused++
  const said = ended.out || ended.err || 'nothing'
  if (loss !== undefined) return `${loss} (after: ${said})`
  if (outcome !== 'ok' && !refusals.has(outcome ?? '')) return `said ${said}`
  const left = findLeftOvers(world).filter((path) => !before.includes(path))
  // What cannot be removed now is swept later: a minute for locks, an hour for the rest.
  return left.length === 0 || call.name === 'unlink' ? undefined : `left ${left.join(', ')}`
}

function findLeftOvers(world: World): readonly string[] {
  const traces = world.traces('web')
  return [
    ...readdirSync(traces.journals).filter((name) => name.includes(basename(traces.journal))),
    ...readdirSync(traces.sessions).filter((name) => name.endsWith('.tmp')),
    ...readdirSync(traces.lock).filter((name) => /^(new|now)/.test(name)),
  ]
}

it.runIf(requirePart('strace'))('every file operation fails in every way', async () => {
  const tally: Tally = { faults: 0, good: 0, refused: 0, missed: 0, wrong: [] }
  const { seed } = startRandom()
  // Where it strikes matters more than what it is called: that comes round in five runs.
  await inParallel(errors, 2, (error) => failEverywhere(error, seed, tally))
  console.log(
    `faults: ${tally.faults}, refused: ${tally.refused}, good tokens: ${tally.good}, ` +
      `missed: ${tally.missed}, wrong: ${tally.wrong.length} (seed ${seed})`,
    ...tally.wrong.map((text) => `\n  ${text}`),
  )
  expect(tally.wrong).toEqual([])
})

const mountable = requirePart('mount namespace')

/** Runs what follows where `directory` is a file system of 64 KiB that is full, but for `file`. */
function onFullDisk(directory: string, file = `${directory}/empty`): readonly string[] {
  const kept = `'${directory}/../kept'`
  const mount = `mount -t tmpfs -o size=64k,mode=700 tmpfs '${directory}'`
  const fill = `dd if=/dev/zero of='${directory}/filling' 2>/dev/null`
  return [
    'unshare',
    '-m',
    'sh',
    '-c',
    `cp '${file}' ${kept}; ${mount} && cp ${kept} '${file}'; ${fill}; exec "$@"`,
    'sh',
  ]
}

it.runIf(mountable)('a full disk is found before anything is spent', async () => {
  const world = await openWorld('hosterby')
  await world.login('web')
  const { journals } = world.traces('web')
  const token = (await world.run(['token', 'web'])).out
  const ended = await world.run(['__refresher'], {
    under: onFullDisk(journals),
    input: refreshRequestFor(world, 'web'),
  })
  expect(outcomeOf(ended)).toBe('store')
  expect(ended.out).toContain('no space left on the device')
  expect(world.api.state.counts.refreshes).toBe(0)
  expect(await world.run(['token', 'web'])).toMatchObject({ status: 0, out: token })
  await world.close()
})

it.runIf(mountable)('a store that is full gets its record from the next run', async () => {
  const world = await openWorld('hosterby')
  await world.login('web')
  const { sessions, session, journal } = world.traces('web')
  const under = onFullDisk(sessions, session)
  const ended = await world.run(['__refresher'], { under, input: refreshRequestFor(world, 'web') })
  expect(outcomeOf(ended)).toBe('ok')
  expect(ended.out).toContain('could not be stored yet')
  expect(existsSync(journal)).toBe(true)
  expect(await findLoss(world)).toBeUndefined()
  expect(existsSync(journal)).toBe(false)
  expect(world.api.state.counts.refreshes).toBe(1)
  await world.close()
})
