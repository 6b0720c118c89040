import type { FolderProfile } from '../core/folder-profile.ts'
import { listFolderFiles } from '../io/files/folder-profile.ts'
import { words } from '../messages/words.ts'
import { namedByFolder } from './explain.ts'

/** What the current folder says of the profile to use. */
interface FolderChoice {
  /** Looked for once, and what is ignored is told by `warn`. Throws `usage` for a file that is wrong. */
  find(warn: (text: string) => void): FolderProfile | undefined
  /** `error`, which may speak of a profile that nobody has named but the folder's file. */
  explain(error: unknown): unknown
}

/** `note` gets the name that was found. */
export function openFolderChoice(note: (name: string) => void): FolderChoice {
  let looked: { readonly found: FolderProfile | undefined } | undefined
  return {
    find(warn) {
      if (looked !== undefined) return looked.found
      const found = findNearest(warn)
      looked = { found }
      if (found !== undefined) note(found.name)
      return found
    },
    explain: (error) => namedByFolder(error, looked?.found),
  }
}

function findNearest(warn: (text: string) => void): FolderProfile | undefined {
  for (const { name, shown, ignored, wrong } of listFolderFiles()) {
    if (wrong !== undefined) throw wrong
    if (name !== undefined) return { name, shown }
    if (ignored !== undefined) warn(words.folders.ignored(shown, ignored))
  }
  return undefined
}
