import type { Packet } from './world/network.ts'
import type { Park, SimulatedProcess } from './world/process.ts'
import type { EngineMessage } from './fleet/link.ts'
import type { World } from './world/world.ts'

/** More than any schedule takes that ends. */
const longest = 20_000

/** Milliseconds that pass where nothing can happen before some time is over. */
const idleStep = 500

const usualSleep = [10_000, 70_000] as const

type Choice = Park | Packet | EngineMessage

/** Lets everything happen that can, in an order that the seed decides, until all processes ended. */
export async function runToEnd(world: World): Promise<void> {
  const choices: Choice[] = []
  for (let steps = 0; world.violation === undefined; steps++) {
    if (steps > longest) {
      world.violate('this does not end')
      return
    }
    findChoices(world, choices)
    if (choices.length === 0) {
      if (world.processes.length === 0 && !isAnythingFlying(world)) return
      world.now += idleStep
      continue
    }
    world.steps++
    world.now += world.random.between(0, world.calm ? 10 : world.settings.pace)
    world.setClock()
    world.fleet?.disturb()
    const choice = world.random.pick(choices)
    if ('run' in choice) world.fleet?.link.arrive(choice)
    else if ('fate' in choice) world.network.arrive(choice)
    else if (!strikes(world, choice)) await proceed(world, choice)
  }
}

function isAnythingFlying({ network, fleet }: World): boolean {
  return network.flying.length > 0 || (fleet?.link.flying.length ?? 0) > 0
}

/** Everything that can happen now, into `choices`. */
function findChoices(world: World, choices: Choice[]): void {
  const { now, network, processes } = world
  choices.length = 0
  for (const message of world.fleet?.link.flying ?? []) {
    if (message.arrivesAt <= now) choices.push(message)
  }
  for (const packet of network.flying) if (packet.arrivesAt <= now) choices.push(packet)
  let over = false
  for (const process of processes) {
    if (process.state === 'running' && !process.isAsleep()) {
      if (process.endsAt <= now) endOverdue(process)
      for (const park of process.parks) if (park.ready()) choices.push(park)
    }
    over ||= process.state !== 'running'
  }
  if (over) world.processes = processes.filter(({ state }) => state === 'running')
}

/** A refresher that goes on for too long after its deadline ends itself. */
function endOverdue(process: SimulatedProcess): void {
  process.world.note(() => `${process.name} ends itself: it is overdue`)
  process.die()
}

/** Whether the process of a call dies now, or stops for longer than a lease. */
function strikes(world: World, park: Park): boolean {
  const { process, label } = park
  const { random } = world
  if (world.kills(label)) {
    const done = random.chance(0.5)
    if (done) park.apply()
    world.note(() => `${process.name} dies ${done ? 'after' : 'before'} ${label}`)
    process.die()
    return true
  }
  if (label !== 'start' && world.stops(label)) {
    const done = park.prompt || random.chance(0.5)
    if (done) park.apply()
    const duration = random.between(...(world.settings.faults.slept ?? usualSleep))
    world.note(
      () => `${process.name} sleeps for ${duration} ms ${done ? 'after' : 'before'} ${label}`,
    )
    process.sleep(duration)
    return true
  }
  return false
}

async function proceed(world: World, park: Park): Promise<void> {
  const { process } = park
  process.parks.splice(process.parks.indexOf(park), 1)
  await world.resume(park)
}
