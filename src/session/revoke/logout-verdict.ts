import { isToknError, type ToknError } from '../../core/errors.ts'
import { readClaims } from '../../core/jwt.ts'
import type { Provider } from '../../core/provider.ts'
import type { SessionRecord } from '../../core/record.ts'
import { timestamp } from '../../core/text.ts'
import type { Remains } from './time-left.ts'
import type { Outcome } from './probe.ts'

/** How a logout went, at the provider. */
export interface End {
  /** Whether the provider ended the session: it said so, or it was seen, and nothing says otherwise. */
  readonly revoked: boolean
  /** Whether that is proven: by the same way of asking the tokens were alive before and are not now. */
  readonly verified: boolean
  /** Why it is not proven, in one sentence, where it was said and is not. */
  readonly unverified?: string | undefined
  /** What is to be known of a proof all the same, in one sentence. */
  readonly caveat?: string | undefined
  /** What is, or may be, alive at the provider, in one sentence; absent where nothing is. */
  readonly alive?: string | undefined
  /** Whether that is only possible: nobody knows. */
  readonly doubtful?: boolean | undefined
  /** When what is alive ends, in epoch milliseconds, where that is known. */
  readonly aliveUntil?: number | undefined
  /** Whether that is the end of the access token only, with that of the refresh token not known. */
  readonly partial?: boolean | undefined
  /** How it had ended by itself, in words, where that was known before. */
  readonly ended?: string | undefined
  /** Whether it should have been ended and was not, as far as is known. */
  readonly failed: boolean
}

/** Nothing was ended, and nothing is known to be alive. */
export const nothing: End = { revoked: false, verified: false, failed: false }

export interface Sights {
  readonly provider: Provider
  readonly record: SessionRecord
  readonly left: Remains
  readonly no: ToknError | undefined
  readonly spared: string | undefined
  readonly access: Outcome
  /** Absent where there is no refresh token. */
  readonly refresh: Outcome | undefined
}

/** What the provider said, held against what was seen. */
export function judge({ provider, record, left, no, spared, access, refresh }: Sights): End {
  const ends = `${provider.title} says that it is ended`
  const said = no === undefined ? (spared ?? ends) : refusedBy(no)
  const failed = { ...nothing, failed: true }
  if (refresh?.seen === 'alive') {
    const alive = `${said}, ${no === undefined ? 'but' : 'and'} the refresh token is still alive, by ${refresh.by}`
    return { ...failed, alive, aliveUntil: left.until, partial: left.partial }
  }
  if (access.seen === 'alive') {
    const still = access.used === true ? 'still works' : 'is still alive'
    const which = refresh === undefined ? 'the token' : 'the access token'
    const so = said === ends ? 'but' : 'and'
    const alive = `${said}, ${so} ${which} ${still}, by ${access.by}`
    return { ...failed, alive, aliveUntil: left.accessUntil }
  }
  // What was refused before as well may be refused for another reason than its end, which counts
  // where the provider says that it does not end it.
  const refused = access.seen === 'over' && spared === undefined
  const accessGone = access.seen === 'ended' || refused || left.accessOver
  if (refresh === undefined ? access.seen === 'ended' : refresh.seen === 'ended' && accessGone)
    return { ...nothing, revoked: true, verified: true, caveat: caveatOf(record, access, left) }
  if (no === undefined && (spared === undefined || accessGone)) {
    return { ...nothing, revoked: true, unverified: whyUnverified(access, refresh, left) }
  }
  if (spared !== undefined) {
    return { ...failed, alive: spared, doubtful: true, aliveUntil: left.accessUntil }
  }
  // The provider says that there is nothing any more that could be ended; of an access token whose
  // time is up that is no news, and says nothing of the refresh token.
  const stale = left.accessOver && refresh !== undefined
  if (access.seen === 'over' && refresh === undefined) return nothing
  const until = refresh?.seen === 'ended' ? left.accessUntil : left.until
  const open = { alive: said, doubtful: true, aliveUntil: until, partial: left.partial }
  if (!isGone(no) || stale) return { ...failed, ...open }
  if (left.over) return { ...nothing, ended: left.ended }
  // It says that there is nothing to end, which nothing that was seen bears out.
  return { ...nothing, ...open, alive: `not verified: ${no?.message ?? said}` }
}

/** Who checks a JWT by its signature alone does not hear that it was revoked. */
function caveatOf({ access: token }: SessionRecord, { used }: Outcome, left: Remains) {
  const end = left.accessUntil
  if (used === true || end === undefined || readClaims(token.reveal()) === undefined)
    return undefined
  return `an API that checks the token by itself, without asking, may take it until ${timestamp(end)}`
}

function isGone(no: ToknError | undefined): boolean {
  return isToknError(no, 'reauth_required', 'not_found') && no.details.http !== undefined
}

function refusedBy(no: ToknError): string {
  return `the provider did not revoke it: ${no.message}`
}

function whyUnverified(access: Outcome, refresh: Outcome | undefined, left: Remains): string {
  const before = 'refused before as well'
  if (refresh === undefined) {
    if (access.seen === 'over') return `the token was ${before}`
    return left.accessOver ? 'the token had expired' : 'nothing shows whether it still works'
  }
  if (refresh.seen === 'ended')
    return 'the refresh token is dead, and nothing shows whether the access token is'
  const other =
    refresh.seen === 'over'
      ? `the refresh token was ${before}`
      : 'the refresh token cannot be looked at'
  if (access.seen === 'ended') return `the access token is dead, ${other}`
  if (access.seen === 'over') return `the access token was ${before}, ${other}`
  if (left.accessOver) return `the access token had expired, ${other}`
  return 'nothing shows whether it still works'
}

/** What lives on because nobody ends it. */
export function keeps(left: Remains, why: string): End {
  if (left.over) return { ...nothing, ended: left.ended }
  const { until: aliveUntil, partial } = left
  return { ...nothing, alive: why, doubtful: left.doubtful, aliveUntil, partial }
}
