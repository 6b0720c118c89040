import type { HistoryEntry, IndexEntry } from '../core/ports.ts'
import type { Profile } from '../core/profile.ts'
import type { Reason, SessionRecord } from '../core/record.ts'
import type { Ports } from './ports.ts'

/** Generations remembered for `tokn why`. */
const remembered = 50

const costs: Partial<Record<Reason, string>> = {
  login: '1 login',
  expired: '1 refresh',
  'min-ttl': '1 refresh',
  clock: '1 refresh',
  'id-token': '1 refresh',
  forced: '1 refresh',
  rejected: '1 refresh',
}

/** Tells the index what is known to be wrong with a session, if anything, beside what it knows. */
export function indexStanding(
  ports: Ports,
  { id, usualStore }: Profile,
  standing: IndexEntry['standing'],
): void {
  const entry = ports.index.get(id)
  // The index is of the session in the store that the profile names.
  if (entry === undefined || usualStore !== undefined) return
  ports.index.put(id, { ...entry, standing })
}

/** Tells the index what is kept with a session, beside what it knows. */
export function indexKept(ports: Ports, { id, usualStore }: Profile, record: SessionRecord): void {
  const entry = ports.index.get(id)
  if (entry === undefined || usualStore !== undefined) return
  ports.index.put(id, { ...entry, ...keptOf(record) })
}

/** Tells the index what may be known of a session without unlocking it, and who made it so. */
export async function indexRecord(
  ports: Ports,
  { usualStore }: Profile,
  record: SessionRecord,
  reason: Reason,
  { cost = costs[reason], by }: Pick<HistoryEntry, 'cost' | 'by'> = {},
): Promise<void> {
  if (usualStore !== undefined) return
  const { command, pid, parent } = ports.requester
  const earlier = ports.index.get(record.profileId)?.history ?? []
  const made: HistoryEntry = {
    generation: record.generation,
    at: record.obtainedAt,
    reason,
    by,
    command,
    pid,
    parent,
    cost,
  }
  const entry: IndexEntry = {
    configuration: ports.configuration,
    generation: record.generation,
    expiry: record.expiry,
    refreshExpiry: record.refreshExpiry,
    obtainedAt: record.obtainedAt,
    ...keptOf(record),
    tokenId: record.id,
    tokenName: record.name,
    scopes: record.scopes,
    fingerprint: await ports.fingerprint(record.access),
    standing: record.standing,
    history: [...earlier, made].slice(-remembered),
  }
  ports.index.put(record.profileId, entry)
}

function keptOf({
  credentials,
  refresh,
}: SessionRecord): Pick<IndexEntry, 'renewal' | 'refreshKept'> {
  const refreshKept = refresh !== undefined
  if (credentials !== undefined) return { renewal: 'credentials', refreshKept }
  return { renewal: refreshKept ? 'refresh' : 'none', refreshKept }
}
