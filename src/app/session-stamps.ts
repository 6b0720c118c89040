import { join } from 'node:path'
import { journalName } from '../io/files/journal-name.ts'
import type { Paths } from '../io/files/paths.ts'
import { stampOfFile } from '../io/files/stamp.ts'
import type { Ports } from '../session/ports.ts'
import type { Session } from '../session/session.ts'

/**
 * Gives another text once anything was changed on this machine that decides what a session gives: see
 * `World.stampOf`. Costs a few looks, and opens no store.
 */
export function openStamps(
  { profiles, index }: Pick<Ports, 'profiles' | 'index'>,
  { sharedFolders }: Pick<Paths, 'sharedFolders'>,
): (session: Session) => string {
  const journals = new Map<string, readonly string[]>()
  let changes = 0
  return ({ id, profile, entry }) => {
    // A refresh that is under way, or was cut off: whatever is held, it has to be asked for.
    for (const path of journalsOf(entry))
      if (stampOfFile(path) !== '') return `pending ${++changes}`
    return `${profiles.stamp?.()}|${index.stamp?.(id)}|${profile.name}`
  }

  function journalsOf(entry: string): readonly string[] {
    const known = journals.get(entry)
    if (known !== undefined) return known
    const name = join('journal', journalName(entry))
    const made = sharedFolders.map(({ path }) => join(path, name))
    journals.set(entry, made)
    return made
  }
}
