import { isConfidential } from '../../core/base-url.ts'
import { ToknError } from '../../core/errors.ts'
import { isObject, ownString } from '../../core/json.ts'
import { Secret } from '../../core/secret.ts'
import type { Grant, TokenSet } from '../../core/token.ts'
import type { Connection } from './connect.ts'
import { readDialect } from './dialect.ts'
import { explainStatus } from './refusals.ts'
import { exchangeToken, isJwt, logInAsFederatedClient, presentAssertion } from './unattended.ts'

/**
 * Trades the ID token of a CI job for a token of this server, so that the job holds no secret:
 * RFC 8693 token exchange, RFC 7523 assertion, or RFC 7523 client authentication, as the profile
 * says.
 */
export async function logInFromCi(connection: Connection, grant: Grant): Promise<TokenSet> {
  const token = connection.secret('ci_id_token') ?? (await requestIdToken(connection))
  if (!isJwt(token)) throw new ToknError('usage', 'the ID token of the CI job is not a JWT')
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
  const { settings, wire, server } = connection
  const bearer = connection.secret('ci_request_token')
  const address = connection.secret('ci_request_url')?.reveal()
  if (bearer === undefined || address === undefined) {
    throw new ToknError('reauth_required', 'this CI job has no ID token to log in with', {
      hint: 'GitHub Actions: "permissions: id-token: write"; GitLab: "id_tokens:" and TOKN_CI_ID_TOKEN',
    })
  }
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (url === undefined || !isConfidential(url)) {
    throw new ToknError('usage', 'the address for the ID token of the CI job is not an https URL')
  }
  url.searchParams.set('audience', settings['ci_audience'] ?? server.issuer)
  const headers = [
    ['authorization', `Bearer ${bearer.reveal()}`],
    ['accept', 'application/json'],
  ] as const
  const reply = await wire.send({ method: 'GET', url, headers }, 'discovery')
  const { status, body } = readDialect(reply, 'discovery')
  if (status !== 200) throw explainStatus('discovery', status)
  const answer: unknown = JSON.parse(body)
  const value = isObject(answer) ? ownString(answer, 'value') : undefined
  if (value === undefined) {
    throw new ToknError('provider_nonsense', 'the CI service gave no ID token')
  }
  return new Secret(value)
}
