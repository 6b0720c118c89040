import { isFailure } from '../../core/errors.ts'
import type { FleetSession } from '../../core/fleet.ts'
import type { IndexEntry } from '../../core/ports.ts'
import { words } from '../../messages/words.ts'
import type { Ports } from '../ports.ts'
import { renewalOf } from '../ways-to-renew.ts'
import type { Session } from '../session.ts'
import { fleetOf } from './reader.ts'

/**
 * What is known of a session without its record: where many machines share its store, what is noted
 * there, which the index of this machine then knows as well; that index alone, with a warning, where the
 * store cannot be asked.
 */
export async function knownOf(session: Session): Promise<IndexEntry | undefined> {
  const { ports, id } = session
  try {
    const fleet = await fleetOf(session)
    const row = await fleet?.look(id)
    if (row !== undefined) return noteRow(ports, row)
  } catch (error) {
    if (!isFailure(error)) throw error
    ports.warn(words.refresherService.storeNotAsked(error.message))
  }
  return ports.index.get(id)
}

/** What is known of a session by its record alone; who made it so is not. Throws what reading it throws. */
export async function readKnown(session: Session): Promise<IndexEntry> {
  const { ports } = session
  const record = await session.readRecord()
  const { generation, expiry, refreshExpiry, obtainedAt, prolongedAt, fixed, standing } = record
  const renewal = renewalOf(record, await session.provider())
  const times = { expiry, refreshExpiry, obtainedAt, prolongedAt }
  return { configuration: ports.configuration, generation, ...times, fixed, standing, renewal }
}

/** Tells the index of this machine what a row says of a session; gives what it knows then. */
function noteRow(
  { index, configuration }: Pick<Ports, 'index' | 'configuration'>,
  { id, index: noted, fault }: FleetSession,
): IndexEntry | undefined {
  const known = index.get(id)
  // What is signed with another key, or was damaged, is no reason to forget what was known.
  if (noted === undefined) return fault === undefined ? undefined : known
  const isSame = known?.generation === noted.generation
  const entry: IndexEntry = {
    ...noted,
    // These two belong to this machine.
    configuration,
    fingerprint: isSame ? known.fingerprint : undefined,
    standing: isSame ? (noted.standing ?? known.standing) : noted.standing,
  }
  if (JSON.stringify(entry) !== JSON.stringify(known)) index.put(id, entry)
  return entry
}
