import { fstatSync } from 'node:fs'
import { maskLines } from '../../core/log-masks.ts'
import { writeAll } from './write-all.ts'

/**
 * Has the runner of GitHub Actions hide `secrets` in its log, which it reads from standard error: what
 * is printed may land there. Nothing is written into a file, where a secret would stay.
 */
export function openMask({
  GITHUB_ACTIONS: service,
}: NodeJS.ProcessEnv): (...secrets: readonly string[]) => void {
  return service === 'true' ? writeMasks : () => undefined
}

function writeMasks(...secrets: readonly string[]): void {
  try {
    if (!fstatSync(2).isFile()) writeAll(2, maskLines(secrets))
  } catch {
    // Nobody is reading.
  }
}
