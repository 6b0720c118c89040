import { isToknError, ToknError } from '../core/errors.ts'
import type { FolderProfile } from '../core/folder-profile.ts'
import type { Profiles } from '../core/ports.ts'
import { checkProfileName, type Outline, type Profile } from '../core/profile.ts'
import { nearOnes } from '../core/text.ts'
import { words } from '../messages/words.ts'
import type { Ports } from './ports.ts'

export interface ProfileChoice {
  readonly positional?: string | undefined
  readonly flag?: string | undefined
  readonly environment?: string | undefined
  /** What the folder says that the user is in. Asked where nothing above names one. Throws `usage`. */
  readonly folder?: (() => FolderProfile | undefined) | undefined
}

/** The name that the user means: positional or flag, else the environment; `undefined` for none. */
export function namedProfile({ positional, flag, environment }: ProfileChoice): string | undefined {
  if (positional !== undefined && flag !== undefined && positional !== flag) {
    throw new ToknError('usage', words.session.twoProfiles())
  }
  const name = positional ?? flag ?? (environment === '' ? undefined : environment)
  return name === undefined ? undefined : checkProfileName(name)
}

/** What the folder says, where neither the command line nor the environment names a profile. */
export function folderProfile(choice: ProfileChoice): FolderProfile | undefined {
  return namedProfile(choice) === undefined ? choice.folder?.() : undefined
}

/**
 * The profile that the user means, else that of the folder, else the default one, else the only one.
 * Throws `not_found`.
 */
export function chooseProfile(profiles: Profiles, choice: ProfileChoice): Profile {
  const folder = folderProfile(choice)
  const name = namedProfile(choice) ?? folder?.name ?? profiles.defaultName() ?? onlyName(profiles)
  if (name === undefined) {
    const names = profiles.outlines().map((one) => one.name)
    const { noneNamed, noProfiles } = words.session
    const said = names.length > 0 ? noneNamed(names.slice(0, 10)) : noProfiles(profiles.place)
    throw new ToknError('not_found', said)
  }
  const profile = profiles.get(name)
  if (profile !== undefined) return profile
  const names = profiles.outlines().map((one) => one.name)
  const near = nearOnes(name, names)
  throw new ToknError(
    'not_found',
    folder === undefined
      ? words.session.unknownProfile(name, near, names.length > 0, profiles.place)
      : words.folders.unknownProfile(name, folder.shown, near[0]),
  )
}

/** Where the session of a profile rests that may be damaged; `undefined` when there is none. */
export function outlineOf(profiles: Profiles, name: string): Outline | undefined {
  return profiles.outlines().find((one) => one.name === name)
}

/** All profiles but damaged ones, which are no reason not to work with the others. */
export function readableProfiles(profiles: Profiles): readonly Profile[] {
  return byName(profiles.outlines()).flatMap((one) => {
    try {
      return one.read()
    } catch (error) {
      if (isDamage(error)) return []
      throw error
    }
  })
}

/** Whether it says of one profile that it is damaged, here or in a store for many machines. */
function isDamage(error: unknown): boolean {
  const isOfStore = isToknError(error, 'store') && error.details.fault === 'damaged'
  return isOfStore || isToknError(error, 'usage')
}

/** Those of them that are logged in, by the index, and whose sessions have not left. */
export function loggedInProfiles({
  profiles,
  index,
}: Pick<Ports, 'profiles' | 'index'>): readonly Profile[] {
  const all = readableProfiles(profiles)
  const known = index.getAll(all.map(({ id }) => id))
  return all.filter(({ id }) => {
    const entry = known.get(id)
    return entry !== undefined && entry.movedTo === undefined
  })
}

/** In the order of their names. */
export function byName(outlines: readonly Outline[]): readonly Outline[] {
  return outlines.toSorted((one, other) => (one.name < other.name ? -1 : 1))
}

/** The profile that is meant where there is no other. */
export function onlyName(profiles: Profiles): string | undefined {
  const all = profiles.outlines()
  return all.length === 1 ? all[0]?.name : undefined
}
