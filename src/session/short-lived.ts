import { ToknError } from '../core/errors.ts'
import type { Profile } from '../core/profile.ts'
import type { SessionRecord } from '../core/record.ts'
import { words } from '../messages/words.ts'
import { holderInWords } from './naming.ts'

/** The error for a token that was new a moment ago, and has ended. */
export function shortLived(
  profile: Profile,
  { expiry, obtainedAt }: Pick<SessionRecord, 'expiry' | 'obtainedAt'>,
): ToknError {
  const life = expiry.state === 'at' ? expiry.at - obtainedAt : 0
  const holder = holderInWords(profile)
  // A reply is on its way for a while, and that is part of the life that was promised.
  const shown = words.times.wholeSeconds(life)
  return new ToknError(
    'provider_nonsense',
    life <= 0 ? words.refresh.expiredOnArrival(holder) : words.refresh.shortLived(holder, shown),
  )
}
