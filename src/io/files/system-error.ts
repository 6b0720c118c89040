import { homedir } from 'node:os'
import { isFailure, systemCode, ToknError, type ErrorCode } from '../../core/errors.ts'
import { display } from '../../core/text.ts'
import { words } from '../../messages/words.ts'

/** Why a system call failed, in words; the bare code where there are none. */
export function reasonOf(error: unknown): string {
  const code = isQuota(error) ? 'EDQUOT' : systemCode(error)
  return words.files.reason(code === undefined ? undefined : display(code, 40))
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
 * Whether an error says that there is no such file: also where its path leads through a file, as
 * for a daemon whose home is /dev/null.
 */
export function isAbsent(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? '')
}

/** Whether an error is one of the system, as it came or in our words; any other is a bug of ours. */
export function isSystemError(error: unknown): boolean {
  return isFailure(error) || /^E(?!RR_)/.test(systemCode(error) ?? '')
}

/** `cannot write ~/x: no space left on the device`. A ToknError passes unchanged. */
export function translateSystemError(
  doing: Parameters<(typeof words)['files']['cannot']>[0],
  path: string,
  error: unknown,
  code: ErrorCode = 'store',
  details: { readonly hint?: string } = {},
): ToknError {
  if (error instanceof ToknError) return error
  const denied = systemCode(error) === 'EACCES'
  const hint = details.hint ?? (denied ? words.files.setOwnFolders() : undefined)
  return new ToknError(code, words.files.cannot(doing, showPath(path), reasonOf(error)), {
    hint,
    cause: error,
  })
}
