import { isObject } from '../../../core/json.ts'
import type { Claims } from '../../../core/jwt.ts'
import type { ServerClock } from './server-clock.ts'
import { refusalIn } from '../replies/library-errors.ts'

/** How far the clocks of a server and of its signing service may differ, in seconds. */
const tolerance = 60

/**
 * Runs `call`, and once more if what it signed was refused and the reply shows that the server has
 * another time: signed again, by that time. `codes` are further error codes that may mean so.
 */
export async function retryWithServerTime<Result>(
  time: ServerClock,
  call: () => Promise<Result>,
  codes: readonly string[] = [],
): Promise<Result> {
  try {
    return await call()
  } catch (error) {
    if (!time.misdated() || !blamesProof(error, codes)) throw error
    return await call()
  }
}

// RFC 6749 section 5.2, RFC 7523 section 3.2, RFC 9449 section 7.1; several servers say no more than
// that the request is invalid.
const proofRefused = /invalid_client|unauthorized_client|invalid_request|assertion|dpop|jwt/i

function blamesProof(error: unknown, codes: readonly string[]): boolean {
  const refusal = refusalIn(error)
  if (refusal === undefined) return false
  if (refusal.codes.length === 0) return refusal.status === 401
  return refusal.codes.some((code) => proofRefused.test(code) || codes.includes(code))
}

/**
 * Why an ID token is not valid at this time (OpenID Connect Core section 3.1.3.7, RFC 7519 section
 * 4.1); `undefined` where it is.
 */
export function idTokenTimeProblem(
  claims: Claims | undefined,
  time: ServerClock,
): 'expired' | 'early' | undefined {
  if (!isObject(claims)) return undefined
  const { exp, nbf } = claims
  const now = time.now()
  if (typeof exp === 'number' && exp <= now - tolerance) return 'expired'
  if (typeof nbf === 'number' && nbf > now + tolerance) return 'early'
  return undefined
}
