import { createInterface } from 'node:readline'
import { ToknError } from '../core/errors.ts'
import { redact } from '../core/secret.ts'
import { closeInherited } from '../io/process/inherited.ts'
import { systemClock } from '../io/process/clock.ts'
import { elapsed } from '../io/files/elapsed.ts'
import { hasEnded } from '../io/process/job-owner.ts'
import { openProcessTable } from '../io/process/process-table.ts'
import type { Environment } from '../io/files/paths.ts'
import { readValueFile } from '../io/terminal/input.ts'
import { writeAll } from '../io/terminal/write-all.ts'
import { writeOutcome } from '../refresher/messages.ts'
import { withoutSecrets } from '../refresher/run.ts'
import { words } from '../messages/words.ts'
import {
  acknowledgement,
  endOfMessage,
  readJobRequest,
  writeJobFacts,
  type JobRequest,
} from './job-messages.ts'
import { findJobPlace } from './job-place.ts'
import { logInForJob, type JobSession } from './job-session.ts'
import { endSession, openJob, type OpenJob } from './open-job.ts'
import { openPorts } from './ports.ts'
import { openVariables } from './variables.ts'

/** Longest that the end of a session may take at the provider, in milliseconds. */
const longestEnd = 10_000

/**
 * Holds the session of a CI job, until that ends. Logs in with what comes through standard input,
 * answers there whether that went well, and goes on once it hears that the answer has been told.
 */
export async function serveJob(inherited: Environment, program: string): Promise<void> {
  // What the shell that began this has opened is not held for hours: a lock, the end of a pipe.
  closeInherited()
  const terminated = hearSignals()
  const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()
  const nextLine = async () => {
    const { value, done } = await lines.next()
    return done === true ? undefined : value
  }
  const request = readJobRequest((await nextLine()) ?? '')
  if (request === undefined) throw new ToknError('usage', words.ci.notForUsers())
  const warnings: string[] = []
  let job: OpenJob
  try {
    job = await begin(request, inherited, program, (text) => warnings.push(redact(text)))
  } catch (error) {
    return answer(writeOutcome({ warnings, result: withoutSecrets(error) }))
  }
  answer(writeOutcome({ warnings, result: writeJobFacts(job.facts) }))
  keepOn()
  const told = (await nextLine()) === acknowledgement.trimEnd()
  if (told) await Promise.race([terminated, job.ended, untilOver(request)])
  await job.end()
}

async function begin(
  request: JobRequest,
  inherited: Environment,
  program: string,
  warn: (text: string) => void,
): Promise<OpenJob> {
  const environment = { ...inherited, ...request.variables }
  const variables = openVariables(environment, readValueFile)
  const ports = openPorts({
    ...request,
    environment,
    program,
    storeKey: () => undefined,
    passphrase: async () => undefined,
    fromEnvironment: variables.read,
    interaction: async () => undefined,
    lasting: true,
    warn,
  })
  // First: a session that nobody could reach would be made for nothing.
  const place = findJobPlace(environment)
  let session: JobSession | undefined
  try {
    session = await logInForJob(ports, request.provider, variables)
    return await openJob({ request, session, place, longestEnd: endIn(request) })
  } catch (error) {
    if (session !== undefined) await endSession(session, endIn(request))
    place.remove()
    throw error
  }
}

/** Milliseconds for the end of the session at the provider: not longer than for anything else there. */
function endIn({ timeout }: JobRequest): number {
  return Math.min(longestEnd, timeout)
}

/** Resolves at the end of the process that it belongs to, and when its time is up. */
async function untilOver({ owner, longest }: JobRequest): Promise<void> {
  const table = openProcessTable()
  const began = { wall: systemClock.now(), steady: elapsed() }
  const isOver = () =>
    // A machine that sleeps stops one of these clocks, and a user can set the other back.
    Math.max(systemClock.now() - began.wall, elapsed() - began.steady) >= longest
  while (!isOver() && !(await hasEnded(table, owner))) {
    const left = Math.max(1, longest - (elapsed() - began.steady))
    await new Promise((resolve) => setTimeout(resolve, Math.min(table.pause, left)))
  }
}

/** Resolves at the signal that asks a process to end; the others are for those who have a terminal. */
function hearSignals(): Promise<void> {
  for (const signal of ['SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGPIPE'] as const) {
    process.on(signal, () => undefined)
  }
  return new Promise((resolve) => {
    process.on('SIGTERM', () => resolve())
  })
}

/** A bug in the answer to one request is no reason to leave a session that nobody ends. */
function keepOn(): void {
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.removeAllListeners(event)
    process.on(event, () => undefined)
  }
}

function answer(text: string): void {
  try {
    writeAll(1, text + endOfMessage)
  } catch {
    // Whoever asked is gone, which is seen where it does not say that it has told.
  }
}
