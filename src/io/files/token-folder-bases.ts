import type { Environment } from './paths.ts'
import { isPrivate } from './private-folder.ts'

/** Where a folder for files with tokens may be, the first choice first; see `makeTokenFolder`. */
export function tokenFolderBases({ XDG_RUNTIME_DIR: runtime }: Environment): readonly string[] {
  return runtime !== undefined && isPrivate(runtime) ? [runtime, '/dev/shm'] : ['/dev/shm']
}
