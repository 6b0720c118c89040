import { join } from 'node:path'
import { namesInFolder } from '../files/names-in-folder.ts'
import { isOwnSocket } from '../files/socket-place.ts'
import { isRunning } from '../process/is-running.ts'
import { isAnswered, removeQuietly } from './bind.ts'
import { processOf } from './socket-names.ts'

/**
 * Removes the sockets that processes have left in `folder` which were killed; gives their paths.
 * A process of another container cannot be seen from here, but answers. `isOurs` is for a folder that
 * others may get to.
 */
export async function sweepSockets(
  folder: string,
  isOurs = isOwnSocket,
): Promise<readonly string[]> {
  const left = await findLeftSockets(folder, isOurs)
  for (const path of left) removeQuietly(path)
  return left
}

/** As `sweepSockets`, and removes none. */
export async function findLeftSockets(
  folder: string,
  isOurs = isOwnSocket,
): Promise<readonly string[]> {
  const found: string[] = []
  for (const name of namesInFolder(folder)) {
    const pid = processOf(name)
    const path = join(folder, name)
    if (pid === undefined || isRunning(pid) || !(await isLeft(path, isOurs))) continue
    found.push(path)
  }
  return found
}

async function isLeft(path: string, isOurs: (path: string) => boolean): Promise<boolean> {
  try {
    return isOurs(path) && !(await isAnswered(path))
  } catch {
    // It is none of ours.
    return false
  }
}
