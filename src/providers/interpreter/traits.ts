import type { Traits } from '../../core/traits.ts'
import type { ProviderDefinition } from '../schema/definition.ts'

/** What a definition says of its API that users want to know. */
export function traitsOf(definition: ProviderDefinition): Traits {
  const { attach, scopes, lifetime, sliding, lifetimes } = definition
  const { list: _, ...told } = scopes ?? {}
  return {
    carrier: attach,
    scopes: scopes && told,
    lifetime,
    sliding,
    lifetimes,
  }
}
