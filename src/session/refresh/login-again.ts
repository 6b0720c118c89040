import { isKeepingFailure, ToknError } from '../../core/errors.ts'
import type { TokenSet } from '../../core/token.ts'
import { words } from '../../messages/words.ts'
import { forgetRefreshes, spendBudget } from '../budget.ts'
import { unattendedKey } from '../ledger-keys.ts'
import { secretsForLogin } from '../login-secrets.ts'
import { nextLogin } from '../naming.ts'
import { isCredentialRefusal } from './refusals.ts'
import type { RefreshRun } from './run.ts'
import { reachOf } from './sending.ts'

/** How long credentials that the provider refused are left alone, in milliseconds. */
export const loginPause = 5 * 60_000

/** New tokens by a login with the credentials kept; without any, throws why they are needed. */
export async function loginAgain(run: RefreshRun, reason: ToknError): Promise<TokenSet> {
  const { ports, profile, provider, record, journal } = run
  if (secretsForLogin(record) === undefined || provider.login === undefined) throw asEnded(reason)
  const ledger = await ports.ledger(profile.store, profile.id)
  const key = unattendedKey(profile)
  refuseDuringPause(run, (await ledger.read(key)).logins.at(-1), reason)
  if (journal.replies('login').length === 0) {
    await spendBudget(run.session, provider, record, 'logins', false)
  }
  try {
    const reach = { ...(await reachOf(run, 'login')), renews: record.context }
    const tokens = await provider.login(reach, record.grant ?? {})
    await forgetRefreshes(run.session, provider)
    return tokens
  } catch (error) {
    // Anything else says nothing of the credentials: the next command may try them again.
    if (isCredentialRefusal(error)) {
      await recordRefusal(run, () => ledger.add(key, 'logins', ports.clock.now()))
    }
    throw error
  }
}

/** Throws `reauth_required` where the credentials were refused at `refusedAt`, a short time ago. */
function refuseDuringPause(
  { ports, profile, record }: RefreshRun,
  refusedAt: number | undefined,
  reason: ToknError,
): void {
  const since = refusedAt === undefined ? undefined : ports.clock.now() - refusedAt
  if (refusedAt === undefined || since === undefined || since < 0 || since >= loginPause) return
  const { credentialsPaused, secretsPaused } = words.refresh
  const say = record.credentials === undefined ? secretsPaused : credentialsPaused
  throw new ToknError(
    'reauth_required',
    say(
      reason.message,
      words.times.instant(refusedAt),
      words.times.instant(refusedAt + loginPause),
    ),
    { hint: nextLogin(profile), cause: reason },
  )
}

/** A token that may not renew itself leaves a session that only a login renews. */
function asEnded(error: ToknError): ToknError {
  if (error.code === 'reauth_required') return error
  return new ToknError('reauth_required', error.message, { ...error.details, cause: error })
}

/** Writes what may be lost. */
async function recordRefusal({ ports }: RefreshRun, write: () => Promise<unknown>): Promise<void> {
  try {
    await write()
  } catch (error) {
    if (!isKeepingFailure(error)) throw error
    ports.warn(words.refresh.refusalNotRecorded(error.message))
  }
}
