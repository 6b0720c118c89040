import { ToknError } from '../core/errors.ts'
import { isGood } from '../core/expiry.ts'
import type { Profile } from '../core/profile.ts'
import type { SessionRecord } from '../core/record.ts'
import { words } from '../messages/words.ts'
import { secretsForLogin } from './login-secrets.ts'
import { nextLogin, sessionInWords, type Named } from './naming.ts'

/**
 * Throws `reauth_required` for a session of which it is known that no refresh can help it: nothing
 * is sent to the provider to hear the same again. Kept credentials can still log in.
 */
export function refuseEnded(profile: Profile, record: SessionRecord): void {
  if (record.standing === undefined || secretsForLogin(record) !== undefined) return
  throw sessionEnded(profile, record)
}

/** What is known to be wrong with a session, as an error. */
export function sessionEnded(profile: Profile, record: SessionRecord): ToknError {
  const { standing } = record
  const since = standing && words.times.instant(standing.at)
  const message = words.refresh.sessionEnded(sessionInWords(profile), since, standing?.why)
  return new ToknError('reauth_required', message, { hint: nextThen(profile, record) })
}

/** A session that has moved is used where it is: a login would make another one. */
export function nextThen(profile: Profile, record: SessionRecord): string {
  return record.context['tokn_moved_to'] === undefined
    ? loginAnew(profile, record)
    : words.refresh.useThere()
}

/** What to type for another session: a token that was pasted in is followed by another one. */
export function loginAnew(session: Named, { fixed }: Pick<SessionRecord, 'fixed'>): string {
  return nextLogin(session, fixed === true ? ' --with-token' : '')
}

/** Whether the access token may be handed out at all: its time is not up, and nobody said it is dead. */
export function isAlive(record: SessionRecord, now: number): boolean {
  return record.standing?.state !== 'dead' && isGood(record.expiry, now, 0)
}
