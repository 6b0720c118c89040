import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { ToknError, type ErrorCode } from '../../core/errors.ts'
import { words } from '../../messages/words.ts'
import { checkOwner, refuse } from './checked-directory.ts'
import { isAbsent, showPath, translateSystemError } from './system-error.ts'

export interface PlainFile {
  readonly bytes: Uint8Array
  /** Permission bits. */
  readonly mode: number
}

// A pipe must not block us, a link must not lead elsewhere. Both are 0 where they do not exist.
const readFlags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)

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
    return { bytes: readAll(file, stats.size, path, limit, code), mode: stats.mode & 0o777 }
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

/** All of an open file, in one call where it is as long as `size` says. */
function readAll(
  file: number,
  size: number,
  path: string,
  limit: number,
  code: ErrorCode,
): Uint8Array {
  const chunks: Uint8Array[] = []
  let length = 0
  for (;;) {
    // One byte more than there should be: where that is not there, the file has ended.
    const chunk = Buffer.allocUnsafe(size > 0 && length <= size ? size - length + 1 : 65_536)
    const count = readSync(file, chunk, 0, chunk.length, null)
    if (count > 0) chunks.push(chunk.subarray(0, count))
    length += count
    if (length > limit) throw refuseSize(code, path, limit)
    if (count === 0 || (length === size && size > 0)) {
      return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)
    }
  }
}

function refuseSize(code: ErrorCode, path: string, limit: number): ToknError {
  return new ToknError(code, words.files.tooLarge(showPath(path), limit), { fault: 'too-large' })
}
