import { isToknError } from '../core/errors.ts'
import { overviewOf } from '../core/overview.ts'
import type { Index } from '../core/ports.ts'
import type { StoreKind } from '../core/profile.ts'
import { fingerprintOnce } from '../io/files/fingerprint.ts'
import { readIndexEntry } from '../io/files/index-file.ts'
import { verifyPart } from '../stores/shared/codec.ts'
import type { SharedKind } from '../stores/shared/open.ts'
import { openSharedProfiles, type FoundProfile } from '../stores/shared/profiles.ts'
import type { OwnPorts } from './ports.ts'
import { openIndexInMemory, openProfilesInForce, type ProfilesInForce } from './shared-profiles.ts'

/**
 * A store for many machines that a variable names: its profiles go before those of this machine, and
 * nothing is written here, which may be gone with the job.
 */
export interface InForce {
  readonly kind: StoreKind
  readonly profiles: ProfilesInForce
  /** Whether an agent was named, and may be asked. */
  readonly mayAskAgent: boolean
  /** `ports`, with all of that laid over. */
  over(ports: OwnPorts): OwnPorts
}

/** `variable` names the store. Throws what opening it throws; nothing is asked of it yet. */
export async function openInForce(
  ports: OwnPorts,
  kind: StoreKind,
  variable: string,
): Promise<InForce> {
  const shared = await ports.shared(kind)
  const index = openIndexInMemory()
  const pending = new Set<string>()
  const profiles = openProfilesInForce({
    ...{ kind, variable },
    shared: openSharedProfiles(shared.engine, shared.rows, shared.ring),
    local: ports.profiles,
    place: shared.engine.describe(),
    definition: ports.definition,
    seen: async (found) => {
      if (found.row.parts.journal !== undefined) pending.add(`${kind}:${found.row.id}`)
      await noteIndex(shared, index, found)
    },
  })
  return {
    kind,
    profiles,
    mayAskAgent: ports.agentIsNamed,
    over: (own) => ({
      ...own,
      ...{ profiles, index },
      overview: async (name) => overviewOf({ profiles, index }, name),
      journal: async (of) =>
        of === undefined ? await own.journal() : (await import('./in-memory-ports.ts')).noJournal,
      mayBeUnfinished: () => false,
      pendingRefreshes: () => {
        const here = own.pendingRefreshes()
        return { has: (entry) => pending.has(entry) || here.has(entry) }
      },
      fingerprint: async (secret) => fingerprintOnce(secret),
      warnDaily: async () => undefined,
      // One on this machine knows other profiles, unless it was named.
      agent: async () => (own.agentIsNamed ? await own.agent() : undefined),
    }),
  }
}

/** What its row says of a session may be known; where that is not trusted, it is not. */
async function noteIndex(
  { clock, ring }: Pick<SharedKind, 'clock' | 'ring'>,
  index: Index,
  { row }: FoundProfile,
): Promise<void> {
  try {
    const kept = await ring.opening((keys) => verifyPart(keys, 'index', row))
    const text = kept && (await clock.toLocal(kept))
    const entry = text === undefined ? undefined : readIndexEntry(JSON.parse(text))
    if (entry !== undefined) index.put(row.id, entry)
  } catch (error) {
    if (!isToknError(error, 'store')) throw error
  }
}
