import type { FlowRefusal, Refusal } from '../../../core/refusal.ts'
import { ToknError, type ErrorCode, type Said } from '../../../core/errors.ts'
import { quoteForeign } from '../../../core/secret.ts'
import { display } from '../../../core/text.ts'
import { meaningOf, type Meaning, type PresentedCredential } from '../../replies/refusal-codes.ts'
import { isTransient } from '../../../core/retry.ts'
import { words } from '../../../messages/words.ts'
import type { RefusalReply } from './refusal-reply.ts'

/** A request to the server, as error messages name it. */
export type RequestName =
  | 'discovery'
  | 'registration'
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
  readonly refusal?: Refusal | FlowRefusal | undefined
  readonly said: Said
}

const outcomes: Readonly<Record<Meaning, Omit<Explanation, 'said'>>> = {
  unavailable: { code: 'network' },
  'rate-limited': { code: 'rate_limited' },
  pending: { code: 'provider_refused' },
  'refresh-rejected': { code: 'reauth_required', refusal: 'refresh-rejected' },
  credentials: { code: 'reauth_required', refusal: 'credentials' },
  client: { code: 'reauth_required', refusal: 'credentials' },
  'unauthorized-client': { code: 'provider_refused', refusal: 'flow-forbidden' },
  'client-barred': { code: 'provider_refused' },
  'unsupported-grant': { code: 'provider_refused', refusal: 'flow-unknown' },
  'redirect-mismatch': { code: 'provider_refused' },
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

function explain(
  request: RequestName,
  meaning: Meaning,
  { client, asked }: Partial<RefusalReply> = {},
): Explanation {
  const said = words.oauth.refused(meaning)
  const outcome = outcomes[meaning]
  if (meaning === 'credentials' && asked?.presented !== undefined) {
    const hint = words.oauthLogin.hintRefused(asked.presented)
    return { ...outcome, said: { message: said.message, hint } }
  }
  if (meaning === 'invalid-scope' && asked?.scopes !== undefined) {
    return { ...outcome, said: words.oauthParameters.wantsScopes(asked.scopes) }
  }
  if (meaning !== 'client') return { ...outcome, said }
  const bare = client?.tried.length === 1 && client.tried[0] === 'none'
  const message = bare ? words.oauthClient.withoutProof() : said.message
  return { ...outcome, said: { message, hint: hintOfClient(request, client) } }
}

/** Whether it is a login that makes a request, and a flag of it can be told for the next try. */
export function isOfLogin(request: RequestName): boolean {
  return presented[request] === 'login'
}

/** A flag of `login` where that is what runs; else the login to type. */
function hintOfClient(request: RequestName, client: RefusalReply['client']): string {
  return words.oauthClient.hint(client, isOfLogin(request) ? '' : 'tokn login ')
}

const presented: Readonly<Record<RequestName, PresentedCredential>> = {
  refresh: 'refresh',
  token: 'login',
  'device authorization': 'login',
  authorization: 'login',
  registration: 'login',
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
    return refusalError(explain(request, status === 429 ? 'rate-limited' : 'unavailable'), reply)
  }
  const meaning = meaningIn(request, reply)
  if (meaning !== undefined) return refusalError(forNow(request, meaning, reply), reply)
  if (status === undefined || (codes.length > 0 && reply.foreign !== true)) {
    return refusalError(unknownTo(request, reply), reply)
  }
  if (reply.foreign === true && !isLost(request, status)) {
    const said = words.oauth.answeredByAnother(request)
    return refusalError({ code: 'network', said }, { ...reply, codes: [], texts: [] })
  }
  return explainStatus(request, status, reply)
}

/**
 * Whether a refusal is about the client, which is looked at before the grant (RFC 6749 section 5.2). A
 * status alone may say so of a login; of a refresh token only the word does.
 */
export function refusesClient(
  request: RequestName,
  reply: RefusalReply,
  onlyByWord = false,
): boolean {
  const { status, codes, foreign } = reply
  if (status === undefined || isTransient(status)) return false
  if (onlyByWord) return meaningOf(presented[request], reply) === 'client'
  const meaning = meaningIn(request, reply)
  if (meaning !== undefined) return meaning === 'client'
  if (request === 'refresh' || codes.length > 0 || foreign === true) return false
  return status === 401 || (status === 403 && presented[request] === 'login')
}

/** Whether a refusal is about the grant of a login: its code is not valid, or not any more. */
export function spendsGrant(request: RequestName, reply: RefusalReply): boolean {
  const meaning = meaningIn(request, reply)
  return meaning === 'credentials' || meaning === 'expired'
}

/** RFC 6749 section 5.2 has 401 for a client that is refused, whatever its code is called. */
function meaningIn(request: RequestName, reply: RefusalReply): Meaning | undefined {
  const meaning = meaningOf(presented[request], reply) ?? flowMeaning(request, reply)
  const { status, codes, foreign } = reply
  if (status !== 401 || presented[request] !== 'login' || foreign === true) return meaning
  const unclear = meaning === undefined && codes.length > 0
  return unclear || meaning === 'unauthorized-client' ? 'client' : meaning
}

// "requested response_type is not allowed for this client", "grant type not supported".
const aboutFlow =
  /\b(response_type|grant[ _]type|device_code)\b.{0,40}\b(not (be )?(allowed|permitted|enabled|authorized|supported)|disabled|unsupported)\b/i

/** What a login is refused for by servers that have another code for it (oidc-provider). */
function flowMeaning(request: RequestName, { codes, texts }: RefusalReply): Meaning | undefined {
  if (presented[request] !== 'login' || codes[0] !== 'invalid_request') return undefined
  return texts.some((text) => aboutFlow.test(text)) ? 'unauthorized-client' : undefined
}

/** A denial ends a login; a refresh may be denied for an hour, or from one network. */
function forNow(request: RequestName, meaning: Meaning, reply: RefusalReply): Explanation {
  if (request !== 'refresh' || meaning !== 'denied') return explain(request, meaning, reply)
  return { code: 'reauth_required', said: words.oauth.refreshDenied() }
}

function unknownTo(request: RequestName, { codes, texts }: RefusalReply): Explanation {
  // LemonLDAP::NG says no more of a refresh token that it has forgotten, and our request is valid.
  const bare = codes[0] === 'invalid_request' && texts.every((text) => text === codes[0])
  if (request === 'refresh' && bare) {
    return { code: 'reauth_required', said: words.oauth.refreshRefused() }
  }
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
  { texts, empty, client, asked }: Pick<RefusalReply, 'texts' | 'empty' | 'client' | 'asked'> = {
    texts: [],
  },
): ToknError {
  const details = { http: { status }, sent: true }
  const quoted = texts[0] === undefined ? '' : quoteForeign(texts[0], 300)
  const said = display(words.oauth.answeredStatus(request, status, quoted), 300)
  if (status === 401 || (status === 403 && presented[request] === 'login')) {
    return new ToknError('reauth_required', words.oauth.likelyClient(said), {
      ...details,
      hint: orScopes(hintOfClient(request, client), status === 403 ? asked : undefined),
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
    const hint = hintOfClient(request, client)
    return new ToknError('provider_refused', said, { ...details, hint })
  }
  if (status === 403) return new ToknError('forbidden', said, details)
  if (isTransient(status)) {
    return new ToknError(status === 429 ? 'rate_limited' : 'network', said, details)
  }
  if (status === 400) {
    return new ToknError('provider_refused', said, { ...details, hint: orScopes(undefined, asked) })
  }
  const endpoint = endpointOf[request]
  if (endpoint !== undefined && (status === 404 || status === 405 || status === 410)) {
    const hint = words.oauthServer.isEndpoint(endpoint)
    return new ToknError('provider_refused', said, { ...details, hint })
  }
  if (status >= 400) return new ToknError('provider_refused', said, details)
  return new ToknError('provider_nonsense', said, details)
}

/** Where a login asks, by its name in a discovery document. */
const endpointOf: Readonly<Partial<Record<RequestName, string>>> = {
  token: 'token_endpoint',
  'device authorization': 'device_authorization_endpoint',
  authorization: 'pushed_authorization_request_endpoint',
}

/** A server may refuse a request that names no scopes (RFC 6749 section 3.3), without a word about it. */
function orScopes(hint: string | undefined, asked: RefusalReply['asked']): string | undefined {
  if (asked?.scopes === undefined) return hint
  return words.oauthParameters.orScopes(hint, asked.scopes)
}
