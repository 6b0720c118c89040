import { ToknError } from '../../core/errors.ts'
import type { TokenSet } from '../../core/token.ts'
import { words } from '../../messages/words.ts'
import type { Connection } from './connect.ts'
import type { TokenResponse } from './token-response.ts'
import { warn } from '../replies/warnings.ts'
import { explainRefusal, type RequestName } from './explain-refusal.ts'
import { retryWithServerTime, idTokenTimeProblem } from './clock-skew.ts'
import { readTokens, type GrantRequest, type ValidatedResponse } from './token-set.ts'
import { refusalIn, reasonOf, translate } from './library-errors.ts'

export interface TokenRequest extends GrantRequest {
  readonly request: Extract<RequestName, 'token' | 'refresh'>
  /** Whether a wrong ID token is an error: where it proves who logged in in the browser. */
  readonly strict?: boolean | undefined
}

/**
 * The tokens of `call`, one request to the token endpoint. A reply with a usable access token is used
 * whatever openid-client thinks of the rest, because by then the old tokens may be gone; there is a
 * warning for what is left out. Throws as `translate` and `readTokens` do.
 */
export async function requestTokens(
  connection: Connection,
  call: () => Promise<ValidatedResponse>,
  origin: TokenRequest,
): Promise<TokenSet> {
  const reply = await receive(connection, call, origin)
  const tokenResponse = connection.transport.tokenResponse()
  if (tokenResponse === undefined) throw new Error('no answer of the token endpoint was read')
  warnOfOddities(connection, tokenResponse, origin)
  return readTokens(connection, reply, origin, tokenResponse)
}

async function receive(
  { transport, reach }: Connection,
  call: () => Promise<ValidatedResponse>,
  { request, strict, flow }: TokenRequest,
): Promise<ValidatedResponse> {
  // An assertion that is the grant itself is refused as one (RFC 7521 section 4.1).
  const codes = flow === 'jwt' ? ['invalid_grant'] : []
  try {
    const reply = await retryWithServerTime(transport.time, call, codes)
    const late = idTokenTimeProblem(reply.claims(), transport.time)
    if (late === undefined) return reply
    if (strict === true) throw withStatus(lateIdToken(request, late), transport.tokenResponse())
    warn(reach, words.oauth.untimelyIdTokenIgnored(late))
    return withoutIdToken(reply)
  } catch (error) {
    const tokenResponse = transport.tokenResponse()
    const usable = tokenResponse !== undefined && strict !== true && refusalIn(error) === undefined
    if (!usable) throw withStatus(translate(request, error), tokenResponse)
    const reason = reasonOf(error)
    const isPart = tokenResponse.body['id_token'] === undefined
    warn(reach, isPart ? words.oauth.partIgnored(reason) : words.oauth.idTokenIgnored(reason))
    return withoutIdToken(tokenResponse.body)
  }
}

function withoutIdToken(body: Readonly<Record<string, unknown>>): ValidatedResponse {
  const { id_token: _, ...rest } = body
  return { ...rest, claims: () => undefined } as unknown as ValidatedResponse
}

function lateIdToken(request: RequestName, late: 'expired' | 'early'): ToknError {
  const said = words.oauth.untimelyIdToken(request, late)
  return new ToknError('provider_nonsense', said, { sent: true })
}

/** Adds the status of the reply: a reply that cannot be used is not a lost one. */
function withStatus(error: unknown, tokenResponse: TokenResponse | undefined): unknown {
  if (
    !(error instanceof ToknError) ||
    tokenResponse === undefined ||
    error.details.http !== undefined
  ) {
    return error
  }
  const http = { status: tokenResponse.status }
  return new ToknError(error.code, error.message, { ...error.details, http })
}

function warnOfOddities(
  { reach }: Connection,
  { body, refusal, oddities }: TokenResponse,
  { request, held }: TokenRequest,
): void {
  if (refusal !== undefined) {
    const error = explainRefusal(request, refusal)
    const given = body.access_token
    const echoed = [held?.access, held?.refresh].some((secret) => secret?.reveal() === given)
    if (echoed) throw error
    warn(reach, words.replies.refusedButGranted(error.message))
  }
  for (const oddity of oddities) warn(reach, oddity)
}
