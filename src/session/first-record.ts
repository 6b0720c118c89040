import { bindingOf, type Profile } from '../core/profile.ts'
import type { Provider, Reach } from '../core/provider.ts'
import type { SessionRecord } from '../core/record.ts'
import type { TokenSet } from '../core/token.ts'
import { thisMoment } from './moment.ts'
import type { Ports } from './ports.ts'

/** Whose the tokens of a record are, and where and how they are sent. */
type Issuer = Pick<SessionRecord, 'provider' | 'definition' | 'origins' | 'attach'>

/** The record of tokens that begin a session of `profile`, got now. */
export function firstRecord(
  { clock }: Pick<Ports, 'clock'>,
  profile: Profile,
  issuer: Issuer,
  found: TokenSet,
): SessionRecord {
  const { refreshUnreadable: _, ...tokens } = found
  return {
    ...tokens,
    v: 1,
    profileId: profile.id,
    generation: 1,
    binding: bindingOf(profile),
    ...issuer,
    ...thisMoment(clock),
  }
}

/** `provider` as the issuer of tokens with `context`. */
export function issuerOf(
  provider: Provider,
  { context }: Pick<TokenSet, 'context'>,
  answers: Reach['answers'],
): Issuer {
  return {
    provider: provider.id,
    definition: provider.digest,
    origins: provider.origins,
    attach: provider.attach({ context }, answers),
  }
}
