import type { Profile } from '../../core/profile.ts'
import type { Provider } from '../../core/provider.ts'
import type { SessionRecord } from '../../core/record.ts'
import type { Secret } from '../../core/secret.ts'
import { words } from '../../messages/words.ts'
import { tellSuccessor } from '../given-refresh.ts'
import type { Ports } from '../ports.ts'
import { givenAnswers, talk } from '../reach.ts'
import type { Answers } from './answers.ts'
import { firstRecord, issuerOf } from '../first-record.ts'
import { refreshGiven } from '../refresh-alone.ts'

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
  const all = givenAnswers(ports, provider, profile, answers)
  const reach = { http: await ports.http(profile), ...talk(ports), answers: all }
  const tokens = await refreshGiven(reach, provider, refresh)
  tellSuccessor(ports, provider, refresh, tokens)
  const allowed = provider.budget?.refreshes
  if (allowed !== undefined) ports.warn(words.pasted.refreshedForThis(provider.title, allowed))
  return firstRecord(ports, profile, issuerOf(provider, tokens, all), tokens)
}
