import { dirname } from 'node:path'
import { ensureDirectory } from './files.ts'
import { ownerOfNote, readNotedHome } from './noted-home.ts'
import { writeWhole } from './whole-write.ts'

/** Notes it, where that can be done: nothing depends on it but time. */
export function noteHome(path: string, home: string): void {
  if (process.geteuid === undefined || readNotedHome(path) === home) return
  try {
    ensureDirectory(dirname(path))
    writeWhole(path, Buffer.from(`${ownerOfNote()}${home}\n`))
  } catch {
    // It is looked up again.
  }
}
