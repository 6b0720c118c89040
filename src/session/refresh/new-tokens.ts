import { isLost } from '../../core/retry.ts'
import { isToknError, type ToknError } from '../../core/errors.ts'
import { isGood } from '../../core/expiry.ts'
import type { TokenSet } from '../../core/token.ts'
import { isGranting } from '../kept-reply.ts'
import { secretsForLogin } from '../login-secrets.ts'
import { sessionEnded } from '../standing.ts'
import { loginAgain, loginPause } from './login-again.ts'
import { canReplaceLoss, refreshTokens } from './refresh-tokens.ts'
import { isTokenRefusal, isUnreadable } from './refusals.ts'
import { reissueToken } from './reissue.ts'
import { expiredAndStuck, chooseRenewal, unrenewableAt, type Renewal } from './renewable.ts'
import type { RefreshRun } from './run.ts'
import { reachOf } from './sending.ts'

/** New tokens, and the kind of renewal that gave them. */
export interface NewTokens {
  readonly tokens: TokenSet
  /** `narrow`: a reply that waited, whose access token is not for the session. */
  readonly renewal: Renewal | 'narrow'
}

/** Why there are no new tokens, and what the provider said of the old ones, if it did. */
export class NotRenewed extends Error {
  readonly reason: unknown
  readonly refusal: unknown

  constructor(reason: unknown, refusal: unknown = reason) {
    super('no new tokens')
    this.reason = reason
    this.refusal = refusal
  }
}

/**
 * New tokens for a session, by the kind of renewal that its provider has: refresh, reissue, or a login with
 * kept credentials. What an earlier run got a reply to is read again, and not sent again.
 * Throws `NotRenewed`.
 */
export async function obtainTokens(run: RefreshRun): Promise<NewTokens> {
  try {
    return await renew(run)
  } catch (error) {
    if (!(error instanceof NotRenewed) || !maySpendAgain(run, error.reason)) throw error
    await run.journal.remove()
    await run.journal.begin()
    return await obtainTokens(run)
  }
}

/**
 * A reply that stays unreadable is read again by every command, and the tokens are not spent a
 * second time. But a login spends none: where its provider does not count them, it is made again
 * after a while; and where a refresh ends nothing, one that was asked for by name may send it again.
 */
function maySpendAgain(run: RefreshRun, error: unknown): boolean {
  const { ports, journal, request, provider, record } = run
  const now = ports.clock.now()
  const last = journal.usedReply()
  // Nothing but a login is left, so that no token is spent with what the journal forgets.
  const byLogin = last !== undefined && chooseRenewal(provider, record, now) === 'login'
  if (byLogin && provider.budget?.logins === undefined && isUnreadable(error)) {
    return Math.abs(now - last.at) >= loginPause
  }
  const harmless = provider.rotation === 'none' || provider.rotation === 'on-first-use'
  const forced = request.reason === 'forced'
  return journal.replies().length > 0 && isUnreadable(error) && harmless && forced
}

async function renew(run: RefreshRun): Promise<NewTokens> {
  let refusal: ToknError
  try {
    const renewed = await renewByTokens(run)
    if (renewed !== undefined) return renewed
    refusal = noMethod(run)
  } catch (error) {
    // Kept credentials go out where the tokens are known to be of no use, and never on a guess.
    const replaceable = (isLost(error) && canReplaceLoss(run)) || isStuck(run, error)
    if (!replaceable && !isFinal(run, error)) throw new NotRenewed(error)
    refusal = error
  }
  try {
    return { tokens: await loginAgain(run, refusal), renewal: 'login' }
  } catch (error) {
    throw new NotRenewed(error, refusal)
  }
}

async function renewByTokens(run: RefreshRun): Promise<NewTokens | undefined> {
  const { ports, provider, record, journal } = run
  // The refresh token of it is the session's, whatever else is sent.
  if (provider.refresh !== undefined && journal.replies('narrow').some(isGranting)) {
    const tokens = await provider.refresh(await reachOf(run, 'narrow'), record)
    return { tokens, renewal: 'narrow' }
  }
  const renewal = chooseRenewal(provider, record, ports.clock.now())
  if (renewal === 'refresh') return { tokens: await refreshTokens(run), renewal }
  if (renewal === 'reissue') {
    return { tokens: await reissueToken(run, await reachOf(run, renewal)), renewal }
  }
  return undefined
}

/** Why the current tokens cannot be renewed by themselves. */
function noMethod({ ports, profile, provider, record }: RefreshRun): ToknError {
  if (record.standing !== undefined) return sessionEnded(profile, record)
  const { outside } = record
  const alone = {
    ...record,
    credentials: undefined,
    outside: outside && { ...outside, secrets: undefined },
  }
  return unrenewableAt(profile, provider, alone, ports.clock.now()) ?? expiredAndStuck(profile)
}

/** Whether no repetition can help: the provider said so, or it was found out here without asking. */
function isFinal({ provider }: RefreshRun, error: unknown): error is ToknError {
  if (isTokenRefusal(error)) return true
  // A token that may not issue its own replacement; of a refresh token it says nothing.
  if (isToknError(error, 'forbidden')) return provider.refresh === undefined
  return isToknError(error, 'reauth_required') && error.details.http === undefined
}

/**
 * Whether a reply that nobody can read was read again in vain, and nothing is left to serve: then
 * kept credentials are all that is left which spends nothing twice.
 */
function isStuck({ ports, record, journal }: RefreshRun, error: unknown): error is ToknError {
  const again = journal.replies().length > 0 && secretsForLogin(record) !== undefined
  return again && isUnreadable(error) && !isGood(record.expiry, ports.clock.now(), 0)
}
