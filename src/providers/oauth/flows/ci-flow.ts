import { isConfidential } from '../../../core/base-url.ts'
import { isToknError, ToknError } from '../../../core/errors.ts'
import { isObject, ownString } from '../../../core/json.ts'
import type { Clock, HttpReply } from '../../../core/ports.ts'
import { Secret } from '../../../core/secret.ts'
import type { Grant, TokenSet } from '../../../core/token.ts'
import type { Connection } from '../server/connect.ts'
import { isTransient, retryAfterOf } from '../../../core/retry.ts'
import { words } from '../../../messages/words.ts'
import { notBefore } from '../../replies/warnings.ts'
import { normalizeReply } from '../replies/normalize-reply.ts'
import {
  exchangeToken,
  isJwt,
  logInAsFederatedClient,
  presentAssertion,
} from './unattended-flows.ts'

const requestUrl = 'ACTIONS_ID_TOKEN_REQUEST_URL'
const requestToken = 'ACTIONS_ID_TOKEN_REQUEST_TOKEN'

/**
 * Trades the ID token of a CI job for a token of this server, so that the job holds no secret:
 * RFC 8693 token exchange, RFC 7523 assertion, or RFC 7523 client authentication, as the profile
 * says.
 */
export async function logInFromCi(connection: Connection, grant: Grant): Promise<TokenSet> {
  const token = connection.secret('ci_id_token') ?? (await requestIdToken(connection))
  if (!isJwt(token)) throw new ToknError('usage', words.oauthLogin.notAJwt())
  switch (connection.settings['ci_grant']) {
    case 'jwt':
      return await presentAssertion(connection, grant, token, 'ci')
    case 'client':
      return await logInAsFederatedClient(connection, grant, token)
    default: {
      const type = connection.settings['subject_token_type'] ?? 'jwt'
      return await exchangeToken(connection, grant, { token, type }, 'ci')
    }
  }
}

/** GitHub Actions gives a job its ID token over HTTP; GitLab puts it into a variable. */
async function requestIdToken(connection: Connection): Promise<Secret> {
  const { settings, transport, server } = connection
  const bearer = connection.secret('ci_request_token')
  const address = connection.secret('ci_request_url')?.reveal()
  if (bearer === undefined || address === undefined) {
    throw new ToknError('reauth_required', words.oauthLogin.noCiToken())
  }
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (url === undefined || !isConfidential(url)) {
    throw new ToknError('usage', words.oauthLogin.ciUrlNotHttps())
  }
  url.searchParams.set('audience', settings['ci_audience'] ?? server.issuer)
  const headers = [
    ['authorization', `Bearer ${bearer.reveal()}`],
    ['accept', 'application/json'],
  ] as const
  // No standard has it: a discovery only in how it is sent.
  const request = { method: 'GET', url, headers, purpose: 'job' }
  const reply = await transport.send(request, 'discovery')
  const { status } = reply
  if (status < 200 || status >= 300) throw refusedByCi(reply, connection.reach.clock)
  const answer = readAnswer(reply)
  const value = isObject(answer) ? ownString(answer, 'value') : undefined
  if (value === undefined) {
    throw new ToknError('provider_nonsense', words.oauthLogin.ciGaveNone())
  }
  return new Secret(value)
}

function readAnswer(reply: HttpReply): unknown {
  try {
    return JSON.parse(normalizeReply(reply, 'discovery').body)
  } catch (error) {
    if (!isToknError(error)) throw error
    const said = words.oauthLogin.ciAnswerUnreadable(error.message, requestUrl)
    throw new ToknError('provider_nonsense', said, { ...error.details, hint: said.hint })
  }
}

/** The CI service refuses its own job: this is not about the client and its secret. */
function refusedByCi({ status, headers }: HttpReply, clock: Clock): ToknError {
  const http = { status }
  if (isTransient(status)) {
    const retryAfter = retryAfterOf(headers, clock)
    const said = words.oauthLogin.ciNotNow(status)
    return new ToknError(status === 429 ? 'rate_limited' : 'network', said, {
      http,
      retryAfter,
      hint: notBefore(retryAfter, clock),
    })
  }
  if (status === 401 || status === 403) {
    return new ToknError('reauth_required', words.oauthLogin.ciRejected(requestToken, status), {
      http,
    })
  }
  return new ToknError('provider_refused', words.oauthLogin.ciRefused(status, requestUrl), { http })
}
