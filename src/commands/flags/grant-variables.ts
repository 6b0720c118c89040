import type { Provider } from '../../core/provider.ts'
import { takesScope } from '../../session/scopes.ts'
import type { Context } from '../context.ts'
import type { GrantFlags } from './grant.ts'

/**
 * The flags, with the scopes that the environment asks for where they name none: a token with other
 * rights than asked would be made in silence. A provider that has a field `scope` reads it itself.
 */
export function withScopes<Flags extends GrantFlags>(
  { environment }: Context,
  provider: Pick<Provider, 'fields'>,
  flags: Flags,
): Flags {
  if (flags.scope !== undefined || takesScope(provider)) return flags
  const scope = environment.scopes
  return scope === undefined ? flags : { ...flags, scope }
}
