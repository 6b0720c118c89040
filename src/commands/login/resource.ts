import { ToknError } from '../../core/errors.ts'
import { words } from '../../messages/words.ts'
import type { Context } from '../context.ts'
import type { LoginFlags } from '../flags/login.ts'
import { readPairs } from '../flags/pairs.ts'
import type { Draft } from './draft.ts'

/** Answers that say where the login goes: then a resource is but what the token is for (RFC 8707). */
const places = ['issuer', 'token_endpoint', 'authorization_endpoint', 'discovery'] as const

/**
 * The resource that a login is to begin at: the one that is typed, or in its variable, where nothing
 * that is typed, and no variable, says where it goes. Throws `usage` for several that are typed.
 */
export function startingResource(
  { environment }: Pick<Context, 'environment'>,
  flags: LoginFlags,
): string | undefined {
  const { resource, provider, issuer, baseUrl, discovery } = flags
  const [first, ...others] = resource ?? resourceInVariable(environment)
  const typed = [provider, issuer, baseUrl, discovery, flags.tokenEndpoint]
  if (first === undefined || typed.some((one) => one !== undefined)) return undefined
  if ((environment.provider ?? environment.baseUrl) !== undefined) return undefined
  const set = readPairs(flags.set, '--set', 'NAME=VALUE')
  const said = places.some((name) => name in set || environment.fromEnvironment(name) !== undefined)
  if (said) return undefined
  if (others.length > 0) throw new ToknError('usage', words.oauthResource.oneResource())
  return first
}

/** Several in the variable are what tokens are for, at a server that something else names. */
function resourceInVariable({ fromEnvironment }: Context['environment']): readonly string[] {
  const named =
    fromEnvironment('resource')
      ?.split(/\s+/)
      .filter((one) => one !== '') ?? []
  return named.length === 1 ? named : []
}

/** Whether `draft` is of a login that begins at a resource: its profile, if there is one, did so too. */
export function beginsAtResource({
  profile,
}: {
  readonly profile: Pick<Draft['profile'], 'provider' | 'baseUrl' | 'settings'>
}): boolean {
  const { provider, baseUrl, settings } = profile
  if (provider !== 'oauth' || baseUrl !== undefined) return false
  if (settings['resource_metadata'] !== undefined) return true
  return places.every((name) => settings[name] === undefined)
}
