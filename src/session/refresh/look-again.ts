import { isGood } from '../../core/expiry.ts'
import { words } from '../../messages/words.ts'
import { holderInWords } from '../naming.ts'
import { satisfies, type RefreshRequest } from '../refresh-request.ts'
import type { Session } from '../session.ts'
import { shortLived } from '../short-lived.ts'
import { refuseEnded } from '../standing.ts'
import type { Current } from './current.ts'

/** A provider that answers with dead tokens is not asked again for this long, in milliseconds. */
const stormGuard = 5_000

/**
 * Whether the record is what is asked for, and no reply is still to be read; warns where it may have
 * been replaced all the same. Where it is not, throws what is known already, instead of asking the
 * provider in vain.
 */
export function checkAgain(
  { ports, profile }: Session,
  request: RefreshRequest,
  { record, unstored, earlier }: Current,
): boolean {
  // The provider has replied, and the reply is in the journal and nowhere else.
  if (earlier !== undefined && earlier.replies.length > 0) return false
  const now = ports.clock.now()
  if (satisfies(record, request, now)) {
    if (earlier !== undefined) ports.warn(words.refresh.mayBeReplaced(holderInWords(profile)))
    return true
  }
  if (unstored !== undefined) throw unstored
  // What had waited was to be stored, and is: nothing is asked of the provider for that.
  if (request.reason === 'recovered') return true
  refuseEnded(profile, record)
  const age = now - record.obtainedAt
  const isNew = record.generation > 1 && age >= 0 && age < stormGuard
  const expired = request.reason === 'expired' && !isGood(record.expiry, now, 0)
  if (isNew && expired) throw shortLived(profile, record)
  return false
}
