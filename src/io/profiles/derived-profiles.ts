import { unlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { isObject, ownString } from '../../core/json.ts'
import { isProfileName } from '../../core/profile-name.ts'
import { checkDirectory } from '../files/checked-directory.ts'
import { readPlainFile } from '../files/plain-file.ts'
import { stampAt, type Stamp } from '../files/stamp.ts'
import { knownConfig, resolveConfig, type Config } from './config-file.ts'
import { folderOf, small } from './derived-folder.ts'
import { writeParts } from './write-derived.ts'

/** Bytes of what one profile can be, or the names of some hundred thousand. */
const limit = 4_194_304

const version = 1

/** No profile has such a name. */
const choiceName = '.choice'

/** What the file of profiles says of one thing, and whether other users may read that file. */
interface Derived<Value> {
  readonly value: Value
  readonly open: boolean
}

/**
 * What one command needs of a long file of profiles, in small files made from it: what hands out a
 * token reads nothing that grows with the number of profiles. Each says which file it was made from,
 * by its stamp, and counts for nothing where that is another one by now. Never throws: the file of
 * profiles has it all.
 */
export interface DerivedProfiles {
  /** The entry of a profile. */
  entry(name: string): Derived<unknown> | undefined
  /** The name of the default profile, where there is one. */
  choice(): Derived<string | undefined> | undefined
  /** The names of all profiles. */
  names(): Derived<unknown> | undefined
  noteEntry(config: Config, name: string): void
  noteChoice(config: Config): void
  forget(name: string): void
}

/** `path` is that of the file of profiles, `directory` where what is made of it may lie. */
export function openDerivedProfiles(path: string, directory: string | undefined): DerivedProfiles {
  /** A command that goes through all profiles does not write a file for each. */
  const noted = new Set<'entry' | 'choice'>()
  return {
    entry: (name) => (isProfileName(name) ? read(name, 'entry') : undefined),
    choice: () => {
      const found = read(choiceName, 'choice')
      if (found === undefined) return undefined
      return { ...found, value: typeof found.value === 'string' ? found.value : undefined }
    },
    names: () => read('.names', 'names'),
    noteEntry: (config, name) => note(config, name, { entry: config.profiles[name] }),
    noteChoice: (config) => note(config, choiceName, { choice: config.default ?? null }),
    forget,
  }

  function read(name: string, kind: 'entry' | 'choice' | 'names'): Derived<unknown> | undefined {
    try {
      const target = resolveConfig(path)
      const stamp = stampAt(target)
      if (stamp === undefined || !stamp.own || stamp.size <= small) return undefined
      if (knownConfig(path, stamp) !== undefined) return undefined
      checkDirectory(dirname(target))
      const folder = folderOf(target, directory)
      if (folder === undefined) return undefined
      const file = readPlainFile(join(folder, `${name}.json`), limit)
      if (file === undefined) return undefined
      checkDirectory(folder)
      const found: unknown = JSON.parse(Buffer.from(file.bytes).toString())
      if (!isMadeFrom(found, target, stamp) || !Object.hasOwn(found, kind)) return undefined
      return { value: found[kind], open: (stamp.mode & 0o044) !== 0 }
    } catch {
      return undefined
    }
  }

  function note(
    config: Config,
    name: string,
    value: { entry: unknown } | { choice: unknown },
  ): void {
    const kind = 'entry' in value ? 'entry' : 'choice'
    const { stamp } = config
    // What was read within a tick of a change may be followed by another of the same stamp.
    if (stamp?.settled !== true || stamp.size <= small || noted.has(kind)) return
    noted.add(kind)
    writeParts({ version, path, directory, config, name, value })
  }

  function forget(name: string): void {
    try {
      const folder = folderOf(resolveConfig(path), directory)
      if (folder !== undefined) unlinkSync(join(folder, `${name}.json`))
    } catch {
      // It counts for nothing: its stamp is of another file.
    }
  }
}

function isMadeFrom(
  found: unknown,
  target: string,
  { text }: Stamp,
): found is Readonly<Record<string, unknown>> {
  return (
    isObject(found) &&
    found['version'] === version &&
    ownString(found, 'of') === target &&
    ownString(found, 'stamp') === text
  )
}
