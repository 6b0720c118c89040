import { Secret } from '../../core/secret.ts'

/** Longest access token, in characters: it travels in a header with each request. */
const longestAccess = 16_384

/** Longest refresh token, in characters: most travel in bodies. */
const longestRefresh = 65_536

/** What programs write where they lost a value. */
const lost = new Set(['undefined', 'null', '[object Object]', 'NaN'])

/** Whether `value` is a token that a header can carry. */
export function isUsableAccess(value: unknown): value is string {
  return unusableAccess(value) === undefined
}

/** Why `value` is no token that a header can carry; `undefined` where it is one. Never quotes it. */
export function unusableAccess(value: unknown): string | undefined {
  if (typeof value !== 'string') return `a token that is ${kindOf(value)}, not a text`
  if (value === '') return 'an empty token'
  if (value.length > longestAccess) return `a token of more than ${longestAccess} characters`
  if (lost.has(value)) return `the word "${value}" instead of a token`
  return /^[\x21-\x7e]+$/.test(value)
    ? undefined
    : 'a token that contains characters that cannot be sent in a header'
}

/** A refresh token as an answer gives it, if it does; `unreadable`: there is something that is none. */
export interface GivenRefresh {
  readonly token?: string
  readonly unreadable: boolean
}

/** Any text, or number, is one: most travel in bodies, and where one does not, sending it says so. */
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

/** From now on it is in no message, though the same answer may say it again among its words. */
export function rememberSecret(value: unknown): Secret | undefined {
  return typeof value === 'string' ? new Secret(value) : undefined
}

function kindOf(value: unknown): string {
  if (value === undefined || value === null) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}
