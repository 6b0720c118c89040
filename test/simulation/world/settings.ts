import type { Rotation } from '../../../src/core/provider.ts'
import type { Random } from '../random.ts'

/** What may become of a request. */
export type Fate =
  // It never arrives.
  | 'lost request'
  // It arrives, and its answer does not.
  | 'lost answer'
  // It stays on its way for long.
  | 'late'
  // 408, 429, 500, 502 to 504: nothing was done.
  | 'passing'
  // A yes that nobody can read.
  | 'nonsense'
  // A yes with a refresh token that cannot be used.
  | 'half nonsense'

const fates: readonly Fate[] = [
  'lost request',
  'lost answer',
  'late',
  'passing',
  'nonsense',
  'half nonsense',
]

/** What a provider does to tokens, and what becomes of those that come a second time. */
export interface ProviderSettings {
  readonly rotation: Rotation
  /** Whether a refresh replaces the refresh token, where the server decides. */
  readonly rotates: boolean
  /** Milliseconds after its first use in which a replaced refresh token is still taken. */
  readonly grace: number
  /** Whether a replaced refresh token that comes again ends all tokens of its login. */
  readonly endsFamily: boolean
  /** Whether an answer repeats a refresh token that stays. */
  readonly repeats: boolean
  /** Milliseconds that an access token lives. */
  readonly life: number
  /** How a session ends: an operation of its own, or by the id of its token. */
  readonly ends: 'logout' | 'revoke' | 'never'
}

/** Probabilities of what goes wrong with an engine, and on the way to it. */
export interface EngineFaults {
  /** Something becomes of a call, or of its answer: one of `fates`. */
  readonly message: number
  readonly fates: ReadonlyArray<'lost request' | 'lost answer' | 'late' | 'twice'>
  /** Nothing gets through between it and one machine for a while. */
  readonly partition: number
  /** It starts anew, with all that it had. */
  readonly restart: number
  /** Another takes over that has all, or lacks the last writes. */
  readonly failover: number
  /** It ends right after a write, and comes back without it. */
  readonly forgets: number
  /** What it had once is put back. */
  readonly backup: number
}

/** Probabilities of what goes wrong, from 0 to 1; what a schedule does not have on is 0. */
export interface Faults {
  /** A process dies, at any call of a port. */
  readonly kill: number
  /** A process stops for longer than a lease, at any call of a port. */
  readonly sleep: number
  /** The least and the most milliseconds of that; 10 to 70 seconds unless said. */
  readonly slept?: readonly [number, number] | undefined
  /** The one call that a schedule is aimed at, and what happens there. */
  readonly aim:
    | {
        readonly label: string
        readonly fault: 'kill' | 'sleep'
        readonly probability: number
      }
    | undefined
  readonly storeRead: number
  readonly storeWrite: number
  /** The store says that it took a record, and did not. */
  readonly storeLies: number
  readonly disk: number
  /** Somebody sets the clock of the machine, by up to some hours. */
  readonly clock: number
  /** The connection is refused: nothing was sent. */
  readonly unsent: number
  /** Something becomes of a request, or of its answer: one of `fates`. */
  readonly request: number
  readonly fates: readonly Fate[]
  /** What happens to an engine that machines share; nothing where there is none. */
  readonly engine?: EngineFaults | undefined
}

export interface Settings {
  readonly provider: ProviderSettings
  readonly faults: Faults
  /** How many faults there may be: enough of them prove nothing any more. */
  readonly faultBudget: number
  /** Whether a login keeps what it was made with. */
  readonly remember: boolean
  /** Whether processes see of each other whether they live: on one machine, outside of containers. */
  readonly visible: boolean
  /** Longest step of time between two events, in milliseconds. */
  readonly pace: number
  /** Milliseconds that a command may take. */
  readonly timeout: number
  readonly tasks: readonly TaskSettings[]
  /** Milliseconds from the login to the first task. */
  readonly age: number
}

export type TaskKind = 'token' | 'refresh' | 'min-ttl' | 'login' | 'logout'

export interface TaskSettings {
  readonly kind: TaskKind
  /** Milliseconds from the beginning. */
  readonly at: number
  /** Milliseconds that its clock is ahead. */
  readonly skew: number
  /** The machine that it runs on, of those there are. */
  readonly machine?: number | undefined
  /** Whether the token is used at the API once it is there. */
  readonly uses: boolean
}

const rotations: readonly Rotation[] = [
  'none',
  'on-first-use',
  'always',
  'reissue',
  'server-decides',
]

// Uniform in time, the calls where a death or a stop costs most are hit too seldom.
const killed = [
  'http',
  'seal',
  'journal.answer',
  'journal.intend',
  'journal.reserve',
  'journal.remove',
  'store.write',
  'store.read',
  'lock.release',
]
const stopped = ['http', 'seal', 'store.key', 'store.read', 'store.write', 'load http', 'lock']

/** What a schedule is like. Each has a few kinds of faults on, not all of them ("swarm testing"). */
export function drawSettings(random: Random): Settings {
  const life = 600_000
  const on = (probability: number) => (random.chance(0.35) ? probability : 0)
  const rotation = random.pick(rotations)
  return {
    provider: {
      rotation,
      rotates: random.chance(0.7),
      grace: random.pick([0, 0, 10_000, 60_000]),
      endsFamily: random.chance(0.6),
      repeats: random.chance(0.5),
      life,
      ends: rotation === 'reissue' ? 'revoke' : random.pick(['logout', 'logout', 'never']),
    },
    faults: {
      kill: on(0.02),
      sleep: on(0.03),
      aim: random.chance(0.35) ? drawAim(random) : undefined,
      storeRead: on(0.05),
      storeWrite: on(0.3),
      storeLies: on(0.2),
      disk: on(0.08),
      clock: random.chance(0.1) ? 0.05 : 0,
      unsent: on(0.3),
      request: random.chance(0.7) ? random.pick([0.3, 0.6]) : 0,
      fates: random.chance(0.2) ? fates : [random.pick(fates), random.pick(fates)],
    },
    faultBudget: random.pick([0, 1, 2, 2, 3, 4, 6]),
    remember: random.chance(0.5),
    visible: random.chance(0.4),
    pace: random.pick([5, 20, 200, 3_000]),
    timeout: random.pick([5_000, 30_000, 60_000]),
    tasks: drawTasks(random, life),
    age: random.pick([life + 1, life - 30_000, life - 1_000, life / 2, 1_000]),
  }
}

function drawAim(random: Random): NonNullable<Faults['aim']> {
  const fault = random.pick(['kill', 'sleep'] as const)
  const label = random.pick(fault === 'kill' ? killed : stopped)
  return { label, fault, probability: random.pick([0.2, 0.7]) }
}

function drawTasks(random: Random, life: number): readonly TaskSettings[] {
  const withLogin = random.chance(0.15)
  const withLogout = random.chance(0.12)
  const spread = random.pick([0, 50, 5_000, 60_000, 2 * life, 3 * life])
  return Array.from({ length: random.between(1, 5) }, (_, index) => ({
    kind: drawKind(random, index === 1 && withLogin, index === 2 && withLogout),
    at: random.between(0, spread),
    skew: random.chance(0.1) ? random.between(-5_000, 5_000) : 0,
    uses: random.chance(0.5),
  }))
}

function drawKind(random: Random, login: boolean, logout: boolean): TaskKind {
  if (login) return 'login'
  if (logout) return 'logout'
  return random.pick(['token', 'token', 'token', 'refresh', 'min-ttl'])
}
