import type { Session } from './session.ts'
import { ToknError } from '../core/errors.ts'
import { isGood } from '../core/expiry.ts'
import { claimedExpiry } from '../core/jwt.ts'
import type { Profile } from '../core/profile.ts'
import type { SessionRecord } from '../core/record.ts'
import { fresh, type Fresh, type FreshOptions } from './fresh.ts'
import { holderInWords, isFromEnvironment, nextLogin } from './naming.ts'

/**
 * The ID token (OpenID Connect) beside a good access token. It has an end of its own, and may need
 * a refresh while the access token does not. Throws `not_found` where there is none,
 * `reauth_required` where a refresh brings no new one, and what `fresh` throws.
 */
export async function freshIdToken(
  session: Session,
  options: FreshOptions,
): Promise<Fresh & { readonly idToken: string }> {
  const { ports, profile } = session
  const good = (token: string) =>
    isGood(claimedExpiry(token), ports.clock.now(), options.minTtl ?? 0)
  const first = await fresh(session, options)
  const held = idTokenOf(first.record, profile)
  if (good(held)) return { ...first, idToken: held }
  if (options.refresh === 'never' || first.refreshed) throw tooOld(profile)
  const second = await fresh(session, {
    ...options,
    refresh: 'force',
    reason: 'id-token',
  })
  const idToken = idTokenOf(second.record, profile)
  if (good(idToken)) return { ...second, idToken }
  throw tooOld(profile)
}

function idTokenOf({ context }: SessionRecord, profile: Profile): string {
  const token = context['id_token']
  if (token !== undefined) return token
  throw new ToknError('not_found', `the provider gave ${holderInWords(profile)} no ID token`, {
    hint: isFromEnvironment(profile)
      ? 'ask for it with TOKN_SCOPE=openid'
      : `ask for it with: tokn login ${profile.name} --scope openid`,
  })
}

function tooOld(profile: Profile): ToknError {
  return new ToknError('reauth_required', `the ID token of ${holderInWords(profile)} is too old`, {
    hint: nextLogin(profile),
  })
}
