import type { Random } from '../random.ts'
import type { EngineFaults, Settings } from '../world/settings.ts'
import { withFleetTheme } from './themes.ts'

/** Milliseconds that clocks of two machines of a fleet may be apart by. */
const farthest = 600_000

/** Where a death or a stop costs most, of the calls that a fleet makes. */
const struck = [
  'engine.write',
  'engine.read',
  'engine.takeLease',
  'engine.leaseLeft',
  'engine.releaseLease',
  'connect',
  'http',
]

/** The same schedule over machines that share an engine: whatever may happen to it comes on top. */
export function drawFleet(random: Random, settings: Settings): Settings {
  const aimed = random.chance(0.35)
  const { faults, tasks } = settings
  const drawn: Settings = {
    ...settings,
    // Clocks of machines are apart, and nobody sets them.
    faults: {
      ...faults,
      ...(aimed ? { aim: drawAim(random) } : {}),
      storeRead: 0,
      storeWrite: 0,
      storeLies: 0,
      clock: 0,
      engine: drawEngine(random),
    },
    visible: false,
    provider: { ...settings.provider, life: 2 * settings.provider.life },
    age: random.pick([2 * settings.provider.life + 1, 2 * settings.provider.life - 1_000]),
    tasks: tasks.map((task) => ({ ...task, machine: random.between(0, 3) })),
  }
  return withFleetTheme(random, drawn)
}

/** How far the clocks of the machines are ahead. */
export function drawSkews(random: Random): readonly number[] {
  const apart = random.chance(0.6)
  return [0, 1, 2].map(() => (apart ? random.between(-farthest, farthest) : 0))
}

function drawAim(random: Random): NonNullable<Settings['faults']['aim']> {
  const fault = random.pick(['kill', 'sleep'] as const)
  return { label: random.pick(struck), fault, probability: random.pick([0.1, 0.4]) }
}

function drawEngine(random: Random): EngineFaults {
  const on = (probability: number) => (random.chance(0.3) ? probability : 0)
  const fates = ['lost request', 'lost answer', 'late', 'twice'] as const
  return {
    message: on(0.1),
    fates: random.chance(0.3) ? fates : [random.pick(fates)],
    partition: on(0.02),
    restart: on(0.01),
    failover: on(0.01),
    forgets: on(0.2),
    backup: random.chance(0.1) ? 0.01 : 0,
  }
}
