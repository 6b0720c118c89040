import { expiresAt, unknownExpiry, type Expiry } from './expiry.ts'

export type Claims = Readonly<Record<string, unknown>>

/**
 * The claims of a JWT (RFC 7519), without any check of its signature: what it says, not whether it
 * is true. `undefined` when `token` is not one.
 */
export function readClaims(token: string): Claims | undefined {
  const parts = token.split('.')
  const payload = parts[1]
  if (parts.length !== 3 || payload === undefined || payload.length > 65_536) return undefined
  if (!/^[A-Za-z0-9_-]+$/.test(payload)) return undefined
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString())
    return isRecord(claims) ? claims : undefined
  } catch {
    return undefined
  }
}

/** The `exp` claim (epoch seconds) as an expiry. */
export function claimedExpiry(token: string): Expiry {
  const exp = readClaims(token)?.['exp']
  return typeof exp === 'number' ? expiresAt(exp * 1_000) : unknownExpiry
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
