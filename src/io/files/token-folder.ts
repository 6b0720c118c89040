import { randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync, rmSync, statfsSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { ToknError } from '../../core/errors.ts'
import { words } from '../../messages/words.ts'
import type { Environment } from './paths.ts'
import { namesInFolder } from './names-in-folder.ts'
import { isPrivate } from './private-folder.ts'
import { identifyProcess, lifeOf } from './process-identity.ts'
import { translateSystemError } from './system-error.ts'
import { tokenFolderBases } from './token-folder-bases.ts'
import { pidOfTokenFolder, tokenFolderPrefix } from './token-folder-name.ts'

/** Magic numbers of statfs(2): tmpfs and ramfs, whose files are in memory alone. */
const inMemory: ReadonlySet<number> = new Set([0x01021994, 0x858458f6])

/** A folder of a process for files with tokens: in memory, and closed to all others. */
export interface TokenFolder {
  readonly path: string
  /** Removes it with all that is in it. Never throws. */
  remove(): void
}

/**
 * Makes one, in XDG_RUNTIME_DIR where that is this user's alone, else in /dev/shm. Throws `store` where
 * neither is in memory: a token is not put on a disk by the way.
 */
export function makeTokenFolder(
  environment: Environment,
  bases: readonly string[] = tokenFolderBases(environment),
): TokenFolder {
  let failure: unknown
  for (const base of bases.filter(isInMemory)) {
    const path = join(base, nameOfOwn())
    try {
      mkdirSync(path, { mode: 0o700 })
      // A umask may have taken away what is needed.
      chmodSync(path, 0o700)
      return { path, remove: () => removeQuietly(path) }
    } catch (error) {
      failure ??= translateSystemError('create', path, error)
    }
  }
  throw failure ?? new ToknError('store', words.childFiles.noPlaceInMemory())
}

/** Removes the folders of processes that were killed; gives their paths. */
export function sweepTokenFolders(environment: Environment): readonly string[] {
  const left = findLeftTokenFolders(environment)
  for (const path of left) removeQuietly(path)
  return left
}

/**
 * As `sweepTokenFolders`, and removes none. A process of another container cannot be seen from here:
 * what it has left goes with that.
 */
export function findLeftTokenFolders(environment: Environment): readonly string[] {
  const self = identifyProcess()
  const isLeft = (name: string) => {
    const pid = pidOfTokenFolder(name)
    const rest = name.slice(`${tokenFolderPrefix}${pid}`.length)
    const [, start, namespace] = /^-(\d*)-(\d*)-/.exec(rest) ?? []
    if (start === undefined || namespace !== numberOf(self.namespace)) return false
    return lifeOf({ ...self, pid, start }, self) === 'dead'
  }
  return tokenFolderBases(environment)
    .flatMap((base) => namesInFolder(base).map((name) => ({ name, path: join(base, name) })))
    .filter(({ name, path }) => isLeft(name) && isPrivate(path))
    .map(({ path }) => path)
}

/** Says which process it belongs to. */
function nameOfOwn(): string {
  const { pid, start, namespace } = identifyProcess()
  const random = randomBytes(6).toString('hex')
  return `${tokenFolderPrefix}${pid}-${start}-${numberOf(namespace)}-${random}`
}

/** `pid:[4026531836]` is what /proc calls a namespace of processes. */
function numberOf(namespace: string): string {
  return /\d+/.exec(namespace)?.[0] ?? ''
}

function isInMemory(path: string): boolean {
  try {
    return isAbsolute(path) && inMemory.has(statfsSync(path).type)
  } catch {
    return false
  }
}

function removeQuietly(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true })
  } catch {
    // What is left is found by the next that looks.
  }
}
