import { lstatSync, realpathSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { folderFileName } from '../../core/folder-file.ts'

/**
 * A folder and those above it. The way up ends at the user's home, or at the root for a folder outside
 * of it: what lies above a home is of no user, and an automounter would take the question for the name
 * of a machine. Gives nothing in a folder that is gone.
 */
export function* listFolders(start = currentFolder(), home = homedir()): Generator<string> {
  if (start === undefined) return
  const last = new Set([resolve(home), ...realPathOf(home)])
  for (let folder = start; ; folder = dirname(folder)) {
    yield folder
    if (last.has(folder) || dirname(folder) === folder) return
  }
}

/** Whether the current folder may be bound to a profile: there is something of the name that does it. */
export function isPerhapsBound(): boolean {
  for (const folder of listFolders()) {
    if (lstatSync(join(folder, folderFileName), { throwIfNoEntry: false }) !== undefined)
      return true
  }
  return false
}

/** Absent where it was removed under us. */
export function currentFolder(): string | undefined {
  try {
    return process.cwd()
  } catch {
    return undefined
  }
}

/** The system knows the folder that a process is in by no link: its home may be one. */
function realPathOf(home: string): readonly string[] {
  try {
    return [realpathSync(home)]
  } catch {
    return []
  }
}
