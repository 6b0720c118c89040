import type { HttpReply } from '../../core/ports.ts'
import { readClaims } from '../../core/jwt.ts'
import type { Secret } from '../../core/secret.ts'
import { headerOf } from './body.ts'
import { findCookie } from './cookies.ts'
import type { Place, Places } from '../schema/definition.ts'
import { fillValue } from '../templates/fill.ts'
import { asList } from '../schema/as-list.ts'
import type { TemplateValues } from '../templates/placeholder-values.ts'
import { valueAt } from '../schema/path.ts'

/** A reply as values are looked up in it. */
export interface ReplyView {
  readonly headers: HttpReply['headers']
  readonly url: URL
  readonly body: unknown
  /** Paths of envelopes: values are looked up below them as well. */
  readonly unwrap?: readonly string[] | undefined
  /** Values for `request` places: what was sent, or is known already. */
  readonly values?: TemplateValues | undefined
  /** Tokens whose claims can be read. */
  readonly access?: Pick<Secret, 'reveal'> | undefined
  readonly refresh?: Secret | undefined
  /** In a list that is a map: the key of the entry. */
  readonly key?: string | undefined
}

export type PlaceObject = Exclude<Place, string>

/** The places as a list of objects. */
export function listPlaces(places: Places | undefined): readonly PlaceObject[] {
  return asList<Place>(places).map((place) => (typeof place === 'string' ? { body: place } : place))
}

/** The first value found; `null` when there is nothing but `null`; `undefined` when there is none. */
export function findValue(places: Places | undefined, view: ReplyView): unknown {
  let found: unknown
  for (const place of listPlaces(places)) {
    const value = findAt(place, view)
    if (value !== undefined && value !== null) return value
    if (value === null) found = null
  }
  return found
}

/** The value at one place, with its prefix removed and encoded. */
export function findAt(place: PlaceObject, view: ReplyView): unknown {
  const value = probe(place, view)
  if (typeof value !== 'string') return value
  const { strip, encode } = place
  const bare = strip !== undefined && value.startsWith(strip) ? value.slice(strip.length) : value
  return encode === 'base64' ? Buffer.from(bare).toString('base64') : bare
}

function probe(place: PlaceObject, view: ReplyView): unknown {
  if (place.body !== undefined) return lookInBody(place.body, view)
  if (place.header !== undefined) return headerOf(view.headers, place.header.toLowerCase())
  if (place.cookie !== undefined) return lookAtCookie(place.cookie, place, view)
  if (place.location !== undefined) return lookAtLocation(place.location, view)
  if (place.claim !== undefined) return lookAtClaim(place.claim, place, view)
  if (place.key !== undefined) return view.key
  return place.request === undefined ? undefined : readFromRequest(place.request, view.values)
}

function lookInBody(path: string, view: ReplyView): unknown {
  const outside = valueAt(view.body, path)
  const inside = (view.unwrap ?? []).map((envelope) => valueAt(valueAt(view.body, envelope), path))
  const found = [outside, ...inside]
  // `null` counts wherever it is, but a value comes first.
  const value = found.find((one) => one !== undefined && one !== null)
  return value ?? (found.includes(null) ? null : undefined)
}

function lookAtCookie(name: string, place: PlaceObject, view: ReplyView): unknown {
  const cookie = findCookie(view.headers, name)
  if (cookie === undefined) return undefined
  if (place.cookieAttribute !== undefined) return cookie.attributes.get(place.cookieAttribute)
  return cookie.value === '' ? undefined : cookie.value
}

function lookAtLocation(part: string, view: ReplyView): unknown {
  const location = headerOf(view.headers, 'location')
  if (location === undefined || !URL.canParse(location, view.url.href)) return undefined
  const url = new URL(location, view.url)
  if (part !== 'last') return url.searchParams.get(part) ?? undefined
  const last = url.pathname.split('/').findLast((segment) => segment !== '')
  return last === undefined ? undefined : decode(last)
}

function lookAtClaim(name: string, place: PlaceObject, view: ReplyView): unknown {
  const token = place.of === 'refresh' ? view.refresh : view.access
  const claims = token === undefined ? undefined : readClaims(token.reveal())
  if (claims === undefined) return undefined
  return Object.hasOwn(claims, name) ? claims[name] : valueAt(claims, name)
}

function readFromRequest(template: string, values: TemplateValues | undefined): unknown {
  if (values === undefined) return undefined
  // No value of a place is required.
  try {
    return fillValue(template, values)
  } catch {
    return undefined
  }
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}
