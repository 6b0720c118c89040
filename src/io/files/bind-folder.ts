import { closeSync, openSync, renameSync, unlinkSync, writeSync } from 'node:fs'
import { ToknError } from '../../core/errors.ts'
import { words } from '../../messages/words.ts'
import { reasonOf, showPath } from './system-error.ts'

/**
 * Writes the file at `path` that names a profile, whole or not at all. Everybody may read it, as far
 * as the umask lets them: it is for others who work on the same files, too. Throws `usage`.
 */
export function writeFolderFile(path: string, name: string): void {
  const temporary = `${path}.${process.pid.toString(36)}-${Date.now().toString(36)}.tmp`
  let made = false
  try {
    const file = openSync(temporary, 'wx', 0o644)
    made = true
    try {
      writeSync(file, `${name}\n`)
    } finally {
      closeSync(file)
    }
    renameSync(temporary, path)
  } catch (error) {
    if (made) discard(temporary)
    throw new ToknError('usage', words.files.cannot('write', showPath(path), reasonOf(error)))
  }
}

/** Throws `usage`. */
export function removeFolderFile(path: string): void {
  try {
    unlinkSync(path)
  } catch (error) {
    throw new ToknError('usage', words.files.cannot('remove', showPath(path), reasonOf(error)))
  }
}

function discard(path: string): void {
  try {
    unlinkSync(path)
  } catch {
    // The first error is the one to report.
  }
}
