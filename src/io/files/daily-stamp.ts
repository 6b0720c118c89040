import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import type { Files } from '../../core/ports.ts'
import { isSystemError } from './system-error.ts'

export interface DailyStamp {
  /** Of its own: everything in it is a stamp. */
  readonly directory: string
  readonly files: Files
  /** What the day is taken for: letters, digits, `-` and `_`. */
  readonly name: string
  /** Epoch milliseconds. */
  readonly now: number
}

/**
 * Whether this process is the first today (UTC) to take the day for `name`. An empty file says that
 * it is taken: of two processes, one alone makes it, and no crash leaves half of it. `false` where
 * none can be made: then nobody could be kept from taking the day again.
 */
export function takeDay({ directory, files, name, now }: DailyStamp): boolean {
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(name)) return false
  const today = new Date(now).toISOString().slice(0, 10)
  try {
    files.ensureDirectory(directory)
    closeSync(openSync(join(directory, `${name}.${today}`), 'wx', 0o600))
  } catch (error) {
    if (isSystemError(error)) return false
    throw error
  }
  removeOthers(directory, files, today)
  return true
}

/** Those of other days are of no use; where one stays, the next day tries again. */
function removeOthers(directory: string, files: Files, today: string): void {
  try {
    for (const name of files.list(directory)) {
      if (!name.endsWith(`.${today}`)) files.remove(join(directory, name))
    }
  } catch (error) {
    // Nothing depends on it.
    if (!isSystemError(error)) throw error
  }
}
