import { ToknError } from '../core/errors.ts'
import { isGood } from '../core/expiry.ts'
import { claimedExpiry } from '../core/jwt.ts'
import type { SessionRecord } from '../core/record.ts'
import { words } from '../messages/words.ts'
import type { Session } from './session.ts'
import type { Fresh, FreshOptions } from './fresh.ts'
import { replaceRejected } from './replace-rejected.ts'
import { holderInWords, isFromEnvironment, nextLogin, type Named } from './naming.ts'

export type FreshIdToken = Fresh & { readonly idToken: string }

/**
 * The ID token (OpenID Connect) beside a good access token. It has an end of its own, and may need
 * a refresh while the access token does not. Throws `not_found` where there is none,
 * `reauth_required` where a refresh brings no new one, and what `fresh` throws.
 */
export async function freshIdToken(session: Session, options: FreshOptions): Promise<FreshIdToken> {
  const { clock } = session.ports
  const good = (token: string) => isGood(claimedExpiry(token), clock.now(), options.minTtl ?? 0)
  const first = await session.fresh(options)
  const kept = idTokenOf(first.record, session)
  if (good(kept)) return { ...first, idToken: kept }
  if (options.refresh === 'never' || first.refreshed) throw tooOld(session)
  const second = await replaceRejected(session, first.record, {
    minTtl: options.minTtl,
    mayAskAgent: options.mayAskAgent,
    reason: 'id-token',
  })
  const idToken = idTokenOf(second.record, session)
  if (good(idToken)) return { ...second, idToken }
  throw tooOld(session)
}

function idTokenOf({ context }: SessionRecord, session: Named): string {
  const token = context['id_token']
  if (token !== undefined) return token
  const request = isFromEnvironment(session)
    ? 'TOKN_SCOPE=openid'
    : `tokn login ${session.name} --scope openid`
  throw new ToknError('not_found', words.session.noIdToken(holderInWords(session), request))
}

function tooOld(session: Named): ToknError {
  return new ToknError('reauth_required', words.session.idTokenOld(holderInWords(session)), {
    hint: nextLogin(session),
  })
}
