import { briefly } from '../core/duration.ts'
import { ToknError } from '../core/errors.ts'
import type { Profile } from '../core/profile.ts'
import type { SessionRecord } from '../core/record.ts'
import { holderInWords } from './naming.ts'

/** The error for a token that was new a moment ago, and has ended. */
export function shortLived(
  profile: Profile,
  { expiry, obtainedAt }: Pick<SessionRecord, 'expiry' | 'obtainedAt'>,
): ToknError {
  const life = expiry.state === 'at' ? expiry.at - obtainedAt : 0
  if (life <= 0) {
    return new ToknError(
      'provider_nonsense',
      `the provider gave ${holderInWords(profile)} a token that had already expired when it came, by what it says`,
      {
        hint: 'see whether the clocks differ: tokn doctor; if they do not, the provider has to mend it',
      },
    )
  }
  return new ToknError(
    'provider_nonsense',
    `the provider gave ${holderInWords(profile)} a token that lived for no more than ${inSeconds(life)}, and that is over`,
    {
      hint: 'try again in a few seconds; if the provider can give tokens a longer life, set that there',
    },
  )
}

function inSeconds(life: number): string {
  // An answer is on its way for a while, and that is part of the life that was promised.
  return briefly(Math.ceil(life / 1_000) * 1_000)
}
