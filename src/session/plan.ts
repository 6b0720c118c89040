import type { Session } from './session.ts'
import { isGood } from '../core/expiry.ts'
import type { Provider } from '../core/provider.ts'
import type { SessionRecord } from '../core/record.ts'
import { display } from '../core/text.ts'
import type { Grant } from '../core/token.ts'
import { refuseSpent } from './budget.ts'
import { lookAt } from './usable.ts'
import { checkProvider, readHeld } from './stored-record.ts'
import { findEarlier } from './issue/issue-again.ts'
import { checkIssue } from './issue/issue.ts'
import { whyNoEnd } from './revoke/logout.ts'
import { expiredAndStuck, unrenewable, chooseRenewal } from './refresh/renewable.ts'
import { lackFor, refuseLack } from './scopes.ts'
import { refuseEnded } from './standing.ts'
import { satisfies } from './refresh-request.ts'

export interface RefreshPlan {
  /** Milliseconds that a token has to live to be kept; absent: it is refreshed anyway. */
  readonly minTtl: number | undefined
  readonly force: boolean
  /** What can never be refreshed is passed over, and no error. */
  readonly passing?: boolean
}

/**
 * What a refresh of `profile` would do, as a verb and its object; nothing is sent. Throws what the
 * refresh would throw before it sends anything.
 */
export async function planRefresh(
  session: Session,
  { minTtl, force, passing = false }: RefreshPlan,
): Promise<string> {
  const { ports, profile } = session
  const record = await readHeld(session)
  const now = ports.clock.now()
  if (minTtl !== undefined && satisfies(record, { reason: 'min-ttl', minTtl }, now)) {
    return 'keep the tokens: they live long enough'
  }
  refuseEnded(profile, record)
  const provider = await ports.provider(profile)
  checkProvider(record, profile, provider)
  const none = unrenewable(profile, provider, record)
  if (none !== undefined && passing) return `pass it over: ${none.message}`
  if (none !== undefined) throw none
  const over = !isGood(record.expiry, now, 0)
  const renewal = chooseRenewal(provider, record, now)
  const spent = (kind: 'logins' | 'refreshes', forced: boolean) =>
    refuseSpent(session, provider, record, kind, forced)
  if (renewal === 'refresh') {
    await spent('refreshes', force)
    return `refresh the tokens at ${provider.title}`
  }
  if (renewal === 'reissue' && !over) {
    return `issue a successor of the token at ${provider.title}, and revoke the old one`
  }
  if (record.credentials === undefined) throw expiredAndStuck(profile)
  await spent('logins', false)
  return `log in again at ${provider.title}`
}

/** As `planRefresh`, for an issue with the session of `profile`. */
export async function planIssue(
  session: Session,
  grant: Grant,
  saveAs: string | undefined,
): Promise<string> {
  const { ports, profile } = session
  if (saveAs !== undefined) await findEarlier(ports, profile, saveAs)
  const provider = await checkIssue(ports, profile, grant)
  const record = await readHeld(session)
  refuseEnded(profile, record)
  checkProvider(record, profile, provider)
  refuseLack(profile, provider, record, 'issue')
  const issue = `issue a token at ${provider.title}`
  if (isGood(record.expiry, ports.clock.now(), 0)) return issue
  return `${await planRefresh(session, { minTtl: undefined, force: false })}, and ${issue}`
}

/** What a logout of `profile` would do, as a verb and its object; nothing is sent. Throws `store`. */
export async function planLogout(
  session: Session,
  { localOnly }: { readonly localOnly: boolean },
): Promise<string> {
  const condition = await lookAt(session)
  switch (condition.state) {
    case 'none':
      return 'do nothing: it is not logged in'
    case 'unreadable':
      if (!localOnly) throw condition.why
      return 'erase the session here, which cannot be read'
    case 'foreign':
      return `erase the session here, and tell nobody: ${condition.why.message}`
    case 'usable':
      if (localOnly) return 'erase the session here, and leave it alive at the provider'
      return planEnd(condition.provider, condition.record)
  }
}

function planEnd(provider: Provider, { id, scopes }: SessionRecord): string {
  const lack = lackFor(provider, 'logout', scopes)
  if (lack !== undefined) {
    return `erase the session here; the token may not end itself: it lacks the scope "${display(lack, 80)}"`
  }
  const why = whyNoEnd(provider, { id })
  return why === undefined
    ? `end the session at ${provider.title}, and erase it here`
    : `erase the session here; ${why}`
}
