import { ToknError } from '../core/errors.ts'
import type { Index, IndexEntry, Profiles } from '../core/ports.ts'
import { checkProfileName, type Outline, type Profile, type StoreKind } from '../core/profile.ts'

import { readEntry, writeEntry } from '../io/profiles/profile-entry.ts'
import { words } from '../messages/words.ts'
import { storeCatalog } from '../stores/catalog.ts'
import {
  type FoundProfile,
  type KeptProfile,
  type SharedProfiles,
} from '../stores/shared/profiles.ts'
import { profileText } from '../stores/shared/profile-text.ts'

/** Profiles of a store for many machines, and behind them those of this machine. */
export interface ProfilesInForce extends Profiles {
  /** Reads the one of this name from the store: only then is it known. */
  load(name: string): Promise<void>
  /**
   * Reads all; `profiles`: without what is known of their sessions, but for one that is loaded by its
   * name then.
   */
  loadAll(what?: 'all' | 'profiles'): Promise<void>
  /** Reads the names of all, or of so many; where it is the only one there is, all of it. */
  loadNames(most?: number): Promise<void>
  /** Ids of the profiles of this machine that keep their sessions elsewhere and are used as ever. */
  idsOfMachine(): ReadonlySet<string>
}

/** What was loaded so far, for what loads more. */
export interface Loaded {
  readonly shared: Pick<SharedProfiles, 'find' | 'list' | 'names'>
  /** Ids by name of profiles of which nothing else was read. */
  readonly named: Map<string, string>
  whole: 'all' | 'profiles' | 'names' | undefined
  note(found: FoundProfile, elsewhere: ReadonlySet<string>): Promise<void>
  /** Ids of profiles of this machine whose sessions it keeps elsewhere. */
  idsElsewhere(): ReadonlySet<string>
}

interface Sources {
  readonly kind: StoreKind
  readonly shared: SharedProfiles
  readonly local: Profiles
  /** The store, for a person; no password in it. */
  place(): string
  /** The variable that names it. */
  readonly variable: string
  /** Text of the user's own definition on this machine, if it has one of that name. */
  definition(id: string): string | undefined
  /** Gets each row that was read and is trusted. */
  seen?(found: FoundProfile): Promise<void>
  /** Whether the session of a row that was seen has left this store. */
  hasLeft?(id: string): boolean
}

/** The profile that a row has, with its session looked for in the store of the row. */
export function profileOf({ name, entry, definition }: KeptProfile, kind: StoreKind): Profile {
  const profile = readEntry(name, { ...entry, store: kind }, storeCatalog)
  return definition === undefined ? profile : { ...profile, definition }
}

/** The parts to write for a profile. Throws `usage` for one that no reader would take. */
export function textOfProfile(profile: Profile, definition: string | undefined): string {
  const entry = writeEntry(profile, undefined, storeCatalog)
  return profileText({ entry, definition: definition ?? profile.definition })
}

export function openProfilesInForce(sources: Sources): ProfilesInForce {
  const { kind, shared, local, definition } = sources
  const known = new Map<string, FoundProfile>()
  const named = new Map<string, string>()
  const loaded: Loaded = { shared, named, note, idsElsewhere, whole: undefined }
  const isHere = ({ store }: Pick<Profile, 'store'>) => store === kind
  return {
    path: local.path,
    place: {
      get folder() {
        return sources.place()
      },
      chosenBy: sources.variable,
      keeps: (name) => known.has(name),
    },
    load,
    loadAll: async (what = 'all') => await (await import('./load-all.ts')).loadAll(loaded, what),
    loadNames: async (most) => {
      await (await import('./load-all.ts')).loadNames(loaded, most)
      const [only, ...others] = outlines()
      if (only !== undefined && others.length === 0) await load(only.name)
    },
    idsOfMachine,
    get: (name) => (known.has(name) || named.has(name) ? readKnown(name) : local.get(name)),
    list: () => outlines().map((one) => one.read()),
    outlines,
    defaultName: () => local.defaultName(),
    put: async (profile) => {
      if (isHere(profile)) await write(profile)
      else await local.put(profile)
    },
    prove: async (profile) => {
      if (!isHere(profile)) return await local.prove(profile)
      textOfProfile(profile, undefined)
    },
    create: async (profile) => {
      if (!isHere(profile)) return await local.create(profile)
      await load(profile.name)
      if (known.has(profile.name)) {
        throw new ToknError('usage', words.files.profileExists(profile.name))
      }
      await write(profile)
    },
    putIfCurrent: async (profile) => {
      if (!isHere(profile)) return await local.putIfCurrent(profile)
      const own = await shared.read(profile.id)
      const other = own ?? (await shared.find(profile.name))
      if (other === undefined) return await write(profile)
      const { id, name } = other.row
      if (id !== profile.id || name !== profile.name) return { ...profile, id, name }
      return await write(profile)
    },
    setDefault: async (name) => {
      if (name !== undefined && known.has(name)) {
        throw new ToknError('usage', words.storeCommands.noDefaultHere(name, sources.place()))
      }
      await local.setDefault(name)
    },
    rename: async (from, to) => {
      const found = known.get(from)
      if (found === undefined) return await local.rename(from, to)
      checkProfileName(to)
      if ((await shared.find(to)) !== undefined) {
        throw new ToknError('usage', words.files.profileExists(to))
      }
      await shared.rename(found.row.id, to)
      known.delete(from)
      await load(to)
    },
    remove: async (name, id) => {
      const found = known.get(name)
      if (found === undefined) return await local.remove(name, id)
      if (id !== undefined && found.row.id !== id) {
        throw new ToknError('not_found', words.files.profileReplaced(name))
      }
      await shared.remove(found.row.id)
      known.delete(name)
    },
  }

  async function load(name: string): Promise<void> {
    const before = known.get(name)
    // One that was named with all others is not read yet.
    const isAbsent = loaded.whole !== undefined && !named.has(name)
    if (before === undefined ? isAbsent : before.row.parts.index !== '') return
    const found = await shared.find(name)
    if (found !== undefined) await note(found, idsElsewhere())
  }

  async function note(found: FoundProfile, elsewhere: ReadonlySet<string>): Promise<void> {
    // Without a profile it is being moved here, and nobody's yet.
    if (found.profile === undefined && found.fault === undefined) return
    const { id, name } = found.row
    // An engine in which names are no more than a convention has what somebody wrote beside it, too.
    if (found.fault !== undefined && known.get(name)?.profile !== undefined) return
    known.set(name, found)
    if (found.fault !== undefined) return
    await sources.seen?.(found)
    // A profile of this machine knows where it went.
    if (elsewhere.has(id) && sources.hasLeft?.(id) === true) known.delete(name)
  }

  function idsOfMachine(): ReadonlySet<string> {
    const ids = new Set([...[...known.values()].map(({ row }) => row.id), ...named.values()])
    const own = local.outlines().filter(({ name, store }) => store !== kind && !known.has(name))
    return new Set(own.flatMap(({ id }) => (id === undefined || ids.has(id) ? [] : id)))
  }

  function idsElsewhere(): ReadonlySet<string> {
    const own = local.outlines().filter(({ store }) => store !== kind)
    return new Set(own.flatMap(({ id }) => id ?? []))
  }

  function readKnown(name: string): Profile {
    const { profile, fault } = known.get(name) ?? { fault: notRead(name) }
    if (fault !== undefined) throw fault
    if (profile === undefined) throw new Error('no such profile is known')
    return profileOf(profile, kind)
  }

  function outlines(): readonly Outline[] {
    const ids = new Map([...named, ...[...known].map(([name, { row }]) => [name, row.id] as const)])
    const here = [...ids].map(([name, id]) => {
      return { name, id, store: kind, read: () => readKnown(name) }
    })
    const others = local.outlines().filter(({ name }) => !ids.has(name))
    return [...here, ...others].toSorted((one, other) => (one.name < other.name ? -1 : 1))
  }

  /** It is left out, as one is that cannot be read. */
  function notRead(name: string): ToknError {
    const said = words.storeCommands.notRead(name, sources.place())
    return new ToknError('store', said, { fault: 'damaged' })
  }

  async function write(profile: Profile): Promise<Profile> {
    const text = textOfProfile(profile, definition(profile.provider))
    await shared.write(profile, { profile: text })
    const found = await shared.read(profile.id)
    if (found !== undefined) await note(found, idsElsewhere())
    return profile
  }
}

/** An index that ends with this process; what rows say is put into it. */
export interface IndexInMemory extends Index {
  /** `read` gives the entry when it is first asked for, if there is none by then. */
  later(id: string, read: () => IndexEntry | undefined): void
}

export function openIndexInMemory(): IndexInMemory {
  const entries = new Map<string, IndexEntry>()
  const unread = new Map<string, () => IndexEntry | undefined>()
  const put = (id: string, entry: IndexEntry) => {
    unread.delete(id)
    entries.set(id, entry)
  }
  const get = (id: string) => {
    const entry = unread.get(id)?.()
    unread.delete(id)
    if (entry !== undefined) put(id, entry)
    return entries.get(id)
  }
  const list = () => {
    for (const id of [...unread.keys()]) get(id)
    return [...entries.keys()]
  }
  return {
    get,
    put,
    list,
    getAll: (ids) => new Map(list().flatMap((id) => (ids.includes(id) ? [[id, get(id)]] : []))),
    remove: (id) => {
      unread.delete(id)
      entries.delete(id)
    },
    later: (id, read) => void unread.set(id, read),
  }
}
