import { ToknError, type ErrorCode } from '../core/errors.ts'
import type { Clock } from '../core/ports.ts'
import type { Operation } from '../core/provider.ts'
import { headerOf, type Answer } from './answer.ts'
import { holds } from './condition.ts'
import type { ProviderDefinition, Refusal, RefusalKind } from './definition.ts'
import type { Sight } from './place.ts'
import { quote } from './quote.ts'

interface Meaning {
  readonly code: ErrorCode
  readonly words: string
  readonly hint?: string
}

const meanings: Readonly<Record<RefusalKind, Meaning>> = {
  credentials: { code: 'reauth_required', words: 'does not accept these credentials' },
  expired: { code: 'reauth_required', words: 'says that the token has expired' },
  invalid: { code: 'reauth_required', words: 'does not accept the token' },
  'refresh-rejected': { code: 'reauth_required', words: 'no longer accepts the refresh token' },
  forbidden: { code: 'forbidden', words: 'forbids this' },
  limit: { code: 'quota', words: 'allows no more tokens' },
  'not-found': { code: 'not_found', words: 'knows no such token' },
  'rate-limited': { code: 'rate_limited', words: 'asks to slow down' },
  'route-missing': {
    code: 'provider_refused',
    words: 'has nothing at this address',
    hint: 'check the base URL',
  },
  unavailable: { code: 'network', words: 'is not available' },
  refused: { code: 'provider_refused', words: 'refused' },
}

/** What a reply that says no means, by the first rule that holds. `undefined`: no rule does. */
export function matchRefusal(
  rules: readonly Refusal[],
  answer: Answer,
  sight: Sight,
): Refusal | undefined {
  return rules.find((rule) => holds(rule.when, answer.status, sight))
}

/** What a status means where no rule says so. */
export function kindOfStatus(status: number, operation: Operation): RefusalKind {
  if (status === 401) {
    if (operation === 'login') return 'credentials'
    return operation === 'refresh' ? 'refresh-rejected' : 'invalid'
  }
  if (status === 403) return 'forbidden'
  if (status === 429) return 'rate-limited'
  if (status === 404 || status === 410)
    return operation === 'revoke' ? 'not-found' : 'route-missing'
  if (status === 405 || status === 501) return 'route-missing'
  return status === 408 || status >= 500 ? 'unavailable' : 'refused'
}

/** The error for a refusal. The provider's own words are made harmless and quoted. */
export function refusalError(
  definition: ProviderDefinition,
  kind: RefusalKind,
  hint: string | undefined,
  answer: Answer,
  sight: Sight,
  clock: Clock,
): ToknError {
  const { code, words, hint: usual } = meanings[kind]
  const said = quote(definition.errors?.message, sight, 200)
  const providerCode = quote(definition.errors?.code, sight, 80)
  const reason = [answer.status, said ?? providerCode].filter((part) => part !== undefined)
  return new ToknError(code, `${definition.title} ${words} (${reason.join(': ')})`, {
    hint: hint ?? usual,
    refusal: kind,
    http: { status: answer.status, providerCode },
    sent: true,
    retryAfter: retryAfterOf(answer, clock),
  })
}

/** `Retry-After` (RFC 9110 section 10.2.3) in milliseconds; `undefined` when absent or garbage. */
export function retryAfterOf(answer: Answer, clock: Clock): number | undefined {
  const header = headerOf(answer.headers, 'retry-after')?.trim()
  if (header === undefined) return undefined
  if (/^[0-9]{1,9}$/.test(header)) return Number(header) * 1_000
  if (!/^[A-Z][a-z]{2}, /.test(header)) return undefined
  const instant = Date.parse(header)
  if (!Number.isFinite(instant)) return undefined
  return Math.max(0, instant + answer.skew - clock.now())
}
