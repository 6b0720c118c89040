import type { Settings } from './in-force.ts'

/** What stands between two scopes, where it is not the space of RFC 6749 section 3.3. */
export const scopeSeparators = ['space', 'comma', 'plus'] as const

const signs: Readonly<Record<string, string>> = { space: ' ', comma: ',', plus: '+' }
const between: Readonly<Record<string, RegExp>> = {
  space: /\s+/,
  comma: /[\s,]+/,
  plus: /[\s+]+/,
}

/** Most scopes with commas that a reply is searched for: it is as long as a server likes. */
const mostWhole = 200

/** The scopes of the setting `scope`. Profiles without a separator have them by commas as well. */
export function scopesOfSetting(settings: Settings): readonly string[] {
  return split(settings['scope'] ?? '', between[settings['scope_separator'] ?? 'comma'])
}

/** The scopes of `--scope`, as they are written: a comma is part of one where none is said to be between. */
export function scopesOfFlags(
  texts: readonly string[],
  { scope_separator: separator = 'space' }: Settings,
): readonly string[] {
  return texts.flatMap((text) => split(text, between[separator]))
}

/** Scopes by spaces, as this server writes them. */
export function writeScopes(scope: string, { scope_separator: separator }: Settings): string {
  return separator === undefined ? scope : scope.split(' ').join(signs[separator] ?? ' ')
}

/**
 * The scopes of a reply. Commas separate too, as some servers write them whatever they were asked
 * with; but a scope of `known` that has a comma itself stays whole, and with a space named for
 * separator all that are not of `known` do.
 */
export function readScopes(
  scope: string,
  { scope_separator: separator }: Settings,
  known: readonly string[] = [],
): readonly string[] {
  if (separator === 'comma' || separator === 'plus') return split(scope, between[separator])
  const every = new Set(known)
  const whole = known.filter((one) => one.includes(',')).slice(0, mostWhole)
  return split(scope).flatMap((word) => {
    const scopes = cutAtCommas(word, whole)
    return separator === 'space' && !scopes.some((one) => every.has(one)) ? [word] : scopes
  })
}

/** The longest of `whole` that stands at a place stays; the rest is cut. */
function cutAtCommas(word: string, whole: readonly string[]): readonly string[] {
  if (whole.length === 0) return split(word, between['comma'])
  const scopes: string[] = []
  for (let at = 0; at < word.length;) {
    let end = word.indexOf(',', at)
    if (end < 0) end = word.length
    for (const one of whole) {
      const after = at + one.length
      const isOne = word.startsWith(one, at) && (after === word.length || word[after] === ',')
      if (isOne && after > end) end = after
    }
    if (end > at) scopes.push(word.slice(at, end))
    at = end + 1
  }
  return scopes
}

function split(text: string, at: RegExp = /\s+/): readonly string[] {
  return text.split(at).filter((word) => word !== '')
}
