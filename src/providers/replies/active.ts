import { isObject } from '../../core/json.ts'
import { holds } from './condition.ts'
import type { Condition } from '../schema/definition.ts'
import { asList } from '../schema/as-list.ts'
import { findValue, listPlaces, type ReplyView } from './place.ts'
import { namesError, saysError } from './refusal-text.ts'

const opposites: ReadonlyArray<readonly [yes: string, no: string]> = [
  ['true', 'false'],
  ['1', '0'],
  ['yes', 'no'],
  ['y', 'n'],
  ['on', 'off'],
]

/** States, as texts, of a token that is not alive any more. */
const ends = new Set(
  `inactive invalid revoked expired ended dead deleted removed disabled terminated closed canceled
  cancelled not_active logged_out signed_out`.split(/\s+/),
)

/**
 * Whether a reply says that the token is alive: `true` where `condition` holds, `false` for a definite
 * no. A missing value, one of another type, or an error says nothing: `undefined`.
 */
export function readActive(
  condition: Condition | undefined,
  status: number,
  view: ReplyView,
): boolean | undefined {
  if (condition === undefined || isBeside(condition, view)) return undefined
  if (holds(condition, status, view)) return true
  if (condition.at === undefined) return false
  const other = { ...condition, at: undefined }
  if (!holds(other, status, view)) return undefined
  return isNo(condition, findValue(condition.at, view)) ? false : undefined
}

/** Whether the body is an error, or of a type that cannot have the value which is looked for. */
function isBeside({ at }: Condition, view: ReplyView): boolean {
  const { body } = view
  const paths = listPlaces(at).flatMap((place) => place.body ?? [])
  if (namesError(body)) return true
  const value = at === undefined ? undefined : findValue(at, view)
  // `false` may be the very value that is looked for.
  if (saysError(body) && value !== false) return true
  const below = paths.some((path) => path !== '')
  const whole = isObject(body) || (Array.isArray(body) && body.length > 0)
  return below && paths.length === listPlaces(at).length && !whole
}

function isNo({ equals, not, least, exists }: Condition, value: unknown): boolean {
  if (exists === false) return value !== undefined && value !== null
  if (value === undefined) return false
  const bare = equals === undefined && not === undefined && least === undefined
  if (value === null) return bare || asList(not ?? []).includes(null)
  if (not !== undefined && asList(not).some((one) => String(one) === String(value))) return true
  if (least !== undefined && typeof value === 'number') return value < least
  if (isEnd(value)) return true
  return asList(equals ?? []).some((yes) => isOpposite(yes, value))
}

function isEnd(value: unknown): boolean {
  if (typeof value !== 'string') return false
  return ends.has(
    value
      .trim()
      .toLowerCase()
      .replaceAll(/[\s-]+/g, '_'),
  )
}

function isOpposite(yes: unknown, value: unknown): boolean {
  if (typeof value === 'object') return false
  const [one, other] = [yes, value].map((said) => String(said).trim().toLowerCase())
  return opposites.some(([a, b]) => (a === one && b === other) || (b === one && a === other))
}
