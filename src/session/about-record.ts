import { isFailure } from '../core/errors.ts'
import type { IndexEntry } from '../core/ports.ts'
import type { Profile } from '../core/profile.ts'
import type { Reason, SessionRecord } from '../core/record.ts'
import type { HistoryEntry } from '../core/session-history.ts'
import { describeRecord } from './history.ts'
import type { Ports } from './ports.ts'

/**
 * What a store that many machines share keeps beside a new generation, for `Store.write`: what may be known
 * without the record, and who made each generation. `undefined` for a store of this machine alone, whose
 * index has that. Never throws: no record is lost for want of it.
 */
export async function aboutRecord(
  ports: Ports,
  profile: Profile,
  record: SessionRecord,
  reason: Reason,
  details: Pick<HistoryEntry, 'cost' | 'by'> = {},
): Promise<string | undefined> {
  if (ports.stores.traits(profile.store).shared !== true) return undefined
  const earlier = await noted(ports, profile)
  // What is noted here goes on from there, too.
  if (earlier !== undefined)
    ports.index.put(profile.id, { ...ports.index.get(profile.id), ...earlier })
  return textOf(await describeRecord(ports, profile, record, reason, details))
}

/** What is known of a session that goes, as it is, into a store that many machines share. */
export function aboutMoved(
  { index, stores }: Ports,
  { id, store }: Profile,
  generation: number,
): string | undefined {
  const known = stores.traits(store).shared === true ? index.get(id) : undefined
  return known === undefined ? undefined : textOf({ ...known, generation, movedTo: undefined })
}

/** What such a store knows of a session that comes from it is known here from now on. */
export async function noteMoved(ports: Ports, source: Profile): Promise<void> {
  if (ports.stores.traits(source.store).shared !== true) return
  const known = await noted(ports, source)
  const { configuration } = ports
  if (known !== undefined) ports.index.put(source.id, { ...known, configuration })
}

/** The same of a change within a generation; `undefined` where nothing is noted of that. */
export async function aboutChange(
  ports: Ports,
  profile: Profile,
  { generation, expiry, prolongedAt, standing, credentials, refresh }: SessionRecord,
): Promise<string | undefined> {
  if (ports.stores.traits(profile.store).shared !== true) return undefined
  const known = await noted(ports, profile)
  if (known?.generation !== generation) return undefined
  const kept = { credentialsKept: credentials !== undefined, refreshKept: refresh !== undefined }
  return textOf({ ...known, expiry, prolongedAt, standing, ...kept })
}

/** The same of what a session leaves behind that goes to `place`. */
export async function aboutLeft(
  ports: Ports,
  profile: Profile,
  { generation, expiry, prolongedAt, standing }: SessionRecord,
  place: string,
): Promise<string | undefined> {
  const known = await noted(ports, profile)
  if (known === undefined) return undefined
  const { renewsWith: _, renewalEnd: __, ...rest } = known
  return textOf({
    ...{ ...rest, generation, expiry, prolongedAt, standing, movedTo: place },
    ...{ renewal: 'none', refreshKept: false, credentialsKept: false },
  })
}

async function noted(ports: Ports, { store, id }: Profile): Promise<IndexEntry | undefined> {
  try {
    return (await (await ports.fleet?.(store, id))?.look(id))?.index
  } catch (error) {
    if (!isFailure(error)) throw error
    return ports.index.get(id)
  }
}

/** Without what belongs to this machine alone. */
function textOf(entry: IndexEntry): string {
  return JSON.stringify({ ...entry, configuration: undefined, fingerprint: undefined })
}
