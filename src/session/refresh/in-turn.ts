import { parseRecord, type SessionRecord } from '../../core/record.ts'
import { indexedEntry } from '../amend-index.ts'
import { waitAsReader } from '../fleet/wait-for-refresh.ts'
import { withOutside } from '../outside.ts'
import { satisfies, type RefreshRequest } from '../refresh-request.ts'
import type { Session } from '../session.ts'
import { refuseEnded } from '../standing.ts'
import { hearFailure, tellFailure } from './shared-failure.ts'

/**
 * What a refresh by a process of its own comes to. Of all that ask at the same time one starts that
 * process; the others wait for its lock to be free, and take what it has stored. Who has a reader's key
 * alone waits for somebody else.
 */
export async function refreshInTurn(
  session: Session,
  request: RefreshRequest,
): Promise<SessionRecord> {
  const { ports, profile, entry } = session
  const waited = await waitAsReader(session, request)
  if (waited !== undefined) return waited
  const inTurn = await ports.inTurn()
  let time = 0
  return await inTurn(entry, {
    timeout: ports.timeLeft(),
    look: async () => await findRefreshed(session, request),
    work: async () => {
      time = ports.timeLeft()
      return parseRecord(await ports.refresher(profile, request), profile.id)
    },
    tell: (failure) => tellFailure(ports, failure, time),
    hear: (told) => hearFailure(ports, told),
  })
}

/**
 * What is stored, where that is what is asked for, and nothing of a refresh that was cut off waits to
 * be read. Throws what a refresh would throw that sends nothing.
 */
async function findRefreshed(
  session: Session,
  request: RefreshRequest,
): Promise<SessionRecord | undefined> {
  const { ports, profile, entry } = session
  if (isKnownOld(session, request)) return undefined
  if (await ports.refreshPending(entry)) return undefined
  const record = await session.readRecord()
  // One that begins while the record is read may replace it.
  if (await ports.refreshPending(entry)) return undefined
  if (satisfies(record, request, ports.clock.now())) return record
  refuseEnded(profile, await withOutside(session, record))
  return undefined
}

/**
 * Whether the index knows of no later generation than the one that is not good enough. It is told
 * before the lock is free; where it could not be, the process that refreshes finds the work done.
 */
function isKnownOld({ ports, profile }: Session, { beyond }: RefreshRequest): boolean {
  const known = indexedEntry(ports, profile)
  if (beyond === undefined || known === undefined || known.standing !== undefined) return false
  return known.generation <= beyond
}
