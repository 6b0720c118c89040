import { isToknError, ToknError } from '../core/errors.ts'
import type { FleetRole } from '../core/fleet.ts'
import type { StoreKind } from '../core/profile.ts'
import { refusedToReader } from '../core/reader-refusal.ts'
import { withoutPassword } from '../core/strange-store-url.ts'
import { words } from '../messages/words.ts'
import type { HomeEntry, SharedHome } from '../session/move/home.ts'
import { openSharedProfiles, type FoundProfile } from '../stores/shared/profiles.ts'
import type { PlacedKind } from './shared-kinds.ts'
import { profileOf, textOfProfile } from './shared-profiles.ts'

/** What a process brings to the profiles of a store. */
interface Surroundings {
  readonly kind: StoreKind
  readonly shared: PlacedKind
  /** Text of the user's own definition on this machine. */
  definition(id: string): string | undefined
}

export function openHome({ kind, shared, definition }: Surroundings): SharedHome {
  const { engine, rows, ring, store } = shared
  const profiles = openSharedProfiles(engine, rows, ring)
  let life: string | undefined
  return {
    kind,
    url: withoutPassword(shared.url),
    describe: () => engine.describe(),
    role,
    doubt: async (id) => {
      life ??= await engine.lifeSeen()
      const said = await shared.doubt(id, life)
      return typeof said === 'string' ? said : said?.message
    },
    refuseReader: async (act) => {
      if ((await role()) === 'reader') throw refusedToReader(act, engine.describe())
    },
    reach: async () => {
      await engine.now()
      await ring.opening(() => undefined)
    },
    list: async () => (await profiles.list(['profile'])).map((found) => entryOf(kind, found)),
    each: async function* () {
      for await (const found of profiles.each()) yield entryOf(kind, found)
    },
    find: async (name) => entryIf(kind, await profiles.find(name)),
    read: async (id) => entryIf(kind, await profiles.read(id)),
    version: async (id) => (await engine.read(id))?.version,
    reserve: async ({ id, name }) => {
      await store.sealingKey()
      await refuseTaken(name, id)
      await profiles.write({ id, name }, {})
    },
    publish: async (profile) => {
      await store.sealingKey()
      await refuseTaken(profile.name, profile.id)
      const text = textOfProfile(profile, definition(profile.provider))
      await profiles.write(profile, { profile: text })
    },
    remove: async (id) => await profiles.remove(id),
    accept: async (id) => await shared.accept(id),
  }

  async function role(): Promise<FleetRole> {
    return await ring.opening((keys) => keys.role)
  }

  async function refuseTaken(name: string, id: string): Promise<void> {
    const other = await engine.find(name)
    if (other === undefined || other.id === id) return
    throw new ToknError('usage', words.storeCommands.nameTaken(name, engine.describe()))
  }
}

function entryIf(kind: StoreKind, found: FoundProfile | undefined): HomeEntry | undefined {
  return found && entryOf(kind, found)
}

function entryOf(kind: StoreKind, { row, profile, fault }: FoundProfile): HomeEntry {
  const { id, name, generation } = row
  const entry = { id, name, generation, fault }
  try {
    return { ...entry, profile: profile && profileOf(profile, kind) }
  } catch (error) {
    // It may be of a later version: the others are there as before.
    if (!isToknError(error, 'usage')) throw error
    return { ...entry, fault: error }
  }
}
