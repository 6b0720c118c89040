import { dirname, join } from 'node:path'
import { ToknError } from '../core/errors.ts'
import type { Files, Lock, Profiles } from '../core/ports.ts'
import { checkProfileName, type Profile } from '../core/profile.ts'
import { isObject } from '../core/json.ts'
import { nearest } from '../core/text.ts'
import { readConfig, resolveConfig, type Config } from './config-file.ts'
import { checkDirectory } from './plain-file.ts'
import { readEntry, writeEntry, type Entry } from './profile-entry.ts'
import { showPath } from './system-error.ts'

export interface ProfilesOptions {
  /** The directory of the configuration. */
  readonly directory: string
  readonly files: Files
  readonly lock: () => Promise<Lock>
  /** Milliseconds to wait for another process that changes the file. */
  readonly timeout?: number | undefined
  readonly warn?: ((text: string) => void) | undefined
}

type Entries = Readonly<Record<string, unknown>>

/** The profiles in `config.json`. Reading needs no library and no lock; a change takes both. */
export function openProfiles(options: ProfilesOptions): Profiles {
  const path = join(options.directory, 'config.json')
  let warned = false
  return { path, get, list, defaultName, put, setDefault, rename, remove }

  function get(name: string): Profile | undefined {
    const { profiles } = read()
    return Object.hasOwn(profiles, name) ? readEntry(name, profiles[name]) : undefined
  }

  function list(): readonly Profile[] {
    const entries = Object.entries(read().profiles)
    return entries
      .map(([name, entry]) => readEntry(name, entry))
      .sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  function defaultName(): string | undefined {
    return read().default
  }

  async function put(profile: Profile): Promise<void> {
    const name = checkProfileName(profile.name)
    await change(({ profiles, default: chosen }) => {
      const before = Object.hasOwn(profiles, name) ? profiles[name] : undefined
      const entry = writeEntry(profile, isObject(before) ? before : undefined)
      return [{ ...profiles, [name]: entry }, chosen]
    })
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
      if (Object.hasOwn(profiles, to)) {
        throw new ToknError('usage', `there is a profile "${to}" already`)
      }
      const renamed = Object.entries(profiles).map(([name, entry]) => [
        name === from ? to : name,
        entry,
      ])
      return [Object.fromEntries(renamed) as Entries, chosen === from ? to : chosen]
    })
  }

  async function remove(name: string): Promise<void> {
    await change(({ profiles, default: chosen }) => {
      requireName(profiles, name)
      const rest = Object.entries(profiles).filter(([other]) => other !== name)
      return [Object.fromEntries(rest), chosen === name ? undefined : chosen]
    })
  }

  function read(): Config {
    const config = readConfig(path)
    if (config.open && !warned) {
      warned = true
      options.warn?.(`other users may read ${showPath(path)}; the next change of it ends that`)
    }
    return config
  }

  async function change(
    edit: (config: Config) => readonly [profiles: Entries, chosen: string | undefined],
  ): Promise<void> {
    options.files.ensureDirectory(options.directory)
    const target = resolveConfig(path)
    const lock = await options.lock()
    const held = await lock(`config:${target}`, options.timeout ?? 10_000)
    try {
      checkDirectory(dirname(target), 'usage')
      const before = readConfig(path)
      const [profiles, chosen] = edit(before)
      const document: Record<string, unknown> = { ...before.document, default: chosen, profiles }
      const { writeConfig } = await import('./config-write.ts')
      await writeConfig(target, document satisfies Entry, before)
    } finally {
      await held.release()
    }
  }
}

function requireName(profiles: Entries, name: string): void {
  if (Object.hasOwn(profiles, name)) return
  const guess = nearest(name, Object.keys(profiles))
  throw new ToknError('not_found', `there is no profile "${name}"`, {
    hint: guess === undefined ? 'tokn profile list' : `did you mean "${guess}"?`,
  })
}
