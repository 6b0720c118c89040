import { ToknError } from '../../../core/errors.ts'
import { display } from '../../../core/text.ts'
import type { Grant } from '../../../core/token.ts'
import { words } from '../../../messages/words.ts'
import type { Connection } from '../server/connect.ts'
import { splitList } from '../settings/in-force.ts'
import { scopesOfFlags, scopesOfSetting } from '../settings/scope-words.ts'

// RFC 6749 appendix A.4.
const scopeToken = /^[\x21\x23-\x5b\x5d-\x7e]{1,512}$/

/** Throws `usage` for what no OAuth server can be asked for. */
export function checkGrant({ name, scopes, lifetime, resource }: Grant): void {
  if (name !== undefined) {
    throw new ToknError('usage', words.oauth.noTokenName())
  }
  if (lifetime !== undefined) {
    throw new ToknError('usage', words.oauth.noLifetime())
  }
  for (const scope of scopes ?? []) {
    if (!scope.split(' ').every((word) => scopeToken.test(word))) {
      throw new ToknError('usage', words.oauth.notAScope(display(scope, 80)))
    }
  }
  for (const indicator of resource ?? []) {
    if (!URL.canParse(indicator) || indicator.includes('#')) {
      throw new ToknError('usage', words.oauth.notAResource(display(indicator, 120)))
    }
  }
}

/** What a login asks for: the command line first, then the profile, then what `fallback` says. */
export function requested(
  { settings }: Pick<Connection, 'settings'>,
  grant: Grant,
  fallback: readonly string[] = [],
): URLSearchParams {
  const parameters = new URLSearchParams()
  const own =
    grant.scopes === undefined ? scopesOfSetting(settings) : scopesOfFlags(grant.scopes, settings)
  const scopes = own.length > 0 ? own : fallback
  if (scopes.length > 0) parameters.set('scope', scopes.join(' '))
  const audience = grant.audience ?? settings['audience']
  if (audience !== undefined) parameters.set('audience', audience)
  for (const resource of grant.resource ?? splitList(settings['resource'])) {
    parameters.append('resource', resource)
  }
  checkGrant({
    scopes: parameters.get('scope')?.split(' '),
    resource: parameters.getAll('resource'),
  })
  return parameters
}

/** Scopes for the login of a person: an ID token and, where offered, a refresh token. */
export function personalScopes({ server, settings }: Connection): readonly string[] {
  // Which scopes a resource needs, that alone says; where it says nothing, the server does.
  if (settings['resource_metadata'] !== undefined) return []
  const signsIdTokens = server.id_token_signing_alg_values_supported !== undefined
  const supported = server.scopes_supported ?? (signsIdTokens ? ['openid'] : [])
  return ['openid', 'offline_access'].filter((scope) => supported.includes(scope))
}

/** Whether `parameters` ask for an ID token. */
export function wantsIdToken(parameters: URLSearchParams): boolean {
  return (parameters.get('scope') ?? '').split(' ').includes('openid')
}

/** The resource indicators among `parameters`: the token endpoint needs them too (RFC 8707). */
export function resourcesOf(parameters: URLSearchParams): URLSearchParams {
  return new URLSearchParams(
    parameters.getAll('resource').map((one): [string, string] => ['resource', one]),
  )
}
