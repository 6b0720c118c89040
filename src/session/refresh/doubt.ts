import { ToknError, type Said } from '../../core/errors.ts'
import type { HeldLock } from '../../core/ports.ts'
import type { SessionRecord } from '../../core/record.ts'
import { words } from '../../messages/words.ts'
import { mayServe, type RefreshRequest } from '../refresh-request.ts'
import type { Session } from '../session.ts'
import { isAlive } from '../standing.ts'
import { findRecord } from '../stored-record.ts'
import { chooseRenewal } from './renewable.ts'

/** How long a newer generation is waited for, and how often it is looked for, in milliseconds. */
const [longestWait, pause] = [10_000, 500]

/**
 * The token to serve as it is where its store may have gone back behind what was stored once: what
 * would renew it may be spent, and is not sent. `undefined` where there is no such doubt, or nothing
 * that is spent by use. A later generation is waited for: whoever has one may be about to store it.
 * Throws `reauth_required` where the token does not do.
 */
export async function findDoubtful(
  session: Session,
  lock: HeldLock,
  request?: RefreshRequest,
): Promise<SessionRecord | undefined> {
  let why = await lock.doubt?.()
  if (why === undefined || (await spendsNothing(session))) return undefined
  const { ports } = session
  const until = ports.clock.now() + Math.min(longestWait, ports.timeLeft() - 2 * pause)
  const record = await findRecord(session)
  if (record !== undefined && serves(session, record, request)) {
    ports.warn(words.fleet.servedInDoubt(why.message))
    return record
  }
  while (why !== undefined && ports.clock.now() < until) {
    await ports.clock.wait(pause)
    why = await lock.doubt?.()
  }
  if (why !== undefined) throw inDoubt(why)
  return undefined
}

/** Whether the session is renewed by what may be used again. */
async function spendsNothing(session: Session): Promise<boolean> {
  const provider = await session.provider()
  if (provider.rotation === 'none') return true
  const record = await findRecord(session)
  if (record === undefined || record.standing !== undefined) return true
  const renewal = chooseRenewal(provider, record, session.ports.clock.now())
  return renewal !== 'refresh' && renewal !== 'reissue'
}

function serves(
  { ports }: Session,
  record: SessionRecord,
  request: RefreshRequest | undefined,
): boolean {
  const now = ports.clock.now()
  return request !== undefined && isAlive(record, now) && mayServe(record, request, now)
}

function inDoubt(why: Said): ToknError {
  return new ToknError('reauth_required', why, { fault: 'gone-back' })
}
