import type { ChildProcess } from 'node:child_process'
import { constants } from 'node:os'

/**
 * The exit status of a program that was started, when all that it printed has been read: as a shell
 * tells it, 128 + n where signal n ended it. Rejects where it could not be started.
 */
export function endOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => {
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]))
    })
  })
}
