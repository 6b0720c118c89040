import { entryOf } from '../io/files/journal-name.ts'
import type { Paths } from '../io/files/paths.ts'
import { namesInSharedFolders } from '../io/files/shared-folders.ts'
import type { Ports } from '../session/ports.ts'

/** See `Ports.pendingRefreshes`: those that are written down on this machine. */
export function findPending({
  sharedFolders,
}: Pick<Paths, 'sharedFolders'>): ReturnType<Ports['pendingRefreshes']> {
  const names = namesInSharedFolders(sharedFolders, 'journal')
  return names === undefined
    ? { has: () => true }
    : new Set(names.flatMap((name) => entryOf(name) ?? []))
}
