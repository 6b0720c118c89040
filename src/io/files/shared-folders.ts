import { existsSync, lstatSync, mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { isToknError, systemCode, ToknError } from '../../core/errors.ts'
import { display } from '../../core/text.ts'
import { words } from '../../messages/words.ts'
import { ensureDirectory } from './files.ts'
import { showPath, translateSystemError } from './system-error.ts'
import { probeDirectory } from './whole-write.ts'

/** A folder in which a user's processes keep what they have in common: locks, journal, marks, ledger. */
export interface Place {
  readonly path: string
  /** What has to be there before: nobody's home is made. */
  readonly root: string
  /** Where anybody could have made it: the folder that has to be this user's and nobody else's. */
  readonly guard?: string | undefined
}

const parts = ['locks', 'journal', 'marks', 'ledger']

// What says that this process may not, or cannot, work there; not that a disk is full or broken.
const closed = new Set(
  `EACCES EPERM EROFS ENOENT ENOTDIR ELOOP ENAMETOOLONG ENOSYS ENOTSUP
  EOPNOTSUPP EINVAL`.split(/\s+/),
)

/**
 * The first place that this process can write, found by trying. Throws `store` where there is none,
 * and where the disk of the first that it may use is full or broken: another would hide that.
 */
export function choosePlace(places: readonly Place[]): string {
  const problems: string[] = []
  for (const place of places) {
    const problem = problemOf(place)
    if (problem === undefined) return place.path
    problems.push(problem)
  }
  throw new ToknError('store', words.files.noLockFolder(problems.join('; ')))
}

/** Why this process cannot use a place; `undefined` where it can. Throws `store` for a broken disk. */
export function problemOf(place: Place, wanted = parts): string | undefined {
  try {
    preparePlace(place)
    for (const part of wanted) {
      ensureDirectory(join(place.path, part))
      probeDirectory(join(place.path, part))
    }
    return undefined
  } catch (error) {
    if (isClosed(error)) return error.message
    throw error
  }
}

/** Makes a place that is not there yet. Throws `store`. */
export function preparePlace({ path, root, guard }: Place): void {
  if (!isDirectory(root)) {
    throw new ToknError('store', words.files.noRoot(showPath(path), display(root)))
  }
  if (guard !== undefined) makeGuard(guard)
  ensureDirectory(path)
}

/** Whether a failure says that a place is not for this process, rather than that it is broken. */
export function isClosed(error: unknown): error is ToknError {
  if (!isToknError(error, 'store')) return false
  const { cause } = error.details
  return cause === undefined || closed.has(systemCode(cause) ?? '')
}

/** Whether there is such a file in one of the places. Costs a look at each. */
export function isInPlaces(places: readonly Place[], name: string): boolean {
  return places.some((place) => existsSync(join(place.path, name)) && isTrusted(place))
}

/** Whether what lies in a place can only be the user's own. */
export function isTrusted({ guard }: Place): boolean {
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

/** Whether `path` is a folder, and no link to one, that no other user can read or write. */
export function isPrivate(path: string): boolean {
  try {
    const stats = lstatSync(path)
    const user = process.geteuid?.()
    const own = user === undefined || (stats.uid === user && (stats.mode & 0o077) === 0)
    return own && stats.isDirectory()
  } catch {
    return false
  }
}

export function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory()
  } catch {
    return false
  }
}
