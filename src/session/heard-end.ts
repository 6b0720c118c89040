import { isFailure, isToknError, ToknError } from '../core/errors.ts'
import type { Provider } from '../core/provider.ts'
import type { SessionRecord } from '../core/record.ts'
import { words } from '../messages/words.ts'
import { lockedBriefly } from './locked-briefly.ts'
import { isFromEnvironment, nextLogin } from './naming.ts'
import { withoutSpentTokens } from './older-copy.ts'
import { chooseRenewal } from './refresh/renewable.ts'
import { markEnded } from './revoke/mark-ended.ts'
import type { Session } from './session.ts'
import { loginAnew } from './standing.ts'

/**
 * Writes down that the token of `refused` works no more, where that was said for certain and nothing
 * but the token itself, or a login, could bring another. Tells whether the session is known to be over.
 * That the write fails is a warning at most.
 */
export async function rememberEnd(
  session: Session,
  refused: SessionRecord,
  why: string,
): Promise<boolean> {
  if (isFromEnvironment(session)) return false
  const mark = async () => await markHeld(session, refused, why)
  const marked = await lockedBriefly(session, mark, (reason) =>
    words.tokens.endNotRecorded(session.name, reason),
  )
  return marked ?? false
}

/** As `rememberEnd`, where `error` says of the token that was sent that it works no more. */
export async function rememberRefusal(
  session: Session,
  refused: SessionRecord,
  error: unknown,
): Promise<void> {
  if (!isFailure(error) || !saysDead(await session.provider(), error)) return
  await rememberEnd(session, refused, error.message)
}

/** `error` with a hint that leads to another token, where `refused` was pasted in. */
export function withLoginAnew(error: unknown, session: Session, refused: SessionRecord): unknown {
  if (!isFailure(error) || error.hint !== nextLogin(session)) return error
  const details = { ...error.details, hint: loginAnew(session, refused), cause: error }
  return new ToknError(error.code, error.message, details)
}

/**
 * Whether an answer to a request with a token says for certain that the token is dead. A status 401
 * alone says so only where the definition tells how a dead token looks.
 */
export function saysDead({ callRefusals }: Provider, error: unknown): boolean {
  if (!isToknError(error, 'reauth_required') || error.details.http === undefined) return false
  const { refusal } = error.details
  return refusal === 'expired' || (refusal === 'invalid' && callRefusals !== undefined)
}

/** Whether the access token itself is what `record` is renewed with. */
export function renewsWithItself(provider: Provider, record: SessionRecord, now: number): boolean {
  const way = chooseRenewal(provider, record, now)
  return way === 'reissue' || (way === 'refresh' && record.refresh === undefined)
}

/** The lock is held. A session that its refresh token renews, or that a reply waits for, goes on. */
async function markHeld(session: Session, refused: SessionRecord, why: string): Promise<boolean> {
  const { ports } = session
  if (await ports.refreshPending(session.entry)) return false
  const held = await session.findRecord()
  if (held?.generation !== refused.generation || !held.access.equals(refused.access)) return false
  if (held.standing?.state === 'dead') return true
  const provider = await session.provider()
  const now = ports.clock.now()
  const usable = await withoutSpentTokens(session, held)
  if (
    chooseRenewal(provider, usable, now) === 'refresh' &&
    !renewsWithItself(provider, usable, now)
  )
    return false
  await markEnded(session, held, why)
  return true
}
