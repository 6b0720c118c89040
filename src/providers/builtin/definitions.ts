import type { ProviderDefinition } from '../schema/definition.ts'
import { hosterby } from './hosterby.ts'
import { mcs } from './mcs.ts'
import { oz } from './oz.ts'
import { rightech } from './rightech.ts'

export const definitions: readonly ProviderDefinition[] = [oz, mcs, rightech, hosterby]

/** The definition of a built-in provider, as `provider show --json` prints it. */
export function builtInDefinition(id: string): ProviderDefinition | undefined {
  return definitions.find((definition) => definition.id === id)
}
