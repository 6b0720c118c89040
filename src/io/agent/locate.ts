import { lstatSync, type Stats } from 'node:fs'
import { basename, dirname, isAbsolute, join } from 'node:path'
import { isToknError } from '../../core/errors.ts'
import { words } from '../../messages/words.ts'
import type { Environment } from '../files/paths.ts'
import { checkDirectory } from '../files/checked-directory.ts'
import { translateSystemError } from '../files/system-error.ts'
import { agentSocket, checkSocketPath, isOwnSocket, socketFolder } from '../files/socket-place.ts'

/** The socket of an agent, checked: nobody else can have put it there. */
export interface AgentPlace {
  readonly path: string
  /** By TOKN_AGENT_SOCK. */
  readonly named: boolean
  /** Why it is not asked although it is there: it is one that somebody else could have made. */
  readonly problem?: string | undefined
}

/** What of an environment names the socket of an agent: empty and `off` are for none at all. */
export function namedSocket({ TOKN_AGENT_SOCK: named }: Environment): string | undefined {
  return named === '' || named === 'off' ? undefined : named
}

/** Whether an environment names the socket of a CI job, there or not. */
export function namesJob(environment: Environment): boolean {
  return isNameOfJob(namedSocket(environment) ?? '')
}

export function isNameOfJob(path: string): boolean {
  return /^ci-\d+-[0-9a-f]+\.sock$/.test(basename(path))
}

/**
 * The agent to ask: that of TOKN_AGENT_SOCK, else the user's own where there is its socket. A text
 * says why one that is there is not asked.
 */
export function locateAgent(
  environment: Environment,
  homeOfUser?: () => string | undefined,
): AgentPlace | string | undefined {
  if (process.platform === 'win32') return undefined
  const named = namedSocket(environment)
  try {
    if (named !== undefined) return checkNamed(named)
    if (environment['TOKN_AGENT_SOCK'] !== undefined) return undefined
    const path = join(socketFolder(environment, homeOfUser), agentSocket)
    return checkOwn(path)
  } catch (error) {
    if (!isToknError(error)) throw error
    return error.message
  }
}

function checkOwn(path: string): AgentPlace | undefined {
  try {
    return isOwnSocket(path) ? { path, named: false } : undefined
  } catch (error) {
    if (!isToknError(error) || look(path) === undefined) throw error
    return { path, named: false, problem: error.message }
  }
}

/** Whether `path` is in the folder in which the processes of this user on this machine make sockets. */
export function isInSocketFolder(
  path: string,
  environment: Environment,
  homeOfUser?: () => string | undefined,
): boolean {
  try {
    return dirname(path) === socketFolder(environment, homeOfUser)
  } catch (error) {
    if (isToknError(error)) return false
    throw error
  }
}

/**
 * The folder of a socket that was forwarded, or mounted, may be open to read; what counts is who can
 * have put it there. Root takes what others have, as it does with files.
 */
function checkNamed(path: string): AgentPlace | string {
  if (!isAbsolute(path) || path.includes('\0')) return words.agentClient.notAPath()
  checkSocketPath(path)
  const stats = look(path)
  if (stats === undefined) return words.agentClient.noSocket()
  if (!stats.isSocket()) return words.agentClient.notASocket()
  const user = process.geteuid?.()
  if (user !== 0 && stats.uid !== user) return words.agentClient.ofAnother()
  if ((stats.mode & 0o002) !== 0) return words.agentClient.openToAll()
  checkDirectory(dirname(path))
  return { path, named: true }
}

function look(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false })
  } catch (error) {
    throw translateSystemError('use', path, error)
  }
}
