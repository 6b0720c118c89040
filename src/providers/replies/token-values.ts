import { Secret } from '../../core/secret.ts'
import { words } from '../../messages/words.ts'

/** Longest access token, in characters: it is sent in a header with each request. */
const longestAccess = 16_384

/** Longest refresh token, in characters: most are sent in bodies. */
const longestRefresh = 65_536

/** What faulty programs write instead of a value. */
const lost = new Set(['undefined', 'null', '[object Object]', 'NaN'])

/** Why a value is not a token that a header can carry. */
type TokenProblem = 'type' | 'empty' | 'long' | 'lost' | 'characters'

/** Whether `value` is a token that a header can carry. */
export function isUsableAccess(value: unknown): value is string {
  return problemOf(value) === undefined
}

/** Says why `value` is not a token that a header can carry, without quoting it. */
export function describeUnusable(value: unknown): string {
  const { replies } = words
  switch (problemOf(value)) {
    case 'empty':
      return replies.emptyToken()
    case 'long':
      return replies.longToken(longestAccess)
    case 'lost':
      return replies.lostToken(String(value))
    case 'characters':
      return replies.unsendableToken()
    default:
      return replies.tokenOfType(typeOf(value))
  }
}

function problemOf(value: unknown): TokenProblem | undefined {
  if (typeof value !== 'string') return 'type'
  if (value === '') return 'empty'
  if (value.length > longestAccess) return 'long'
  if (lost.has(value)) return 'lost'
  return /^[\x21-\x7e]+$/.test(value) ? undefined : 'characters'
}

/** The refresh token of a reply, if there is one; `unreadable`: there is a value that is not one. */
export interface GivenRefresh {
  readonly token?: string
  readonly unreadable: boolean
}

/** Any text or number is one: most are sent in bodies, and sending fails where one cannot be. */
export function readRefreshToken(value: unknown): GivenRefresh {
  if (value === undefined || value === null || value === '') return { unreadable: false }
  if (typeof value === 'number' && Number.isFinite(value)) {
    return { token: String(value), unreadable: false }
  }
  // U+FFFD is where bytes were damaged on the way.
  const usable =
    typeof value === 'string' &&
    value.length <= longestRefresh &&
    !lost.has(value) &&
    !/[\0\ufffd]/.test(value)
  return usable ? { token: value, unreadable: false } : { unreadable: true }
}

/** From now on it is erased from all messages, for example where a reply repeats it in its words. */
export function rememberSecret(value: unknown): Secret | undefined {
  return typeof value === 'string' ? new Secret(value) : undefined
}

function typeOf(value: unknown): string {
  if (value === undefined || value === null) return 'nothing'
  return Array.isArray(value) ? 'array' : typeof value
}
