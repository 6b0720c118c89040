import { isToknError, ToknError } from '../../core/errors.ts'
import { isLost, mayRepeatRefresh } from '../../core/retry.ts'
import type { TokenSet } from '../../core/token.ts'
import { words } from '../../messages/words.ts'
import { spendBudget } from '../budget.ts'
import { secretsForLogin } from '../login-secrets.ts'
import { holderInWords, nextLogin } from '../naming.ts'
import { digestOfSpent } from './journal-entry.ts'
import { isTokenRefusal } from './refusals.ts'
import type { RefreshRun } from './run.ts'
import { reachOf, timeToSend } from './sending.ts'

/**
 * New tokens by the refresh token. A request that went unanswered is sent once more, in this run or
 * the next: see `mayRepeatRefresh`. With `always`, kept credentials are better, where there are any.
 */
export async function refreshTokens(run: RefreshRun): Promise<TokenSet> {
  const { ports, journal, provider, record, unanswered } = run
  const began = ports.clock.now()
  const before = unanswered.get(digestOfSpent(record))
  // Who took over may have sent the same, and was the one who repeats it; its answer counts, if it got one.
  if (before !== undefined && journal.replies('refresh').length === 0) throw before
  let lost: ToknError
  try {
    return await sendRefresh(run)
  } catch (error) {
    const lostBefore = journal.isReplyLost()
    if (!isLost(error)) throw lostBefore ? explainLoss(run, error) : error
    await journal.noteLoss()
    const repeats = mayRepeatRefresh({
      rotation: provider.rotation,
      retry: provider.retry?.refresh,
      lostBefore,
      elapsed: ports.clock.now() - began,
      timeLeft: timeToSend(ports),
    })
    if (!repeats || canReplaceLoss(run)) throw error
    lost = error
  }
  try {
    return await sendRefresh(run)
  } catch (error) {
    const overtaken = isToknError(error, 'busy') && error.details.fault === 'overtaken'
    if (overtaken) unanswered.set(digestOfSpent(record), lost)
    throw explainLoss(run, error)
  }
}

/** Whether a login makes up for a refresh whose reply was lost, better than a second refresh. */
export function canReplaceLoss({ provider, record }: RefreshRun): boolean {
  return provider.rotation === 'always' && secretsForLogin(record) !== undefined
}

async function sendRefresh(run: RefreshRun): Promise<TokenSet> {
  const { provider, record, request, journal } = run
  if (journal.replies('refresh').length === 0) {
    await spendBudget(run.session, provider, record, 'refreshes', request.force === true)
  }
  const tokens = await provider.refresh?.(await reachOf(run, 'refresh'), record)
  if (tokens === undefined) throw new Error('a provider with a refresh gave nothing')
  return tokens
}

/** Says why a refresh is refused that follows one whose reply never came. */
function explainLoss({ profile }: RefreshRun, error: unknown): unknown {
  if (!isTokenRefusal(error)) return error
  const problem = words.refresh.refusedAfterLoss(holderInWords(profile), error.message)
  const hint = nextLogin(profile)
  return new ToknError('reauth_required', problem, { ...error.details, hint, cause: error })
}
