import type { Refusal } from '../../core/refusal.ts'
import { ToknError, type ErrorCode, type Said } from '../../core/errors.ts'
import { quoteForeign } from '../../core/secret.ts'
import { display } from '../../core/text.ts'
import { meaningOf, type Meaning, type PresentedCredential } from '../replies/refusal-codes.ts'
import { isTransient } from '../../core/retry.ts'
import { words } from '../../messages/words.ts'
import type { RefusalReply } from './refusal-reply.ts'

/** A request to the server, as error messages name it. */
export type RequestName =
  | 'discovery'
  | 'authorization'
  | 'device authorization'
  | 'token'
  | 'refresh'
  | 'revocation'
  | 'introspection'
  | 'userinfo'

/** Code, kind and text of the error for a refusal. */
interface Explanation {
  readonly code: ErrorCode
  readonly refusal?: Refusal | undefined
  readonly said: Said
}

const outcomes: Readonly<Record<Meaning, Omit<Explanation, 'said'>>> = {
  unavailable: { code: 'network' },
  'rate-limited': { code: 'rate_limited' },
  pending: { code: 'provider_refused' },
  'refresh-rejected': { code: 'reauth_required', refusal: 'refresh-rejected' },
  credentials: { code: 'reauth_required', refusal: 'credentials' },
  client: { code: 'reauth_required', refusal: 'credentials' },
  'unauthorized-client': { code: 'provider_refused' },
  'unsupported-grant': { code: 'provider_refused' },
  'invalid-scope': { code: 'provider_refused' },
  'invalid-target': { code: 'provider_refused' },
  denied: { code: 'reauth_required', refusal: 'denied' },
  expired: { code: 'reauth_required', refusal: 'expired' },
  // Not about the refresh token: it may work again from another network, or after a consent.
  interaction: { code: 'reauth_required' },
  invalid: { code: 'reauth_required', refusal: 'invalid' },
  forbidden: { code: 'forbidden', refusal: 'forbidden' },
  'unsupported-token-type': { code: 'unsupported' },
}

function explain(meaning: Meaning): Explanation {
  return { ...outcomes[meaning], said: words.oauth.refused(meaning) }
}

const presented: Readonly<Record<RequestName, PresentedCredential>> = {
  refresh: 'refresh',
  token: 'login',
  'device authorization': 'login',
  authorization: 'login',
  discovery: 'token',
  revocation: 'token',
  introspection: 'token',
  userinfo: 'token',
}

/**
 * The error for a refusal. Its status decides first: a transient one is never a verdict, whatever the
 * body says. Then the meaning of its words; then whether they are the server's own. The message
 * quotes them, made harmless.
 */
export function explainRefusal(request: RequestName, reply: RefusalReply): ToknError {
  const { status, codes } = reply
  if (status !== undefined && isTransient(status)) {
    return refusalError(explain(status === 429 ? 'rate-limited' : 'unavailable'), reply)
  }
  const meaning = meaningOf(presented[request], reply)
  if (meaning !== undefined) return refusalError(forNow(request, meaning), reply)
  if (status === undefined || (codes.length > 0 && reply.foreign !== true)) {
    return refusalError(unknownTo(request), reply)
  }
  if (reply.foreign === true && !isLost(request, status)) {
    const said = words.oauth.answeredByAnother(request)
    return refusalError({ code: 'network', said }, { ...reply, codes: [], texts: [] })
  }
  return explainStatus(request, status, reply)
}

/** A denial ends a login; a refresh may be denied for an hour, or from one network. */
function forNow(request: RequestName, meaning: Meaning): Explanation {
  if (request !== 'refresh' || meaning !== 'denied') return explain(meaning)
  return { code: 'reauth_required', said: words.oauth.refreshDenied() }
}

function unknownTo(request: RequestName): Explanation {
  return { code: 'provider_refused', said: words.oauth.requestRefused(request) }
}

/** Whether a page says that nothing is at an address which may be wrong. */
function isLost(request: RequestName, status: number): boolean {
  return request !== 'refresh' && (status === 404 || status === 410)
}

function refusalError({ code, refusal, said }: Explanation, reply: RefusalReply): ToknError {
  const { status, codes, texts, retryAfter } = reply
  const quoted = withoutEcho(codes[0], texts[0]).map((one) => quoteForeign(one, 300))
  const byStatus = status === undefined ? '' : words.oauth.status(status)
  const reason = quoted.length > 0 ? quoted.join(': ') : byStatus
  const message = display(words.oauth.withReason(said.message, reason), 300)
  const later = code === 'network' || code === 'rate_limited'
  return new ToknError(code, message, {
    hint: later ? (reply.hint ?? said.hint) : said.hint,
    refusal,
    http:
      status === undefined
        ? undefined
        : {
            status,
            providerCode: codes[0] === undefined ? undefined : quoteForeign(codes[0], 80),
          },
    sent: true,
    retryAfter,
  })
}

/** A code and a sentence; the sentence alone where it contains the code. */
function withoutEcho(code: string | undefined, text: string | undefined): readonly string[] {
  if (code === undefined || text === undefined) return [code ?? text ?? []].flat()
  return text.toLowerCase().includes(code.toLowerCase()) ? [text] : [code, text]
}

/** The error for a refusal of which only the status is known, or words that mean nothing to us. */
export function explainStatus(
  request: RequestName,
  status: number,
  { texts, empty }: Pick<RefusalReply, 'texts' | 'empty'> = { texts: [] },
): ToknError {
  const details = { http: { status }, sent: true }
  const quoted = texts[0] === undefined ? '' : quoteForeign(texts[0], 300)
  const said = display(words.oauth.answeredStatus(request, status, quoted), 300)
  if (status === 401 || (status === 403 && presented[request] === 'login')) {
    return new ToknError('reauth_required', words.oauth.likelyClient(said), {
      ...details,
      refusal: 'credentials',
    })
  }
  // Glewlwyd says no more of a spent refresh token; RFC 6749 section 5.2 has 400 for that.
  if (status === 400 && request === 'refresh' && empty === true) {
    const message = words.oauth.likelyRefreshToken(said)
    return new ToknError('reauth_required', message, { ...details, refusal: 'refresh-rejected' })
  }
  // The client or this network may not be allowed: it says nothing of the refresh token.
  if (status === 403 && request === 'refresh') {
    return new ToknError('provider_refused', words.oauth.maybeClient(said), details)
  }
  if (status === 403) return new ToknError('forbidden', said, details)
  if (isTransient(status)) {
    return new ToknError(status === 429 ? 'rate_limited' : 'network', said, details)
  }
  if (status >= 400) return new ToknError('provider_refused', said, details)
  return new ToknError('provider_nonsense', said, details)
}
