import type { Expiry } from '../core/expiry.ts'
import type { IndexEntry } from '../core/ports.ts'
import type { RenewalEnd } from '../core/session-history.ts'
import type { Provider } from '../core/provider.ts'
import { beginsAnew, type Reason, type SessionRecord } from '../core/record.ts'
import { amendIndexLocked } from './amend-index.ts'
import type { Session } from './session.ts'

/** Ends that differ by no more, in milliseconds, are one: they are told in whole seconds. */
const sameEnd = 60_000

/** What is asked is not asked again before this has passed, in milliseconds. */
export const askedEvery = 86_400_000

/** What is known of that end beside a new record: a login begins anew, a refresh goes on. */
export function nextRenewalEnd(
  earlier: IndexEntry | undefined,
  record: SessionRecord,
  reason: Reason,
): RenewalEnd | undefined {
  const { refresh, refreshExpiry, credentials, obtainedAt } = record
  const before = beginsAnew(reason) ? undefined : earlier?.renewalEnd
  if (refresh === undefined && credentials === undefined) return undefined
  // That of a refresh token alone is no end of credentials, and not of the next login's refresh token.
  if (credentials !== undefined) return before?.credentials === true ? before : undefined
  if (refreshExpiry?.state !== 'at') return before
  return endAt(before, refreshExpiry.at, obtainedAt)
}

/**
 * Remembers what the provider has said of the end of the refresh token of `asked`, unless another
 * session or a refresh has taken its place meanwhile.
 */
export async function rememberRenewalEnd(
  session: Session,
  provider: Provider,
  { generation }: Pick<SessionRecord, 'generation'>,
  told: Expiry | undefined,
): Promise<void> {
  if (told?.state !== 'at') return
  const now = session.ports.clock.now()
  const credentials = provider.refreshEndsWithCredentials === true ? true : undefined
  await amendIndexLocked(session, generation, ({ renewal, renewalEnd }) => {
    if (renewal !== 'refresh' && (renewal !== 'credentials' || credentials === undefined)) {
      return undefined
    }
    const next = { ...endAt(renewalEnd, told.at, now), credentials }
    const known = next.at === renewalEnd?.at && Math.abs(now - renewalEnd.asked) < askedEvery
    return known ? undefined : { renewalEnd: next }
  })
}

function endAt(before: RenewalEnd | undefined, at: number, asked: number): RenewalEnd {
  const same = before !== undefined && Math.abs(before.at - at) <= sameEnd
  return { at: same ? before.at : at, since: same ? before.since : asked, asked }
}
