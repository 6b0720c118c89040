import type { Refusal } from '../../core/refusal.ts'
import { ToknError, type ErrorCode } from '../../core/errors.ts'
import { quoteForeign } from '../../core/secret.ts'
import { display } from '../../core/text.ts'
import { meaningOf, type Meaning, type Presented } from '../replies/refusal-codes.ts'
import { isTransient } from '../../core/retry.ts'
import type { RefusalReply } from './refusal-reply.ts'

/** What was asked of the server, as its refusal is told. */
export type RequestName =
  | 'discovery'
  | 'authorization'
  | 'device authorization'
  | 'token'
  | 'refresh'
  | 'revocation'
  | 'introspection'
  | 'userinfo'

interface Explanation {
  readonly code: ErrorCode
  readonly says: string
  readonly refusal?: Refusal
  readonly hint?: string
}

const clientHint =
  'check the client id and secret; some servers want --client-auth client_secret_post, some basic_raw'

const told: Readonly<Record<Meaning, Explanation>> = {
  later: { code: 'network', says: 'the server is overloaded, failed, or is being repaired' },
  haste: { code: 'rate_limited', says: 'the server is asked too often' },
  pending: { code: 'provider_refused', says: 'nobody has agreed to it yet' },
  refresh: {
    code: 'reauth_required',
    says: 'the server no longer takes the refresh token',
    refusal: 'refresh-rejected',
  },
  grant: {
    code: 'reauth_required',
    says: 'the server did not take what was presented for a token',
    refusal: 'credentials',
  },
  client: {
    code: 'reauth_required',
    says: 'the server does not take this client id with this proof of it',
    refusal: 'credentials',
    hint: clientHint,
  },
  unfit: {
    code: 'provider_refused',
    says: 'this client may not log in this way',
    hint: 'choose another --flow, or allow this one where the client is registered',
  },
  'grant-type': {
    code: 'provider_refused',
    says: 'the server does not know this way of logging in',
    hint: 'choose another --flow',
  },
  scope: {
    code: 'provider_refused',
    says: 'the server does not give these scopes',
    hint: 'ask for others with --scope',
  },
  target: {
    code: 'provider_refused',
    says: 'the server does not give tokens for this resource or audience',
    hint: 'ask for another with --resource or --audience',
  },
  denied: { code: 'reauth_required', says: 'access was denied', refusal: 'denied' },
  expired: {
    code: 'reauth_required',
    says: 'the code expired before anybody entered it',
    refusal: 'expired',
  },
  // No word on the refresh token: it may be taken again from another network, or after a consent.
  person: { code: 'reauth_required', says: 'the server wants a person to log in' },
  invalid: {
    code: 'reauth_required',
    says: 'the server no longer takes this token',
    refusal: 'invalid',
  },
  forbidden: {
    code: 'forbidden',
    says: 'the token has not the scope for this',
    refusal: 'forbidden',
  },
  'token-type': { code: 'unsupported', says: 'the server cannot revoke tokens of this kind' },
}

const presented: Readonly<Record<RequestName, Presented>> = {
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
 * A no as an error of ours. Its status decides first: what is transient is no verdict, whatever the
 * body says; then what its words mean; then whether they are the server's own at all. Its words are
 * told, made harmless.
 */
export function explainRefusal(request: RequestName, no: RefusalReply): ToknError {
  const { status, codes } = no
  if (status !== undefined && isTransient(status)) {
    return refusal(status === 429 ? told.haste : told.later, no)
  }
  const meaning = meaningOf(presented[request], no)
  if (meaning !== undefined) return refusal(forNow(request, meaning), no)
  if (status === undefined || (codes.length > 0 && no.foreign !== true)) {
    return refusal(unknownTo(request), no)
  }
  if (no.foreign === true && !isLost(request, status)) {
    const says = `something on the way answered the ${request} request`
    const hint = no.hint ?? 'try again; a proxy or a firewall may be in the way'
    return refusal({ code: 'network', says, hint }, { ...no, codes: [], texts: [] })
  }
  return explainStatus(request, status, no)
}

/** A denial is the end of a login; for a refresh it may be one of this hour, or of this network. */
function forNow(request: RequestName, meaning: Meaning): Explanation {
  if (request !== 'refresh' || meaning !== 'denied') return told[meaning]
  return { code: 'reauth_required', says: 'the server denies the refresh' }
}

function unknownTo(request: RequestName): Explanation {
  return { code: 'provider_refused', says: `the server refused the ${request} request` }
}

/** Whether a page says that nothing is at the address, which was never seen to be right. */
function isLost(request: RequestName, status: number): boolean {
  return request !== 'refresh' && (status === 404 || status === 410)
}

function refusal({ code, says, refusal, hint }: Explanation, no: RefusalReply): ToknError {
  const { status, codes, texts, retryAfter } = no
  const said = withoutEcho(codes[0], texts[0]).map((one) => quoteForeign(one, 300))
  const shown = said.length > 0 ? said.join(': ') : status === undefined ? '' : `status ${status}`
  const message = display(shown === '' ? says : `${says} (${shown})`, 300)
  const later = code === 'network' || code === 'rate_limited'
  return new ToknError(code, message, {
    hint: later ? (no.hint ?? hint) : hint,
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

/** A code and a sentence; the sentence alone where it has the code in it, as servers without one do. */
function withoutEcho(code: string | undefined, text: string | undefined): readonly string[] {
  if (code === undefined || text === undefined) return [code ?? text ?? []].flat()
  return text.toLowerCase().includes(code.toLowerCase()) ? [text] : [code, text]
}

/** A refusal that says no more than its status, but for words that mean nothing here. */
export function explainStatus(
  request: RequestName,
  status: number,
  { texts, empty }: Pick<RefusalReply, 'texts' | 'empty'> = { texts: [] },
): ToknError {
  const details = { http: { status }, sent: true }
  const words = texts[0] === undefined ? '' : `: ${quoteForeign(texts[0], 300)}`
  const said = display(
    `the server answered the ${request} request with status ${status}${words}`,
    300,
  )
  if (status === 401 || (status === 403 && presented[request] === 'login')) {
    return new ToknError('reauth_required', `${said}: most likely it does not take this client`, {
      ...details,
      refusal: 'credentials',
      hint: clientHint,
    })
  }
  // Glewlwyd says no more of a refresh token that is spent; RFC 6749 section 5.2 has 400 for that.
  if (status === 400 && request === 'refresh' && empty === true) {
    const message = `${said}: most likely it no longer takes the refresh token`
    return new ToknError('reauth_required', message, { ...details, refusal: 'refresh-rejected' })
  }
  // It may be the client that is not allowed, or this address: no word on the refresh token.
  if (status === 403 && request === 'refresh') {
    return new ToknError('provider_refused', said, { ...details, hint: clientHint })
  }
  if (status === 403) return new ToknError('forbidden', said, details)
  if (isTransient(status)) {
    return new ToknError(status === 429 ? 'rate_limited' : 'network', said, details)
  }
  if (status >= 400) return new ToknError('provider_refused', said, details)
  return new ToknError('provider_nonsense', said, details)
}
