import { isFailure } from '../../core/errors.ts'
import { unknownExpiry, type Expiry } from '../../core/expiry.ts'
import type { Fleet, FleetRole, FleetSession } from '../../core/fleet.ts'
import { readHolder, type Holder } from '../../core/holder.ts'
import type { HistoryEntry } from '../../core/session-history.ts'
import type { HeldLease } from '../../core/shared-engine.ts'
import { sessionState, type SessionState } from '../life.ts'

/** Who holds a lease, and for how many milliseconds more, unless it is prolonged. */
export interface Holding extends Holder {
  readonly left: number
}

export interface FleetSessionStatus {
  readonly id: string
  readonly name: string
  /** Absent: no profile is kept there, or none that verifies. */
  readonly provider?: string | undefined
  readonly generation: number
  readonly state: SessionState
  readonly expiry: Expiry
  /** A refresh is under way, or was cut off. */
  readonly pending: boolean
  /** Readers wait for more than this generation. */
  readonly wishes: number
  /** Who works on it now; absent: nobody, or the engine cannot tell. */
  readonly holder?: Holding | undefined
  /** Who made the generation that is there. */
  readonly last?: HistoryEntry | undefined
  readonly problem?: string | undefined
  /** Where the session has gone; what is left here renews nothing. */
  readonly movedTo?: string | undefined
}

/** A store that many machines share, at a glance. */
export interface FleetStatus {
  readonly store: string
  /** What the key in force may do. */
  readonly role: FleetRole
  /** The name of that key. */
  readonly key: string
  /** The life of the engine; see `SharedEngine.incarnation`. */
  readonly incarnation: string
  /** Whether it may be seen who holds leases. */
  readonly tellsHolders: boolean
  /** Who acts as the refresher; absent: nobody, or it may not be seen. */
  readonly refresher?: Holding | undefined
  readonly sessions: readonly FleetSessionStatus[]
}

/** All sessions of a store, by what is noted of them; no record is opened. Throws `network`, `store`. */
export async function readFleetStatus(fleet: Fleet, now: number): Promise<FleetStatus> {
  // With another key nothing that is there could be seen.
  await fleet.checkKey()
  const [incarnation, leases, wished] = await Promise.all([
    fleet.incarnation(),
    // A reader may not be allowed to see these, and sees all the rest.
    ifAllowed(async () => await fleet.leases()),
    ifAllowed(async () => await readWished(fleet)),
  ])
  const held = new Map(leases?.map((lease) => [lease.name, holdingOf(lease)] as const))
  const sessions: FleetSessionStatus[] = []
  for await (const rows of fleet.pages()) {
    for (const row of rows) {
      const own = wished?.get(row.id)?.filter((generation) => generation >= row.generation)
      sessions.push(describe(row, now, own?.length ?? 0, held.get(`session:${row.id}`)))
    }
  }
  return {
    store: fleet.describe(),
    role: fleet.role,
    key: fleet.kid,
    incarnation,
    tellsHolders: leases !== undefined,
    refresher: held.get('refresher'),
    sessions: sessions.toSorted((one, other) => (one.name < other.name ? -1 : 1)),
  }
}

function describe(
  { id, name, generation, profile, index, pending, fault }: FleetSession,
  now: number,
  wishes: number,
  holder: Holding | undefined,
): FleetSessionStatus {
  const known = index?.generation === generation ? index : undefined
  // That of another generation is of no use to know when this one ends.
  const state = generation > 0 && known === undefined ? 'unknown' : sessionState(known, now)
  return {
    ...{ id, name, generation, pending, wishes, holder, problem: fault },
    provider: profile?.provider,
    state,
    expiry: known?.expiry ?? unknownExpiry,
    last: known?.history?.at(-1),
    movedTo: index?.movedTo,
  }
}

function holdingOf({ holder, left }: HeldLease): Holding {
  return { ...readHolder(holder), left }
}

/** Generations that are wished away, by the ids of their sessions. */
async function readWished(fleet: Fleet): Promise<ReadonlyMap<string, readonly number[]>> {
  const found = new Map<string, readonly number[]>()
  for await (const { id, generations } of fleet.wished()) found.set(id, generations)
  return found
}

async function ifAllowed<Value>(ask: () => Promise<Value>): Promise<Value | undefined> {
  try {
    return await ask()
  } catch (error) {
    if (!isFailure(error) || error.code !== 'store') throw error
    return undefined
  }
}
