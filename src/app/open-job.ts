import { json, type Answer } from '../agent/answers.ts'
import { isSameLogin, readMarks } from '../agent/job-login.ts'
import type { AskedJob } from '../agent/requests.ts'
import { isFailure } from '../core/errors.ts'
import { systemClock } from '../io/process/clock.ts'
import { elapsed } from '../io/files/elapsed.ts'
import { words } from '../messages/words.ts'
import { nothing } from '../session/revoke/logout-verdict.ts'
import type { LogoutResult } from '../session/revoke/logout.ts'
import { openAgent } from './agent.ts'
import { writeJobEnd, type JobFacts, type JobRequest } from './job-messages.ts'
import type { JobPlace } from './job-place.ts'
import type { JobSession } from './job-session.ts'
import { version } from '../../package.json'

/** The session of a job behind its socket. */
export interface OpenJob {
  readonly facts: JobFacts
  /** Resolves when it was ended by its socket. */
  readonly ended: Promise<void>
  /** Ends the session at the provider, and closes the socket. Never throws. */
  end(): Promise<void>
}

interface Opening {
  readonly request: JobRequest
  readonly session: JobSession
  readonly place: JobPlace
  /** Milliseconds that the end may take at the provider. */
  readonly longestEnd: number
}

/** Serves the session of a job at a socket of its own. Throws `store`. */
export async function openJob(opening: Opening): Promise<OpenJob> {
  const { request, session, place, longestEnd } = opening
  let ending: Promise<LogoutResult> | undefined
  const endOnce = () => (ending ??= endSession(session, longestEnd))
  let told: (() => void) | undefined
  const ended = new Promise<void>((resolve) => {
    told = resolve
  })
  const { title } = await session.open(() => undefined).provider()
  const agent = await openAgent({
    world: {
      // Nobody is given a session that is ending.
      session: (name, warn) =>
        name === session.name && ending === undefined ? session.open(warn) : undefined,
      sessions: () => (ending === undefined ? [session.open(() => undefined)] : []),
      profilesStamp: () => '',
      defaultName: () => session.name,
      stampOf: () => (ending === undefined ? String(session.generation()) : 'ending'),
      forgetStores: () => undefined,
      isMeant: () => true,
      clock: { now: systemClock.now, elapsed },
      socket: place.path,
      version,
    },
    // Nobody else makes a socket of this name.
    lock: session.lock,
    log: () => undefined,
    job: answerForJob,
  })
  if (agent === undefined) throw new Error('a socket of a new name is taken')
  const since = systemClock.now()
  const facts: JobFacts = {
    socket: place.path,
    pid: process.pid,
    provider: request.provider,
    title,
    since,
    until: since + request.longest,
    owner: request.owner.pid,
  }
  return {
    facts,
    ended,
    end: async () => {
      await endOnce()
      // Last: until then, whoever asks for the end is told how that went.
      await agent.close()
      place.remove()
    },
  }

  function answerForJob(asked: AskedJob | 'stop'): Answer | Promise<Answer> {
    if (asked === 'stop') {
      return endOnce().then((result) => {
        setImmediate(() => told?.())
        return json(200, JSON.parse(writeJobEnd(result)) as object, ['Connection', 'close'])
      })
    }
    const marks = readMarks(asked.marks ?? '')
    if (marks === undefined) return { status: 400 }
    const now = { provider: asked.provider, marks }
    const same = isSameLogin(request, session.asked, now)
    return json(200, { ...facts, same, ending: ending !== undefined })
  }
}

/** Ends a session at the provider, in a time of its own. Never throws. */
export async function endSession(session: JobSession, longest: number): Promise<LogoutResult> {
  try {
    return await session.open(() => undefined, longest).logout({ localOnly: false })
  } catch (error) {
    const alive = isFailure(error) ? error.message : words.ci.endFailed()
    return { ...nothing, erased: true, alive, doubtful: true, failed: true }
  }
}
