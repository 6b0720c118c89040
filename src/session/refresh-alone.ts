import { ToknError } from '../core/errors.ts'
import { unknownExpiry } from '../core/expiry.ts'
import type { Http } from '../core/ports.ts'
import type { Provider, Reach } from '../core/provider.ts'
import { isLost } from '../core/retry.ts'
import { Secret } from '../core/secret.ts'
import type { TokenSet } from '../core/token.ts'
import { words } from '../messages/words.ts'
import { spendBudget } from './budget.ts'
import { withKeptProofs } from './kept-proofs.ts'
import type { Ports } from './ports.ts'
import { talk } from './reach.ts'
import type { Session } from './session.ts'

/**
 * Tokens by a refresh token that was made elsewhere, and is all that is held. Throws
 * `reauth_required` where the provider refuses it, and what a refresh can throw.
 */
export async function refreshGiven(
  { http, ...reach }: Omit<Reach, 'http'> & { readonly http: Http },
  provider: Provider,
  refresh: Secret,
): Promise<TokenSet> {
  const held: TokenSet = {
    access: new Secret(''),
    refresh,
    expiry: unknownExpiry,
    context: (await provider.contextFor?.(reach.answers)) ?? {},
  }
  const found = await provider.refresh?.({ http, ...reach }, held)
  if (found === undefined) throw new Error('a provider with a refresh gave nothing')
  return { ...found, context: { ...held.context, ...found.context } }
}

/**
 * As `refreshGiven`, for a session that is to be kept: the token given stays with it where the
 * provider gives no other (RFC 6749 section 6). Throws `unsupported` where the API has no refresh.
 */
export async function logInByRefresh(
  session: Session,
  provider: Provider,
  refresh: Secret,
  { answers, force }: { readonly answers: Reach['answers']; readonly force: boolean },
  over: (http: Http) => Http,
): Promise<TokenSet> {
  const { ports } = session
  checkRefreshes(provider, session)
  await spendBudget(session, provider, undefined, 'refreshes', force)
  const reach = { http: over(await session.http()), answers, ...talk(ports) }
  try {
    return keepGiven(ports, provider, refresh, await refreshGiven(reach, provider, refresh))
  } catch (error) {
    if (!isLost(error)) throw error
    const { message, details } = error
    throw new ToknError(error.code, message, { ...details, hint: words.pasted.maybeSpent() })
  }
}

/** The tokens of a refresh, with the refresh token that the session goes on with. */
export function keepGiven(
  { warn }: Pick<Ports, 'warn'>,
  provider: Provider,
  given: Secret,
  tokens: TokenSet,
): TokenSet {
  const { title, rotation } = provider
  const { refresh = tokens.refreshUnreadable === true ? undefined : given } = tokens
  const isSpent = rotation === 'always' && refresh?.equals(given) !== false
  if (isSpent || refresh === undefined) warn(words.pasted.noSuccessor(title))
  return withKeptProofs(provider, { ...tokens, refresh: isSpent ? undefined : refresh })
}

function checkRefreshes(provider: Provider, { name }: Session): void {
  const { refresh, refreshesAlone, title, why } = provider
  if (refresh === undefined) {
    const message = why.refresh ?? words.refresh.noWayToRefresh(title)
    throw new ToknError('unsupported', { message, hint: `tokn login ${name}` })
  }
  if (refreshesAlone !== true)
    throw new ToknError('unsupported', words.pasted.moreNeeded(title, name))
}
