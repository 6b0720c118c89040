import { beginSession, startTask, type Ending } from './tasks.ts'
import { runToEnd } from './scheduler.ts'
import { readStored } from './world/facts.ts'
import { generationOf } from './world/place.ts'
import { World, type WorldKind } from './world/world.ts'

/** What one seed led to. */
export interface Finding {
  readonly seed: number
  readonly kind: WorldKind
  /** What was wrong; absent where nothing was. */
  readonly violation: string | undefined
  /** One line for each event, where they were asked for. */
  readonly trace: readonly string[]
  readonly steps: number
  /** How often each fault happened. */
  readonly faults: Readonly<Record<string, number>>
}

/** What holds in every schedule. */
export const invariants = {
  a: 'a refresh token is not spent again once there is an answer to its spending',
  b: 'a session that the provider honours is lost only while an answer to a refresh was lost',
  c: 'a token known to be dead is never handed out',
  d: 'no generation goes backwards in the store',
  e: 'at rest the journal is empty, but for answers that nobody can read yet',
  f: 'who asks at the same time gets the same newest generation',
  h: 'on machines whose clocks are apart, no token serves whose time is over, and no good one is renewed',
  g: 'nobody spends, or writes the journal of a refresh, without a valid lock',
} as const

/** Runs the schedule of a seed: the same seed, the same events. */
export async function runSchedule(
  seed: number,
  kind: WorldKind = 'local',
  traced = false,
): Promise<Finding> {
  // Nobody reads where an error came from unless the schedule is told.
  Error.stackTraceLimit = traced ? 30 : 0
  const trace: string[] = []
  const world = new World(seed, kind, traced ? trace : undefined)
  world.note(() => `settings: ${JSON.stringify(world.settings)}`)
  beginSession(world)
  await runTasks(world)
  await rest(world)
  const { violation, steps, counts } = world
  return { seed, kind, violation, trace, steps, faults: counts }
}

async function runTasks(world: World): Promise<void> {
  for (const { kind, at, skew, uses, machine = 0 } of world.settings.tasks) {
    startTask(world, kind, { in: at, skew, uses, machine: world.machines[machine] })
  }
  world.calm = false
  await runToEnd(world)
  world.calm = true
}

/** Faults have stopped: what is there must be whole, or be lost for a reason that is known. */
async function rest(world: World): Promise<void> {
  const calm = { timeout: 60_000, uses: false }
  world.note(() => 'all faults end')
  world.fleet?.heal()
  // The next to ask may be a while.
  if (world.random.chance(0.3)) world.now += 2 * world.settings.provider.life
  const first = startTask(world, 'token', calm)
  await runToEnd(world)
  checkJournal(world)
  checkServed(world, first)
  const alone = startTask(world, 'refresh', calm)
  await runToEnd(world)
  // Whoever asks from now on is told the same: each waits in vain for somebody who knows more.
  if (alone.error !== undefined && isExcused(world)) return checkEnd(world, [alone], [])
  world.now += 0.6 * world.settings.provider.life
  const { machines } = world
  const together = [1, 2, 3].map((turn) =>
    startTask(world, 'min-ttl', { ...calm, machine: machines[turn % machines.length] }),
  )
  await runToEnd(world)
  if (world.violation === undefined) checkEnd(world, [alone, ...together], together)
  const apart = machines.some(({ skew }) => skew !== 0)
  for (const machine of apart ? machines : []) {
    if (world.violation === undefined) await checkAgrees(world, machine)
  }
}

/** Whether a session that is lost by now was lost for a reason that is known. */
function isExcused({ place, facts }: World): boolean {
  const text = place.text()
  return text !== undefined && facts.excuse(readStored(text)) !== undefined
}

/** (h): what was renewed a moment ago is good for every machine. */
async function checkAgrees(world: World, machine: World['machines'][number]): Promise<void> {
  const before = world.facts.begin().generation
  const { served } = startTask(world, 'min-ttl', { timeout: 60_000, uses: false, machine })
  await runToEnd(world)
  const after = world.facts.begin().generation
  if (served !== undefined && before > 0 && before !== after && world.facts.logins === 0) {
    world.violate(`(h) machine ${machine.name} renews generation ${before}, which is good`)
  }
}

/** (b): what is handed out without a word of doubt is taken by the provider, and at once. */
function checkServed(world: World, { served, error }: Ending): void {
  const text = world.place.text()
  if (text === undefined || world.facts.excuse(readStored(text)) !== undefined) return
  // What cannot be read is told, until somebody asks for a refresh by name.
  const unreadable = world.network.packets.some(({ fate }) => fate === 'nonsense')
  if (error !== undefined && !unreadable) {
    world.violate(`(b) the first to ask gets no token: ${error.code}: ${error.message}`)
  }
  if (served === undefined || world.server.honours(served.access)) return
  // An old request that arrived late ends a login whose tokens were given since: nobody can know.
  if (world.place.left() !== undefined || world.server.hasEnded(served.access)) return
  world.violate(`(b) the provider does not take ${served.access}, which is handed out`)
}

function checkEnd(world: World, all: readonly Ending[], together: readonly Ending[]): void {
  const text = world.place.text()
  const stored = text === undefined ? undefined : readStored(text)
  if (stored === undefined) {
    if (world.facts.endings === 0) world.violate('(b) the session is gone, and nobody ended it')
    return
  }
  const failure = all.find(({ error }) => error !== undefined)?.error
  const live = world.server.honours(stored.access)
  const excuse = failure === undefined && live ? undefined : world.facts.excuse(stored)
  if (excuse !== undefined) {
    world.counts[`lost: ${excuse}`] = (world.counts[`lost: ${excuse}`] ?? 0) + 1
    return
  }
  if (failure !== undefined) {
    world.violate(`(b) the session is lost: ${failure.code}: ${failure.message}`)
    return
  }
  if (!live) world.violate(`(b) the provider does not take ${stored.access}, which was just got`)
  const generations = new Set(together.map(({ served }) => served?.generation))
  if (generations.size > 1 || !generations.has(stored.generation)) {
    world.violate(`(f) generations ${[...generations].join(', ')} of ${stored.generation}`)
  }
  checkJournal(world)
}

/** (e): what is left is of the tokens that are stored, and not of others. */
function checkJournal(world: World): void {
  const left = world.place.left()
  const text = world.place.text()
  if (left === undefined) return
  const generation = generationOf(left)
  const stored = text === undefined ? 0 : readStored(text).generation
  if (stored > 0 && generation > stored) return
  // A logout that was taken for dead removes the session of a refresh that goes on.
  if (stored === 0 && world.facts.overtaken) return
  world.violate(`(e) the journal has ${left.intent} at rest, and ${stored} is stored`)
}
