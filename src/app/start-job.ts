import { spawn } from 'node:child_process'
import { jobArgument } from '../agent/job-argument.ts'
import { environmentOfOwnChildren } from '../core/environment.ts'
import { ToknError } from '../core/errors.ts'
import type { Environment } from '../io/files/paths.ts'
import { readOutcome, type Outcome } from '../refresher/messages.ts'
import { tooLate } from '../refresher/limits.ts'
import { words } from '../messages/words.ts'
import {
  acknowledgement,
  endOfMessage,
  readJobFacts,
  writeJobRequest,
  type JobFacts,
  type JobRequest,
} from './job-messages.ts'

/** A process that has begun to hold the session of a job. */
export interface StartedJob {
  readonly facts: JobFacts
  readonly warnings: readonly string[]
  /**
   * Lets it go on alone. Before that, our end is its end, and that of its session. Throws `internal`
   * where it has ended already.
   */
  release(): Promise<void>
}

/** What this process brings with it. */
export interface Starting {
  /** Path of the executable, to start it once more. */
  readonly program: string
  readonly environment: Environment
  /** Milliseconds to wait for it. */
  readonly patience: number
  /** Gets what it has to tell where it fails. */
  warn(text: string): void
}

/**
 * Starts a process that logs in and holds the session. It has a session of the system of its own, so
 * that no signal of a terminal reaches it; what it has to know goes in by a pipe, and nothing secret
 * is in an argument, a file or its environment. Throws what the login throws; then it has ended.
 */
export async function startJob(starting: Starting, request: JobRequest): Promise<StartedJob> {
  const { program, environment, patience, warn } = starting
  const child = spawn(process.execPath, [program, jobArgument], {
    detached: true,
    stdio: ['pipe', 'pipe', 'ignore'],
    env: environmentOfOwnChildren(environment),
  })
  child.stdin.on('error', () => undefined)
  child.stdin.write(writeJobRequest(request))
  const outcome = await new Promise<Outcome | 'late' | undefined>((resolve) => {
    const chunks: Buffer[] = []
    const deadline = setTimeout(() => resolve('late'), patience)
    const finish = () => {
      clearTimeout(deadline)
      resolve(readOutcome(Buffer.concat(chunks).toString()))
    }
    child.once('error', finish)
    child.once('close', finish)
    child.stdout.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      if (chunk.toString('latin1').endsWith(endOfMessage)) finish()
    })
  })
  child.unref()
  child.stdout.destroy()
  const facts =
    typeof outcome === 'object' && typeof outcome.result === 'string'
      ? readJobFacts(outcome.result)
      : undefined
  if (facts === undefined) {
    // It reads this as our end.
    child.stdin.destroy()
    if (outcome === 'late') throw tooLate()
    for (const warning of outcome?.warnings ?? []) warn(warning)
    throw outcome?.result instanceof ToknError
      ? outcome.result
      : new ToknError('internal', words.ci.notStarted(child.signalCode ?? child.exitCode))
  }
  return {
    facts,
    warnings: typeof outcome === 'object' ? outcome.warnings : [],
    release: () =>
      new Promise((resolve, reject) => {
        child.stdin.end(acknowledgement, (error?: Error | null) => {
          if (error == null) resolve()
          else reject(new ToknError('internal', words.ci.endedMeanwhile()))
        })
      }),
  }
}
