import type { IndexEntry } from '../core/ports.ts'
import type { Profile } from '../core/profile.ts'
import { fleetOfReader } from './fleet/reader.ts'
import { lockedBriefly } from './locked-briefly.ts'
import type { Ports } from './ports.ts'
import type { Session } from './session.ts'

/** What the index says of a session: of none but that in the store which the profile names. */
export function indexedEntry(
  { index }: Pick<Ports, 'index'>,
  { id, usualStore }: Pick<Profile, 'id' | 'usualStore'>,
): IndexEntry | undefined {
  return usualStore === undefined ? index.get(id) : undefined
}

/** What to change of an entry; `undefined` where nothing is. */
export type Amendment = (entry: IndexEntry) => Partial<IndexEntry> | undefined

/**
 * Changes what the index says of `generation` of a session; whether that was done. Nothing is where
 * it has another one by now, or none. Whoever calls holds the lock of the store entry.
 */
export function amendIndex(
  ports: Pick<Ports, 'index'>,
  profile: Pick<Profile, 'id' | 'usualStore'>,
  generation: number,
  change: Amendment,
): boolean {
  const found = find(ports, profile, generation, change)
  if (found !== undefined) ports.index.put(profile.id, { ...found.entry, ...found.changes })
  return found !== undefined
}

/**
 * As `amendIndex`, for what was told in the meantime, without the lock: it is taken for the change
 * alone. What cannot be written down now is told again another time, and fails nothing.
 */
export async function amendIndexLocked(
  session: Session,
  generation: number,
  change: Amendment,
): Promise<boolean> {
  const { ports, profile } = session
  if (find(ports, profile, generation, change) === undefined) return false
  const amend = async () => amendIndex(ports, profile, generation, change)
  // A reader takes no lock of a store that it cannot change, and the index here is this machine's own.
  if ((await fleetOfReader(session)) !== undefined) return await amend()
  return (await lockedBriefly(session, amend, (why) => why)) ?? false
}

function find(
  ports: Pick<Ports, 'index'>,
  profile: Pick<Profile, 'id' | 'usualStore'>,
  generation: number,
  change: Amendment,
) {
  const entry = indexedEntry(ports, profile)
  if (entry?.generation !== generation) return undefined
  const changes = change(entry)
  return changes && { entry, changes }
}
