import { readExpiry, withDateLibrary, type FoundExpiry, type Timing } from '../../replies/expiry.ts'
import type { ExpiryPlan } from '../../schema/definition.ts'

/** Names for the expiry of the access token that token endpoints use. */
export const expiryNames = [
  'expires_in',
  'expires_at',
  'expires_on',
  'expires',
  'expiry',
  'expiration',
]

const [lengthName = '', ...instantNames] = expiryNames

/** By RFC 6749 section 5.1 it is a number of seconds. */
const usual: readonly ExpiryPlan[] = [
  { from: lengthName, as: 'seconds' },
  { from: instantNames, as: 'instant' },
]

/** But a text with a time of day is not a length: it is when the token ends. */
const dated: readonly ExpiryPlan[] = [{ from: lengthName, as: 'instant' }, ...usual]
const timeOfDay = /[0-9]:[0-9]{2}|[0-9]T[0-9]{4}|Date\(/

/** The expiry in the fields of a response; `ahead` is the server's clock, in milliseconds. */
export async function readTokenExpiry(
  fields: Readonly<Record<string, unknown>>,
  now: number,
  ahead: number,
): Promise<FoundExpiry> {
  const said = expiryNames.map((name) => [name, trimmed(fields[name])] as const)
  const view = {
    body: Object.fromEntries(said),
    headers: [],
    url: new URL('https://unused.invalid'),
  }
  const length = view.body[lengthName]
  const plans = typeof length === 'string' && timeOfDay.test(length) ? dated : usual
  const timing: Timing = { now, skew: 0 - ahead, fresh: true }
  return await withDateLibrary(
    timing,
    (by) => readExpiry(plans, view, by),
    ({ unread }) => unread !== undefined,
  )
}

function trimmed(value: unknown): unknown {
  return typeof value === 'string' ? value.trim() : value
}
