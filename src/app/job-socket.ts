import { dirname } from 'node:path'
import { writeMarks } from '../agent/job-login.ts'
import { ToknError } from '../core/errors.ts'
import { exchange } from '../io/agent/exchange.ts'
import { isInSocketFolder, isNameOfJob, locateAgent, namesJob } from '../io/agent/locate.ts'
import type { Environment } from '../io/files/paths.ts'
import { isPrivate } from '../io/files/private-folder.ts'
import { isTemporaryFolder } from '../io/files/temporary-folder.ts'
import { words } from '../messages/words.ts'
import type { AgentPort } from '../session/agent-port.ts'
import type { MadeSession } from '../session/select-session.ts'
import { readJobAnswer, type JobAnswer } from './job-messages.ts'

/** Milliseconds in which the process of a job that works has answered, on a machine that is busy. */
const patience = 10_000

/**
 * The socket that the environment names, where nobody else can have put it there. Throws `store` for
 * one of a job that is there, and cannot be trusted: its session may well go on.
 */
export function namedPlace(environment: Environment): string | undefined {
  const place = locateAgent(environment)
  if (typeof place === 'object') return place.named ? place.path : undefined
  if (place === undefined || place === words.agentClient.noSocket()) return undefined
  if (namesJob(environment)) throw new ToknError('store', words.ci.refused(place))
  return undefined
}

/**
 * What a socket says of its job, and whether a login with `provider` would be the one that it holds;
 * within `left` milliseconds. `absent`: nobody listens there. `silent`: who does has no answer.
 * `foreign`: it is of no job, or of none that is told what a login here would be made with.
 */
export async function askForJob(
  path: string,
  environment: Environment,
  left: number,
  provider?: string,
): Promise<JobAnswer | 'absent' | 'silent' | 'foreign'> {
  if (provider !== undefined && !isOfOwnJob(path, environment)) return 'foreign'
  const query = provider === undefined ? '' : `?${await describeLogin(environment, provider)}`
  const target = `/job${query}`
  const end = Math.min(patience, left / 2)
  const reply = await exchange({ socket: path, target, begin: end, end })
  if (typeof reply === 'string') return reply === 'absent' ? 'absent' : 'silent'
  return (reply.status === 200 ? readJobAnswer(reply.body) : undefined) ?? 'foreign'
}

/**
 * Whether the environment names the session of a job that a command may take instead of that login.
 * Throws `reauth_required` for one that has ended, and `store` where that cannot be seen: whoever relies
 * on it is not to get another account, or a further login, without a word.
 */
export async function hasSessionOfJob(
  environment: Environment,
  left: number,
  provider: string | undefined,
): Promise<boolean> {
  const path = namedPlace(environment)
  const found = path === undefined ? 'absent' : await askForJob(path, environment, left, provider)
  if (typeof found === 'object' && !found.ending) return found.same
  if (found === 'foreign' || !namesJob(environment)) return false
  if (found === 'silent') throw new ToknError('store', words.ci.unanswered())
  throw new ToknError('reauth_required', words.ci.ended())
}

/** That session, with a good token and nothing that renews it: its own process does that. */
export async function findSessionOfJob(
  environment: Environment,
  left: number,
  provider: string | undefined,
  agent: AgentPort | undefined,
): Promise<MadeSession | undefined> {
  if (agent === undefined) return undefined
  if (!(await hasSessionOfJob(environment, left, provider))) return undefined
  const given = await agent.freshByName('', {})
  if (given === undefined) return undefined
  const record = { ...given.record, refresh: undefined, credentials: undefined }
  return { profile: given.profile, record }
}

/**
 * Whether a process of this user on this machine has made a socket for a job there: a forwarded one may
 * lead to anybody.
 */
function isOfOwnJob(path: string, environment: Environment): boolean {
  if (!isNameOfJob(path)) return false
  if (isInSocketFolder(path, environment)) return true
  const folder = dirname(path)
  return isTemporaryFolder(folder) && isPrivate(folder)
}

async function describeLogin(environment: Environment, provider: string): Promise<string> {
  const { marksOf } = await import('./job-marks.ts')
  const marks = writeMarks(marksOf(environment))
  return `provider=${encodeURIComponent(provider)}&marks=${encodeURIComponent(marks)}`
}
