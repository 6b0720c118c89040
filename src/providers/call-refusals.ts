import type { CallRefusals } from '../core/call-refusals.ts'
import { builtInDefinition } from './builtin/definitions.ts'
import type { ProviderProfile } from './catalog.ts'
import { callRefusalsOf } from './interpreter/call-refusals.ts'

/**
 * What `openProvider` would give of the provider of a profile: how its API says that a token is dead.
 * Every request that a user makes asks for it, so nothing else of a built-in provider is loaded. `own`
 * gives the text of the user's definition of that name. Throws as `openProvider`.
 */
export async function openCallRefusals(
  profile: ProviderProfile,
  own: () => string | undefined,
): Promise<CallRefusals | undefined> {
  const definition = builtInDefinition(profile.provider)
  const isWhole = Object.keys(profile.overrides ?? {}).length === 0
  if (definition !== undefined && isWhole) return callRefusalsOf(definition)
  const { openProvider } = await import('./catalog.ts')
  return (await openProvider(profile, own())).callRefusals
}
