import { unlinkSync } from 'node:fs'
import { ToknError } from '../../core/errors.ts'
import { words } from '../../messages/words.ts'
import { reasonOf, showPath } from './system-error.ts'
import { writeWhole } from './whole-write.ts'

/**
 * Writes the file at `path` that names a profile, whole or not at all. Everybody may read it, as far
 * as the umask lets them: it is for others who work on the same files, too. Throws `usage`.
 */
export function writeFolderFile(path: string, name: string): void {
  try {
    writeWhole(path, Buffer.from(`${name}\n`), 'all')
  } catch (error) {
    throw explain('write', path, error instanceof ToknError ? error.cause : error)
  }
}

/** Throws `usage`. */
export function removeFolderFile(path: string): void {
  try {
    unlinkSync(path)
  } catch (error) {
    throw explain('remove', path, error)
  }
}

/** Without the hint to choose other folders: this one is where the user works. */
function explain(doing: 'write' | 'remove', path: string, cause: unknown): ToknError {
  const said = words.files.cannot(doing, showPath(path), reasonOf(cause))
  return new ToknError('usage', said, { cause })
}
