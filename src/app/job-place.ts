import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { isToknError } from '../core/errors.ts'
import { nameOfOwn } from '../io/agent/socket-names.ts'
import { ensureDirectory } from '../io/files/files.ts'
import type { Environment } from '../io/files/paths.ts'
import { isPrivate } from '../io/files/private-folder.ts'
import { checkSocketPath, socketFolder } from '../io/files/socket-place.ts'
import { makeTemporaryFolder } from '../io/files/temporary-folder.ts'

/** Where the socket of a job is to be. */
export interface JobPlace {
  readonly path: string
  /** Takes away what was made for it. */
  remove(): void
}

/**
 * Beside the other sockets of the user; on a machine that has no place for them, such as a container
 * whose user has no home, in a new folder of its own. Throws `store` and `usage` where neither can be.
 */
export function findJobPlace(environment: Environment): JobPlace {
  const name = nameOfOwn('ci', randomBytes(6).toString('hex'))
  try {
    const path = checkSocketPath(join(socketFolder(environment), name))
    ensureDirectory(join(path, '..'))
    if (isPrivate(join(path, '..'))) return { path, remove: () => undefined }
  } catch (error) {
    if (!isToknError(error, 'store')) throw error
  }
  const { path: folder, remove } = makeTemporaryFolder()
  try {
    return { path: checkSocketPath(join(folder, name)), remove }
  } catch (error) {
    remove()
    throw error
  }
}
