import type { ToknError } from '../../core/errors.ts'
import { display } from '../../core/text.ts'
import { words } from '../../messages/words.ts'
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
  const { nameless, shared } = words.reports.revocations
  const names = [name ?? nameless(), ...alsoNamed].map((one) => display(one, 64))
  return shared(display(id, 256), listed ?? 0, names.join(', '))
}

/** What became of one token. */
export function revokedInWords(one: Revocation): string {
  const { id, name, status, verified, verifiedBy, unlisted, heldBy, byName, alsoNamed, error } = one
  const say = words.reports.revocations
  const shown = display(id, 256)
  const said = say.status(name === undefined ? shown : say.named(shown, display(name, 64)), status)
  switch (status) {
    case 'revoked':
      if (!verified) return say.unverified(said, unlisted === true)
      return verifiedBy === 'use' ? say.refusedNow(said) : say.unlisted(said)
    case 'already_revoked':
      return say.byList(said)
    case 'would_revoke':
      return [
        said,
        ...(byName && alsoNamed.length > 0 ? [say.allOfId()] : []),
        ...(heldBy.length > 0 ? [say.heldAs(heldBy.join(', '))] : []),
      ].join('; ')
    case 'failed':
    case 'not_found':
      return error === undefined ? said : words.reports.ofProfile(said, error.message)
  }
}
