/**
 * When a token ends. `unknown` is not `never`: a provider that did not say when has not promised
 * that it lasts. `at` is epoch milliseconds; `sliding` means that use prolongs it, so `at` is a
 * lower bound; `assumed` that the provider has not said it, and the profile has.
 */
export type Expiry =
  | {
      readonly state: 'at'
      readonly at: number
      readonly sliding?: boolean
      readonly assumed?: true
    }
  | { readonly state: 'never' }
  | { readonly state: 'unknown' }

export const unknownExpiry: Expiry = { state: 'unknown' }
export const neverExpires: Expiry = { state: 'never' }

/** 1 January 2200. A later instant is taken for a misread unit, not for a promise. */
export const latestInstant = 7_258_118_400_000

/** An expiry at `at` epoch milliseconds; `unknown` when that is no sensible instant. */
export function expiresAt(at: number, sliding = false): Expiry {
  if (!Number.isFinite(at) || at > latestInstant) return unknownExpiry
  const instant = Math.max(0, Math.trunc(at))
  return sliding ? { state: 'at', at: instant, sliding } : { state: 'at', at: instant }
}

/** As `expiresAt`, where the provider has not said it. */
export function assumedExpiry(at: number): Expiry {
  const expiry = expiresAt(at)
  return expiry.state === 'at' ? { ...expiry, assumed: true } : expiry
}

/** Milliseconds left at `now`; negative when past; `undefined` when unknown or never. */
export function timeLeft(expiry: Expiry, now: number): number | undefined {
  return expiry.state === 'at' ? expiry.at - now : undefined
}

/** Whether a token with this expiry can be handed out with `minTtl` milliseconds to live. */
export function isGood(expiry: Expiry, now: number, minTtl: number): boolean {
  const left = timeLeft(expiry, now)
  return left === undefined || left > Math.max(0, minTtl)
}

/** Reads an expiry back from stored JSON. Anything malformed is `unknown`. */
export function readExpiry(value: unknown): Expiry {
  if (typeof value !== 'object' || value === null || !('state' in value)) return unknownExpiry
  if (value.state === 'never') return neverExpires
  if (value.state === 'at' && 'at' in value && typeof value.at === 'number') {
    if ('assumed' in value && value.assumed === true) return assumedExpiry(value.at)
    return expiresAt(value.at, 'sliding' in value && value.sliding === true)
  }
  return unknownExpiry
}
