import type { IndexEntry } from '../core/ports.ts'
import type { Provider } from '../core/provider.ts'
import type { SessionRecord } from '../core/record.ts'
import { isFromEnvironment } from './naming.ts'
import { secretsForLogin } from './login-secrets.ts'

/**
 * A way to new tokens without a person: a refresh with the refresh token, or with the access token
 * while that is good (`access`), an issue with the access token (`reissue`), or a login with the
 * credentials kept.
 */
export type WayToRenew = 'refresh' | 'access' | 'reissue' | 'login'

/** What of a session decides how it can be renewed. */
export type Renewable = Pick<
  SessionRecord,
  'profileId' | 'credentials' | 'outside' | 'refresh' | 'fixed' | 'scopes'
>

/**
 * The ways to new tokens that a session has at its provider, the first one first. Neither the time
 * nor what was learnt of its tokens counts here: see `chooseRenewal`, `sessionState`.
 */
export function waysToRenew(provider: Provider, held: Renewable): readonly WayToRenew[] {
  const byItself = byRefresh(provider, held)
  const may = mayReissue(provider, held) && provider.lacks?.('issue', held.scopes) === undefined
  return [
    ...(byItself === undefined ? [] : [byItself]),
    ...(may ? (['reissue'] as const) : []),
    ...(secretsForLogin(held) !== undefined && provider.login !== undefined
      ? (['login'] as const)
      : []),
  ]
}

/** With what a session is renewed, for the index; of a provider that is not known, as far as it says. */
export function renewalOf(
  held: Renewable,
  provider?: Provider,
): NonNullable<IndexEntry['renewal']> {
  const ways = provider === undefined ? seeming(held) : waysToRenew(provider, held)
  if (ways.includes('login')) return 'credentials'
  if (ways.includes('refresh')) return 'refresh'
  return ways.length > 0 ? 'access' : 'none'
}

/** Whether an issue stands in for a refresh that the API does not have. */
export function reissues({ rotation, issue }: Provider): boolean {
  return rotation === 'reissue' && issue !== undefined
}

/**
 * Whether a token issues its own replacement, unless it lacks a scope. One that was pasted in does:
 * nothing but the token is needed for that, and a place to keep the new one.
 */
export function mayReissue(provider: Provider, held: Renewable): boolean {
  const kept = !isFromEnvironment({ id: held.profileId }) && held.credentials === undefined
  return reissues(provider) && (held.fixed !== true || kept)
}

function byRefresh(provider: Provider, { refresh, fixed }: Renewable): WayToRenew | undefined {
  if (provider.refresh === undefined) return undefined
  if (refresh !== undefined) return 'refresh'
  return provider.refreshesByAccess === true && fixed !== true ? 'access' : undefined
}

function seeming({ credentials, refresh }: Renewable): readonly WayToRenew[] {
  if (credentials !== undefined) return ['login']
  return refresh === undefined ? [] : ['refresh']
}
