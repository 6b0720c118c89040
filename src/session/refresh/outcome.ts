import { openSession, type Session } from '../session.ts'
import { isToknError, ToknError } from '../../core/errors.ts'
import type { Profile } from '../../core/profile.ts'
import type { SessionRecord } from '../../core/record.ts'
import { isLost } from '../kept-reply.ts'
import { findHeld } from '../stored-record.ts'
import { indexRecord, indexStanding } from '../history.ts'
import { writeAndReadBack } from '../write-record.ts'
import { retireOld } from './successor.ts'
import type { Turn, Way } from './turn.ts'
import { condemn, isUnreadable, isVerdict, park } from './verdict.ts'
import { nextLogin } from '../naming.ts'

/** Stores the next record, or adopts the one that another process stored meanwhile. */
export async function storeNext(turn: Turn, next: SessionRecord, way: Way): Promise<SessionRecord> {
  const { ports, profile, store, held, record, attempt, wanted } = turn
  if (!held.stillHeld()) {
    // Someone took over while this process slept. Theirs is the later generation, if they made one.
    const newer = await findNewer(openSession(ports, profile), record)
    if (newer !== undefined) return newer
  }
  try {
    await writeAndReadBack(store, next)
  } catch (error) {
    if (!isToknError(error, 'store')) throw error
    const newer = await findNewer(openSession(ports, profile), record)
    if (newer !== undefined && !newer.access.equals(next.access)) {
      attempt.finish()
      return newer
    }
    await parkOr(turn, next, error)
    // The provider has already turned the old tokens in; the new ones are safe in the journal.
    ports.warn(
      `the new token could not be stored yet (${error.message}); it is kept, and served and stored by the next command`,
    )
    return next
  }
  attempt.finish()
  const reason = attempt.kept.length > 0 ? 'recovered' : wanted.reason
  await indexRecord(ports, profile, next, reason, way === 'login' ? { cost: '1 login' } : {})
  await retireOld(turn, next)
  return next
}

/** Throws the store's error where the journal does not take the record either, nor has the answer. */
async function parkOr(turn: Turn, next: SessionRecord, stored: Error): Promise<void> {
  try {
    await park(turn, next)
  } catch (error) {
    if (!isToknError(error, 'store')) throw error
    if (turn.attempt.unkept() !== undefined) throw stored
  }
}

/** What another process stored meanwhile; `undefined` also where the store cannot be read. */
export async function findNewer(
  session: Session,
  record: SessionRecord,
): Promise<SessionRecord | undefined> {
  try {
    const found = await findHeld(session)
    return found !== undefined && found.generation > record.generation ? found : undefined
  } catch (error) {
    if (isToknError(error, 'store')) return undefined
    throw error
  }
}

/**
 * What becomes of a refresh that failed with `error`, of which `verdict` is what the provider said
 * of the tokens, if it did: another's newer record, or the error.
 */
export async function giveUp(turn: Turn, error: unknown, verdict: unknown): Promise<SessionRecord> {
  const { ports, profile, record, attempt } = turn
  if (isToknError(error, 'reauth_required', 'forbidden', 'provider_refused', 'busy')) {
    const newer = await findNewer(openSession(ports, profile), record)
    if (newer !== undefined) {
      attempt.finish()
      return newer
    }
  }
  if (isVerdict(verdict)) await condemn(turn, verdict, { keepAnswers: isUnreadable(error) })
  else if (isLost(error) || attempt.lost()) {
    // The intent stays in the journal: the next attempt must know that one went before it.
    const said = isToknError(error) ? `: ${error.message}` : ''
    const why = `a refresh got no answer${said}`
    indexStanding(ports, profile, { state: 'doubtful', at: ports.clock.now(), why })
  } else if (!isUnreadable(error)) attempt.finish()
  throw withNextCommand(error, profile)
}

/** A login makes up for everything that ends here; the provider's layer does not know its name. */
function withNextCommand(error: unknown, profile: Profile): unknown {
  if (!isToknError(error, 'reauth_required') && !isUnreadable(error)) return error
  const [hint] = [error.details.hint].flat()
  if (hint?.startsWith('tokn login') === true) return error
  return new ToknError(error.code, error.message, {
    ...error.details,
    hint: nextLogin(profile),
    cause: error,
  })
}
