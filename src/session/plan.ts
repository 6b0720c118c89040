import { isGood } from '../core/expiry.ts'
import type { Provider } from '../core/provider.ts'
import type { SessionRecord } from '../core/record.ts'
import { display } from '../core/text.ts'
import type { Grant } from '../core/token.ts'
import { words } from '../messages/words.ts'
import type { Session } from './session.ts'
import { refuseSpent } from './budget.ts'
import { fleetOfReader, refuseReader } from './fleet/reader.ts'
import { withOutside } from './outside.ts'
import { readCondition } from './usable.ts'
import type { RefreshOptions } from './refresh-session.ts'
import { checkProvider } from './stored-record.ts'
import { findEarlier } from './issue/issue-again.ts'
import { checkIssue } from './issue/issue.ts'
import { whyNoEnd } from './revoke/logout.ts'
import { expiredAndStuck, unrenewable, chooseRenewal } from './refresh/renewable.ts'
import { missingScope, refuseMissingScope } from './scopes.ts'
import { refuseEnded } from './standing.ts'
import { satisfies } from './refresh-request.ts'
import { waysToRenew } from './ways-to-renew.ts'

/**
 * What a refresh of the session would do, as a verb and its object; nothing is sent. Throws what the
 * refresh would throw before it sends anything.
 */
export async function planRefresh(
  session: Session,
  { minTtl, force, skip = false }: RefreshOptions,
): Promise<string> {
  const { ports, profile } = session
  const record = await withOutside(session, await session.readRecord())
  const now = ports.clock.now()
  if (minTtl !== undefined && satisfies(record, { reason: 'min-ttl', minTtl }, now)) {
    return words.plans.keepTokens()
  }
  refuseEnded(profile, record)
  const fleet = await fleetOfReader(session)
  if (fleet !== undefined) return words.refresherService.wouldWish(fleet.describe())
  const provider = await session.provider()
  checkProvider(record, profile, provider)
  const none = unrenewable(profile, provider, record)
  if (none !== undefined && skip) return words.plans.skip(none.message)
  if (none !== undefined) throw none
  const over = !isGood(record.expiry, now, 0)
  const renewal = chooseRenewal(provider, record, now)
  const spent = (kind: 'logins' | 'refreshes', forced: boolean) =>
    refuseSpent(session, provider, record, kind, forced)
  if (renewal === 'refresh') {
    await spent('refreshes', force)
    return words.plans.refresh(provider.title)
  }
  if (renewal === 'reissue' && !over) {
    return words.plans.reissue(provider.title)
  }
  if (!waysToRenew(provider, record).includes('login')) throw expiredAndStuck(profile)
  await spent('logins', false)
  return words.plans.logInAgain(provider.title)
}

/** As `planRefresh`, for an issue with the session. */
export async function planIssue(
  session: Session,
  grant: Grant,
  saveAs: string | undefined,
): Promise<string> {
  const { ports, profile } = session
  await refuseReader(session, 'issue')
  if (saveAs !== undefined) await findEarlier(session, saveAs)
  const provider = await checkIssue(session, grant)
  const record = await withOutside(session, await session.readRecord())
  refuseEnded(profile, record)
  checkProvider(record, profile, provider)
  refuseMissingScope(session, provider, record, 'issue')
  const issue = words.plans.issue(provider.title)
  if (isGood(record.expiry, ports.clock.now(), 0)) return issue
  const first = await planRefresh(session, { minTtl: undefined, force: false })
  return words.plans.both(first, issue)
}

/** What a logout of the session would do, as a verb and its object; nothing is sent. Throws `store`. */
export async function planLogout(
  session: Session,
  { localOnly }: { readonly localOnly: boolean },
): Promise<string> {
  await refuseReader(session, 'logout')
  const condition = await readCondition(session)
  switch (condition.state) {
    case 'none':
      return words.plans.nothing()
    case 'unreadable':
      if (!localOnly) throw condition.why
      return words.plans.eraseUnread()
    case 'foreign':
      return words.plans.eraseUntold(condition.why.message)
    case 'usable':
      if (localOnly) return words.plans.eraseHere()
      return planEnd(condition.provider, condition.record)
  }
}

function planEnd(provider: Provider, { id, scopes }: SessionRecord): string {
  const lack = missingScope(provider, 'logout', scopes)
  if (lack !== undefined) {
    return words.plans.eraseWithoutScope(display(lack, 80))
  }
  const why = whyNoEnd(provider, { id })
  return why === undefined ? words.plans.endAndErase(provider.title) : words.plans.eraseAlone(why)
}
