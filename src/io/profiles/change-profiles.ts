import { dirname } from 'node:path'
import { ToknError } from '../../core/errors.ts'
import type { Profiles } from '../../core/ports.ts'
import { checkProfileName, type Profile } from '../../core/profile.ts'
import { canonical, isObject } from '../../core/json.ts'
import { nearOnes } from '../../core/text.ts'
import { words } from '../../messages/words.ts'
import { checkDirectory } from '../files/checked-directory.ts'
import { readConfig, resolveConfig, type Config } from './config-file.ts'
import { proveConfig, writeConfig } from './config-write.ts'
import type { DerivedProfiles } from './derived-profiles.ts'
import { idOfEntry, writeEntry, type Entry, type StoreNames } from './profile-entry.ts'
import type { changes, ProfilesOptions } from './profiles.ts'

type Entries = Readonly<Record<string, unknown>>

/** What changes the profiles in the file at `path`; see `openProfiles`. */
export function openChanges(
  path: string,
  options: ProfilesOptions,
  derived: Pick<DerivedProfiles, 'forget'>,
): Pick<Profiles, (typeof changes)[number]> {
  const { stores } = options
  return { put, prove, create, putIfCurrent, setDefault, rename, remove }

  async function put(profile: Profile): Promise<void> {
    await change((config) => [withProfile(config.profiles, profile, stores), config.default])
  }

  async function prove(profile: Profile): Promise<void> {
    await locked(async (target, before) => {
      const { default: chosen } = before
      const document = compose(before, withProfile(before.profiles, profile, stores), chosen)
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

  /** Writes what `edit` makes of the file; `undefined` leaves it as it is. */
  async function change(
    edit: (config: Config) => readonly [profiles: Entries, chosen: string | undefined] | undefined,
  ): Promise<void> {
    await locked(async (target, before) => {
      const edited = edit(before)
      if (edited === undefined) return
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
