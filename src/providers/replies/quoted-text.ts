import { quoteForeign } from '../../core/secret.ts'
import type { Places } from '../schema/definition.ts'
import { findValue, type ReplyView } from './place.ts'
import { plainText } from './text-values.ts'

/**
 * The provider's text at `places`, as one harmless line without secrets. `undefined` when there is
 * none.
 */
export function quoteAt(
  places: Places | undefined,
  view: ReplyView,
  limit: number,
): string | undefined {
  const value = findValue(places, view)
  return quoteText(typeof value === 'string' ? value : plainText(value), limit)
}

/** As `quoteAt`, of a text. */
export function quoteText(said: string | undefined, limit: number): string | undefined {
  const text = said?.trim() ?? ''
  return text === '' ? undefined : quoteForeign(text, limit)
}
