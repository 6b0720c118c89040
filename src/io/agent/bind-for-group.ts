import { chmodSync, lstatSync, realpathSync, statSync } from 'node:fs'
import type { Server } from 'node:net'
import { basename, dirname, join } from 'node:path'
import { isFailure, ToknError } from '../../core/errors.ts'
import { words } from '../../messages/words.ts'
import { checkDirectory } from '../files/checked-directory.ts'
import { checkSocketPath } from '../files/socket-place.ts'
import { isAbsent, showPath, translateSystemError } from '../files/system-error.ts'
import { runProgram } from '../process/run-program.ts'
import type { Environment } from '../files/paths.ts'
import { isAnswered, listenAs, type BoundSocket } from './bind.ts'
import { sweepSockets } from './sweep.ts'

/** Milliseconds that a change of a group may take: its names can be across a network. */
const patience = 10_000

export interface GroupPlace {
  readonly path: string
  /** Name or number. */
  readonly group: string
  readonly environment: Environment
}

/**
 * Has `server` listen at a path that the users of a group can connect to, and nobody else; it has that
 * name once its group and mode are right. `undefined` where another process answers there. Throws
 * `store` for a folder that others control, and for anything but a socket at the path; `usage` for a
 * group that is not one of the user, or that cannot get to the folder.
 */
export async function bindForGroup(
  server: Server,
  { path: wanted, group, environment }: GroupPlace,
): Promise<BoundSocket | undefined> {
  const folder = openFolder(dirname(wanted), group)
  const path = checkSocketPath(join(folder, basename(wanted)))
  if (isOldSocket(path) && (await isAnswered(path))) return undefined
  await sweepSockets(folder, isOldSocket)
  return await listenAs(server, path, async (first) => {
    await changeGroup(first, group, environment)
    checkWay(folder, lstatSync(first).gid, group)
    chmodSync(first, 0o660)
  })
}

/** Throws `usage` where there is none: it is not for us to say who may get through it. */
function openFolder(folder: string, group: string): string {
  try {
    const real = realpathSync(folder)
    checkDirectory(real)
    return real
  } catch (error) {
    if (isAbsent(error)) {
      throw new ToknError('usage', words.agentFiles.noFolder(showPath(folder), group))
    }
    throw translateSystemError('use', folder, error)
  }
}

/** Throws `store` for what is there and is no socket of this user. */
function isOldSocket(path: string): boolean {
  const there = lstatSync(path, { throwIfNoEntry: false })
  if (there === undefined) return false
  if (!there.isSocket()) throw new ToknError('store', words.agent.notASocket(showPath(path)))
  const user = process.geteuid?.()
  if (user === undefined || there.uid === user) return true
  throw new ToknError('store', words.files.refusing(showPath(path), 'ofAnother'))
}

/** By the program that knows every way in which a machine can name its groups. */
async function changeGroup(path: string, group: string, environment: Environment): Promise<void> {
  try {
    const args = ['--', group, path]
    const request = { command: 'chgrp', args, inherits: /^$/, variables: {}, limit: patience }
    const printed = await runProgram(request, environment)
    if (printed?.status === 0) return
  } catch (error) {
    if (!isFailure(error)) throw error
  }
  throw new ToknError('usage', words.agentFiles.noSuchGroup(group))
}

/** Throws `usage` where a member of the group could not get to the folder. */
function checkWay(folder: string, gid: number, group: string): void {
  for (let at = folder; ; at = dirname(at)) {
    const stats = statSync(at)
    const bit = stats.gid === gid ? 0o010 : 0o001
    if ((stats.mode & bit) === 0) {
      throw new ToknError('usage', words.agentFiles.notTraversable(showPath(at), group))
    }
    if (dirname(at) === at) return
  }
}
