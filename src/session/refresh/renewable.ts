import { ToknError } from '../../core/errors.ts'
import { isGood } from '../../core/expiry.ts'
import type { Profile } from '../../core/profile.ts'
import type { Provider } from '../../core/provider.ts'
import type { SessionRecord } from '../../core/record.ts'
import { display } from '../../core/text.ts'
import { variablesOf } from '../../core/giving.ts'
import { variableOf } from '../../core/variable.ts'
import { words } from '../../messages/words.ts'
import { labelOf } from '../labels.ts'
import { losesSuccessor } from '../given-refresh.ts'
import { isFromEnvironment, nextLogin, sourceOf, tokenInWords } from '../naming.ts'
import { missingScope, widerLogin } from '../scopes.ts'
import { mayReissue, reissues, waysToRenew } from '../ways-to-renew.ts'

/**
 * Why a session cannot be renewed by whatever its provider has for that, as an error; `undefined`
 * where it can. `unsupported` where the API has neither a refresh nor a way to issue a replacement;
 * `reauth_required` where this session lacks what it takes. Nothing is asked of the provider.
 * Where the token has `expired`, the error says so first.
 */
export function unrenewable(
  profile: Profile,
  provider: Provider,
  record: SessionRecord,
  expired = false,
): ToknError | undefined {
  const ways = waysToRenew(provider, record)
  if (ways.includes('login')) return undefined
  if (ways.includes('refresh')) {
    return sourceOf(profile) === 'environment' ? losesSuccessor(provider) : undefined
  }
  if (ways.length > 0) return undefined
  const login = nextLogin(profile)
  const token = tokenInWords(profile)
  const say = (why: string) => (expired ? words.refresh.expiredAnd(token, why) : why)
  if (provider.refresh === undefined && !reissues(provider)) {
    const why = provider.why.refresh ?? words.refresh.noWayToRefresh(provider.title)
    return new ToknError('unsupported', say(why), { hint: login })
  }
  if (record.fixed === true && !mayReissue(provider, record)) {
    const { madeElsewhere, pastedIn } = words.refresh
    const message = (isFromEnvironment(profile) ? madeElsewhere : pastedIn)(token, expired)
    return new ToknError('reauth_required', message, { hint: nextLogin(profile, ' --with-token') })
  }
  const lacking = whatLacks(provider, record)
  if (lacking !== undefined) return new ToknError('reauth_required', say(lacking), { hint: login })
  if (!reissues(provider)) {
    const why = provider.why.refresh ?? words.refresh.noRefreshToken(provider.title)
    return new ToknError('reauth_required', say(why), { hint: login })
  }
  const needed = missingScope(provider, 'issue', record.scopes)
  if (needed === undefined) return undefined
  const message = words.refresh.mayNotReissue(token, display(needed, 80), expired)
  return new ToknError('reauth_required', message, { hint: widerLogin(profile, record, [needed]) })
}

/** What a login that needs nobody would take, and is not given; `undefined` where there is no such login. */
function whatLacks(
  { fields, title }: Provider,
  { outside }: Pick<SessionRecord, 'outside'>,
): string | undefined {
  if (outside === undefined || outside.lacking.length === 0) return undefined
  const { another, lacking, secretIn } = words.renewal
  const wrong = outside.lacking.find((one) => one.another)
  if (wrong !== undefined) return another(variableOf(wrong.name), labelOf(fields, wrong.name))
  const secrets = outside.lacking.map(({ name }) =>
    secretIn(labelOf(fields, name), variablesOf({ name })),
  )
  return lacking(title, secrets)
}

/** As `unrenewable`, at `now`: it says first that the token has expired, where it has. */
export function unrenewableAt(
  profile: Profile,
  provider: Provider,
  record: SessionRecord,
  now: number,
): ToknError | undefined {
  return unrenewable(profile, provider, record, !isGood(record.expiry, now, 0))
}

/** The error for a session whose time is up, and that had to renew itself. */
export function expiredAndStuck(profile: Profile): ToknError {
  const message = words.refresh.expiredAndStuck(tokenInWords(profile))
  return new ToknError('reauth_required', message, { hint: nextLogin(profile) })
}

/** How a session gets new tokens: by its refresh token, by an issue with its token, or by a login. */
export type Renewal = 'refresh' | 'reissue' | 'login'

/** The kind of renewal by which a session gets new tokens at `now`; `undefined` where there is none. */
export function chooseRenewal(
  provider: Provider,
  record: SessionRecord,
  now: number,
): Renewal | undefined {
  const ways = waysToRenew(provider, record)
  if (record.standing === undefined) {
    const byAccess = ways.includes('access') && isGood(record.expiry, now, 0)
    if (ways.includes('refresh') || byAccess) return 'refresh'
    if (ways.includes('reissue')) return 'reissue'
  }
  return ways.includes('login') ? 'login' : undefined
}
