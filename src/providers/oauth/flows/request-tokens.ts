import { ToknError } from '../../../core/errors.ts'
import { readClaims } from '../../../core/jwt.ts'
import { display } from '../../../core/text.ts'
import type { TokenSet } from '../../../core/token.ts'
import { words } from '../../../messages/words.ts'
import type { Connection } from '../server/connect.ts'
import { retryInOtherFormat, withFormatHint } from './other-format.ts'
import type { TokenResponse } from '../replies/token-response.ts'
import { warn } from '../../replies/warnings.ts'
import { explainRefusal, type RequestName } from '../replies/explain-refusal.ts'
import { sendAsClient } from '../client/send-as-client.ts'
import { idTokenTimeProblem } from '../server/clock-skew.ts'
import { readTokens, type GrantRequest, type ValidatedResponse } from '../replies/token-set.ts'
import { isForged } from '../replies/id-token-issuer.ts'
import { typeable } from '../server/origins.ts'
import { refusalIn, reasonOf, translate } from '../replies/library-errors.ts'
import { RefusedError } from '../replies/refusal-reply.ts'
import { listedScopes, presentedBy } from './asked-for.ts'

export interface TokenRequest extends GrantRequest {
  readonly request: Extract<RequestName, 'token' | 'refresh'>
  /** Whether a wrong ID token is an error: where it proves who logged in in the browser. */
  readonly strict?: boolean | undefined
  /** Whether the grant is an assertion that is signed here. */
  readonly signs?: boolean | undefined
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
  connection: Connection,
  call: () => Promise<ValidatedResponse>,
  origin: TokenRequest,
): Promise<ValidatedResponse> {
  const { transport, reach } = connection
  const { request, strict, flow, signs } = origin
  const once = flow === 'code' || flow === 'device'
  const sure = flow === 'password' && request === 'token'
  // An assertion that is the grant itself is refused as one (RFC 7521 section 4.1).
  const codes = flow === 'jwt' ? ['invalid_grant'] : []
  try {
    const reply = await retryInOtherFormat(transport, () =>
      sendAsClient(connection, request, call, { codes, once, sure, signs }),
    )
    const late = idTokenTimeProblem(reply.claims(), transport.time)
    if (late === undefined) return await withOwnIdToken(connection, reply, origin)
    if (strict === true) throw withStatus(lateIdToken(request, late), transport.tokenResponse())
    warn(reach, words.oauth.untimelyIdTokenIgnored(late))
    return withoutIdToken(reply)
  } catch (error) {
    const tokenResponse = transport.tokenResponse()
    const usable = tokenResponse !== undefined && strict !== true && refusalIn(error) === undefined
    if (!usable) {
      const asked = withAsked(error, connection, origin)
      const said = withFormatHint(transport, error, translate(request, asked))
      throw withStatus(said, tokenResponse)
    }
    const reason = reasonOf(error)
    const isPart = tokenResponse.body['id_token'] === undefined
    warn(reach, isPart ? words.oauth.partIgnored(reason) : words.oauth.idTokenIgnored(reason))
    return withoutIdToken(tokenResponse.body)
  }
}

/** The refusal of a login, with what that had asked for. */
function withAsked(
  error: unknown,
  { server, secret }: Connection,
  { request, flow, parameters, signs }: TokenRequest,
): unknown {
  const refusal = refusalIn(error)
  if (refusal?.status === undefined || request !== 'token') return error
  const scopes = parameters?.has('scope') === true ? undefined : listedScopes(server, flow)
  // A further token is asked for with the token of the session, which nobody has typed.
  const isOwn = flow === 'exchange' && secret('subject_token') === undefined
  const presented = signs === true ? 'key' : isOwn ? undefined : presentedBy[flow]
  return new RefusedError({ ...refusal, asked: { presented, scopes } })
}

/** The reply with the ID token as it came, once it is known not to be forged. */
async function withOwnIdToken(
  connection: Connection,
  reply: ValidatedResponse,
  { request, strict, held }: TokenRequest,
): Promise<ValidatedResponse> {
  const { transport, expected, reach } = connection
  const idToken = transport.tokenResponse()?.body['id_token']
  if (typeof idToken !== 'string') return reply
  if (await isForged(connection, idToken)) {
    const said = words.oauthServer.forgedIdToken()
    if (strict === true) throw invalidAnswer(request, said)
    warn(reach, words.oauth.idTokenIgnored(said))
    return withoutIdToken(reply)
  }
  const named = readClaims(idToken)?.['iss']
  if (expected.issuer === undefined && held === undefined && !isHere(connection, named)) {
    warn(reach, words.oauthServer.issuerUnconfirmed(display(String(named), 200), typeable(named)))
  }
  return Object.assign(reply, { id_token: idToken })
}

/** Whether an issuer is at the origin where tokens are made, which the user has named. */
function isHere({ server }: Connection, issuer: unknown): boolean {
  if (typeof issuer !== 'string' || !URL.canParse(issuer)) return false
  return new URL(issuer).origin === new URL(server.token_endpoint ?? issuer).origin
}

function invalidAnswer(request: RequestName, why: string): ToknError {
  const said = words.oauth.invalidAnswer(request, why)
  return new ToknError('provider_nonsense', said, { sent: true })
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
