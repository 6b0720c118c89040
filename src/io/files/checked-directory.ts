import { statfsSync, statSync, type Stats } from 'node:fs'
import { dirname } from 'node:path'
import { ToknError, type ErrorCode } from '../../core/errors.ts'
import { words } from '../../messages/words.ts'
import { showPath, translateSystemError } from './system-error.ts'

// Magic numbers of statfs(2): vfat, exFAT, NTFS by its old and its new driver, CIFS, SMB, and FUSE,
// behind which any of them may be.
const modeless = new Set([
  0x4d44, 0x2011bab0, 0x5346544e, 0x7366746e, 0xff534d42, 0xfe534d42, 0x65735546,
])

/**
 * Throws `code` when `path` is not a directory, when others could put files into it, or when others
 * could replace it. `checked`: a folder above it of which all of this is known.
 */
export function checkDirectory(path: string, code: ErrorCode = 'store', checked?: string): void {
  const stats = look(path, code)
  if (!stats.isDirectory()) throw refuse(code, path, 'notDirectory')
  // In a directory with the sticky bit (/tmp) nobody can replace what is ours.
  if (!isSticky(stats)) checkOwner(stats, path, code)
  const user = process.geteuid?.()
  if (user === undefined) return
  for (let below = path; dirname(below) !== below; below = dirname(below)) {
    if (dirname(below) === checked) return
    const parent = look(dirname(below), code)
    const foreign = parent.uid !== user && parent.uid !== 0 && user !== 0
    if (foreign || ((parent.mode & 0o002) !== 0 && !isSticky(parent))) {
      const above = showPath(dirname(below))
      throw new ToknError(code, words.files.controlledByOthers(showPath(path), above))
    }
  }
}

function look(path: string, code: ErrorCode): Stats {
  try {
    return statSync(path)
  } catch (error) {
    throw translateSystemError('use', path, error, code)
  }
}

function isSticky(stats: Stats): boolean {
  return (stats.mode & 0o1000) !== 0
}

/** Throws `code` for what is somebody else's, or can be written by others. */
export function checkOwner(stats: Stats, path: string, code: ErrorCode): void {
  const user = process.geteuid?.()
  if (user === undefined) return
  if (stats.uid !== user && stats.uid !== 0 && user !== 0) {
    throw refuse(code, path, 'ofAnother')
  }
  if ((stats.mode & 0o022) !== 0) {
    throw new ToknError(code, words.files.writableByOthers(showPath(path), hasModes(path)))
  }
}

/** Whether each file has a mode that can be changed; elsewhere the mount says one for all. */
export function hasModes(path: string): boolean {
  try {
    return !modeless.has(statfsSync(path).type)
  } catch {
    return true
  }
}

/** Says why a path is not used. */
export function refuse(
  code: ErrorCode,
  path: string,
  why: Parameters<(typeof words)['files']['refusing']>[1],
): ToknError {
  return new ToknError(code, words.files.refusing(showPath(path), why))
}
