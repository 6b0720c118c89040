import { ToknError, type ErrorCode } from '../../core/errors.ts'
import type { Refusal, RefusalKind } from '../../core/refusal.ts'
import type { Clock } from '../../core/ports.ts'
import type { Operation } from '../../core/provider.ts'
import { display } from '../../core/text.ts'
import type { ParsedReply } from '../replies/parsed-reply.ts'
import { holds } from '../replies/condition.ts'
import type { ProviderDefinition, RefusalRule } from '../schema/definition.ts'
import type { ReplyView } from '../replies/place.ts'
import { quoteAt, quoteText } from '../replies/quoted-text.ts'
import { meaningOf, type Meaning, type Presented } from '../replies/refusal-codes.ts'
import { retryAfterOf } from '../../core/retry.ts'
import { notBefore } from '../replies/warnings.ts'

interface Explanation {
  readonly code: ErrorCode
  readonly words: string
  readonly hint?: string
}

const meanings: Readonly<Record<Refusal, Explanation>> = {
  credentials: { code: 'reauth_required', words: 'does not accept these credentials' },
  expired: { code: 'reauth_required', words: 'says that the token has expired' },
  invalid: { code: 'reauth_required', words: 'does not accept the token' },
  'refresh-rejected': { code: 'reauth_required', words: 'no longer accepts the refresh token' },
  denied: { code: 'reauth_required', words: 'says that access was denied' },
  interaction: { code: 'reauth_required', words: 'wants a person to log in' },
  forbidden: { code: 'forbidden', words: 'forbids this' },
  limit: {
    code: 'quota',
    words: 'allows no more tokens',
    hint: 'wait until some have expired, or remove some at the provider',
  },
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

const kinds: Readonly<Record<Meaning, Refusal>> = {
  later: 'unavailable',
  haste: 'rate-limited',
  pending: 'refused',
  refresh: 'refresh-rejected',
  grant: 'credentials',
  client: 'credentials',
  unfit: 'refused',
  'grant-type': 'refused',
  scope: 'refused',
  target: 'refused',
  denied: 'denied',
  expired: 'expired',
  person: 'interaction',
  invalid: 'invalid',
  forbidden: 'forbidden',
  'token-type': 'refused',
}

/** What a reply that says no means, by the first rule that holds. `undefined`: no rule does. */
export function matchRefusal(
  rules: readonly RefusalRule[],
  reply: ParsedReply,
  view: ReplyView,
): RefusalRule | undefined {
  return rules.find((rule) => holds(rule.when, reply.status, view))
}

/** What the words of a refusal mean where no rule says so; `undefined` for words of no meaning here. */
export function kindOfWords(reply: ParsedReply, operation: Operation): Refusal | undefined {
  const meaning = meaningOf(presentedTo(operation), reply.words)
  if (meaning === undefined) return undefined
  // The end of a login; of anything else it may be one of this hour, or of this network.
  return meaning === 'denied' && operation !== 'login' ? 'forbidden' : kinds[meaning]
}

function presentedTo(operation: Operation): Presented {
  return operation === 'login' || operation === 'refresh' ? operation : 'token'
}

/** What a status means where neither a rule nor words say so. */
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
  return status === 408 || status === 425 || status >= 500 ? 'unavailable' : 'refused'
}

/** The error for a refusal. The provider's own words are made harmless and quoted. */
export function refusalError(
  definition: ProviderDefinition,
  operation: Operation,
  kind: Refusal,
  hint: string | undefined,
  reply: ParsedReply,
  view: ReplyView,
  clock: Clock,
): ToknError {
  const { code, words, hint: usual } = meanings[kind]
  const { codes, texts } = reply.words
  const said = quoteAt(definition.errors?.message, view, 200) ?? quoteText(texts[0], 200)
  const providerCode = quoteAt(definition.errors?.code, view, 80) ?? quoteText(codes[0], 80)
  const told = said ?? providerCode
  // As in "401 Unauthorized".
  const echo = told?.split(/\b/, 1)[0] === String(reply.status)
  const reason = [echo ? undefined : reply.status, told].filter((part) => part !== undefined)
  const retryAfter = retryAfterOf(reply.headers, clock)
  const later = code === 'network' || code === 'rate_limited'
  return new ToknError(code, `${definition.title} ${words} (${reason.join(': ')})`, {
    hint:
      hint ??
      (kind === 'limit' && operation === 'login' ? definition.budget?.spent : undefined) ??
      usual ??
      (kind === 'credentials' ? checkAnswers(definition) : undefined) ??
      (later ? (notBefore(retryAfter, clock) ?? 'try again in a while') : undefined),
    refusal: kind,
    http: { status: reply.status, providerCode },
    sent: true,
    retryAfter,
  })
}

/** Which answers were refused, by the names under which they were given. */
function checkAnswers({ fields }: ProviderDefinition): string | undefined {
  const names = fields.filter(({ optional }) => optional !== true).map(({ name }) => name)
  return names.length === 0 ? undefined : `check what was given for ${names.join(', ')}`
}

/** The error for an answer with a status of failure that is most likely not the API's own. */
export function foreignError(
  { title }: ProviderDefinition,
  kind: RefusalKind,
  reply: ParsedReply,
  clock: Clock,
): ToknError {
  const retryAfter = retryAfterOf(reply.headers, clock)
  const what = reply.unreadable ?? `answered ${reply.status}`
  // A server that has no such page, or takes no such request, answers with a page of its own.
  const astray = reply.page && [404, 405, 410].includes(reply.status)
  const who = astray ? '' : ': something on the way answered for it'
  const message = display(`${title} ${what}${who}`, 300)
  return new ToknError(reply.status === 429 ? 'rate_limited' : 'network', message, {
    hint:
      notBefore(retryAfter, clock) ??
      (astray
        ? 'check the base URL and the path; else a proxy or a firewall may be in the way'
        : 'try again; a proxy or a firewall may be in the way'),
    // A path that a proxy does not know may be one that another method would find.
    refusal: kind === 'route-missing' ? kind : 'unavailable',
    http: { status: reply.status },
    sent: true,
    retryAfter,
  })
}
