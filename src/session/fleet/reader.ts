import type { Fleet } from '../../core/fleet.ts'
import { refusedToReader, type ReaderAct } from '../../core/reader-refusal.ts'
import type { Ports } from '../ports.ts'
import type { Session } from '../session.ts'

type Place = Pick<Session, 'ports' | 'profile'>

/** The store of a session, where many machines share it. */
export async function fleetOf({ ports, profile }: Place): Promise<Fleet | undefined> {
  if (!isShared(ports, profile.store)) return undefined
  return await ports.fleet?.(profile.store, profile.id)
}

/** It, where this process has a reader's key alone. */
export async function fleetOfReader(place: Place): Promise<Fleet | undefined> {
  const fleet = await fleetOf(place)
  return fleet?.role === 'reader' ? fleet : undefined
}

/** Throws `forbidden` where this process has a reader's key alone, with which `act` cannot be done. */
export async function refuseReader(place: Place, act: ReaderAct): Promise<void> {
  const fleet = await fleetOf(place)
  if (fleet !== undefined) refuseReaderOf(fleet, act)
}

/** As `refuseReader`, of a store that is open. */
export function refuseReaderOf(fleet: Pick<Fleet, 'role' | 'describe'>, act: ReaderAct): void {
  if (fleet.role === 'reader') throw refusedToReader(act, fleet.describe())
}

function isShared({ stores }: Pick<Ports, 'stores'>, kind: string): boolean {
  return stores.traits(kind).shared === true
}
