import { ToknError } from '../../../core/errors.ts'
import type { Grant } from '../../../core/token.ts'
import { words } from '../../../messages/words.ts'
import type { Connection } from '../server/connect.ts'
import { checkPkce } from '../server/pkce.ts'
import { personalScopes, requested, wantsIdToken } from './grant-parameters.ts'
import { sendAsClient } from '../client/send-as-client.ts'
import { withOurErrors } from '../replies/library-errors.ts'
import { writeScopes } from '../settings/scope-words.ts'

/** One authorization request, and what its answer is checked against. */
export interface Authorization {
  readonly parameters: URLSearchParams
  readonly state: string
  /** Present where an ID token is asked for. */
  readonly nonce: string | undefined
  /** RFC 7636: proves at the token endpoint that we are who asked. */
  readonly verifier: string
}

/** Parameters that only we set: a profile must not weaken them. */
const reserved = new Set([
  'client_id',
  'response_type',
  'response_mode',
  'redirect_uri',
  'state',
  'nonce',
  'code_challenge',
  'code_challenge_method',
  'request',
  'request_uri',
  'dpop_jkt',
])

export async function prepareAuthorization(
  connection: Connection,
  redirectUri: string,
  grant: Grant,
): Promise<Authorization> {
  const { openid, dpop, settings } = connection
  checkPkce(connection)
  const parameters = requested(connection, grant, personalScopes(connection))
  const further = new URLSearchParams(settings['authorization_parameters'])
  for (const name of further.keys()) {
    if (reserved.has(name)) {
      throw new ToknError('usage', words.oauth.reservedParameter(name))
    }
    parameters.delete(name)
  }
  for (const [name, value] of further) parameters.append(name, value)
  // Without it a server may ignore a request for offline access (OpenID Connect Core section 11).
  const offline = (parameters.get('scope') ?? '').split(' ').includes('offline_access')
  if (offline && !parameters.has('prompt')) parameters.set('prompt', 'consent')
  const state = openid.randomState()
  const verifier = openid.randomPKCECodeVerifier()
  const idToken = connection.issuer !== undefined && wantsIdToken(parameters)
  const nonce = idToken ? openid.randomNonce() : undefined
  parameters.set('redirect_uri', redirectUri)
  parameters.set('state', state)
  parameters.set('code_challenge', await openid.calculatePKCECodeChallenge(verifier))
  parameters.set('code_challenge_method', 'S256')
  if (nonce !== undefined) parameters.set('nonce', nonce)
  if (dpop !== undefined) parameters.set('dpop_jkt', await dpop.handle.calculateThumbprint())
  return { parameters, state, nonce, verifier }
}

/** The URL for the browser; the request is pushed first (RFC 9126) if the server offers that. */
export async function authorizationUrl(
  connection: Connection,
  { parameters }: Authorization,
): Promise<URL> {
  const { openid, config, server, settings, dpop } = connection
  const offered = server.pushed_authorization_request_endpoint !== undefined
  const pushed = settings['par'] === 'true' || (offered && settings['par'] !== 'false')
  return await withOurErrors('authorization', async () =>
    pushed
      ? await sendAsClient(connection, 'authorization', () =>
          openid.buildAuthorizationUrlWithPAR(config, parameters, dpop && { DPoP: dpop.handle }),
        )
      : openid.buildAuthorizationUrl(config, withScopesWritten(parameters, settings)),
  )
}

/** A pushed request has them written where it is sent. */
function withScopesWritten(
  parameters: URLSearchParams,
  settings: Connection['settings'],
): URLSearchParams {
  const scope = parameters.get('scope')
  const written = new URLSearchParams(parameters)
  if (scope !== null) written.set('scope', writeScopes(scope, settings))
  return written
}
