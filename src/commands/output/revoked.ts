import type { ToknError } from '../../core/errors.ts'
import { display } from '../../core/text.ts'
import type { Revocation } from '../../session/revoke/verify.ts'

/** A result for the JSON document. */
export function describeRevocation(one: Revocation) {
  return {
    id: one.id,
    name: one.name ?? null,
    status: one.status,
    verified: one.verified,
    verified_by: one.verifiedBy ?? null,
    verify_ms: one.verifyTime ?? null,
    listed: one.listed ?? null,
    also_named: one.alsoNamed,
    held_by: one.heldBy,
    error: one.error === undefined ? null : describeError(one.error),
  }
}

function describeError({ code, exit, message, hint, retryable }: ToknError) {
  return { code, exit, message, hint: hint ?? null, retryable }
}

/** The vendor's own sample shows two tokens with one id: to the API they are one. */
export function sharedInWords({ id, name, listed, alsoNamed }: Revocation): string {
  const names = [name ?? 'one without a name', ...alsoNamed].map((one) => display(one, 64))
  return `${display(id, 256)}: the provider lists ${listed} tokens under this id, which it cannot tell apart: ${names.join(', ')}`
}

/** What became of one token. */
export function revokedInWords(one: Revocation): string {
  const { id, name, status, verified, verifiedBy, unlisted, heldBy, byName, alsoNamed, error } = one
  const which = display(id, 256) + (name === undefined ? '' : ` (${display(name, 64)})`)
  const said = `${which}: ${status.replace('_', ' ')}`
  switch (status) {
    case 'revoked':
      if (!verified) {
        const list = unlisted === true ? ', which no longer lists it' : ''
        return `${said}, says the provider${list}; not verified`
      }
      return verifiedBy === 'use'
        ? `${said}, and the token is refused now`
        : `${said}, and the provider no longer lists it`
    case 'already_revoked':
      return `${said}, says the provider's list`
    case 'would_revoke':
      return [
        said,
        ...(byName && alsoNamed.length > 0 ? ['and all with its id, if you say --yes'] : []),
        ...(heldBy.length > 0 ? [`it is held as ${heldBy.join(', ')}`] : []),
      ].join('; ')
    case 'failed':
    case 'not_found':
      return error === undefined ? said : `${said}: ${error.message}`
  }
}
