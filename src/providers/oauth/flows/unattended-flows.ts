import { ToknError } from '../../../core/errors.ts'
import { readClaims } from '../../../core/jwt.ts'
import { Secret } from '../../../core/secret.ts'
import type { Grant, TokenSet } from '../../../core/token.ts'
import { variableOf } from '../../../core/variable.ts'
import { words } from '../../../messages/words.ts'
import type { Connection } from '../server/connect.ts'
import { requested } from './grant-parameters.ts'
import { audienceOf } from '../client/authenticate.ts'
import { readPrivateKey, signClaims } from '../client/keys.ts'
import { requestTokens } from './request-tokens.ts'
import type { Flow } from '../settings/flow.ts'
import { extensionGrants } from '../settings/extension-grants.ts'

// Logins that need no person: one request to the token endpoint each.

const typePrefix = 'urn:ietf:params:oauth:token-type:'

/** RFC 6749 section 4.4. */
export async function logInAsClient(connection: Connection, grant: Grant): Promise<TokenSet> {
  const parameters = requested(connection, grant)
  return await request(connection, 'client', 'client_credentials', parameters)
}

/** RFC 6749 section 4.3, deprecated: only where the profile asks for it by name. */
export async function logInByPassword(connection: Connection, grant: Grant): Promise<TokenSet> {
  const parameters = requested(connection, grant)
  const body = new URLSearchParams(parameters)
  body.set('username', connection.settings['username'] ?? '')
  body.set('password', requireSecret(connection, 'password').reveal())
  return await request(connection, 'password', 'password', parameters, body)
}

/** RFC 8693, with `subject` or the subject token of the login. */
export async function exchangeToken(
  connection: Connection,
  grant: Grant,
  subject: Subject = { token: requireSecret(connection, 'subject_token') },
  flow: Flow = 'exchange',
): Promise<TokenSet> {
  const { settings } = connection
  const parameters = requested(connection, grant)
  const body = new URLSearchParams(parameters)
  body.set('subject_token', subject.token.reveal())
  body.set('subject_token_type', tokenType(subject.type ?? settings['subject_token_type']))
  const wanted = settings['requested_token_type']
  if (wanted !== undefined) body.set('requested_token_type', tokenType(wanted))
  return await request(connection, flow, extensionGrants.exchange, parameters, body)
}

export interface Subject {
  readonly token: Secret
  /** A URI, or the last word of one of RFC 8693 section 3. */
  readonly type?: string | undefined
}

/** RFC 7523 section 2.1, with `given`, the assertion of the login, or one signed with its key. */
export async function presentAssertion(
  connection: Connection,
  grant: Grant,
  given: Secret | undefined = connection.secret('assertion'),
  flow: Flow = 'jwt',
): Promise<TokenSet> {
  const parameters = requested(connection, grant)
  const sign = async () => {
    const body = new URLSearchParams(parameters)
    const assertion = given ?? (await signAssertion(connection, parameters))
    body.set('assertion', assertion.reveal())
    return body
  }
  return await request(
    connection,
    flow,
    extensionGrants.assertion,
    parameters,
    sign,
    given === undefined,
  )
}

/** RFC 7523 section 2.2: a CI job's ID token stands for the client itself. */
export async function logInAsFederatedClient(
  connection: Connection,
  grant: Grant,
  assertion: Secret,
): Promise<TokenSet> {
  const parameters = requested(connection, grant)
  const body = new URLSearchParams(parameters)
  body.set('client_assertion_type', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer')
  body.set('client_assertion', assertion.reveal())
  return await request(connection, 'ci', 'client_credentials', parameters, body)
}

export async function request(
  connection: Connection,
  flow: Flow,
  grantType: string,
  parameters: URLSearchParams,
  body: URLSearchParams | (() => Promise<URLSearchParams>) = parameters,
  signs = false,
): Promise<TokenSet> {
  const { openid, config, dpop } = connection
  const ask = async () => {
    const sent = typeof body === 'function' ? await body() : body
    return await openid.genericGrantRequest(config, grantType, sent, dpop && { DPoP: dpop.handle })
  }
  return await requestTokens(connection, ask, { request: 'token', flow, parameters, signs })
}

async function signAssertion(connection: Connection, parameters: URLSearchParams): Promise<Secret> {
  const { settings, server, transport, client } = connection
  const key = await readPrivateKey(
    requireSecret(connection, 'private_key', 'assertion'),
    undefined,
    connection.secret('certificate'),
  )
  const now = transport.time.stamp()
  const scope = parameters.get('scope')
  const assertion = await signClaims(key, {
    iss: settings['client_id'],
    sub: settings['subject'] ?? settings['client_id'],
    aud: settings['assertion_audience'] ?? audienceOf(server, client.grantAudience()),
    // Google expects the scope of a service account here.
    ...(scope === null ? {} : { scope }),
    iat: now,
    exp: now + 300,
    jti: crypto.randomUUID(),
  })
  return new Secret(assertion)
}

function requireSecret(connection: Connection, name: string, other?: string): Secret {
  const secret = connection.secret(name)
  if (secret !== undefined) return secret
  throw new ToknError(
    'reauth_required',
    words.oauthLogin.secretNeeded(name, other, [name, other ?? []].flat().map(variableOf)),
  )
}

function tokenType(name: string | undefined): string {
  if (name === undefined) return `${typePrefix}access_token`
  return /^[a-z0-9_]+$/.test(name) ? `${typePrefix}${name}` : name
}

/** Whether `token` looks like a JWT: what an ID token must be. */
export function isJwt(token: Secret): boolean {
  return readClaims(token.reveal()) !== undefined
}
