import { isToknError, type ToknError } from '../../core/errors.ts'
import { readClaims } from '../../core/jwt.ts'
import type { Provider } from '../../core/provider.ts'
import type { SessionRecord } from '../../core/record.ts'
import { words } from '../../messages/words.ts'
import type { Remains } from './time-left.ts'
import type { Proof } from './probe.ts'

/** How a logout went, at the provider. */
export interface End {
  /** Whether the provider ended the session: it said so, or a check showed it, and none denies it. */
  readonly revoked: boolean
  /** Whether that is proven: by the same check the tokens were alive before and are not now. */
  readonly verified: boolean
  /** Why it is not proven, in one sentence, where it was said and is not. */
  readonly unverified?: string | undefined
  /** What to know although it is proven, in one sentence. */
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
  /** The page in the browser where a person ends what the provider has no request for. */
  readonly page?: string | undefined
  /** Whether it should have been ended and was not, as far as is known. */
  readonly failed: boolean
}

/** Nothing was ended, and nothing is known to be alive. */
export const nothing: End = { revoked: false, verified: false, failed: false }

/** All that says how a logout went. */
export interface LogoutEvidence {
  readonly provider: Provider
  readonly record: SessionRecord
  readonly left: Remains
  /** How the provider refused. */
  readonly refusal: ToknError | undefined
  /** What the provider did not end though it said yes, in one sentence. */
  readonly spared: string | undefined
  readonly access: Proof
  /** Absent where there is no refresh token. */
  readonly refresh: Proof | undefined
}

/** Compares what the provider said with what the checks show. */
export function judge(evidence: LogoutEvidence): End {
  const { provider, record, left, refusal, spared, access, refresh } = evidence
  const saidEnded = refusal === undefined && spared === undefined
  const said =
    refusal === undefined
      ? (spared ?? words.logout.ended(provider.title))
      : words.logout.refused(refusal.message)
  const failed = { ...nothing, failed: true }
  if (refresh?.liveness === 'alive') {
    const alive = words.logout.refreshAlive(said, refusal === undefined, refresh.by ?? '')
    return { ...failed, alive, aliveUntil: left.until, partial: left.partial }
  }
  if (access.liveness === 'alive') {
    const shown = { alone: refresh === undefined, used: access.used === true, by: access.by ?? '' }
    const alive = words.logout.accessAlive(said, saidEnded, shown)
    return { ...failed, alive, aliveUntil: left.accessUntil }
  }
  // What was refused before as well may be refused for another reason than its end, which counts
  // where the provider says that it does not end it.
  const refused = access.liveness === 'over' && spared === undefined
  const accessGone = access.liveness === 'ended' || refused || left.accessOver
  const proven =
    refresh === undefined ? access.liveness === 'ended' : refresh.liveness === 'ended' && accessGone
  if (proven) {
    return { ...nothing, revoked: true, verified: true, caveat: caveatOf(record, access, left) }
  }
  if (refusal === undefined && (spared === undefined || accessGone)) {
    return { ...nothing, revoked: true, unverified: whyUnverified(access, refresh, left) }
  }
  if (spared !== undefined) {
    return { ...failed, alive: spared, doubtful: true, aliveUntil: left.accessUntil }
  }
  // The provider says that there is nothing any more that could be ended; of an access token that
  // has expired that is no news, and says nothing of the refresh token.
  const stale = left.accessOver && refresh !== undefined
  if (access.liveness === 'over' && refresh === undefined) return nothing
  const until = refresh?.liveness === 'ended' ? left.accessUntil : left.until
  const open = { alive: said, doubtful: true, aliveUntil: until, partial: left.partial }
  if (!isGone(refusal) || stale) return { ...failed, ...open }
  if (left.over) return { ...nothing, ended: left.ended }
  // It says that there is nothing to end, which no check confirms.
  return { ...nothing, ...open, alive: words.logout.notVerified(refusal?.message ?? said) }
}

/** Who checks a JWT by its signature alone does not hear that it was revoked. */
function caveatOf({ access: token }: SessionRecord, { used }: Proof, left: Remains) {
  const end = left.accessUntil
  if (used === true || end === undefined || readClaims(token.reveal()) === undefined)
    return undefined
  return words.logout.mayBeTaken(end)
}

function isGone(refusal: ToknError | undefined): boolean {
  return isToknError(refusal, 'reauth_required', 'not_found') && refusal.details.http !== undefined
}

function whyUnverified(access: Proof, refresh: Proof | undefined, left: Remains): string {
  const texts = words.logout
  if (refresh === undefined) {
    if (access.liveness === 'over') return texts.refusedBefore()
    return left.accessOver ? texts.hadExpired() : texts.nothingShows()
  }
  if (refresh.liveness === 'ended') return texts.refreshDead()
  const refused = refresh.liveness === 'over'
  if (access.liveness === 'ended') return texts.refreshUnproven('dead', refused)
  if (access.liveness === 'over') return texts.refreshUnproven('refused', refused)
  return left.accessOver ? texts.refreshUnproven('expired', refused) : texts.nothingShows()
}

/** What stays alive because nobody ends it. */
export function keeps(left: Remains, why: string): End {
  if (left.over) return { ...nothing, ended: left.ended }
  const { until: aliveUntil, partial } = left
  return { ...nothing, alive: why, doubtful: left.doubtful, aliveUntil, partial }
}
