import { nothingHere } from '../agent/answers.ts'
import type { Agent } from '../agent/agent.ts'
import { createConfirmation } from '../agent/confirmation.ts'
import { dueAt, nextLook, type DurationLimits, type Moments } from '../agent/duration-limits.ts'
import { Guard } from '../agent/guard.ts'
import { createLocking } from '../agent/locking.ts'
import { createPassphraseLock } from '../agent/passphrase-lock.ts'
import { TokenFiles } from '../agent/token-files.ts'
import type { Asked } from '../agent/requests.ts'
import type { AnswerTo } from '../agent/server.ts'
import type { Gate, Log, WorldClock } from '../agent/world.ts'
import type { AgentKeeping } from '../core/agent-keeping.ts'
import { ToknError } from '../core/errors.ts'
import { forgetSecrets } from '../core/secret.ts'
import { display } from '../core/text.ts'
import type { Environment } from '../io/files/paths.ts'
import { openTokenFile } from '../io/files/token-file.ts'
import { askByProgram, askpassOf, isProgram } from '../io/process/askpass.ts'
import { words } from '../messages/words.ts'
import type { AgentKey } from './agent-key.ts'

export interface KeeperOptions {
  readonly keeping: AgentKeeping
  readonly key: AgentKey
  readonly environment: Environment
  /** The folder in which it is noted what token files hold. */
  readonly notes: string
  readonly clock: WorldClock
  readonly log: Log
}

/** What stands around an agent: its lock, its limits, and the files that it keeps. */
export interface Keeper {
  readonly gate: Gate
  /** The answers of an agent, as far as it may give them. */
  answers(agent: Agent): AnswerTo
  /** Begins once it serves: `open` gives the agent, and `end` has it end. */
  begin(open: () => Promise<Agent>, end: () => void): void
  close(): void
}

/** Milliseconds between two looks at the limits, and at the files. */
const tick = 30_000
const fileTick = 5_000

/** Throws `usage` for files that cannot be kept, and where nobody can be asked who has to be. */
export function openKeeper(options: KeeperOptions): Keeper {
  const { keeping, key, environment, clock, log } = options
  const limits: DurationLimits = { lifetime: keeping.lifetime, idle: keeping.idleExit }
  let made: Agent | undefined
  let open: () => Promise<Agent>
  let opened = clock.now()
  let watchAgain: (() => void) | undefined
  let timer: NodeJS.Timeout | undefined
  let fileTimer: NodeJS.Timeout | undefined
  const locking = createLocking({
    passphrase: createPassphraseLock({ elapsed: clock.elapsed }),
    drop,
    changed: (locked) => {
      log(locked ? words.agentLock.locked(locking.guarded) : words.agentLock.unlocked())
      opened = clock.now()
      watchAgain?.()
    },
  })
  const guard = new Guard({
    locking,
    storeKey: key,
    clock,
    drop,
    opened: () => void files?.lookAnew(),
    confirmation: keeping.confirm === true ? confirmationBy(environment, clock, log) : undefined,
    only: keeping.forGroup === undefined ? undefined : new Set(['auth'] as const),
  })
  const files = openTokenFiles()
  return {
    gate: {
      locked: () => guard.locked(),
      describe: () => ({ ...guard.describe(), ...describeKeeping(keeping) }),
    },
    answers: (agent) => {
      made = agent
      const answer = (asked: Asked) => agent.answer(asked)
      return (asked, request) =>
        agent.isMeant(asked) ? guard.answer(asked, request, answer) : nothingHere
    },
    begin: (opening, end) => {
      open = opening
      // Before a file asks for a session: a passphrase costs a second and 128 MiB, once.
      void key.prepare().then(() => files?.look())
      if (limits.lifetime !== undefined || limits.idle !== undefined) {
        watchAgain = () => watch(end)
        watchAgain()
      }
      if (files === undefined) return
      fileTimer = setInterval(() => void files.look(), fileTick)
    },
    close: () => {
      watchAgain = undefined
      clearTimeout(timer)
      clearInterval(fileTimer)
      files?.clear(true)
    },
  }

  function drop(): void {
    key.drop()
    made?.forget()
    files?.clear()
    forgetSecrets()
  }

  function openTokenFiles(): TokenFiles | undefined {
    const wanted = keeping.tokenFiles ?? []
    if (wanted.length === 0) return undefined
    return new TokenFiles({
      files: wanted.map(({ path, profile }) => ({
        profile,
        place: openTokenFile(path, options.notes),
      })),
      fresh: async (profile, minTtl) => {
        made ??= await open()
        const { sessions } = made
        // Every few seconds: a store is not to be read for that.
        return sessions.held(profile, minTtl) ?? (await sessions.fresh(profile, { minTtl }))
      },
      locked: () => locking.locked,
      now: clock.now,
      log,
    })
  }

  function moments(): Moments {
    const { usedAt: used, busy } = guard
    const { locked, guarded } = locking
    return { now: clock.now(), opened, used, busy, locked, guarded }
  }

  /** Looks now, and again when something can be due. */
  function watch(end: () => void): void {
    clearTimeout(timer)
    const due = dueAt(limits, moments())
    if (due === 'end') return end()
    // It is looked at anew once that is done.
    if (due === 'lock') return void locking.lock()
    timer = setTimeout(() => watch(end), nextLook(limits, moments(), tick))
  }
}

/** Durations in seconds. */
function describeKeeping({ lifetime, idleExit, confirm, tokenFiles = [] }: AgentKeeping) {
  return {
    lifetime: inSeconds(lifetime),
    idle_exit: inSeconds(idleExit),
    confirm: confirm === true,
    token_files: tokenFiles.map(({ profile, path }) => ({ profile, path })),
  }
}

function inSeconds(duration: number | undefined): number | null {
  return duration === undefined ? null : Math.floor(duration / 1_000)
}

function confirmationBy(environment: Environment, clock: WorldClock, log: Log) {
  const program = askpassOf(environment)
  if (program === undefined) throw new ToknError('usage', words.agentLock.noAskpass())
  if (!isProgram(program, environment)) {
    throw new ToknError('usage', words.agentLock.askpassNotRun(display(program, 200)))
  }
  return createConfirmation({
    elapsed: clock.elapsed,
    ask: async ({ profile, endpoint }) =>
      await askByProgram(program, words.agentLock.question(profile, endpoint), environment, log),
  })
}
