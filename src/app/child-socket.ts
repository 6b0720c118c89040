import { join } from 'node:path'
import { createLazyServer } from '../agent/lazy-server.ts'
import { isToknError } from '../core/errors.ts'
import type { ChildSocket } from '../core/process.ts'
import { bindSocket } from '../io/agent/bind.ts'
import { nameOfOwn, processOf } from '../io/agent/socket-names.ts'
import { namesInFolder } from '../io/files/names-in-folder.ts'
import { locatePaths, type Environment } from '../io/files/paths.ts'
import { socketFolder } from '../io/files/socket-place.ts'
import { tokenFolderBases } from '../io/files/token-folder-bases.ts'
import { pidOfTokenFolder } from '../io/files/token-folder-name.ts'
import { isRunning } from '../io/process/is-running.ts'
import { words } from '../messages/words.ts'
import type { ChildWorldOptions } from './child-world.ts'

export interface ChildSocketOptions extends ChildWorldOptions {
  readonly environment: Environment
  readonly debug: boolean
  /** Tells the user, with `debug`, why there is no socket. */
  tell(text: string): void
}

/**
 * Serves sessions to a program that this process starts, at a socket of its own. What answers is loaded
 * with the first connection. `undefined` where no socket can be made: the program does without.
 */
export async function openChildSocket(
  options: ChildSocketOptions,
): Promise<ChildSocket | undefined> {
  try {
    const { environment } = options
    const folder = socketFolder(environment, () => locatePaths(environment).notedHome())
    // Not secret: the folder is closed to others.
    const id = Math.random().toString(36).slice(2, 10)
    const path = join(folder, nameOfOwn('exec', id))
    const server = createLazyServer(async () => {
      const { openChildServer } = await import('./child-world.ts')
      return openChildServer(options, path)
    })
    const bound = await bindSocket(server, path)
    if (bound === undefined) return undefined
    server.on('error', () => undefined)
    server.unref()
    const remove = () => bound.remove()
    process.once('exit', remove)
    return { path, remove, sweep: async () => await sweepLater(folder, environment) }
  } catch (error) {
    if (!isToknError(error)) throw error
    if (options.debug) options.tell(words.agentClient.noChildSocket(error.message))
    return undefined
  }
}

/** Removes what others have left that are gone, once what is being started has started. */
async function sweepLater(folder: string, environment: Environment): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
  const places = [folder, ...tokenFolderBases(environment)]
  if (!places.some((place) => namesInFolder(place).some(mayBeLeft))) return
  const { sweepLeft } = await import('./child-leftovers.ts')
  await sweepLeft(folder, environment)
}

/** One that runs in another container looks so, too. */
function mayBeLeft(name: string): boolean {
  const pid = processOf(name) ?? pidOfTokenFolder(name)
  return pid > 0 && !isRunning(pid)
}
