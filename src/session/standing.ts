import { ToknError } from '../core/errors.ts'
import { isGood } from '../core/expiry.ts'
import type { Profile } from '../core/profile.ts'
import type { SessionRecord } from '../core/record.ts'
import { timestamp } from '../core/text.ts'
import { nextLogin, sessionInWords } from './naming.ts'

/**
 * Throws `reauth_required` for a session of which it is known that no refresh can help it: nothing
 * is sent to the provider to hear the same again. Kept credentials can still log in.
 */
export function refuseCondemned(profile: Profile, record: SessionRecord): void {
  if (record.standing === undefined || record.credentials !== undefined) return
  throw condemned(profile, record)
}

/** What is known to be wrong with a session, as an error. */
export function condemned(profile: Profile, { standing }: SessionRecord): ToknError {
  const since = standing === undefined ? '' : ` (known since ${timestamp(standing.at)})`
  return new ToknError(
    'reauth_required',
    `${sessionInWords(profile)} has ended${since}: ${standing?.why ?? 'the reason is not known'}`,
    { hint: nextLogin(profile) },
  )
}

/** Whether the access token may be handed out at all: its time is not up, and nobody said it is dead. */
export function isAlive(record: SessionRecord, now: number): boolean {
  return record.standing?.state !== 'dead' && isGood(record.expiry, now, 0)
}
