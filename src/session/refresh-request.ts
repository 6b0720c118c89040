import { renewedBelow } from '../core/ending.ts'
import { isGood } from '../core/expiry.ts'
import type { Reason, SessionRecord } from '../core/record.ts'
import type { Grant } from '../core/token.ts'
import { isUntimely } from './moment.ts'

/** What whoever asks needs of the token. */
export interface RefreshRequest {
  readonly reason: Reason
  /** Milliseconds that it has to live; absent: a minute, or a tenth of a shorter life. */
  readonly minTtl?: number | undefined
  /** The generation that is not good enough, whatever its expiry says. */
  readonly beyond?: number | undefined
  /** Spend a budget's last unit if need be. */
  readonly force?: boolean | undefined
  /** A further token instead, for no more than that; the access token of the session stays. */
  readonly narrow?: Narrowing | undefined
}

export type Narrowing = Pick<Grant, 'scopes' | 'resource'>

/** Why a record that is not what is wanted is to be renewed, where nobody asked for that by name. */
export function reasonToRenew(record: SessionRecord, now: number): Reason {
  if (!isGood(record.expiry, now, 0)) return 'expired'
  if (record.standing?.state === 'dead') return 'rejected'
  return isUntimely(record, now) ? 'clock' : 'min-ttl'
}

/** The remaining life that a token must have, in milliseconds. */
export function neededTtl(record: SessionRecord, request: Pick<RefreshRequest, 'minTtl'>): number {
  if (request.minTtl !== undefined) return request.minTtl
  if (record.expiry.state !== 'at') return 0
  return renewedBelow(lifeOf(record))
}

/** Whether `record` is what is asked for, at `now`. */
export function satisfies(record: SessionRecord, request: RefreshRequest, now: number): boolean {
  return !isUntimely(record, now) && mayServe(record, request, now)
}

/** As `satisfies`, but believes the expiry of a record whatever the clock said when it was made. */
export function mayServe(record: SessionRecord, request: RefreshRequest, now: number): boolean {
  if (record.standing?.state === 'dead') return false
  const { generation, accessSince = generation } = record
  if (request.beyond !== undefined && accessSince <= request.beyond) return false
  return isGood(record.expiry, now, neededTtl(record, request))
}

/** How long the tokens of a session live from the start, or from each use, in milliseconds. */
export function lifeOf({
  expiry,
  obtainedAt,
  prolongedAt,
}: Pick<SessionRecord, 'expiry' | 'obtainedAt' | 'prolongedAt'>): number {
  return expiry.state === 'at' ? expiry.at - (prolongedAt ?? obtainedAt) : Number.POSITIVE_INFINITY
}
