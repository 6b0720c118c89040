import { dirname, join } from 'node:path'
import { ToknError } from '../../core/errors.ts'
import type { Files, Lock, Profiles } from '../../core/ports.ts'
import { checkProfileName, type Outline, type Profile } from '../../core/profile.ts'
import { canonical, isObject } from '../../core/json.ts'
import { nearOnes } from '../../core/text.ts'
import { words } from '../../messages/words.ts'
import { readConfig, resolveConfig, type Config } from './config-file.ts'
import { openDerivedProfiles } from './derived-profiles.ts'
import { namesIn } from '../files/paths.ts'
import { checkDirectory, hasModes } from '../files/checked-directory.ts'
import {
  idOfEntry,
  outlineEntry,
  readEntry,
  writeEntry,
  type Entry,
  type StoreNames,
} from './profile-entry.ts'
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

type Entries = Readonly<Record<string, unknown>>

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
    put,
    prove,
    create,
    putIfCurrent,
    setDefault,
    rename,
    remove,
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

  async function put(profile: Profile): Promise<void> {
    await change((config) => [withProfile(config.profiles, profile, stores), config.default])
  }

  async function prove(profile: Profile): Promise<void> {
    await locked(async (target, before) => {
      const { default: chosen } = before
      const document = compose(before, withProfile(before.profiles, profile, stores), chosen)
      const { proveConfig } = await import('./config-write.ts')
      await proveConfig(target, document, options.files)
    })
  }

  async function create(profile: Profile): Promise<void> {
    await change(({ profiles, default: chosen }) => {
      requireFree(profiles, profile.name)
      return [withProfile(profiles, profile, stores), chosen]
    })
  }

  async function putIfCurrent(profile: Profile): Promise<Profile> {
    let current = profile
    await change(({ profiles, default: chosen }) => {
      current = { ...profile, ...whereIs(profiles, profile) }
      if (current.name !== profile.name || current.id !== profile.id) return undefined
      const next = withProfile(profiles, profile, stores)
      const same = chosen !== undefined && canonical(next) === canonical(profiles)
      return same ? undefined : [next, chosen ?? profile.name]
    })
    return current
  }

  async function setDefault(name: string | undefined): Promise<void> {
    await change(({ profiles }) => {
      if (name !== undefined) requireName(profiles, name)
      return [profiles, name]
    })
  }

  async function rename(from: string, to: string): Promise<void> {
    checkProfileName(to)
    await change(({ profiles, default: chosen }) => {
      requireName(profiles, from)
      requireFree(profiles, to)
      const renamed = Object.entries(profiles).map(([name, entry]) => [
        name === from ? to : name,
        entry,
      ])
      return [Object.fromEntries(renamed) as Entries, chosen === from ? to : chosen]
    })
    derived.forget(from)
  }

  async function remove(name: string, id?: string): Promise<void> {
    await change(({ profiles, default: chosen }) => {
      requireName(profiles, name)
      if (id !== undefined && idOf(profiles, name) !== id) {
        throw new ToknError('not_found', words.files.profileReplaced(name))
      }
      const rest = Object.entries(profiles).filter(([other]) => other !== name)
      return [Object.fromEntries(rest), chosen === name ? undefined : chosen]
    })
    derived.forget(name)
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

  /** Writes what `edit` makes of the file; `undefined` leaves it as it is. */
  async function change(
    edit: (config: Config) => readonly [profiles: Entries, chosen: string | undefined] | undefined,
  ): Promise<void> {
    await locked(async (target, before) => {
      const edited = edit(before)
      if (edited === undefined) return
      const { writeConfig } = await import('./config-write.ts')
      await writeConfig(target, compose(before, ...edited), before)
    })
  }

  async function locked(work: (target: string, before: Config) => Promise<void>): Promise<void> {
    options.files.ensureDirectory(options.directory)
    const target = resolveConfig(path)
    const lock = await options.lock()
    const held = await lock(`config:${target}`, options.timeout ?? 10_000)
    try {
      checkDirectory(dirname(target), 'usage')
      await work(target, readConfig(path))
    } finally {
      await held.release()
    }
  }
}

function compose(before: Config, profiles: Entries, chosen: string | undefined): Entry {
  return { ...before.document, default: chosen, profiles }
}

function withProfile(profiles: Entries, profile: Profile, stores: StoreNames): Entries {
  const name = checkProfileName(profile.name)
  const before = Object.hasOwn(profiles, name) ? profiles[name] : undefined
  return { ...profiles, [name]: writeEntry(profile, isObject(before) ? before : undefined, stores) }
}

/** Name and id under which a profile is, or has to be put: its id decides, then its name. */
function whereIs(profiles: Entries, { name, id }: Profile): Pick<Profile, 'name' | 'id'> {
  if (idOf(profiles, name) === id) return { name, id }
  const renamed = Object.keys(profiles).find((other) => idOf(profiles, other) === id)
  return renamed === undefined ? { name, id: idOf(profiles, name) ?? id } : { name: renamed, id }
}

function idOf(profiles: Entries, name: string): string | undefined {
  return Object.hasOwn(profiles, name) ? idOfEntry(profiles[name]) : undefined
}

function requireFree(profiles: Entries, name: string): void {
  if (!Object.hasOwn(profiles, name)) return
  throw new ToknError('usage', words.files.profileExists(name))
}

function requireName(profiles: Entries, name: string): void {
  if (Object.hasOwn(profiles, name)) return
  const near = nearOnes(name, Object.keys(profiles))
  throw new ToknError('not_found', words.files.noSuchProfile(name, near))
}
