import { isToknError, ToknError } from '../core/errors.ts'
import { isGood } from '../core/expiry.ts'
import type { Held, Http } from '../core/ports.ts'
import type { Profile } from '../core/profile.ts'
import type { Reach } from '../core/provider.ts'
import type { TokenSet } from '../core/token.ts'
import { resetRefreshes, spendBudget } from './budget.ts'
import type { Ports } from './ports.ts'
import { knownAnswers } from './reach.ts'
import { reissue } from './reissue.ts'
import type { Renewal } from './renewal.ts'

/** Between two unattended logins with kept credentials, in milliseconds. */
const loginPause = 5 * 60_000

/**
 * New tokens for a session, by the way that its provider has: refresh, reissue, or a login with
 * kept credentials. A request whose answer was lost is repeated at most once.
 */
export async function exchangeTokens(ports: Ports, renewal: Renewal): Promise<TokenSet> {
  const { provider, record } = renewal
  try {
    if (provider.refresh !== undefined && canRefresh(ports, renewal)) {
      return await refreshOnce(ports, renewal)
    }
    if (provider.rotation === 'reissue' && provider.issue !== undefined && record.fixed !== true) {
      return await reissue(ports, renewal, await reachOf(ports, renewal))
    }
  } catch (error) {
    if (!isToknError(error, 'reauth_required', 'forbidden')) throw error
    return await loginAgain(ports, renewal, error)
  }
  return await loginAgain(ports, renewal, cannotRefresh(renewal))
}

function canRefresh(ports: Ports, { provider, record }: Renewal): boolean {
  if (record.refresh !== undefined) return true
  const alive = isGood(record.expiry, ports.clock.now(), 0)
  return provider.refreshesByAccess === true && record.fixed !== true && alive
}

async function refreshOnce(ports: Ports, renewal: Renewal): Promise<TokenSet> {
  const { provider, record, attempt } = renewal
  const send = async () => {
    await countRefresh(ports, renewal)
    const reach = await reachOf(ports, renewal)
    return await provider.refresh?.(reach, record)
  }
  try {
    return given(await send())
  } catch (error) {
    if (!isToknError(error, 'network') || error.details.sent === false) {
      throw explainLoss(error, renewal)
    }
    if (provider.rotation === 'always' && record.credentials !== undefined) {
      return await loginAgain(ports, renewal, error)
    }
    if (attempt.before !== undefined) throw error
    try {
      return given(await send())
    } catch (second) {
      throw explainLoss(second, renewal, true)
    }
  }
}

function given(tokens: TokenSet | undefined): TokenSet {
  if (tokens === undefined) throw new Error('a provider with a refresh gave nothing')
  return tokens
}

async function countRefresh(ports: Ports, { profile, provider, record, wanted }: Renewal) {
  await spendBudget(ports, profile, provider, record, 'refreshes', wanted.force === true)
}

/** Says why a refresh is refused that follows one whose answer never came. */
function explainLoss(error: unknown, { profile, attempt }: Renewal, repeated = false): unknown {
  if (!isToknError(error, 'reauth_required')) return error
  if (!repeated && attempt.before === undefined) return error
  return new ToknError(
    'reauth_required',
    `an earlier refresh of "${profile.name}" got no answer, and the provider no longer takes its tokens: ${error.message}`,
    { ...error.details, hint: `tokn login ${profile.name}`, cause: error },
  )
}

async function loginAgain(ports: Ports, renewal: Renewal, reason: ToknError): Promise<TokenSet> {
  const { profile, provider, record } = renewal
  if (record.credentials === undefined || provider.login === undefined) {
    throw withHint(reason, profile)
  }
  const ledger = await ports.ledger()
  const key = `unattended|${profile.id}`
  const now = ports.clock.now()
  const last = ledger.read(key).logins.at(-1)
  if (last !== undefined && now - last >= 0 && now - last < loginPause) {
    throw new ToknError(
      'reauth_required',
      `${reason.message}; a login with the kept credentials was tried a moment ago`,
      {
        hint: `tokn login ${profile.name}`,
        cause: reason,
      },
    )
  }
  await spendBudget(ports, profile, provider, record, 'logins', false)
  ledger.reset(key, 'logins')
  ledger.add(key, 'logins', now)
  const tokens = await provider.login(await reachOf(ports, renewal), record.grant ?? {})
  await resetRefreshes(ports, profile, provider)
  return tokens
}

function cannotRefresh({ profile, provider, record }: Renewal): ToknError {
  if (record.fixed === true) {
    return new ToknError(
      'reauth_required',
      `the token of "${profile.name}" was pasted in and cannot be refreshed`,
      {
        hint: `paste a new one: tokn login ${profile.name} --with-token`,
      },
    )
  }
  const why = provider.why.refresh ?? `${provider.title} gave no refresh token`
  return new ToknError('reauth_required', why, { hint: `tokn login ${profile.name}` })
}

function withHint(error: ToknError, profile: Profile): ToknError {
  if (error.hint !== undefined && error.code !== 'reauth_required') return error
  return new ToknError('reauth_required', error.message, {
    ...error.details,
    hint: error.hint ?? `tokn login ${profile.name}`,
    cause: error,
  })
}

async function reachOf(ports: Ports, { profile, provider, record, held }: Renewal): Promise<Reach> {
  return {
    http: whileHeld(await ports.http(profile), held),
    clock: ports.clock,
    answers: knownAnswers(ports, profile, provider, record),
  }
}

/** A process that slept past its lease must not spend tokens that another has spent meanwhile. */
function whileHeld(http: Http, held: Held): Http {
  return async (request) => {
    if (held.stillHeld()) return await http(request)
    throw new ToknError('busy', 'the lock of this session was lost to another process', {
      hint: 'run the command again',
      sent: false,
    })
  }
}
