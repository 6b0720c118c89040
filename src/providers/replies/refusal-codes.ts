import type { RefusalText } from './refusal-text.ts'

/** The kind of credential that was refused: the same code means different things. */
export type PresentedCredential = 'login' | 'refresh' | 'token'

/**
 * What a refusal means. `unavailable` and `rate-limited`: the same may succeed later; `pending`:
 * nobody has decided yet; `refresh-rejected` and `credentials`: what was presented is not valid (any
 * more); `client`: the client is not known; `unauthorized-client`: this client may not do this;
 * `client-barred`: nor anything else, for this user;
 * `interaction`: a person has to log in.
 */
export type Meaning =
  | 'unavailable'
  | 'rate-limited'
  | 'pending'
  | 'refresh-rejected'
  | 'credentials'
  | 'client'
  | 'unauthorized-client'
  | 'client-barred'
  | 'unsupported-grant'
  | 'redirect-mismatch'
  | 'invalid-scope'
  | 'invalid-target'
  | 'denied'
  | 'expired'
  | 'interaction'
  | 'invalid'
  | 'forbidden'
  | 'unsupported-token-type'

interface Row {
  readonly means: Meaning
  readonly codes: string
  /** Default: whatever was presented. */
  readonly of?: readonly PresentedCredential[]
  /** A further code that must be there: numbers mean something only if it is known whose they are. */
  readonly beside?: string
}

const rows: readonly Row[] = [
  // RFC 6749 section 4.1.2.1; RFC 8628 section 3.5.
  { means: 'pending', codes: 'authorization_pending' },
  { means: 'rate-limited', codes: 'slow_down' },
  { means: 'unavailable', codes: 'temporarily_unavailable server_error' },
  // Other words for the same. Slack: ratelimited, fatal_error, request_timeout, unknown_error
  // ("temporary error", docs.slack.dev, tooling.tokens.rotate). Google: internal_failure,
  // backendError, rateLimitExceeded, userRateLimitExceeded. gRPC (google.rpc.Code): unavailable,
  // resource_exhausted, deadline_exceeded, internal, aborted. AWS: ThrottlingException,
  // TooManyRequestsException, InternalErrorException. Matrix: M_LIMIT_EXCEEDED. Salesforce:
  // REQUEST_LIMIT_EXCEEDED, SERVER_UNAVAILABLE. Supabase: over_request_rate_limit, unexpected_failure.
  {
    means: 'rate-limited',
    codes: `rate_limited ratelimit rate_limit rate_limit_exceeded rate_limit_reached
      rate_limit_error user_rate_limit_exceeded over_request_rate_limit too_many_requests
      too_many_calls too_many_requests_exception request_limit_exceeded request_throttled throttled
      throttling throttling_exception resource_exhausted quota_exceeded_temporarily
      m_limit_exceeded concurrency_limit_exceeded`,
  },
  {
    means: 'unavailable',
    codes: `timeout time_out request_timeout gateway_timeout service_timeout server_timeout
      deadline_exceeded service_unavailable server_unavailable unavailable temporary_unavailable
      temporary_error temporary_failure transient_error try_again try_again_later retry retry_later
      internal internal_error internal_server_error internal_failure internal_error_exception
      backend_error bad_gateway upstream_error overloaded overloaded_error server_busy busy
      maintenance under_maintenance aborted fatal_error unknown_error unexpected_failure
      unexpected_error system_error`,
  },
  // Graph API, developers.facebook.com/docs/graph-api/guides/error-handling: 1 and 2 are downtime, 4,
  // 17, 32, 341 and 613 throttling, 102 and 190 an access token that is expired, revoked or invalid.
  { means: 'unavailable', codes: '1 2', beside: 'oauth_exception' },
  { means: 'rate-limited', codes: '4 17 32 341 613', beside: 'oauth_exception' },
  { means: 'refresh-rejected', codes: '102 190', beside: 'oauth_exception', of: ['refresh'] },
  { means: 'invalid', codes: '102 190', beside: 'oauth_exception' },

  // RFC 6749 section 5.2, and the other words for it. GitHub: bad_refresh_token. Slack:
  // invalid_refresh_token, token_expired, token_revoked, account_inactive. HubSpot:
  // BAD_REFRESH_TOKEN. Zoho: invalid_code. Entra: bad_token as `suberror`. Google: invalid_rapt as
  // `error_subtype`. Supabase: refresh_token_not_found, refresh_token_already_used, session_expired,
  // session_not_found. Simple JWT: token_not_valid. Matrix: M_UNKNOWN_TOKEN. Salesforce:
  // INVALID_SESSION_ID. Firebase (securetoken): TOKEN_EXPIRED, USER_DISABLED, USER_NOT_FOUND.
  // Tencent CloudBase: REFRESH_TOKEN_EXPIRED.
  {
    means: 'refresh-rejected',
    of: ['refresh'],
    codes: `invalid_grant bad_refresh_token invalid_refresh_token refresh_token_invalid
      expired_refresh_token refresh_token_expired revoked_refresh_token refresh_token_revoked
      refresh_token_not_found refresh_token_already_used refresh_token_reused
      refresh_token_reuse_detected unknown_refresh_token inactive_refresh_token
      refresh_token_inactive invalid_code expired_token token_expired invalid_token token_invalid
      bad_token token_revoked revoked_token token_not_valid token_inactive inactive_token
      token_not_active m_unknown_token invalid_rapt invalid_session invalid_session_id
      session_expired session_not_found session_not_active session_revoked grant_revoked
      grant_expired user_disabled user_not_found account_inactive account_disabled`,
  },
  // At a login: what was presented is refused. GitHub: bad_verification_code, incorrect_device_code.
  // Zoho: invalid_code. The rest are the names that APIs give a wrong password.
  {
    means: 'credentials',
    of: ['login'],
    codes: `invalid_grant invalid_code bad_verification_code incorrect_device_code invalid_assertion
      invalid_refresh_token bad_refresh_token invalid_credentials invalid_credential
      bad_credentials wrong_credentials incorrect_credentials invalid_login invalid_password
      wrong_password incorrect_password invalid_username_or_password authentication_failed
      invalid_auth`,
  },
  // RFC 8628 section 3.5; Entra (v2-oauth2-device-code) says authorization_declined for access_denied.
  { means: 'expired', codes: 'expired_token code_expired device_code_expired', of: ['login'] },
  {
    means: 'denied',
    codes: 'access_denied authorization_declined user_denied consent_denied user_cancelled',
  },

  // RFC 6749 section 5.2. GitHub (troubleshooting-oauth-app-access-token-request-errors):
  // incorrect_client_credentials. Slack: invalid_client_id, bad_client_secret. Google: deleted_client.
  {
    means: 'client',
    codes: `invalid_client incorrect_client_credentials invalid_client_credentials
      bad_client_credentials invalid_client_secret bad_client_secret invalid_client_id
      bad_client_id unknown_client client_not_found deleted_client disabled_client`,
  },
  // GitHub: device_flow_disabled. Google: disallowed_useragent.
  {
    means: 'unauthorized-client',
    codes: 'unauthorized_client device_flow_disabled disallowed_useragent',
  },
  // GitHub: application_suspended. Google: org_internal, admin_policy_enforced.
  { means: 'client-barred', codes: 'application_suspended org_internal admin_policy_enforced' },
  // RFC 7591 section 3.2.2, which servers use for pushed requests too; GitHub, Google.
  { means: 'redirect-mismatch', codes: 'redirect_uri_mismatch invalid_redirect_uri' },
  { means: 'unsupported-grant', codes: 'unsupported_grant_type unsupported_response_type' },
  { means: 'invalid-scope', codes: 'invalid_scope' },
  // RFC 8707.
  { means: 'invalid-target', codes: 'invalid_target invalid_resource' },
  // OpenID Connect Core section 3.1.2.6.
  {
    means: 'interaction',
    codes: `interaction_required login_required consent_required account_selection_required
      mfa_required`,
  },
  // RFC 6750 section 3.1; RFC 9470; RFC 9449 section 7.1.
  { means: 'invalid', codes: 'invalid_token token_expired expired_token invalid_dpop_proof' },
  { means: 'forbidden', codes: 'insufficient_scope insufficient_user_authentication' },
  // RFC 7009 section 2.2.1.
  { means: 'unsupported-token-type', codes: 'unsupported_token_type' },
]

// Entra, learn.microsoft.com/entra/identity-platform/reference-error-codes: 50173 and 50132 revoked,
// 50133 password changed, 50089 expired, 70008 and 700082 expired for lack of use, 700081 and 700084
// expired for age. 50196 is a loop of requests, 90012 a timeout, 90033 transient, 90055 throttling.
const deadAtEntra = /\bAADSTS(50089|50132|50133|50173|70008|700081|700082|700084)\b/
const unavailableAtEntra = /\bAADSTS(50196|90012|90033|90055)\b/

// Salesforce "expired access/refresh token"; Twitch "Invalid refresh token"; Spotify "Refresh token
// revoked"; Atlassian "refresh_token is invalid" under unauthorized_client; Auth0 "Unknown or invalid
// refresh token."; Cognito "Refresh Token has been revoked"; HubSpot "missing or invalid refresh
// token"; Keycloak "Token is not active", "Session not active"; Dropbox "refresh token is invalid or
// revoked"; Google "Token has been expired or revoked."; the OAuth servers of the PHP League and of
// jmondi "Cannot decrypt the refresh token", "Cannot verify the refresh token"
const deadWords = [
  /\brefresh[ _-]?tokens?\b.{0,40}\b(expired|invalid|revoked|reused?|inactive|unknown|deleted|(already|been) used|not (valid|found|active|recogni[sz]ed)|(does not|doesn't) exist|no longer valid)\b/i,
  /\b(expired|invalid|revoked|unknown|bad|inactive|incorrect|malformed)\W{1,3}((access|or)\W)?refresh[ _-]?token\b/i,
  /\bcan(not|'t| not) (verify|decrypt|decode|parse) (the )?refresh[ _-]?token\b/i,
  /^(the )?token (is|was|has( been)?|not) (not )?(active|expired|revoked|invalid|valid)\b/i,
  /\bsession\b.{0,20}\b(not (active|found)|expired|does(n't| not) exist)\b/i,
]
const absent =
  /\b(required|missing|not provided|must be (provided|present)|empty)\b(?! or invalid)/i

// Zoho says "You have made too many requests continuously" under "Access Denied".
const rateLimitWords =
  /\btoo many (requests|calls|attempts)\b|\brate[ -]?limit(s|ed)?\b|\bthrottl(ed|ing)\b|\bslow down\b/i
const unavailableWords =
  /\btemporar(y|ily) (unavailable|error|failure|problem|outage)\b|\b(service|server) (is )?(temporarily )?(unavailable|overloaded|busy)\b|\b(try|retry) again (later|in \d|after (some|a) )|\bunder maintenance\b/i

/** Codes that say less than a sentence beside them. */
const vague: ReadonlySet<Meaning> = new Set([
  'unauthorized-client',
  'client-barred',
  'denied',
  'interaction',
  'forbidden',
])

const table = index()

/** What a refusal in these words means; `undefined` for unknown words. */
export function meaningOf(
  presented: PresentedCredential,
  { codes, texts }: RefusalText,
): Meaning | undefined {
  const keys = codes.map(keyOf)
  const meanings = keys.flatMap((key) => meaningOfCode(key, keys, presented) ?? [])
  const passing = meanings.find(
    (one) => one === 'unavailable' || one === 'rate-limited' || one === 'pending',
  )
  if (passing !== undefined) return passing
  if (texts.some((text) => rateLimitWords.test(text))) return 'rate-limited'
  if (texts.some((text) => unavailableWords.test(text) || unavailableAtEntra.test(text)))
    return 'unavailable'
  const [first] = meanings
  if (presented !== 'refresh' || (first !== undefined && !vague.has(first))) return first
  return texts.some(saysDead) ? 'refresh-rejected' : first
}

function saysDead(text: string): boolean {
  if (deadAtEntra.test(text)) return true
  return !absent.test(text) && deadWords.some((pattern) => pattern.test(text))
}

/** A code whatever its spelling: `InvalidGrant`, `invalid-grant` and `INVALID GRANT` are one. */
export function keyOf(code: string): string {
  return code.toLowerCase().replace(/[^a-z0-9]+/g, '')
}

function meaningOfCode(
  key: string,
  keys: readonly string[],
  presented: PresentedCredential,
): Meaning | undefined {
  return table
    .get(key)
    ?.find(
      ({ of, beside }) =>
        of?.includes(presented) !== false && (beside === undefined || keys.includes(keyOf(beside))),
    )?.means
}

function index(): ReadonlyMap<string, readonly Row[]> {
  const found = new Map<string, Row[]>()
  for (const row of rows) {
    for (const code of row.codes.trim().split(/\s+/)) {
      const key = keyOf(code)
      found.set(key, [...(found.get(key) ?? []), row])
    }
  }
  return found
}
