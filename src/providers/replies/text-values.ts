import { ToknError } from '../../core/errors.ts'
import { isObject } from '../../core/json.ts'
import { mostScopes } from '../../core/provider.ts'
import { Secret } from '../../core/secret.ts'
import { words } from '../../messages/words.ts'
import { describeUnusable, isUsableAccess } from './token-values.ts'
import type { Places } from '../schema/definition.ts'
import { findValue, listPlaces, type ReplyView } from './place.ts'
import { valueAt } from '../schema/path.ts'

const longestText = 8_192
const unprintable = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/

/**
 * An access token. `undefined` when there is none; throws `provider_nonsense` for one that cannot be
 * sent in a header.
 */
export function readAccess(
  places: Places | undefined,
  view: ReplyView,
  status: number,
): Secret | undefined {
  const value = findValue(places, view)
  if (value === undefined || value === null) return undefined
  if (isUsableAccess(value)) return new Secret(value)
  const said = words.replies.unusableToken(describeUnusable(value))
  throw new ToknError('provider_nonsense', said, {
    http: { status },
    sent: true,
  })
}

/** A text or number as text; `undefined` for anything else, for control characters, and when empty. */
export function readText(places: Places | undefined, view: ReplyView): string | undefined {
  return plainText(findValue(places, view))
}

/** As `readText`, of a value. */
export function plainText(value: unknown): string | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : undefined
  if (typeof value === 'boolean') return String(value)
  if (typeof value !== 'string' || value === '' || value.length > longestText) return undefined
  return unprintable.test(value) ? undefined : value
}

/** A name that a person chose, unchanged: whoever shows it has to make it harmless. */
export function readName(places: Places | undefined, view: ReplyView): string | undefined {
  const value = findValue(places, view)
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' && value !== '' ? value.slice(0, 1_024) : undefined
}

/** The scopes: of an array its texts, of a map the keys that are not switched off, of a text its parts. */
export function readScopes(places: Places | undefined, view: ReplyView): string[] | undefined {
  const value = findValue(places, view)
  const place = listPlaces(places).find((candidate) => candidate.each ?? candidate.split)
  const list = scopesOf(value, place?.each, place?.split)
  return list
    ?.filter((scope) => scope !== '' && scope.length <= 1_024 && !unprintable.test(scope))
    .slice(0, mostScopes)
}

function scopesOf(
  value: unknown,
  each: string | undefined,
  split: 'space' | 'comma' | 'line' | undefined,
): string[] | undefined {
  if (typeof value === 'number') return [String(value)]
  if (typeof value === 'string') {
    return value.split(separator(value, split)).map((scope) => scope.trim())
  }
  if (Array.isArray(value)) {
    return value
      .map((item) => (each === undefined ? item : valueAt(item, each)))
      .flatMap((item) => (typeof item === 'number' ? String(item) : item))
      .filter((item) => typeof item === 'string')
  }
  if (!isObject(value)) return undefined
  const off = new Set<unknown>([0, false, null, '0', 'false', ''])
  return Object.keys(value).filter((scope) => !off.has(value[scope]))
}

function separator(text: string, split: 'space' | 'comma' | 'line' | undefined): RegExp {
  if (split === 'line') return /\r?\n/
  return split === 'space' || (split === undefined && text.includes(' ')) ? /[\s,]*\s+/ : /,/
}
