import { homedir } from 'node:os'
import { systemCode, ToknError, type ErrorCode } from '../../core/errors.ts'
import { display } from '../../core/text.ts'

/** What to do where a folder of ours is not the user's to use. */
export const ownFolders =
  'set HOME, or XDG_CONFIG_HOME, XDG_DATA_HOME and XDG_STATE_HOME, to folders of your own'

const words = new Map<string, string>([
  ['EACCES', 'permission denied'],
  ['EPERM', 'not permitted'],
  ['ENOSPC', 'no space left on the device'],
  ['EROFS', 'the file system is read-only'],
  ['EIO', 'input or output error'],
  ['EMFILE', 'too many open files'],
  ['ENFILE', 'too many open files'],
  ['EFBIG', 'the file would be too large'],
  ['ENAMETOOLONG', 'the name is too long'],
  ['ELOOP', 'it is a symbolic link'],
  ['EISDIR', 'it is a directory'],
  ['ENOTDIR', 'a part of the path is not a directory'],
  ['ENOENT', 'no such file or directory'],
  ['ENXIO', 'it is not a plain file'],
  ['EBUSY', 'it is in use'],
  ['EEXIST', 'it exists already'],
  ['EADDRINUSE', 'another program uses the port'],
  ['EADDRNOTAVAIL', 'this machine has no such address'],
])

/** Why a system call failed, in words; the bare code where there are none. */
export function reasonOf(error: unknown): string {
  const code = systemCode(error)
  if (isQuota(error)) return 'the disk quota is used up'
  if (code === undefined) return 'an unexpected error'
  return words.get(code) ?? `error ${display(code, 40)}`
}

/** EDQUOT of Linux and macOS, for which libuv has no name. */
function isQuota(error: unknown): boolean {
  const number = error instanceof Error && 'errno' in error ? error.errno : undefined
  return number === (process.platform === 'darwin' ? -69 : -122)
}

/** `path` for a message: printable, the home directory as `~`. */
export function showPath(path: string): string {
  const home = homedir()
  const inside = home.length > 1 && (path === home || path.startsWith(`${home}/`))
  return display(inside ? `~${path.slice(home.length)}` : path, 300)
}

/**
 * Whether an error says that there is no such file: also where its path leads through a file, as it
 * does for a daemon whose home is /dev/null.
 */
export function isAbsent(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? '')
}

/** `cannot write ~/x: no space left on the device`. A ToknError passes unchanged. */
export function translateSystemError(
  doing: string,
  path: string,
  error: unknown,
  code: ErrorCode = 'store',
  details: { readonly hint?: string } = {},
): ToknError {
  if (error instanceof ToknError) return error
  const hint = details.hint ?? (systemCode(error) === 'EACCES' ? ownFolders : undefined)
  return new ToknError(code, `cannot ${doing} ${showPath(path)}: ${reasonOf(error)}`, {
    hint,
    cause: error,
  })
}
