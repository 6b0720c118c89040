import { statSync } from 'node:fs'
import { join } from 'node:path'
import { systemCode, ToknError } from '../../core/errors.ts'
import type { Files, HeldLock, Lock } from '../../core/ports.ts'
import { elapsed } from './elapsed.ts'
import { createLock } from './lock.ts'
import type { Paths } from './paths.ts'
import { isClosed, prepareSharedFolder, type SharedFolder } from './shared-folders.ts'

export interface UserLockOptions {
  readonly paths: Pick<Paths, 'common' | 'meetingFolder'>
  readonly files: Files
  /** The name of this process for those who wait, without arguments. */
  readonly command: string
  /** Whether an entry is about a session in our own folder of data. */
  readonly restsInData: (entry: string) => boolean
}

/**
 * The lock of an entry for all processes of a user, also for those that do not see the same home.
 *
 * One folder is not enough: a service under `ProtectHome=`, a container with a volume, or a program
 * started with another HOME cannot write the home that a login shell writes, takes the next folder
 * of the list, and would refresh at the same time. Neither could learn of the other from what it
 * finds in its own folder; a note of the decision beside the store entry would be read too late by
 * who is in the middle of a refresh. So the lock is taken twice, always in this order: in the first
 * folder of the list that the process can write, and in one that all users of the store share,
 * whatever their home:
 *
 * - sessions in files: the folder beside them. Whoever writes a session can lock there, and whoever
 *   cannot lock there cannot write one; on different machines too, where that folder is shared.
 * - the keychain, the password store and the profiles: a folder of the user's own in /tmp, which no
 *   variable moves.
 *
 * Two processes therefore exclude each other when they share either of the two: the same home
 * (older versions take only this lock), or the same store. What is left are processes with a
 * store in common and neither home nor /tmp (`ProtectHome=` with `PrivateTmp=`): there the
 * generation that is compared before every write, and the session that is read again when the
 * provider refuses, keep what the first one stored. A second folder that cannot be used is skipped,
 * since the first lock holds for everybody who shares its folder; `tokn doctor` reports it.
 */
export function createUserLock({ paths, files, command, restsInData }: UserLockOptions): Lock {
  const known = new Map<string, Lock>()
  return async (entry, timeout) => {
    const startedAt = elapsed()
    const held = await lockIn(paths.common)(entry, timeout)
    try {
      const folder = paths.meetingFolder(restsInData(entry))
      const left = Math.max(0, timeout - (elapsed() - startedAt))
      const second = await lockBesides(folder, (lock) => lock(entry, left))
      return second === undefined ? held : both(held, second)
    } catch (error) {
      await held.release()
      throw error
    }
  }

  async function lockBesides(
    folder: SharedFolder,
    take: (lock: Lock) => Promise<HeldLock>,
  ): Promise<HeldLock | undefined> {
    try {
      prepareSharedFolder(folder)
      if (isSame(folder.path, paths.common)) return undefined
      return await take(lockIn(folder.path))
    } catch (error) {
      if (isClosed(error) || isFull(error)) return undefined
      throw error
    }
  }

  function lockIn(path: string): Lock {
    const lock = known.get(path) ?? createLock({ directory: join(path, 'locks'), files, command })
    known.set(path, lock)
    return lock
  }
}

/** By inode, not by name: with a link to the same folder we would wait for ourselves. */
function isSame(one: string, other: string): boolean {
  const [a, b] = [statSync(one), statSync(other)]
  return a.dev === b.dev && a.ino === b.ino
}

/** Then nobody can take a lock there, so none is missed. */
function isFull(error: unknown): boolean {
  const code = error instanceof ToknError ? systemCode(error.details.cause) : undefined
  return code === 'ENOSPC' || code === 'EDQUOT'
}

function both(first: HeldLock, second: HeldLock): HeldLock {
  return {
    fence: second.fence,
    stillHeld: async () => (await first.stillHeld()) && (await second.stillHeld()),
    release: async () => {
      await second.release()
      await first.release()
    },
  }
}
