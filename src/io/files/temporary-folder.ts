import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ToknError } from '../../core/errors.ts'
import { words } from '../../messages/words.ts'

/** A new empty folder of the user's own (mode 0700). Throws `usage` where none can be made. */
export function makeTemporaryFolder(): { readonly path: string; remove(): void } {
  let path: string
  try {
    path = mkdtempSync(join(tmpdir(), 'tokn-'))
  } catch (error) {
    throw new ToknError('usage', words.files.noTemporaryFolder(tmpdir()), { cause: error })
  }
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}
