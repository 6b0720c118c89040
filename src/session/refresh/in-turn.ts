import { lease } from '../../core/shared-time.ts'
import { parseRecord, type SessionRecord } from '../../core/record.ts'
import { waitAsReader } from '../fleet/wait-for-refresh.ts'
import type { RefreshRequest } from '../refresh-request.ts'
import type { Session } from '../session.ts'
import { findRefreshed } from './find-refreshed.ts'
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
  const rest = await restOf(session)
  let time = 0
  await rest()
  return await inTurn(entry, {
    timeout: ports.timeLeft(),
    lease: isShared(session) ? lease : undefined,
    look: async () => {
      const found = await findRefreshed(session, request)
      if (found === undefined) await rest()
      return found
    },
    work: async () => {
      time = ports.timeLeft()
      return parseRecord(await ports.refresher(profile, request), profile.id)
    },
    tell: (failure) => tellFailure(ports, failure, time),
    hear: (told) => hearFailure(ports, told),
  })
}

/**
 * Lets go of what the session was read with, while another process is waited for: of the connections that
 * many machines may have, that one needs one as well.
 */
async function restOf(session: Session): Promise<() => Promise<void>> {
  if (!isShared(session)) return async () => undefined
  const { ports, profile } = session
  const used = await ports.engine?.(profile.store, profile.id)
  return async () => await used?.engine.rest?.()
}

function isShared({ ports, profile }: Session): boolean {
  return ports.stores.traits(profile.store).shared === true
}
