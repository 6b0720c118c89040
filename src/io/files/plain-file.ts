import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readSync,
  statfsSync,
  statSync,
  type Stats,
} from 'node:fs'
import { dirname } from 'node:path'
import { ToknError, type ErrorCode } from '../../core/errors.ts'
import { words } from '../../messages/words.ts'
import { isAbsent, showPath, translateSystemError } from './system-error.ts'

export interface PlainFile {
  readonly bytes: Uint8Array
  /** Permission bits. */
  readonly mode: number
}

// A pipe must not block us, a link must not lead elsewhere. Both are 0 where they do not exist.
const readFlags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)

// Magic numbers of statfs(2): vfat, exFAT, NTFS by its old and its new driver, CIFS, SMB, and FUSE,
// behind which any of them may be.
const modeless = new Set([
  0x4d44, 0x2011bab0, 0x5346544e, 0x7366746e, 0xff534d42, 0xfe534d42, 0x65735546,
])

/**
 * The content of a plain file of the user's own; `undefined` when there is none. Everything is
 * checked on the open file, so that nothing can be swapped in between. Throws `code`, naming the
 * path, for a link, a device, a file of somebody else, one that others may write, or one of more
 * than `limit` bytes.
 */
export function readPlainFile(
  path: string,
  limit: number,
  code: ErrorCode = 'store',
): PlainFile | undefined {
  let file: number | undefined
  try {
    file = openSync(path, readFlags)
    const stats = fstatSync(file)
    if (!stats.isFile()) throw refuse(code, path, 'notPlain')
    checkOwner(stats, path, code)
    if (stats.size > limit) throw refuseSize(code, path, limit)
    return { bytes: readAll(file, path, limit, code), mode: stats.mode & 0o777 }
  } catch (error) {
    if (isAbsent(error)) return undefined
    throw translateSystemError('read', path, error, code)
  } finally {
    if (file !== undefined) closeQuietly(file)
  }
}

/** Closes a file from which everything that matters has been read. */
export function closeQuietly(file: number): void {
  try {
    closeSync(file)
  } catch {
    // Everything that matters was written, or read, before.
  }
}

/**
 * Throws `code` when `path` is not a directory, when others could put files into it, or when others
 * could replace it.
 */
export function checkDirectory(path: string, code: ErrorCode = 'store'): void {
  const stats = look(path, code)
  if (!stats.isDirectory()) throw refuse(code, path, 'notDirectory')
  // In a directory with the sticky bit (/tmp) nobody can replace what is ours.
  if (!isSticky(stats)) checkOwner(stats, path, code)
  const user = process.geteuid?.()
  if (user === undefined) return
  for (let below = path; dirname(below) !== below; below = dirname(below)) {
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

function checkOwner(stats: Stats, path: string, code: ErrorCode): void {
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

function readAll(file: number, path: string, limit: number, code: ErrorCode): Uint8Array {
  const chunks: Uint8Array[] = []
  let length = 0
  for (;;) {
    const chunk = Buffer.allocUnsafe(65_536)
    const count = readSync(file, chunk, 0, chunk.length, null)
    if (count === 0) return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)
    chunks.push(chunk.subarray(0, count))
    length += count
    if (length > limit) throw refuseSize(code, path, limit)
  }
}

function refuseSize(code: ErrorCode, path: string, limit: number): ToknError {
  return new ToknError(code, words.files.tooLarge(showPath(path), limit), { fault: 'too-large' })
}

function refuse(
  code: ErrorCode,
  path: string,
  why: Parameters<(typeof words)['files']['refusing']>[1],
): ToknError {
  return new ToknError(code, words.files.refusing(showPath(path), why))
}
