import { isEnding, worthWarning } from '../core/ending.ts'
import { isGood, unknownExpiry, type Expiry } from '../core/expiry.ts'
import type { IndexEntry } from '../core/ports.ts'
import { isUntimely } from './moment.ts'

/**
 * How a session stands, told from the index. `alive`: the next command gets a good token, if need be
 * by a renewal. `expiring`: it is alive, and ends soon unless a person does something.
 */
export type SessionState =
  'alive' | 'expiring' | 'expired' | 'doubtful' | 'dead' | 'logged_out' | 'unknown'

/** What of a session decides how long it lives. */
export type Lasting = Pick<
  IndexEntry,
  | 'expiry'
  | 'refreshExpiry'
  | 'renewal'
  | 'renewalEnd'
  | 'obtainedAt'
  | 'prolongedAt'
  | 'fixed'
  | 'standing'
>

/** Credentials may be kept where they are no longer of use: the definition has no login any more. */
export function keepsCredentials({
  credentialsKept,
  renewal,
}: Pick<IndexEntry, 'credentialsKept' | 'renewal'>): boolean {
  return credentialsKept ?? renewal === 'credentials'
}

/** When a session ends for which no person does anything, and since when that was so. */
interface SessionEnd {
  readonly end: Expiry
  /** Epoch milliseconds. */
  readonly from: number
}

/** The state of a session; `undefined` stands for none. */
export function sessionState(entry: Lasting | undefined, now: number): SessionState {
  if (entry === undefined) return 'logged_out'
  if (isUntimely(entry, now)) return 'unknown'
  const { expiry, renewal, standing } = entry
  if (standing?.state === 'dead' && renewal !== 'credentials') return 'dead'
  if (isOver(entry, now)) return isSliding(expiry) ? 'unknown' : 'expired'
  if (standing?.state === 'doubtful') return 'doubtful'
  if (isStuck(entry) || endsSoon(sessionEnd(entry), now)) return 'expiring'
  const known = isGood(expiry, now, 0) && expiry.state !== 'unknown'
  return renewsWhenExpired(entry) || known ? 'alive' : 'unknown'
}

/** Whether the tokens have expired, and nothing is held that could get others. */
export function isOver(entry: Lasting, now: number): boolean {
  if (isGood(entry.expiry, now, 0)) return false
  if (entry.renewal === undefined && !isStuck(entry)) return false
  if (!renewsWhenExpired(entry)) return true
  const { end } = sessionEnd(entry)
  return !isGood(end, now, 0)
}

/** Whether somebody has to be warned of the end: it is near, and not one of those of every day. */
export function isWorthWarning(last: SessionEnd, now: number): boolean {
  const { end, from } = last
  return endsSoon(last, now) && end.state === 'at' && end.at - from >= worthWarning
}

/** Whether the end is near enough for a person to know. Use puts one off that slides. */
export function endsSoon({ end, from }: SessionEnd, now: number): boolean {
  return end.state === 'at' && !isSliding(end) && isEnding(end.at - now, end.at - from)
}

export function sessionEnd(entry: Lasting): SessionEnd {
  const { expiry, refreshExpiry, renewal, renewalEnd, obtainedAt, prolongedAt } = entry
  const token = { end: expiry, from: prolongedAt ?? obtainedAt }
  if (isStuck(entry)) return token
  if (renewal === undefined) return { end: unknownExpiry, from: obtainedAt }
  if (!renewsWhenExpired(entry)) return token
  // Credentials outlive the refresh token, unless the provider says that both end together.
  const ends = renewal === 'refresh' || renewalEnd?.credentials === true
  if (renewalEnd !== undefined && ends) {
    return later(token, { end: { state: 'at', at: renewalEnd.at }, from: renewalEnd.since })
  }
  const end = (renewal === 'refresh' ? refreshExpiry : undefined) ?? unknownExpiry
  return later(token, { end, from: obtainedAt })
}

/** Whether a session gets new tokens when those held have expired. */
export function renewsWhenExpired(entry: Lasting): boolean {
  if (isStuck(entry)) return false
  return entry.renewal === 'credentials' || entry.renewal === 'refresh'
}

/** What there is to renew the session with is taken no more. */
function isStuck({ standing, renewal }: Lasting): boolean {
  const ended = standing?.state === 'unrenewable' || standing?.state === 'dead'
  return ended && renewal !== 'credentials'
}

function isSliding(expiry: Expiry): boolean {
  return expiry.state === 'at' && expiry.sliding === true
}

/** The later of the end of a token and that of what renews it. */
function later(token: SessionEnd, renewal: SessionEnd): SessionEnd {
  if (token.end.state === 'never') return token
  const [one, other] = [token.end, renewal.end]
  return one.state === 'at' && other.state === 'at' && one.at > other.at ? token : renewal
}
