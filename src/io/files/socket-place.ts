import { lstatSync, type Stats } from 'node:fs'
import { dirname, join } from 'node:path'
import { ToknError } from '../../core/errors.ts'
import { words } from '../../messages/words.ts'
import { checkDirectory } from './checked-directory.ts'
import { passwdHome } from './base-folders.ts'
import type { Environment } from './paths.ts'
import { isPrivate } from './private-folder.ts'
import { showPath, translateSystemError } from './system-error.ts'

/** Bytes of the path of a socket (sun_path of unix(7), on macOS the shorter one), less the zero. */
const longestPath = 103

/** The name of the socket of the agent of a user, in the folder of all sockets. */
export const agentSocket = 'agent.sock'

/**
 * The folder of the sockets of this user: in XDG_RUNTIME_DIR where that belongs to this user alone,
 * else below the home of the password database, which no variable moves. Makes nothing. Throws
 * `store` where there is neither.
 */
export function socketFolder(
  { XDG_RUNTIME_DIR: runtime }: Environment,
  homeOfUser = passwdHome,
): string {
  if (runtime?.startsWith('/') === true && isPrivate(runtime)) return join(runtime, 'tokn')
  const home = homeOfUser()
  if (home === undefined) throw new ToknError('store', words.agent.noSocketFolder())
  return join(home, '.local', 'state', 'tokn', 'agent')
}

/** Throws `store` for a path that the system would cut off. */
export function checkSocketPath(path: string): string {
  const length = Buffer.byteLength(path)
  if (length <= longestPath) return path
  throw new ToknError('store', words.agent.pathTooLong(showPath(path), length, longestPath))
}

/**
 * Whether there is a socket of this user's own at `path`, that nobody else can connect to or put
 * another in the place of. Throws `store` for anything else that is there, and for a folder that is
 * open to others.
 */
export function isOwnSocket(path: string): boolean {
  checkSocketPath(path)
  const folder = dirname(path)
  const stats = look(path)
  if (stats === undefined) return false
  checkSocketFolder(folder)
  if (!stats.isSocket()) throw new ToknError('store', words.agent.notASocket(showPath(path)))
  const user = process.geteuid?.()
  if (user !== undefined && stats.uid !== user) {
    throw new ToknError('store', words.agent.ofAnother(showPath(path)))
  }
  if ((stats.mode & 0o077) !== 0) {
    throw new ToknError('store', words.agent.openToOthers(showPath(path), '600'))
  }
  return true
}

/** Throws `store` for a folder that others can use, or put another in the place of. */
export function checkSocketFolder(folder: string): void {
  if (look(folder)?.isSymbolicLink() === true) {
    throw new ToknError('store', words.agent.linkedFolder(showPath(folder)))
  }
  checkDirectory(folder)
  if (isPrivate(folder)) return
  throw new ToknError('store', words.agent.openToOthers(showPath(folder), '700'))
}

function look(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false })
  } catch (error) {
    throw translateSystemError('use', path, error)
  }
}
