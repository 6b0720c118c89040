import { inVariables } from './in-variables.ts'
import { isToknError, type ToknError } from '../../core/errors.ts'
import { Secret } from '../../core/secret.ts'
import { checkGivenToken } from '../../core/token.ts'
import type { Profile } from '../../core/profile.ts'
import type { SessionRecord } from '../../core/record.ts'
import type { Provider } from '../../core/provider.ts'
import { words } from '../../messages/words.ts'
import { openSession, type Session } from '../session.ts'
import { readBudget } from '../budget.ts'
import { optionalOnes, placesIn, type ProviderEnvironment } from './given-token.ts'
import { authenticate } from './login.ts'
import { idInEnvironment } from '../naming.ts'
import { openAnswered } from './open-provider.ts'
import type { Ports } from '../ports.ts'
import { takesScope } from '../scopes.ts'
import { losesSuccessor } from '../given-refresh.ts'
import { refreshFromEnvironment } from './refresh-from-environment.ts'

/** Looks at what a login is to be for. Throws where it would be for nothing. */
export type LoginCheck = (provider: Provider, profile: Profile) => void

/**
 * A login with what the environment holds and nothing else (`TOKN_PROVIDER`, `TOKN_BASE_URL`, the
 * provider's fields): for a CI job, which has no session and leaves none behind. It is for one command,
 * or for all of the job.
 */
export async function loginFromEnvironment(
  ports: Ports,
  providerId: string,
  environment: ProviderEnvironment,
  check?: LoginCheck,
  lasts: 'command' | 'job' = 'command',
): Promise<{ profile: Profile; record: SessionRecord }> {
  const draft: Profile = {
    name: 'environment',
    id: idInEnvironment(),
    provider: providerId,
    ...placesIn(environment),
    settings: {},
    store: ports.stores.transient,
  }
  const { read: fromEnvironment } = environment
  const sources = { set: {}, secrets: {}, fromEnvironment, onlyVariables: true }
  const refresh = await refreshTokenIn(ports, draft, environment)
  if (refresh instanceof Secret) {
    try {
      const { profile, provider, answers } = await openAnswered(ports, draft, sources, optionalOnes)
      check?.(provider, profile)
      const record = await refreshFromEnvironment(ports, profile, provider, answers, refresh)
      return { profile, record }
    } catch (error) {
      // Of what is missing, a login has the whole list.
      if (isToknError(error, 'usage')) await openAnswered(ports, draft, sources)
      throw error
    }
  }
  const { profile, provider, answers } = await openAnswered(ports, draft, sources).catch(
    (error: unknown) => {
      // What is there instead of credentials is of no use, and that is why there are none.
      throw isToknError(error, 'reauth_required') && refresh !== undefined ? refresh : error
    },
  )
  check?.(provider, profile)
  const session = openSession(ports, profile)
  const scopes = takesScope(provider) ? undefined : environment.scopes
  const record = await authenticate(session, {
    provider,
    answers,
    grant: scopes === undefined ? {} : { scopes },
    remember: true,
    force: false,
  }).catch((error: unknown) => {
    throw inVariables(error)
  })
  await tellCost(session, provider, lasts)
  return { profile, record }
}

/** The refresh token of the environment, or the error that says why it is of no use there. */
async function refreshTokenIn(
  ports: Ports,
  draft: Profile,
  environment: ProviderEnvironment,
): Promise<Secret | ToknError | undefined> {
  const value = environment.read('refresh_token')
  if (value === undefined) return undefined
  const provider = await ports.provider(draft).catch((error: unknown) => {
    // Without its address nothing is known of it; a login says that, and what else is missing.
    if (!isToknError(error, 'usage') || error.details.fault !== 'no-address') throw error
    return undefined
  })
  if (provider?.refresh === undefined) return undefined
  return losesSuccessor(provider) ?? checkGivenToken(new Secret(value))
}

/** Where logins are numbered, nobody may find that out by the last one. */
async function tellCost(
  session: Session,
  provider: Provider,
  lasts: 'command' | 'job',
): Promise<void> {
  const use = (await readBudget(session, provider, undefined)).find(({ kind }) => kind === 'logins')
  if (use === undefined) return
  const number = use.used < 1 ? undefined : use.used
  const { loggedInForThis, loggedInForJob } = words.login
  const say = lasts === 'job' ? loggedInForJob : loggedInForThis
  session.ports.warn(say(provider.title, use.limit, number))
}
