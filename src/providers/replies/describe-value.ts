import { quoteForeign } from '../../core/secret.ts'
import { words } from '../../messages/words.ts'
import type { FoundValue } from './expiry.ts'
import type { PlaceObject } from './place.ts'

/** Describes a value of a reply: where it was, and what it is if that is no secret. */
export function describeValue({ place, value }: FoundValue): string {
  return words.replies.foundAt(nameOf(place), shapeOf(value))
}

function nameOf({ body, header, cookie, cookieAttribute, claim, location }: PlaceObject): string {
  const { places } = words.replies
  if (body !== undefined) return body === '' ? places.body() : places.bodyPath(body)
  if (header !== undefined) return places.header(header)
  if (cookie !== undefined) {
    return cookieAttribute === undefined
      ? places.cookie(cookie)
      : places.cookieAttribute(cookieAttribute, cookie)
  }
  if (claim !== undefined) return places.claim(claim)
  return location === undefined ? places.request() : places.location()
}

// Matches every date but no token: it has a digit and a separator, because one word of letters and
// digits may be a secret. All three are compiled for the first odd value: few replies have any.
const dateLike = String.raw`^(?=.*[0-9])(?=.*[ :/.,-])[\p{L}0-9 :/.,+()=-]{4,48}$`
const word = String.raw`^(\p{L}{1,12}( \p{L}{1,12}){0,3}|-?[0-9]{1,20}(\.[0-9]{1,9})?)$`
const secretLike = String.raw`[\p{L}0-9]{12,}`

function fits(text: string, pattern: string): boolean {
  return new RegExp(pattern, 'u').test(text)
}

/** The value itself where it looks like a date, a number or a word; else only its type. */
export function shapeOf(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (typeof value === 'string') {
    const text = value.trim()
    const shown = fits(text, word) || (fits(text, dateLike) && !fits(text, secretLike))
    return shown ? JSON.stringify(quoteForeign(text, 60)) : words.replies.textOfLength(value.length)
  }
  if (value === null) return 'null'
  return Array.isArray(value) ? words.replies.anArray() : words.replies.anObject()
}
