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
import { meaningOf, type Meaning, type PresentedCredential } from '../replies/refusal-codes.ts'
import { retryAfterOf } from '../../core/retry.ts'
import { words } from '../../messages/words.ts'
import { notBefore } from '../replies/warnings.ts'

const codes: Readonly<Record<Refusal, ErrorCode>> = {
  credentials: 'reauth_required',
  expired: 'reauth_required',
  invalid: 'reauth_required',
  'refresh-rejected': 'reauth_required',
  denied: 'reauth_required',
  interaction: 'reauth_required',
  forbidden: 'forbidden',
  limit: 'quota',
  'not-found': 'not_found',
  'rate-limited': 'rate_limited',
  'route-missing': 'provider_refused',
  unavailable: 'network',
  refused: 'provider_refused',
}

const kinds: Readonly<Record<Meaning, Refusal>> = {
  unavailable: 'unavailable',
  'rate-limited': 'rate-limited',
  pending: 'refused',
  'refresh-rejected': 'refresh-rejected',
  credentials: 'credentials',
  client: 'credentials',
  'unauthorized-client': 'refused',
  'client-barred': 'refused',
  'unsupported-grant': 'refused',
  'redirect-mismatch': 'refused',
  'invalid-scope': 'refused',
  'invalid-target': 'refused',
  denied: 'denied',
  expired: 'expired',
  interaction: 'interaction',
  invalid: 'invalid',
  forbidden: 'forbidden',
  'unsupported-token-type': 'refused',
}

/** The first rule that applies to a reply, if one does. */
export function matchRefusal(
  rules: readonly RefusalRule[],
  reply: ParsedReply,
  view: ReplyView,
): RefusalRule | undefined {
  return rules.find((rule) => holds(rule.when, reply.status, view))
}

/** What the words of a refusal mean where no rule says so; `undefined` for unknown words. */
export function kindOfWords(reply: ParsedReply, operation: Operation): Refusal | undefined {
  const meaning = meaningOf(presentedTo(operation), reply.refusalText)
  if (meaning === undefined) return undefined
  // It ends a login; anything else may be denied for an hour, or from one network.
  return meaning === 'denied' && operation !== 'login' ? 'forbidden' : kinds[meaning]
}

function presentedTo(operation: Operation): PresentedCredential {
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
  const { title, errors } = definition
  const { status, refusalText: said } = reply
  const code = codes[kind]
  const quoted = quoteAt(errors?.message, view, 200) ?? quoteText(said.texts[0], 200)
  const providerCode = quoteAt(errors?.code, view, 80) ?? quoteText(said.codes[0], 80)
  const text = quoted ?? providerCode
  // As in "401 Unauthorized".
  const echo = text?.split(/\b/, 1)[0] === String(status)
  const reason = [echo ? undefined : String(status), text].filter((part) => part !== undefined)
  const retryAfter = retryAfterOf(reply.headers, clock)
  return new ToknError(code, words.replies.refused(title, kind, reason), {
    hint: hint ?? usualHint(definition, operation, kind, notBefore(retryAfter, clock)),
    refusal: kind,
    http: { status, providerCode },
    sent: true,
    retryAfter,
  })
}

/** The hint for a refusal, where its definition has none. */
function usualHint(
  { fields, budget }: ProviderDefinition,
  operation: Operation,
  kind: Refusal,
  later: string | undefined,
): string | undefined {
  const { replies } = words
  switch (kind) {
    case 'limit':
      return (operation === 'login' ? budget?.spent : undefined) ?? replies.tooManyTokens().hint
    case 'route-missing':
      return replies.wrongAddress().hint
    case 'credentials': {
      const names = fields.filter(({ optional }) => optional !== true).map(({ name }) => name)
      return names.length === 0 ? undefined : replies.checkFields(names).hint
    }
    case 'rate-limited':
    case 'unavailable':
      return later ?? replies.tryLater().hint
    default:
      return undefined
  }
}

/** The error for a reply with a status of failure that most likely comes from a proxy. */
export function foreignError(
  { title }: ProviderDefinition,
  kind: RefusalKind,
  reply: ParsedReply,
  clock: Clock,
): ToknError {
  const { status } = reply
  const retryAfter = retryAfterOf(reply.headers, clock)
  const what = reply.unreadable?.() ?? words.replies.answeredStatus(status)
  // A server without such a page, or such a method, answers with a page of its own.
  const isAstray = reply.page && [404, 405, 410].includes(status)
  const { message, hint } = isAstray
    ? words.replies.answeredAstray(title, what)
    : words.replies.answeredByAnother(title, what)
  return new ToknError(status === 429 ? 'rate_limited' : 'network', display(message, 300), {
    hint: notBefore(retryAfter, clock) ?? hint,
    // A path that a proxy does not know may be one that another method would find.
    refusal: kind === 'route-missing' ? kind : 'unavailable',
    http: { status },
    sent: true,
    retryAfter,
  })
}
