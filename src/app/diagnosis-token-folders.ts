import { dirname } from 'node:path'
import type { Finding } from '../core/process.ts'
import type { Environment } from '../io/files/paths.ts'
import { showPath } from '../io/files/system-error.ts'
import { findLeftTokenFolders, sweepTokenFolders } from '../io/files/token-folder.ts'
import { words } from '../messages/words.ts'

const id = 'token-files'

/** Files with tokens that a killed exec has left; nothing where there are none. Never throws. */
export function checkTokenFolders(environment: Environment, fix: boolean): readonly Finding[] {
  const left = (fix ? sweepTokenFolders : findLeftTokenFolders)(environment)
  const [first] = left
  if (first === undefined) return []
  const detail = words.doctor.leftTokenFiles(left.length, showPath(dirname(first)))
  if (fix) return [{ id, status: 'fixed', detail: words.doctor.swept(detail) }]
  return [{ id, status: 'warn', detail, fix: 'tokn doctor --fix' }]
}
