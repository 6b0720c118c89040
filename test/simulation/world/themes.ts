import type { Random } from '../random.ts'
import type { Settings, TaskSettings } from './settings.ts'

// What comes together too seldom by chance, and is dangerous when it does.

type Theme = (random: Random, settings: Settings) => Partial<Settings>

/** A holder sleeps past its lease, and what it wakes up to is a session that was ended. */
const endedMeanwhile: Theme = (random, { faults, provider }) => ({
  provider: { ...provider, rotation: random.pick(['none', 'on-first-use']), ends: 'logout' },
  faults: {
    ...faults,
    kill: 0,
    sleep: 0,
    aim: { label: 'http', fault: 'sleep', probability: 0.5 },
    request: 0,
    unsent: 0,
    clock: 0,
  },
  faultBudget: 2,
  visible: false,
  timeout: 120_000,
  pace: 200,
  age: provider.life - 1_000,
  tasks: [
    makeTask('token', 0),
    makeTask('token', random.between(1_000, 20_000)),
    makeTask('logout', random.between(20_000, 40_000)),
  ],
})

/** An answer that cannot be read, and credentials whose login fails as well. */
const nothingHelps: Theme = (random, { faults, provider }) => ({
  provider: { ...provider, rotation: random.pick(['always', 'server-decides']) },
  faults: { ...faults, request: 0.6, fates: ['nonsense', 'nonsense', 'passing'], unsent: 0.2 },
  faultBudget: random.between(2, 4),
  remember: true,
  age: provider.life - 30_000,
  tasks: [0, 40_000, 50_000, 60_000].map((at) => makeTask('token', at)),
})

/** A holder sleeps right before it sends, and another takes the lock over. */
const lateToSend: Theme = (random, { faults, provider }) => ({
  faults: {
    ...faults,
    kill: 0,
    sleep: 0,
    aim: { label: 'load http', fault: 'sleep', probability: 0.7 },
    clock: 0,
  },
  faultBudget: random.between(1, 3),
  visible: false,
  timeout: 60_000,
  age: provider.life - 1_000,
  tasks: [0, random.between(0, 2_000), random.between(0, 40_000)].map((at) =>
    makeTask('token', at),
  ),
})

/** A reply waits in the journal until what it gave is over. */
const waitsLong: Theme = (_, { faults, provider }) => ({
  faults: {
    ...faults,
    kill: 0,
    sleep: 0,
    aim: { label: 'store.write', fault: 'kill', probability: 0.9 },
    request: 0,
    unsent: 0,
  },
  // The refresher, and the second one that goes on for it.
  faultBudget: 2,
  visible: true,
  timeout: 60_000,
  age: provider.life - 1_000,
  tasks: [makeTask('token', 0)],
})

const themes: readonly Theme[] = [endedMeanwhile, nothingHelps, lateToSend, waitsLong]

/** One schedule in ten has a theme. */
export function withTheme(random: Random, settings: Settings): Settings {
  return random.chance(0.1) ? { ...settings, ...random.pick(themes)(random, settings) } : settings
}

function makeTask(kind: TaskSettings['kind'], at: number): TaskSettings {
  return { kind, at, skew: 0, uses: false }
}
