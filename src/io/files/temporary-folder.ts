import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { ToknError } from '../../core/errors.ts'
import { words } from '../../messages/words.ts'

/** What the names of such folders begin with. */
const prefix = 'tokn-'

/** A new empty folder of the user's own (mode 0700). Throws `usage` where none can be made. */
export function makeTemporaryFolder(): { readonly path: string; remove(): void } {
  let path: string
  try {
    path = mkdtempSync(join(tmpdir(), prefix))
  } catch (error) {
    throw new ToknError('usage', words.files.noTemporaryFolder(tmpdir()), { cause: error })
  }
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

/** Whether `path` is where `makeTemporaryFolder` makes folders, and named as one. */
export function isTemporaryFolder(path: string): boolean {
  return dirname(path) === join(tmpdir()) && basename(path).startsWith(prefix)
}
