import { isConfidential } from '../../../core/base-url.ts'
import { ToknError } from '../../../core/errors.ts'
import { isObject, ownString } from '../../../core/json.ts'
import type { HttpReply } from '../../../core/ports.ts'
import { quoteWord } from '../../../core/quoting.ts'
import { Secret } from '../../../core/secret.ts'
import { display } from '../../../core/text.ts'
import { checkGivenToken } from '../../../core/token.ts'
import { words } from '../../../messages/words.ts'
import { describeInstead, readBody } from '../../replies/body.ts'
import { explainRefusal } from '../replies/explain-refusal.ts'
import { readRefusal } from '../replies/refusal-reply.ts'
import type { Connection } from '../server/connect.ts'
import { trustedOrigins } from '../server/origins.ts'
import { readManagement, removeOrWarn } from './manage.ts'
import type { Registered } from './registered.ts'
import { extensionGrants } from '../settings/extension-grants.ts'

/** What a client is registered for. */
export interface Wanted {
  /** Absent where no browser comes back (RFC 8628). */
  readonly redirectUri: string | undefined
  /** Separated by spaces; absent for what the server gives by itself. */
  readonly scope: string | undefined
}

const methods = ['none', 'client_secret_post', 'client_secret_basic', 'client_secret_jwt'] as const

/** Where clients are registered, if the server offers that. Throws `provider_nonsense` for a foreign place. */
export function registrationEndpoint({ server, settings }: Connection): URL | undefined {
  const named: unknown = server.registration_endpoint
  if (named === undefined || named === null) return undefined
  const url = typeof named === 'string' && URL.canParse(named) ? new URL(named) : undefined
  if (url === undefined || !isConfidential(url) || url.username !== '') {
    throw new ToknError('provider_nonsense', words.oauth.metadataNotHttps('registration_endpoint'))
  }
  if (trustedOrigins(settings).has(url.origin)) return url
  const origin = display(url.origin, 120)
  throw new ToknError(
    'provider_nonsense',
    words.oauth.foreignEndpoints(origin, [`--trust-endpoint ${quoteWord(origin)}`]),
  )
}

/**
 * Registers a native application (RFC 7591, RFC 8252). Throws `unsupported` for a server that does not
 * offer it, `reauth_required` where it wants an initial access token, `provider_nonsense` for an
 * answer with another redirect URI, and what a request throws.
 */
export async function register(connection: Connection, wanted: Wanted): Promise<Registered> {
  const { title, reach } = connection
  const url = registrationEndpoint(connection)
  if (url === undefined) {
    throw new ToknError('unsupported', words.oauthResource.noRegistrationHere(title))
  }
  await reach.setsUp?.()
  const reply = await sendDescription(connection, url, wanted)
  const { status } = reply
  if (status === 400 && wanted.scope !== undefined) {
    // The scopes of a resource need not be known where its clients are registered.
    return await register(connection, { ...wanted, scope: undefined })
  }
  if (status === 401 || status === 403) {
    const given = connection.secret('initial_access_token') !== undefined
    const said = words.oauthResource.needsInitialToken(title, given)
    throw new ToknError('reauth_required', said, { http: { status }, sent: true })
  }
  if (status < 200 || status >= 300) {
    throw explainRefusal('registration', readRefusal(reply, reach.clock))
  }
  const made = await readOrRemove(connection, reply, wanted)
  // Without that nobody can remove it.
  if (made['registration_client_uri'] !== undefined) await reach.setsUp?.(made)
  return made
}

/** A client that is of no use is removed again, where the answer says how. */
async function readOrRemove(
  connection: Connection,
  reply: HttpReply,
  wanted: Wanted,
): Promise<Registered> {
  try {
    return readRegistration(connection, reply, wanted)
  } catch (error) {
    const { value } = readBody(reply)
    const id = isObject(value) ? ownString(value, 'client_id') : undefined
    if (isObject(value) && id !== undefined) {
      const made = { ...readManagement(connection, value), client_id: id }
      await removeOrWarn(connection, made)
    }
    throw error
  }
}

async function sendDescription(
  connection: Connection,
  url: URL,
  wanted: Wanted,
): Promise<HttpReply> {
  const initial = connection.secret('initial_access_token')
  if (initial !== undefined) checkGivenToken(initial)
  const headers = [
    ['accept', 'application/json'],
    ['content-type', 'application/json'],
    ...(initial === undefined ? [] : [['authorization', `Bearer ${initial.reveal()}`] as const]),
  ] as const
  const body = JSON.stringify(describeClient(connection, wanted))
  return await connection.transport.send({ method: 'POST', url, headers, body }, 'registration')
}

/** RFC 7591 section 2. */
function describeClient({ server }: Connection, { redirectUri, scope }: Wanted) {
  const offered: readonly string[] | undefined = server.grant_types_supported
  const device =
    server.device_authorization_endpoint !== undefined &&
    offered?.includes(extensionGrants.device) === true
  const supported = server.token_endpoint_auth_methods_supported
  // RFC 8414: where nothing is listed only Basic can be counted on; but public clients are usual.
  const method = supported === undefined ? 'none' : methods.find((one) => supported.includes(one))
  return {
    client_name: 'tokn',
    application_type: 'native',
    redirect_uris: redirectUri === undefined ? [] : [redirectUri],
    response_types: redirectUri === undefined ? [] : ['code'],
    grant_types: [
      ...(redirectUri === undefined ? [] : ['authorization_code']),
      ...(offered === undefined || offered.includes('refresh_token') ? ['refresh_token'] : []),
      ...(device ? [extensionGrants.device] : []),
    ],
    token_endpoint_auth_method: method ?? 'none',
    ...(scope === undefined ? {} : { scope }),
  }
}

function readRegistration(
  connection: Connection,
  reply: HttpReply,
  { redirectUri, scope }: Wanted,
): Registered {
  const { server, title } = connection
  const body = readBody(reply)
  if (body.kind !== 'data' || !isObject(body.value)) {
    const instead = body.kind === 'data' ? words.replies.notAnObject() : describeInstead(body)
    throw nonsense(words.oauthResource.unreadableRegistration(title, instead))
  }
  const made = body.value
  const id = ownString(made, 'client_id')
  if (id === undefined || !/^[\x20-\x7e]{1,2048}$/.test(id)) {
    throw nonsense(words.oauthResource.unreadableRegistration(title, words.oauthResource.noId()))
  }
  const redirects = made['redirect_uris']
  const other = Array.isArray(redirects) && redirectUri !== undefined
  if (other && !redirects.includes(redirectUri)) {
    throw nonsense(words.oauthResource.anotherRedirect(title))
  }
  const granted = ownString(made, 'scope') ?? scope
  return {
    client_id: id,
    ...readCredentials(connection, made),
    ...readManagement(connection, made),
    registered_at: server.issuer,
    registered_here: 'true',
    ...(redirectUri === undefined ? {} : { registered_redirect_uri: redirectUri }),
    ...(granted === undefined ? {} : { registered_scope: granted }),
  }
}

/** What the client proves itself with. */
function readCredentials(
  { title }: Connection,
  made: Readonly<Record<string, unknown>>,
): Readonly<Record<string, string>> {
  const secret = ownString(made, 'client_secret') || undefined
  const method = ownString(made, 'token_endpoint_auth_method')
  if (method !== undefined && !methods.some((one) => one === method)) {
    throw nonsense(words.oauthResource.anotherMethod(title, display(method, 60)))
  }
  if (method === undefined && secret === undefined) return {}
  if (method === 'none') return { token_endpoint_auth_method: method }
  if (secret === undefined) throw nonsense(words.oauthResource.anotherMethod(title, method ?? ''))
  const end = made['client_secret_expires_at']
  return {
    client_secret: new Secret(secret).reveal(),
    ...(method === undefined ? {} : { token_endpoint_auth_method: method }),
    ...(typeof end === 'number' && end > 0 ? { client_secret_expires_at: String(end) } : {}),
  }
}

function nonsense(said: string): ToknError {
  return new ToknError('provider_nonsense', said, { sent: true })
}
