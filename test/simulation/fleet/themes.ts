import type { Random } from '../random.ts'
import type { EngineFaults, Settings, TaskSettings } from '../world/settings.ts'

// What comes together too seldom by chance, and is dangerous when it does.

type Theme = (random: Random, settings: Settings) => Partial<Settings>

const quiet: EngineFaults = {
  message: 0,
  fates: ['late'],
  partition: 0,
  restart: 0,
  failover: 0,
  forgets: 0,
  backup: 0,
}

/**
 * A holder sleeps past its lease at one of its steps, and the next one is at work when it wakes up: or
 * the session has been ended, or is another one.
 */
const zombie: Theme = (random, { faults, provider }) => ({
  provider: {
    ...provider,
    rotation: random.pick(['always', 'server-decides', 'none']),
    endsFamily: random.chance(0.3),
  },
  faults: {
    ...without(faults),
    engine: quiet,
    aim: {
      label: random.pick(['http', 'connect', 'engine.leaseLeft', 'engine.write', 'engine.read']),
      fault: 'sleep',
      probability: random.pick([0.1, 0.4]),
    },
  },
  faultBudget: random.between(1, 2),
  remember: false,
  pace: random.pick([20, 200]),
  timeout: 120_000,
  age: provider.life + 1,
  tasks: [
    ...[0, random.between(0, 3_000), random.between(5_000, 60_000)].map((at, machine) =>
      makeTask('token', at, machine),
    ),
    ...(random.chance(0.3) ? endings(random) : []),
  ],
})

/** It wakes up while the next one, which has taken its lease over, is at one step after the other. */
const narrow: Theme = (random, settings) => {
  const { faults, tasks, ...rest } = zombie(random, settings)
  return {
    ...rest,
    provider: { ...settings.provider, rotation: random.pick(['always', 'none']) },
    faults: {
      ...(faults ?? settings.faults),
      slept: [6_500, 13_000],
      aim: {
        label: random.pick(['http', 'engine.leaseLeft', 'engine.write', 'engine.write']),
        fault: 'sleep',
        probability: random.pick([0.2, 0.4]),
      },
    },
    pace: random.pick([100, 400]),
    tasks: tasks?.map((task, index) => (index === 2 ? { ...task, at: 10_000 } : task)) ?? [],
  }
}

/** A logout while somebody sleeps and, now and then, a login after it. */
function endings(random: Random): readonly TaskSettings[] {
  const at = random.between(10_000, 60_000)
  const login = makeTask('login', at + random.between(500, 20_000), random.between(0, 3))
  return [makeTask('logout', at, random.between(0, 3)), ...(random.chance(0.5) ? [login] : [])]
}

/** The engine comes back without its last writes, once tokens were stored. */
const forgetful: Theme = (random, { faults, provider }) => ({
  provider: { ...provider, rotation: random.pick(['always', 'server-decides']) },
  faults: {
    ...without(faults),
    engine: { ...quiet, failover: 0.006, backup: random.pick([0, 0.004]) },
  },
  faultBudget: random.between(1, 2),
  remember: false,
  pace: random.pick([5, 200]),
  timeout: 30_000,
  age: provider.life + 1,
  tasks: [0, 20_000, 40_000, 60_000].map((at) => makeTask('refresh', at, random.between(0, 3))),
})

/** Calls come late, or a second time, while one refresh follows the other. */
const repeated: Theme = (random, { faults, provider }) => ({
  provider: { ...provider, rotation: random.pick(['always', 'none']) },
  faults: {
    ...without(faults),
    engine: { ...quiet, message: 0.15, fates: ['late', 'twice', 'lost answer'] },
  },
  faultBudget: random.between(2, 6),
  pace: random.pick([5, 20]),
  timeout: 60_000,
  age: provider.life + 1,
  tasks: [0, 500, 3_000, 6_000, 9_000].map((at) => makeTask('refresh', at, random.between(0, 3))),
})

const themes: readonly Theme[] = [zombie, narrow, forgetful, repeated]

/** Four schedules in ten have a theme. */
export function withFleetTheme(random: Random, settings: Settings): Settings {
  return random.chance(0.4) ? { ...settings, ...random.pick(themes)(random, settings) } : settings
}

function without(faults: Settings['faults']): Settings['faults'] {
  return { ...faults, kill: 0, sleep: 0, request: 0, unsent: 0, disk: 0, aim: undefined }
}

function makeTask(kind: TaskSettings['kind'], at: number, machine: number): TaskSettings {
  return { kind, at, skew: 0, uses: false, machine }
}
