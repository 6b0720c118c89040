import { ToknError } from './errors.ts'
import type { Expiry } from './expiry.ts'
import type { Secret } from './secret.ts'
import { words } from '../messages/words.ts'

/** What a login, refresh or issue gave: RFC 6749 section 5.1, in whatever dialect it was said. */
export interface TokenSet {
  readonly access: Secret
  readonly refresh?: Secret | undefined
  /**
   * The answer had a refresh token that cannot be used. Then there is none: the one held before is
   * most likely spent, which an answer without any does not mean.
   */
  readonly refreshUnreadable?: boolean | undefined
  readonly expiry: Expiry
  readonly refreshExpiry?: Expiry | undefined
  readonly signingKey?: SigningKey | undefined
  /** The provider's own name for the token, where it has one: what `revoke` and `list` speak of. */
  readonly id?: string | undefined
  readonly name?: string | undefined
  readonly scopes?: readonly string[] | undefined
  /** Facts of the login that later requests need (a user id, a CSRF token): kept with the secrets. */
  readonly context: Readonly<Record<string, string>>
}

/**
 * What requests are signed with at APIs that want that (AWS Signature Version 4): from the reply that
 * had the access token, and it ends with that.
 */
export interface SigningKey {
  /** Says which key it is; no secret. */
  readonly id: string
  readonly secret: Secret
  /** Travels with each request beside its signature, where the key needs that. */
  readonly session?: Secret | undefined
}

/** One token as a provider lists it. Never a value. */
export interface TokenInfo {
  readonly id: string
  readonly name?: string | undefined
  readonly scopes?: readonly string[] | undefined
  readonly createdAt?: number | undefined
  readonly expiry: Expiry
  readonly lastUsedAt?: number | undefined
  readonly revokedAt?: number | undefined
  /** Further facts to show, by label. */
  readonly facts?: Readonly<Record<string, string>> | undefined
}

/** What a provider says of a token when asked (RFC 7662, or its own info endpoint). */
export interface Introspection {
  /** `false` where nobody answered: there was nobody to ask, or what to ask with is not held. */
  readonly answered?: boolean | undefined
  /** Where nobody answered: whether somebody was asked all the same, and did not say. */
  readonly asked?: boolean | undefined
  readonly active?: boolean | undefined
  /** It was said that the token is not active or not known, which may be for want of permission. */
  readonly uncertain?: boolean | undefined
  readonly userId?: string | undefined
  readonly scopes?: readonly string[] | undefined
  readonly access?: Expiry | undefined
  readonly refresh?: Expiry | undefined
  /** Further facts to show, by label. */
  readonly facts: Readonly<Record<string, string>>
  /** Whether the claims' signature was checked against the issuer's keys; absent: not checked. */
  readonly signature?: 'valid' | 'invalid' | undefined
}

/**
 * How a token travels: header values, query values and cookies in which the text `{access}` stands
 * for the access token and nothing else is left to fill in.
 */
export interface Attachment {
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly query?: Readonly<Record<string, string>> | undefined
  readonly cookies?: Readonly<Record<string, string>> | undefined
  /** The token is bound to a key: each request needs a proof as well (`Provider.prove`). */
  readonly bound?: boolean | undefined
}

/** What the user asked of a token at login or issue, so that a reissue can ask the same. */
export interface Grant {
  readonly name?: string | undefined
  readonly scopes?: readonly string[] | undefined
  /** Milliseconds. */
  readonly lifetime?: number | undefined
  /** The instant that the lifetime was asked to last to, in epoch milliseconds. Successors end by then. */
  readonly until?: number | undefined
  /** The lifetime is that to an instant: an API that has none so long gives the nearest it has. */
  readonly roundable?: boolean | undefined
  readonly audience?: string | undefined
  readonly resource?: readonly string[] | undefined
}

/** In characters. */
const longestToken = 16_384

/**
 * Returns a token that was made elsewhere. Throws `usage` for one that is too long, or that cannot
 * travel in a header: a line break in it would begin another header.
 */
export function checkGivenToken(access: Secret): Secret {
  const value = access.reveal()
  if (value.length > longestToken) {
    throw new ToknError('usage', words.core.tokenTooLong(longestToken))
  }
  if (/^[\x21-\x7e]+$/.test(value)) return access
  throw new ToknError('usage', words.core.notAToken())
}
