import { join } from 'node:path'
import type { Files, Lock, Profiles } from '../../core/ports.ts'
import type { Outline, Profile } from '../../core/profile.ts'
import { whenNeeded } from '../../core/when-needed.ts'
import { words } from '../../messages/words.ts'
import { readConfig, type Config } from './config-file.ts'
import { openDerivedProfiles } from './derived-profiles.ts'
import { namesIn } from '../files/paths.ts'
import { hasModes } from '../files/checked-directory.ts'
import { outlineEntry, readEntry, type StoreNames } from './profile-entry.ts'
import { stampOfFile } from '../files/stamp.ts'
import { showPath } from '../files/system-error.ts'

export interface ProfilesOptions {
  /** The directory of the configuration. */
  readonly directory: string
  /** Where what is made of the profiles may lie, and be lost. Absent: nothing is made. */
  readonly derived?: string | undefined
  /** The flag or variable that names it, if one does. */
  readonly chosenBy?: string | undefined
  readonly files: Files
  readonly stores: StoreNames
  readonly lock: () => Promise<Lock>
  /** Milliseconds to wait for another process that changes the file. */
  readonly timeout?: number | undefined
  readonly warn?: ((text: string) => void) | undefined
}

/** What changes the file is loaded for that. */
export const changes = [
  'put',
  'prove',
  'create',
  'putIfCurrent',
  'setDefault',
  'rename',
  'remove',
] as const satisfies (keyof Profiles)[]

/** The profiles in `config.json`. Reading needs no library and no lock; a change takes both. */
export function openProfiles(options: ProfilesOptions): Profiles {
  const path = join(options.directory, namesIn.config.profiles)
  const { stores } = options
  const derived = openDerivedProfiles(path, options.derived)
  let warned = false
  return {
    path,
    get place() {
      return { folder: showPath(options.directory), chosenBy: options.chosenBy }
    },
    get,
    list,
    stamp: () => stampOfFile(path),
    outlines,
    defaultName,
    ...whenNeeded(changes, async () =>
      (await import('./change-profiles.ts')).openChanges(path, options, derived),
    ),
  }

  function get(name: string): Profile | undefined {
    const known = derived.entry(name)
    if (known !== undefined) {
      warnOf(known)
      return readEntry(name, known.value, stores)
    }
    const config = read()
    if (!Object.hasOwn(config.profiles, name)) return undefined
    derived.noteEntry(config, name)
    return readEntry(name, config.profiles[name], stores)
  }

  function list(): readonly Profile[] {
    const entries = Object.entries(read().profiles)
    return entries
      .map(([name, entry]) => readEntry(name, entry, stores))
      .sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  function outlines(): readonly Outline[] {
    return Object.entries(read().profiles).map(([name, entry]) => outlineEntry(name, entry, stores))
  }

  function defaultName(): string | undefined {
    const known = derived.choice()
    if (known !== undefined) {
      warnOf(known)
      return known.value
    }
    const config = read()
    derived.noteChoice(config)
    return config.default
  }

  function read(): Config {
    const config = readConfig(path)
    warnOf(config)
    return config
  }

  function warnOf({ open }: Pick<Config, 'open'>): void {
    if (!open || warned || !hasModes(path)) return
    warned = true
    options.warn?.(words.files.readableByOthers(showPath(path)))
  }
}
