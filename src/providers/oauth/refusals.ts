import { ToknError, type ErrorCode } from '../../core/errors.ts'
import { redact } from '../../core/secret.ts'
import { display } from '../../core/text.ts'

/** What was asked of the server, as its refusal is told. */
export type Asked =
  | 'discovery'
  | 'authorization'
  | 'device authorization'
  | 'token'
  | 'refresh'
  | 'revocation'
  | 'introspection'
  | 'userinfo'

interface Meaning {
  readonly code: ErrorCode
  readonly says: string
  readonly refusal?: string
  readonly hint?: string
}

const clientHint =
  'check the client id and secret; some servers want --client-auth client_secret_post, some basic_raw'

// RFC 6749 section 5.2 and 4.1.2.1, RFC 8628 section 3.5, RFC 8707, RFC 9449, OpenID Connect Core.
const meanings: Readonly<Record<string, Meaning>> = {
  invalid_client: {
    code: 'reauth_required',
    says: 'the server does not take this client id with this proof of it',
    refusal: 'credentials',
    hint: clientHint,
  },
  unauthorized_client: {
    code: 'provider_refused',
    says: 'this client may not log in this way',
    hint: 'choose another --flow, or allow this one where the client is registered',
  },
  unsupported_grant_type: {
    code: 'provider_refused',
    says: 'the server does not know this way of logging in',
    hint: 'choose another --flow',
  },
  invalid_scope: {
    code: 'provider_refused',
    says: 'the server does not give these scopes',
    hint: 'ask for others with --scope',
  },
  invalid_target: {
    code: 'provider_refused',
    says: 'the server does not give tokens for this resource or audience',
    hint: 'ask for another with --resource or --audience',
  },
  access_denied: { code: 'reauth_required', says: 'access was denied', refusal: 'denied' },
  expired_token: {
    code: 'reauth_required',
    says: 'the code expired before anybody entered it',
    refusal: 'expired',
  },
  login_required: { code: 'reauth_required', says: 'the server wants a person to log in' },
  consent_required: { code: 'reauth_required', says: 'the server wants the consent of a person' },
  interaction_required: { code: 'reauth_required', says: 'the server wants to see a person' },
  invalid_token: {
    code: 'reauth_required',
    says: 'the server no longer takes this token',
    refusal: 'invalid',
  },
  insufficient_scope: {
    code: 'forbidden',
    says: 'the token has not the scope for this',
    refusal: 'forbidden',
  },
  temporarily_unavailable: { code: 'network', says: 'the server is overloaded or being repaired' },
  server_error: { code: 'network', says: 'the server failed' },
  unsupported_token_type: {
    code: 'unsupported',
    says: 'the server cannot revoke tokens of this kind',
  },
}

const grants: Readonly<Partial<Record<Asked, Meaning>>> = {
  refresh: {
    code: 'reauth_required',
    says: 'the server no longer takes the refresh token',
    refusal: 'refresh-rejected',
  },
  token: {
    code: 'reauth_required',
    says: 'the server did not take what was presented for a token',
    refusal: 'credentials',
  },
}

export interface Refusal {
  readonly error: string
  readonly description?: string | undefined
  readonly status?: number | undefined
}

/** A refusal in the server's own code, as an error of ours. Its words are told, made harmless. */
export function explainRefusal(asked: Asked, refusal: Refusal): ToknError {
  const own = Object.hasOwn(meanings, refusal.error) ? meanings[refusal.error] : undefined
  const meaning = (refusal.error === 'invalid_grant' ? grants[asked] : own) ?? {
    code: 'provider_refused',
    says: `the server refused the ${asked} request`,
  }
  const words = refusal.description ? `: ${redact(refusal.description)}` : ''
  const message = display(`${meaning.says} (${redact(refusal.error)}${words})`, 300)
  return new ToknError(meaning.code, message, {
    hint: meaning.hint,
    refusal: meaning.refusal,
    http:
      refusal.status === undefined
        ? undefined
        : { status: refusal.status, providerCode: display(redact(refusal.error), 80) },
    sent: true,
  })
}

/** A refusal that says no more than its status. */
export function explainStatus(asked: Asked, status: number): ToknError {
  const details = { http: { status }, sent: true }
  const said = `the server answered the ${asked} request with status ${status}`
  const presented = ['token', 'refresh', 'device authorization', 'authorization'].includes(asked)
  if (status === 401 || (status === 403 && presented)) {
    return new ToknError('reauth_required', `${said}: most likely it does not take this client`, {
      ...details,
      refusal: 'credentials',
      hint: clientHint,
    })
  }
  if (status === 400 && asked === 'refresh') {
    const message = `${said}: most likely it no longer takes the refresh token`
    return new ToknError('reauth_required', message, { ...details, refusal: 'refresh-rejected' })
  }
  if (status === 403) return new ToknError('forbidden', said, details)
  if (status === 429) return new ToknError('rate_limited', said, details)
  if (status === 408 || status >= 500) return new ToknError('network', said, details)
  if (status >= 400) return new ToknError('provider_refused', said, details)
  return new ToknError('provider_nonsense', said, details)
}
