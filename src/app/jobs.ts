import { rmdirSync, unlinkSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { isToknError, ToknError } from '../core/errors.ts'
import { askAgent } from '../io/agent/ask.ts'
import { isNameOfJob, namesJob } from '../io/agent/locate.ts'
import {
  appendStepVariable,
  checkStepVariables,
  readStepVariable,
} from '../io/files/step-variables.ts'
import type { Environment } from '../io/files/paths.ts'
import { elapsed } from '../io/files/elapsed.ts'
import { findOwner, hasEnded, type Owner } from '../io/process/job-owner.ts'
import { openProcessTable, type ProcessTable } from '../io/process/process-table.ts'
import { isReadOnce, readValueFile } from '../io/terminal/input.ts'
import { words } from '../messages/words.ts'
import type { ProcessOptions } from '../refresher/messages.ts'
import type { Jobs } from '../session/job.ts'
import type { Ports } from '../session/ports.ts'
import { marksOf } from './job-marks.ts'
import { readJobEnd } from './job-messages.ts'
import { askForJob, namedPlace } from './job-socket.ts'
import { variablesOfJob } from './job-variables.ts'
import { startJob } from './start-job.ts'

/** What a command brings with it. */
export interface JobsRequest {
  readonly environment: Environment
  /** Path of the executable, to start it once more. */
  readonly program: string
  readonly ports: Pick<Ports, 'timeLeft' | 'warn' | 'requester'>
  /** With which it makes its own ports. */
  readonly options: ProcessOptions
}

/** The variable by which the commands of a job find its session. */
const variable = 'TOKN_AGENT_SOCK'

/** Milliseconds in which the process of a job is gone, once its session has ended. */
const patience = 2_000

export function openJobs(request: JobsRequest): Jobs {
  const { environment, program, options, ports } = request
  const { timeLeft, warn } = ports
  const here = process.platform !== 'win32'
  const table = openProcessTable()
  const steps = environment['GITHUB_ENV'] ?? ''
  return {
    find: async (provider) => {
      for (const path of places()) {
        const found = await askForJob(path, environment, timeLeft(), provider)
        if (typeof found === 'object' && !found.ending) return { job: found, same: found.same }
      }
      return undefined
    },
    named: async (provider) => {
      if (!here) return undefined
      const path = namedPlace(environment)
      const found =
        path === undefined ? 'absent' : await askForJob(path, environment, timeLeft(), provider)
      if (typeof found === 'object' && !found.ending) return found.same ? found : undefined
      if (found === 'foreign' || !namesJob(environment)) return undefined
      return found === 'silent' ? 'unanswered' : 'ended'
    },
    namesOne: () => here && namesJob(environment),
    owner: async (pid) => {
      if (pid === undefined) return await findOwner(table)
      const found = await table.look(pid)
      return found === undefined || found.ended ? undefined : { ...found, isShell: false }
    },
    start: async (wanted) => {
      const left = timeLeft()
      const { facts, warnings, release } = await startJob(
        { environment, program, warn, patience: left },
        {
          ...options,
          ...wanted,
          command: ports.requester.command,
          // Less than we wait, so that its answer is here in time.
          timeout: Math.floor(left - Math.min(1_000, left / 10)),
          variables: withPipes(variablesOfJob(environment)),
          marks: marksOf(environment),
        },
      )
      for (const warning of warnings) warn(warning)
      return { job: facts, release }
    },
    end: async () => {
      const path = orPartial(() => places()[0])
      if (path === undefined) return undefined
      const found = await askForJob(path, environment, timeLeft())
      if (found === 'foreign') return found
      if (found === 'absent') return removeLeft(path) ? 'gone' : undefined
      if (found === 'silent') throw new ToknError('busy', words.ci.silent())
      const holder = await table.look(found.pid)
      const reply = await askAgent(path, { method: 'POST', target: '/stop' }, timeLeft())
      if (reply === undefined) throw new ToknError('busy', words.ci.silent())
      if (holder !== undefined) await seeEnd(table, holder)
      return readJobEnd(reply.body)
    },
    checkSteps: () => {
      if (steps === '') return
      try {
        checkStepVariables(steps)
      } catch (error) {
        if (!isToknError(error, 'usage')) throw error
        throw new ToknError('usage', words.ci.noSteps(error.message))
      }
    },
    tellSteps: (socket) => {
      if (steps !== '') appendStepVariable(steps, variable, socket)
      return steps !== ''
    },
    forgetSteps: () => {
      try {
        if (steps !== '') appendStepVariable(steps, variable, '')
      } catch (error) {
        if (!isToknError(error, 'usage')) throw error
        warn(error.message)
      }
    },
  }

  /** Where the session of this job can be: what later steps are told is not told to this one. */
  function places(): readonly string[] {
    if (!here) throw new ToknError('unsupported', words.ci.notHere())
    const named = namedPlace(environment)
    const wanted = steps !== '' && environment[variable] !== 'off'
    const told = wanted ? readStepVariable(steps, variable) : undefined
    const later =
      told === undefined || !isNameOfJob(told)
        ? undefined
        : namedPlace({ ...environment, [variable]: told })
    return [...new Set([named, later].filter((path) => path !== undefined))]
  }
}

/** Throws `partial` for a socket that is there and refused: its session lives on. */
function orPartial<Result>(look: () => Result): Result {
  try {
    return look()
  } catch (error) {
    if (!isToknError(error, 'store')) throw error
    throw new ToknError('partial', error.message, { hint: error.details.hint })
  }
}

/** Waits for the end of a process that is ending, so that nothing is alive once we say so. */
async function seeEnd(table: ProcessTable, owner: Owner): Promise<void> {
  const over = elapsed() + patience
  while (elapsed() < over && !(await hasEnded(table, owner))) await delay(10)
}

/** Removes the socket of a job whose process is gone; whether it is one. */
function removeLeft(path: string): boolean {
  if (!isNameOfJob(path)) return false
  try {
    unlinkSync(path)
    // Where it had a folder of its own.
    if (basename(dirname(path)).startsWith('tokn-')) rmdirSync(dirname(path))
  } catch {
    // It is of no more use, there or not.
  }
  return true
}

/** With what files say that can be read only once: nobody else finds it there. */
function withPipes(variables: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const read = Object.entries(variables).map(([name, value]): readonly [string, string] => {
    const plain = name.slice(0, -'_FILE'.length)
    if (!name.endsWith('_FILE') || !isReadOnce(value) || (variables[plain] ?? '') !== '') {
      return [name, value]
    }
    return [plain, readValueFile(value, `the file of ${name}`)]
  })
  return Object.fromEntries(read)
}
