import { isFailure } from '../core/errors.ts'
import type { IndexEntry } from '../core/ports.ts'
import type { Provider } from '../core/provider.ts'
import type { Profile } from '../core/profile.ts'
import type { Reason, SessionRecord } from '../core/record.ts'
import type { HistoryEntry } from '../core/session-history.ts'
import { amendIndex } from './amend-index.ts'
import type { Ports } from './ports.ts'
import { neededOutside } from './outside.ts'
import { nextRenewalEnd } from './renewal-end.ts'
import { renewalOf } from './ways-to-renew.ts'

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
  wished: '1 refresh',
  narrowed: '1 refresh',
}

/** Tells the index what is known to be wrong with a generation, if anything, beside what it knows. */
export function indexStanding(
  ports: Ports,
  profile: Profile,
  { generation, standing }: Pick<IndexEntry, 'generation' | 'standing'>,
): void {
  amendIndex(ports, profile, generation, ({ standing: { rejectedAt } = {} }) => ({
    standing: standing && (rejectedAt === undefined ? standing : { ...standing, rejectedAt }),
  }))
}

/** Tells the index that the same generation ends later than it knew. */
export function indexExpiry(
  ports: Ports,
  profile: Profile,
  { generation, expiry, prolongedAt }: SessionRecord,
): void {
  amendIndex(ports, profile, generation, () => ({ expiry, prolongedAt }))
}

/** Tells the index what is kept with a generation, beside what it knows. */
export async function indexKept(
  ports: Ports,
  profile: Profile,
  record: SessionRecord,
): Promise<void> {
  const kept = await keptOf(ports, profile, record)
  amendIndex(ports, profile, record.generation, (entry) => ({
    ...kept,
    renewalEnd: nextRenewalEnd(entry, record, 'forced'),
  }))
}

/** Tells the index what may be known of a session without unlocking it, and who made it so. */
export async function indexRecord(
  ports: Ports,
  profile: Profile,
  record: SessionRecord,
  reason: Reason,
  details: Pick<HistoryEntry, 'cost' | 'by'> = {},
): Promise<void> {
  if (profile.usualStore !== undefined) return
  ports.index.put(record.profileId, await describeRecord(ports, profile, record, reason, details))
}

/** What the index is told of a new generation, beside what it knows of those before it. */
export async function describeRecord(
  ports: Ports,
  profile: Profile,
  record: SessionRecord,
  reason: Reason,
  { cost = costs[reason], by }: Pick<HistoryEntry, 'cost' | 'by'> = {},
): Promise<IndexEntry> {
  const { command, pid, parent, host, job } = ports.requester
  const earlier = ports.index.get(record.profileId)
  const made: HistoryEntry = {
    generation: record.generation,
    at: reason === 'narrowed' ? ports.clock.now() : record.obtainedAt,
    reason,
    by,
    command,
    pid,
    parent,
    host,
    ...(job === undefined ? {} : { job }),
    cost,
  }
  return {
    configuration: ports.configuration,
    generation: record.generation,
    expiry: record.expiry,
    refreshExpiry: record.refreshExpiry,
    obtainedAt: record.obtainedAt,
    fixed: record.fixed === true ? true : undefined,
    origin: record.origins[0],
    ...(await keptOf(ports, profile, record)),
    renewalEnd: nextRenewalEnd(earlier, record, reason),
    tokenId: record.id,
    tokenName: record.name,
    scopes: record.scopes,
    fingerprint: await ports.fingerprint(record.access),
    standing: record.standing,
    history: [...(earlier?.history ?? []), made].slice(-remembered),
  }
}

async function keptOf(
  ports: Ports,
  profile: Profile,
  record: SessionRecord,
): Promise<Pick<IndexEntry, 'renewal' | 'refreshKept' | 'credentialsKept' | 'renewsWith'>> {
  const provider = await findProvider(ports, profile)
  return {
    // What is outside belongs to one process, and the index to all of them.
    renewal: renewalOf({ ...record, outside: undefined }, provider),
    renewsWith: neededOutside(provider, profile, record),
    refreshKept: record.refresh !== undefined,
    credentialsKept: record.credentials !== undefined,
  }
}

/** The one at hand: it has just been spoken to. Nothing fails for want of it. */
async function findProvider(ports: Ports, profile: Profile): Promise<Provider | undefined> {
  try {
    return await ports.provider(profile)
  } catch (error) {
    if (!isFailure(error)) throw error
    return undefined
  }
}
