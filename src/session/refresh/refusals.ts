import { isToknError, type ToknError } from '../../core/errors.ts'

/** Kinds of refusals that are about the tokens themselves, and final for them. */
const ofTokens = new Set(['expired', 'invalid', 'refresh-rejected'])

/**
 * Whether the provider has said that the tokens sent are dead (RFC 6749 section 5.2,
 * `invalid_grant`), and was not just unable to answer. What is said of the client
 * (`invalid_client`) says nothing of them.
 */
export function isTokenRefusal(error: unknown): error is ToknError {
  return isToknError(error, 'reauth_required') && ofTokens.has(error.details.refusal ?? '')
}

/** Whether the provider has refused what a login was made with. */
export function isCredentialRefusal(error: unknown): error is ToknError {
  return isToknError(error, 'reauth_required') && error.details.refusal !== undefined
}

/** Whether the provider said yes to what was sent for tokens, and nothing here can read the rest. */
export function isUnreadable(error: unknown): error is ToknError {
  return isNonsense(error) && error.details.sent !== false
}

/** As `isUnreadable`, or it was so with a document that is read before anything is sent. */
export function isNonsense(error: unknown): error is ToknError {
  const status = isToknError(error, 'provider_nonsense') ? error.details.http?.status : undefined
  return status !== undefined && status >= 200 && status < 300
}
