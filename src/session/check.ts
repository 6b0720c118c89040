import { isToknError, ToknError, type Said } from '../core/errors.ts'
import { isGood, timeLeft } from '../core/expiry.ts'
import type { Provider } from '../core/provider.ts'
import type { SessionRecord } from '../core/record.ts'
import { display } from '../core/text.ts'
import type { Introspection } from '../core/token.ts'
import { words } from '../messages/words.ts'
import type { Session } from './session.ts'
import { noteUse, reachFor, unsupported } from './call.ts'
import { tellStanding } from './fresh.ts'
import { knownOf } from './fleet/known.ts'
import { fleetOfReader } from './fleet/reader.ts'
import { askAbout } from './info.ts'
import { isUntimely } from './moment.ts'
import {
  holderInWords,
  isFromEnvironment,
  withNamedHints,
  sessionInWords,
  tokenInWords,
  wordOf,
} from './naming.ts'
import { findOlderCopy } from './older-copy.ts'
import { lifeOf, neededTtl } from './refresh-request.ts'
import { findWaiting } from './refresh/waiting.ts'
import { acceptToken, isOnlyRejected } from './rejection/reject.ts'
import { rememberEnd, rememberRefusal } from './heard-end.ts'
import { withOutside } from './outside.ts'
import { rememberRenewalEnd } from './renewal-end.ts'
import { refuseMissingScope, widerLogin } from './scopes.ts'
import { loginAnew } from './standing.ts'
import { checkBinding, checkProvider } from './stored-record.ts'
import { tellEnd } from './tell-end.ts'
import { waysToRenew } from './ways-to-renew.ts'

/** What a session has to be for a check to find it good. */
export interface CheckRequest {
  /** Milliseconds that the token must still live; absent: as for `tokn token`. */
  readonly minTtl: number | undefined
  readonly scopes: readonly string[]
  /** Whether the provider is asked as well. */
  readonly online: boolean
}

/** In one word, why a session is not good. */
type CheckReason =
  | 'dead'
  | 'older_copy'
  | 'expired'
  | 'below_min_ttl'
  | 'expiring'
  | 'clock_was_set'
  | 'refresh_pending'
  | 'missing_scope'
  | 'scopes_unknown'
  | 'inactive'

export interface CheckResult {
  readonly record: SessionRecord
  /** Milliseconds of life that were needed. */
  readonly needed: number
  /**
   * Absent for a good session. The error is `check_failed` where a refresh would help or the token is
   * not what was asked for, and `reauth_required` where only another login helps.
   */
  readonly failure?: { readonly reason: CheckReason; readonly error: ToknError } | undefined
}

type Failure = CheckResult['failure']

/** Longer than a refresh takes from its answer to its end, in milliseconds. */
const endOfRefresh = 500

/**
 * Judges the session held by what is known of it here and, where that is asked for, by what the
 * provider says. Nothing is refreshed. Throws `reauth_required` where there is no session, `store`
 * where it cannot be read, and what asking the provider can throw; `unsupported` where that tells
 * nothing.
 */
export async function checkSession(session: Session, request: CheckRequest): Promise<CheckResult> {
  const { held, unread } = await readHeld(session)
  if (unread) {
    const failure = await failed(session, held, 'refresh_pending', words.check.refreshPending)
    return { record: held, needed: neededTtl(held, request), failure }
  }
  const older = await judgeOlderCopy(session, held, request)
  if (older !== undefined) return older
  const judged = await judge(session, held, request)
  if (judged.failure !== undefined) return judged
  tellDoubt(session, held, request.online)
  await tellEnd(session, held, true)
  if (!request.online) return withScopes(session, judged, request)
  const provider = await session.provider()
  const sentAt = session.ports.clock.now()
  const said = await ask(session, provider, held)
  await rememberRenewalEnd(session, provider, held, said.refresh)
  if (said.active === false) {
    return { ...judged, failure: await failed(session, held, 'inactive', words.check.inactive) }
  }
  // One who answers a request with the token has accepted it.
  if (said.answered === false || said.uncertain === true) {
    throw new ToknError('unsupported', words.check.notTold(provider.title))
  }
  await acceptToken(session, held.generation)
  await noteUse(session, provider, held, sentAt)
  const { access: expiry = held.expiry, scopes = held.scopes } = said
  const again = await judge(session, { ...held, expiry, scopes }, request)
  return again.failure === undefined ? withScopes(session, again, request) : again
}

/**
 * The tokens that the next command would use: those that a refresh has left in the journal go before
 * those in the store. `unread` where it has left an answer that only that command can read.
 */
async function readHeld(
  session: Session,
): Promise<{ readonly held: SessionRecord; readonly unread: boolean }> {
  const look = async () => {
    const stored = await session.readRecord()
    return { stored, waiting: await findWaiting(session, stored) }
  }
  let { stored, waiting } = await look()
  if (waiting?.unread === true) {
    // One that is under way is about to store what it got.
    await session.ports.clock.wait(endOfRefresh)
    ;({ stored, waiting } = await look())
  }
  if (waiting?.record === undefined) return { held: stored, unread: waiting?.unread === true }
  return { held: checkBinding(waiting.record, session.profile), unread: false }
}

/** What is out of a backup is no session to rely on, though its token may be good for a while. */
async function judgeOlderCopy(
  session: Session,
  held: SessionRecord,
  request: CheckRequest,
): Promise<CheckResult | undefined> {
  const record = await findOlderCopy(session, held)
  const why = record.standing?.why
  if (record.standing === held.standing || why === undefined) return undefined
  const say = (token: string) => words.check.olderCopy(token, why)
  const failure = await failed(session, record, 'older_copy', say)
  return { record, needed: neededTtl(record, request), failure }
}

/** What whoever relies on a token that has not expired has to know of it. */
function tellDoubt(session: Session, record: SessionRecord, online: boolean): void {
  const { ports, profile } = session
  if (record.standing !== undefined) return tellStanding(session, record)
  const standing = ports.index.get(profile.id)?.standing
  if (standing?.state !== 'doubtful') return
  if (isOnlyRejected(standing)) {
    // What somebody says of the token is nothing beside what the provider is about to say.
    if (!online) ports.warn(words.reports.standing(standing.state, standing.at, standing.why))
    return
  }
  ports.warn(words.refresh.mayBeReplaced(holderInWords(profile)))
}

/** By its times, and by what is known to be wrong with it. */
async function judge(
  session: Session,
  record: SessionRecord,
  request: CheckRequest,
): Promise<CheckResult> {
  const now = session.ports.clock.now()
  const needed = neededTtl(record, request)
  const left = words.times.duration(timeLeft(record.expiry, now) ?? 0)
  const fail = async (reason: CheckReason, say: (token: string) => string) => ({
    record,
    needed,
    failure: await failed(session, record, reason, say),
  })
  const { standing, expiry } = record
  if (standing?.state === 'dead') {
    const { at, why } = standing
    return await fail('dead', () =>
      words.check.ended(sessionInWords(session), words.times.instant(at), why),
    )
  }
  if (isUntimely(record, now)) {
    const at = words.times.instant(record.obtainedAt)
    return await fail('clock_was_set', (token) => words.check.clockWasSet(token, at))
  }
  if (expiry.state === 'at' && !isGood(expiry, now, 0)) {
    return await fail('expired', (token) =>
      words.check.expired(token, words.times.instant(expiry.at)),
    )
  }
  if (isGood(expiry, now, needed)) return { record, needed }
  if (request.minTtl === undefined) {
    return await fail('expiring', (token) => words.check.expiring(token, left))
  }
  const tooShort = (token: string) =>
    words.check.tooShort(token, left, words.times.duration(needed))
  if (lifeOf(record) >= request.minTtl) return await fail('below_min_ttl', tooShort)
  // No token of this session ever lives that long: a refresh would be of no use.
  const said = words.check.neverSoLong(tooShort(tokenInWords(session)))
  const error = new ToknError('check_failed', said)
  return { record, needed, failure: { reason: 'below_min_ttl', error } }
}

/** A failure, by whether a refresh would help. */
async function failed(
  session: Session,
  record: SessionRecord,
  reason: CheckReason,
  say: (token: string) => string,
): Promise<Failure> {
  const message = say(tokenInWords(session))
  const over = ['dead', 'older_copy', 'expired', 'inactive'].includes(reason)
  // What waits is adopted by whatever asks for a token: that is no question of renewal.
  const renewable = reason === 'refresh_pending' || (await canComeBack(session, record, over))
  const hint = renewable ? `tokn refresh${wordOf(session)}` : loginAnew(session, record)
  const code = over && !renewable ? 'reauth_required' : 'check_failed'
  return { reason, error: new ToknError(code, message, { hint }) }
}

/** Whether there is a way to new tokens; where the held one is `over`, it cannot be used for that. */
async function canComeBack(
  session: Session,
  record: SessionRecord,
  over: boolean,
): Promise<boolean> {
  if (isFromEnvironment(session)) return false
  // A reader sees nothing that renews it, and wishes for it.
  if ((await fleetOfReader(session)) !== undefined) {
    return record.standing === undefined && (await knownOf(session))?.renewal !== 'none'
  }
  const now = session.ports.clock.now()
  const provider = await session.provider()
  const canRefresh = isGood(record.refreshExpiry ?? { state: 'unknown' }, now, 0)
  return waysToRenew(provider, await withOutside(session, record)).some((way) => {
    if (way === 'login') return true
    return record.standing === undefined && (way === 'refresh' ? canRefresh : !over)
  })
}

async function ask(
  session: Session,
  provider: Provider,
  record: SessionRecord,
): Promise<Introspection> {
  if (provider.info === undefined && provider.list === undefined) {
    throw unsupported(provider, 'info')
  }
  checkProvider(record, session.profile, provider)
  refuseMissingScope(session, provider, record, 'info')
  const reach = await reachFor(session, provider, record, 'info')
  try {
    const said = await withNamedHints(
      session,
      async () => await askAbout({ provider, reach, record }),
    )
    if (said.active === false) await rememberEnd(session, record, words.check.saidInactive())
    return said
  } catch (error) {
    await rememberRefusal(session, record, error)
    // The token itself was refused.
    if (isToknError(error, 'reauth_required') && error.details.http !== undefined) {
      return { active: false, facts: {} }
    }
    // A token out of the environment lacks what the provider wants to be asked with.
    if (isToknError(error, 'reauth_required') && isFromEnvironment(session)) {
      throw new ToknError('unsupported', words.check.notTold(provider.title), { cause: error })
    }
    throw error
  }
}

function withScopes(session: Session, result: CheckResult, { scopes }: CheckRequest): CheckResult {
  if (scopes.length === 0) return result
  const known = result.record.scopes
  const missing = scopes.filter((scope) => known?.includes(scope) === false)
  const token = tokenInWords(session)
  const fail = (reason: CheckReason, said: Said) => ({
    ...result,
    failure: { reason, error: new ToknError('check_failed', said) },
  })
  if (known === undefined) return fail('scopes_unknown', words.check.scopesUnknown(token))
  if (missing.length === 0) return result
  const shown = missing.map((scope) => `"${display(scope, 80)}"`).join(', ')
  return fail('missing_scope', {
    message: words.check.scopesMissing(token, shown),
    hint: widerLogin(session, result.record, missing),
  })
}
