import { openSession } from '../session.ts'
import { isToknError, ToknError } from '../../core/errors.ts'
import { isGood } from '../../core/expiry.ts'
import type { Reach } from '../../core/provider.ts'
import type { TokenSet } from '../../core/token.ts'
import { timestamp } from '../../core/text.ts'
import { answerAgain, isLost } from '../kept-reply.ts'
import { forgetRefreshes, spendBudget } from '../budget.ts'
import { knownAnswers } from '../reach.ts'
import { unattendedKey } from '../ledger-keys.ts'
import { condemned } from '../standing.ts'
import { keepAnswers } from './answers.ts'
import { reissue } from './reissue.ts'
import { overAndStuck, unrenewable, wayToRenew, withExpiry } from './renewable.ts'
import type { Renewed } from './successor.ts'
import { openHttp, timeLeftFor, type Turn, type Way } from './turn.ts'
import { isRefusedLogin, isUnreadable, isVerdict } from './verdict.ts'
import { holderInWords, nextLogin } from '../naming.ts'

/** How long credentials that the provider refused are left alone, in milliseconds. */
const loginPause = 5 * 60_000

/** How long after a request that went unanswered the same may be sent once more, in milliseconds. */
const grace = 10_000

/** Why there are no new tokens, and what the provider said of the old ones, if it did. */
export class NotRenewed extends Error {
  readonly reason: unknown
  readonly verdict: unknown

  constructor(reason: unknown, verdict: unknown = reason) {
    super('no new tokens')
    this.reason = reason
    this.verdict = verdict
  }
}

/**
 * New tokens for a session, by the way that its provider has: refresh, reissue, or a login with
 * kept credentials. Where an attempt was cut off, its answers are read again and nothing that was
 * answered is asked for again. Throws `NotRenewed`.
 */
export async function renew(turn: Turn): Promise<Renewed> {
  let refusal: ToknError
  try {
    const renewed = await renewByTokens(turn)
    if (renewed !== undefined) return renewed
    refusal = cannotRefresh(turn)
  } catch (error) {
    // Kept credentials go out where the tokens are known to be of no use, and never on a guess.
    const anew = (isLost(error) && canMakeAnew(turn)) || isStuck(turn, error)
    if (!anew && !isFinal(turn, error)) throw new NotRenewed(error)
    refusal = error
  }
  try {
    return { tokens: await loginAgain(turn, refusal), way: 'login' }
  } catch (error) {
    throw new NotRenewed(error, refusal)
  }
}

async function renewByTokens(turn: Turn): Promise<Renewed | undefined> {
  const { ports, provider, record } = turn
  const way = wayToRenew(provider, record, ports.clock.now())
  if (way === 'refresh') return { tokens: await refreshOnce(turn), way }
  if (way === 'reissue') {
    return { tokens: await reissue(turn, await reachOf(turn, 'reissue')), way }
  }
  return undefined
}

/** Whether no repetition can help: the provider said so, or it was found out here without asking. */
function isFinal({ provider }: Turn, error: unknown): error is ToknError {
  if (isVerdict(error)) return true
  // A token that may not issue its successor; of a refresh token it says nothing.
  if (isToknError(error, 'forbidden')) return provider.refresh === undefined
  return isToknError(error, 'reauth_required') && error.details.http === undefined
}

/**
 * Whether an answer that nobody can read was read again in vain, and nothing is left to serve: then
 * kept credentials are the one way on that spends nothing twice.
 */
function isStuck({ ports, record, attempt }: Turn, error: unknown): error is ToknError {
  const again = attempt.kept.length > 0 && record.credentials !== undefined
  return again && isUnreadable(error) && !isGood(record.expiry, ports.clock.now(), 0)
}

/** Whether a login makes up for a refresh whose answer was lost, better than a second refresh. */
function canMakeAnew({ provider, record }: Turn): boolean {
  return provider.rotation === 'always' && record.credentials !== undefined
}

async function refreshOnce(turn: Turn): Promise<TokenSet> {
  const { ports, attempt, provider } = turn
  const lostBefore = attempt.lost()
  const began = ports.clock.now()
  try {
    return await sendRefresh(turn)
  } catch (error) {
    if (!isLost(error)) throw lostBefore ? explainLoss(turn, error) : error
    attempt.noteLoss()
    const late = ports.clock.now() - began > grace && provider.rotation === 'server-decides'
    if (lostBefore || late || canMakeAnew(turn) || timeLeftFor(ports) <= 0) throw error
  }
  try {
    return await sendRefresh(turn)
  } catch (error) {
    throw explainLoss(turn, error)
  }
}

async function sendRefresh(turn: Turn): Promise<TokenSet> {
  const { ports, profile, provider, record, wanted, attempt } = turn
  if (!attempt.kept.some(({ way }) => way === 'refresh')) {
    await spendBudget(
      openSession(ports, profile),
      provider,
      record,
      'refreshes',
      wanted.force === true,
    )
  }
  const tokens = await provider.refresh?.(await reachOf(turn, 'refresh'), record)
  if (tokens === undefined) throw new Error('a provider with a refresh gave nothing')
  return tokens
}

/** Says why a refresh is refused that follows one whose answer never came. */
function explainLoss({ profile }: Turn, error: unknown): unknown {
  if (!isVerdict(error)) return error
  return new ToknError(
    'reauth_required',
    `an earlier refresh of ${holderInWords(profile)} got no answer, and the provider no longer takes its tokens: ${error.message}`,
    { ...error.details, hint: nextLogin(profile), cause: error },
  )
}

async function loginAgain(turn: Turn, reason: ToknError): Promise<TokenSet> {
  const { ports, profile, provider, record, attempt } = turn
  if (record.credentials === undefined || provider.login === undefined) {
    throw asEnded(reason)
  }
  const ledger = await ports.ledger()
  const key = unattendedKey(profile)
  const now = ports.clock.now()
  const refused = ledger.read(key).logins.at(-1)
  if (refused !== undefined && now - refused >= 0 && now - refused < loginPause) {
    const [at, until] = [refused, refused + loginPause].map(timestamp)
    throw new ToknError(
      'reauth_required',
      `${reason.message}; the kept credentials were refused at ${at} and are not tried again before ${until}`,
      { hint: nextLogin(profile), cause: reason },
    )
  }
  if (!attempt.kept.some(({ way }) => way === 'login')) {
    await spendBudget(openSession(ports, profile), provider, record, 'logins', false)
  }
  try {
    const tokens = await provider.login(await reachOf(turn, 'login'), record.grant ?? {})
    await forgetRefreshes(openSession(ports, profile), provider)
    return tokens
  } catch (error) {
    // Anything else says nothing of the credentials: the next command may try them again.
    if (isRefusedLogin(error)) remember(turn, () => ledger.add(key, 'logins', ports.clock.now()))
    throw error
  }
}

/** A token that may not renew itself leaves a session that only a login renews. */
function asEnded(error: ToknError): ToknError {
  if (error.code === 'reauth_required') return error
  return new ToknError('reauth_required', error.message, { ...error.details, cause: error })
}

/** Writes what may be lost. */
function remember({ ports }: Turn, write: () => void): void {
  try {
    write()
  } catch (error) {
    if (!isToknError(error, 'store')) throw error
    ports.warn(
      `that the kept credentials were refused could not be written down (${error.message})`,
    )
  }
}

function cannotRefresh({ ports, profile, provider, record }: Turn): ToknError {
  if (record.standing !== undefined) return condemned(profile, record)
  const tokensAlone = { ...record, credentials: undefined }
  const reason = unrenewable(profile, provider, tokensAlone)
  return reason === undefined
    ? overAndStuck(profile)
    : withExpiry(profile, record, reason, ports.clock.now())
}

/** What a way may use; what it was answered before it was cut off, it is answered again. */
async function reachOf(turn: Turn, way: Way): Promise<Reach> {
  const { ports, profile, provider, record, attempt } = turn
  const out = openHttp(turn, await ports.http(profile))
  const keeping = keepAnswers(out, way, ports.clock, attempt.keep)
  const kept = attempt.kept.filter((answer) => answer.way === way)
  return {
    ...answerAgain(kept, keeping, ports.clock),
    answers: knownAnswers(openSession(ports, profile), provider, record),
    warn: ports.warn,
    timeLeft: () => timeLeftFor(ports),
  }
}
