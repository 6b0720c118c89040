import { join } from 'node:path'
import { isToknError } from '../core/errors.ts'
import type { Finding } from '../core/process.ts'
import { findLeftSockets, sweepSockets } from '../io/agent/sweep.ts'
import type { Environment } from '../io/files/paths.ts'
import { agentSocket, isOwnSocket, socketFolder } from '../io/files/socket-place.ts'
import { showPath } from '../io/files/system-error.ts'
import { words } from '../messages/words.ts'

const id = 'agent-sockets'

/** What is wrong with the sockets of agents; nothing where nothing is. Never throws. */
export async function checkSockets(
  environment: Environment,
  fix: boolean,
): Promise<readonly Finding[]> {
  const folder = tryFolder(environment)
  if (folder === undefined) return []
  try {
    // Throws for one that others can use.
    isOwnSocket(join(folder, agentSocket))
    const left = await (fix ? sweepSockets : findLeftSockets)(folder)
    if (left.length === 0) return []
    const detail = words.doctor.leftSockets(left.length, showPath(folder))
    if (fix) return [{ id, status: 'fixed', detail: words.doctor.swept(detail) }]
    return [{ id, status: 'warn', detail, fix: 'tokn doctor --fix' }]
  } catch (error) {
    if (!isToknError(error)) throw error
    return [{ id, status: 'fail', detail: error.message, fix: error.hint }]
  }
}

/** Where there is no place for sockets, there is no agent. */
function tryFolder(environment: Environment): string | undefined {
  try {
    return process.platform === 'win32' ? undefined : socketFolder(environment)
  } catch (error) {
    if (isToknError(error)) return undefined
    throw error
  }
}
