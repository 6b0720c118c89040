import { isToknError } from '../core/errors.ts'
import type { Index, IndexEntry } from '../core/ports.ts'
import type { StoreKind } from '../core/profile.ts'
import { readIndexEntry } from '../io/files/index-file.ts'
import { verifyPart } from '../stores/shared/codec.ts'
import type { SharedKind } from '../stores/shared/open.ts'
import { readSignedJson } from '../stores/shared/signed-part.ts'
import type { StoreKeys } from '../stores/shared/store-keys.ts'
import { openSharedProfiles, type FoundProfile } from '../stores/shared/profiles.ts'
import type { OwnPorts } from './ports.ts'
import {
  openIndexInMemory,
  openProfilesInForce,
  type IndexInMemory,
  type ProfilesInForce,
} from './shared-profiles.ts'

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
  const known = openIndexInMemory()
  const pending = new Set<string>()
  const profiles = openProfilesInForce({
    ...{ kind, variable },
    shared: openSharedProfiles(shared.engine, shared.rows, shared.ring),
    local: ports.profiles,
    place: () => shared.engine.describe(),
    definition: ports.definition,
    seen: async (found) => {
      if (found.row.parts.journal !== undefined) pending.add(`${kind}:${found.row.id}`)
      await noteIndex(shared, known, found)
    },
    hasLeft: (id) => known.get(id)?.movedTo !== undefined,
  })
  // What is used as ever leaves here what it always has.
  const hasOwn = () => ports.profiles.outlines().length > 0
  return {
    kind,
    profiles,
    mayAskAgent: ports.agentIsNamed,
    over: (own) => {
      const index = openJointIndex(known, () => own.index, profiles.idsOfMachine)
      return withOver(own, {
        ...{ profiles, index, profilesOf: kind },
        overview: async (name) => {
          const { overviewOf } = await import('../core/overview.ts')
          return overviewOf({ profiles, index }, name)
        },
        journal: async (of) =>
          of === undefined ? await own.journal() : (await import('./in-memory-ports.ts')).noJournal,
        mayBeUnfinished: () => false,
        pendingRefreshes: () => {
          const here = own.pendingRefreshes()
          return { has: (entry) => pending.has(entry) || here.has(entry) }
        },
        fingerprint: async (secret) => {
          if (hasOwn()) return await own.fingerprint(secret)
          const { fingerprintOnce } = await import('../io/files/fingerprint.ts')
          return fingerprintOnce(secret)
        },
        warnDaily: async (id, text) => {
          if (profiles.idsOfMachine().has(id)) await own.warnDaily(id, text)
        },
        // One on this machine knows other profiles, unless it was named.
        agent: async () => (own.agentIsNamed ? await own.agent() : undefined),
      })
    },
  }
}

/** `own` with `laid` over it; what is made at its first use there is made no sooner here. */
function withOver(own: OwnPorts, laid: Partial<OwnPorts>): OwnPorts {
  const kept = { ...Object.getOwnPropertyDescriptors(own) }
  for (const name of Object.keys(laid)) delete kept[name as keyof OwnPorts]
  return Object.defineProperties({ ...laid }, kept) as OwnPorts
}

/** What is known of sessions of the store, and of those of this machine, where that always is. */
function openJointIndex(
  known: Index,
  here: () => Index,
  idsOfMachine: () => ReadonlySet<string>,
): Index {
  const of = (id: string) => (idsOfMachine().has(id) ? here() : known)
  return {
    get: (id) => of(id).get(id),
    getAll: (ids) => {
      const own = idsOfMachine()
      const others = known.getAll(ids.filter((id) => !own.has(id)))
      return new Map([...others, ...here().getAll(ids.filter((id) => own.has(id)))])
    },
    put: (id, entry) => of(id).put(id, entry),
    remove: (id) => of(id).remove(id),
    list: () => {
      const own = idsOfMachine()
      return [
        ...known.list(),
        ...here()
          .list()
          .filter((id) => own.has(id)),
      ]
    },
  }
}

/** What its row says of a session may be known; where that is not trusted, it is not. */
async function noteIndex(
  { clock, ring }: Pick<SharedKind, 'clock' | 'ring'>,
  index: IndexInMemory,
  { row }: FoundProfile,
): Promise<void> {
  const text = row.parts.index
  // Nobody has asked for it.
  if (text === undefined || text === '') return
  const open = (keys: StoreKeys) => verifyPart(keys, 'index', row)
  // Who hands a good token out never asks for it.
  const keys = clock.isApart() ? undefined : ring.atHand('index', text)
  if (keys !== undefined) {
    return index.later(row.id, () => orNothing(() => readKept(open(keys))))
  }
  try {
    const kept = await ring.opening(open)
    const entry = readKept(kept && (await clock.toLocal(kept)))
    if (entry !== undefined) index.put(row.id, entry)
  } catch (error) {
    nothing(error)
  }
}

function readKept(text: string | undefined): IndexEntry | undefined {
  return text === undefined ? undefined : readIndexEntry(readSignedJson(text))
}

function orNothing<Value>(read: () => Value): Value | undefined {
  try {
    return read()
  } catch (error) {
    return nothing(error)
  }
}

function nothing(error: unknown): undefined {
  if (!isToknError(error, 'store')) throw error
}
