import { spawn } from 'node:child_process'
import { environmentOfOwnChildren, ownVariables } from '../core/environment.ts'
import { ToknError } from '../core/errors.ts'
import { words } from '../messages/words.ts'
import { refresherArgument } from './argument.ts'
import { endsOthers, stayFor } from './last-process.ts'
import { afterwards, tooLate } from './limits.ts'
import {
  endOfOutcome,
  readOutcome,
  writeRequest,
  type Outcome,
  type RefresherRequest,
} from './messages.ts'

/** What the process that asks brings with it. */
export interface Spawning {
  /** Path of the executable, to start it once more. */
  readonly program: string
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Milliseconds that the command may still take. */
  timeLeft(): number
  warn(text: string): void
}

/**
 * Has a refresh run by a process of its own; gives the record's text. That process has a session of
 * its own and is deaf to signals, so that it ends what it began whatever happens to this one. The
 * request goes in by a pipe, with what of our environment could be secret, and the outcome comes back
 * by one; nothing of it is ever on disk, in an argument or in that process's environment. When it is
 * killed, a second one goes on from what the first wrote down. Throws what the refresh throws.
 */
export async function refreshInOwnProcess(
  spawning: Spawning,
  request: Omit<RefresherRequest, 'timeout' | 'variables'>,
): Promise<string> {
  const { warnings, result } = await stayFor(runTwiceIfKilled(spawning, request))
  for (const warning of warnings) spawning.warn(warning)
  if (typeof result === 'string') return result
  throw result
}

async function runTwiceIfKilled(
  { program, environment, timeLeft }: Spawning,
  request: Omit<RefresherRequest, 'timeout' | 'variables'>,
): Promise<Outcome> {
  const variables = ownVariables(environment)
  const runOnce = async () => {
    const left = timeLeft()
    // Less than we wait, so that its answer is here in time.
    const timeout = Math.floor(left - Math.min(1_000, left / 10))
    const input = writeRequest({ ...request, timeout, variables })
    // Where it would not outlive us, it is waited for to the end.
    return await run(program, input, environment, endsOthers() ? left + afterwards : left)
  }
  const first = await runOnce()
  const last = first.killed ? await runOnce() : first
  if (last.outcome !== undefined) return last.outcome
  if (last.end === 'late') throw tooLate()
  throw new ToknError('internal', words.refresh.refresherFailed(last.end))
}

/** How a process ended, as far as we waited for it: its exit status, or the signal that ended it. */
export type End = number | NodeJS.Signals | 'late' | 'not started'

interface Ended {
  readonly outcome: Outcome | undefined
  readonly end: End
  /** Whether somebody ended it before it could answer. */
  readonly killed: boolean
}

async function run(
  program: string,
  input: string,
  environment: Spawning['environment'],
  patience: number,
): Promise<Ended> {
  const child = spawn(process.execPath, [program, refresherArgument], {
    detached: true,
    stdio: ['pipe', 'pipe', 'ignore'],
    env: environmentOfOwnChildren(environment),
  })
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  const chunks: Buffer[] = []
  const end = await new Promise<End>((resolve) => {
    const deadline = setTimeout(() => resolve('late'), patience)
    child.once('error', () => {
      clearTimeout(deadline)
      resolve('not started')
    })
    // What it may do after its answer is nothing to wait for.
    child.stdout.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      if (!chunk.toString().endsWith(endOfOutcome)) return
      clearTimeout(deadline)
      resolve(0)
    })
    child.once('close', (code, signal) => {
      clearTimeout(deadline)
      resolve(signal ?? code ?? 0)
    })
  })
  // It outlives this process, which must not wait for it any longer.
  child.unref()
  child.stdout.destroy()
  const outcome = readOutcome(Buffer.concat(chunks).toString())
  const killed = typeof end === 'string' && end.startsWith('SIG') && outcome === undefined
  return { outcome, end, killed }
}
