import { ToknError } from '../core/errors.ts'
import type { StoreKind } from '../core/profile.ts'
import { schemeOf } from '../core/store-url.ts'
import { words } from '../messages/words.ts'
import { addressSchemes, kindOfScheme } from '../stores/engines.ts'

/**
 * The store that an address names by its scheme. Throws `usage` where it names none, or another one
 * than `said`.
 */
export function kindOfUrl(
  url: string,
  said: StoreKind | undefined,
  variable = 'TOKN_STORE_URL',
): StoreKind {
  const kind = kindOfScheme(schemeOf(url) ?? '')
  if (kind === undefined) {
    throw new ToknError('usage', words.storeCommands.unknownScheme(variable, addressSchemes()))
  }
  if (said !== undefined && said !== kind) {
    throw new ToknError('usage', words.storeCommands.otherScheme(said, kind))
  }
  return kind
}
