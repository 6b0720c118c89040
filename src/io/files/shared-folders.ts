import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { isToknError, systemCode, ToknError } from '../../core/errors.ts'
import { display } from '../../core/text.ts'
import { words } from '../../messages/words.ts'
import { ensureDirectory } from './files.ts'
import { isPrivate } from './private-folder.ts'
import { showPath, translateSystemError } from './system-error.ts'
import { probeDirectory } from './whole-write.ts'

/** A folder in which a user's processes keep what they share: locks, journal, marks, ledger. */
export interface SharedFolder {
  readonly path: string
  /** What has to exist beforehand: nobody's home is created. */
  readonly root: string
  /** Where anybody could have created it: the folder that has to belong to this user alone. */
  readonly guard?: string | undefined
}

/** Names of the folders in it. */
export const sharedParts = ['locks', 'journal', 'marks', 'ledger'] as const

// These mean that this process may not, or cannot, work there; not that a disk is full or broken.
const closed = new Set(
  `EACCES EPERM EROFS ENOENT ENOTDIR ELOOP ENAMETOOLONG ENOSYS ENOTSUP
  EOPNOTSUPP EINVAL`.split(/\s+/),
)

/**
 * The first folder that this process can write, found by trying. Throws `store` where there is
 * none, and where the disk of the first that it may use is full or broken: another would hide that.
 */
export function chooseSharedFolder(folders: readonly SharedFolder[]): string {
  const problems: string[] = []
  for (const folder of folders) {
    const problem = problemOf(folder)
    if (problem === undefined) return folder.path
    problems.push(problem)
  }
  throw new ToknError('store', words.files.noLockFolder(problems.join('; ')))
}

/**
 * Why this process cannot use a folder; `undefined` where it can. Throws `store` for a broken disk.
 */
export function problemOf(
  folder: SharedFolder,
  wanted: readonly string[] = sharedParts,
): string | undefined {
  try {
    prepareSharedFolder(folder)
    for (const part of wanted) {
      ensureDirectory(join(folder.path, part), folder.path)
      probeDirectory(join(folder.path, part))
    }
    return undefined
  } catch (error) {
    if (isClosed(error)) return error.message
    throw error
  }
}

/** Makes a folder that is not there yet. Throws `store`. */
export function prepareSharedFolder({ path, root, guard }: SharedFolder): void {
  if (!isDirectory(root)) {
    throw new ToknError('store', words.files.noRoot(showPath(path), display(root)))
  }
  if (guard !== undefined) makeGuard(guard)
  ensureDirectory(path)
}

/** Whether a failure says that a folder is not for this process, rather than that it is broken. */
export function isClosed(error: unknown): error is ToknError {
  if (!isToknError(error, 'store')) return false
  const { cause } = error.details
  return cause === undefined || closed.has(systemCode(cause) ?? '')
}

/** Whether there is such a file in one of the folders. Costs a look at each. */
export function isInSharedFolders(folders: readonly SharedFolder[], name: string): boolean {
  return folders.some((folder) => existsSync(join(folder.path, name)) && isTrusted(folder))
}

/**
 * Names of what is in the folder `part` of each of the folders. Costs a look at each. `undefined` where
 * one cannot be listed: something may be in it.
 */
export function namesInSharedFolders(
  folders: readonly SharedFolder[],
  part: (typeof sharedParts)[number],
): readonly string[] | undefined {
  try {
    return folders.flatMap((folder) => {
      const names = namesAt(join(folder.path, part))
      return names.length > 0 && isTrusted(folder) ? names : []
    })
  } catch {
    return undefined
  }
}

function namesAt(path: string): readonly string[] {
  try {
    return readdirSync(path)
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? '')) return []
    throw error
  }
}

/** Whether everything in a folder can only be the user's own. */
export function isTrusted({ guard }: SharedFolder): boolean {
  return guard === undefined || !existsSync(guard) || isPrivate(guard)
}

function makeGuard(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw translateSystemError('create', path, error)
  }
  if (isPrivate(path)) return
  throw new ToknError('store', words.files.refusing(showPath(path), 'notPrivate'))
}

export function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory()
  } catch {
    return false
  }
}
