import type { FoundProfile } from '../stores/shared/profiles.ts'
import type { Loaded } from './shared-profiles.ts'

/** See `ProfilesInForce.loadAll`. */
export async function loadAll(loaded: Loaded, what: 'all' | 'profiles'): Promise<void> {
  if (loaded.whole === 'all' || loaded.whole === what) return
  const { shared, note } = loaded
  const elsewhere = loaded.idsElsewhere()
  for (const one of await shared.list(what === 'all' ? ['profile', 'index'] : ['profile'])) {
    // Whether its session has left is not in the profile.
    const isWanted = isOutline(one) && elsewhere.has(one.row.id)
    const found = isWanted ? await shared.find(one.row.name) : one
    if (found !== undefined) await note(found, elsewhere)
  }
  loaded.whole = what
  loaded.named.clear()
}

/** Reads the names of all, or of so many. */
export async function loadNames(loaded: Loaded, most: number | undefined): Promise<void> {
  if (loaded.whole !== undefined) return
  const names = await loaded.shared.names(most)
  for (const { name, id } of names) loaded.named.set(name, id)
  if (most === undefined || names.length < most) loaded.whole = 'names'
}

function isOutline({ row, fault }: FoundProfile): boolean {
  return fault === undefined && row.parts.index === ''
}
