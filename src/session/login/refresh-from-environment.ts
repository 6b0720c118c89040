import { unknownExpiry } from '../../core/expiry.ts'
import { bindingOf, type Profile } from '../../core/profile.ts'
import type { Provider, Reach } from '../../core/provider.ts'
import type { SessionRecord } from '../../core/record.ts'
import { Secret } from '../../core/secret.ts'
import type { TokenSet } from '../../core/token.ts'
import { words } from '../../messages/words.ts'
import { tellSuccessor } from '../given-refresh.ts'
import { thisMoment } from '../moment.ts'
import type { Ports } from '../ports.ts'
import { fileSecrets, talk } from '../reach.ts'
import type { Answers } from './answers.ts'

/**
 * An access token made of a refresh token out of the environment, for one command. Throws
 * `reauth_required` where the provider refuses it, and what a refresh can throw.
 */
export async function refreshFromEnvironment(
  ports: Ports,
  profile: Profile,
  provider: Provider,
  answers: Answers,
  refresh: Secret,
): Promise<SessionRecord> {
  const all: Reach['answers'] = {
    ...answers.settings,
    ...fileSecrets(ports, provider, profile.settings),
    ...answers.secrets,
  }
  const held: TokenSet = {
    access: new Secret(''),
    refresh,
    expiry: unknownExpiry,
    context: provider.contextFor?.(all) ?? {},
  }
  const reach = { http: await ports.http(profile), ...talk(ports), answers: all }
  const found = await provider.refresh?.(reach, held)
  if (found === undefined) throw new Error('a provider with a refresh gave nothing')
  const { refreshUnreadable: _, ...tokens } = found
  tellSuccessor(ports, provider, refresh, tokens)
  const allowed = provider.budget?.refreshes
  if (allowed !== undefined) ports.warn(words.pasted.refreshedForThis(provider.title, allowed))
  const context = { ...held.context, ...tokens.context }
  return {
    ...tokens,
    context,
    v: 1,
    profileId: profile.id,
    generation: 1,
    provider: provider.id,
    binding: bindingOf(profile),
    definition: provider.digest,
    origins: provider.origins,
    attach: provider.attach({ context }, all),
    ...thisMoment(ports.clock),
  }
}
