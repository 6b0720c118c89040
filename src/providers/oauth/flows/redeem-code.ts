import { ToknError } from '../../../core/errors.ts'
import type { TokenSet } from '../../../core/token.ts'
import { words } from '../../../messages/words.ts'
import { explainRefusal } from '../replies/explain-refusal.ts'
import type { Connection } from '../server/connect.ts'
import { isAnswerOf } from '../server/issuers.ts'
import type { Authorization } from './authorization.ts'
import { resourcesOf } from './grant-parameters.ts'
import { requestTokens } from './request-tokens.ts'

/** Trades the code in `answer` for tokens. Throws what the server said in its place. */
export async function redeemCode(
  connection: Connection,
  { parameters, state, nonce, verifier }: Authorization,
  answer: URLSearchParams,
): Promise<TokenSet> {
  const { openid, config, dpop, issuer, server } = connection
  checkAnswer(answer)
  // Without an issuer there is nothing to compare it with. The library compares it with one text.
  if (issuer === undefined) answer.delete('iss')
  else if (isAnswerOf(server.issuer, answer.get('iss') ?? '')) answer.set('iss', server.issuer)
  sendRedirectUri(connection, parameters.get('redirect_uri') ?? '')
  const checks = {
    pkceCodeVerifier: verifier,
    expectedState: state,
    ...(nonce === undefined ? {} : { expectedNonce: nonce }),
  }
  return await requestTokens(
    connection,
    () =>
      openid.authorizationCodeGrant(
        config,
        new URL(`http://127.0.0.1/?${answer.toString()}`),
        checks,
        resourcesOf(parameters),
        dpop && { DPoP: dpop.handle },
      ),
    // An ID token says who logged in, but only of a known issuer.
    { request: 'token', flow: 'code', parameters, strict: issuer !== undefined },
  )
}

/** Throws what the server says there instead of giving a code, and `provider_nonsense` for neither. */
function checkAnswer(answer: URLSearchParams): void {
  const error = answer.getAll('error').find((one) => one !== '')
  if (error !== undefined) {
    const texts = answer.getAll('error_description').slice(0, 1)
    throw explainRefusal('authorization', { codes: [error], texts })
  }
  if (answer.getAll('code').filter((one) => one !== '').length === 1) return
  throw new ToknError('provider_nonsense', words.oauthPerson.noCode(), { sent: true })
}

/** The library takes it from the address that the browser came to, as a URL parser writes that. */
function sendRedirectUri({ openid, config, transport }: Connection, redirectUri: string): void {
  config[openid.customFetch] = async (url, options) => {
    const { body } = options
    if (body instanceof URLSearchParams && body.has('redirect_uri')) {
      body.set('redirect_uri', redirectUri)
    }
    return await transport.fetch(url, options)
  }
}
