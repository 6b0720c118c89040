import { isFailure } from '../../../core/errors.ts'
import type { Listener, ListenOptions } from '../../../core/callback.ts'
import type { Interaction } from '../../../core/ports.ts'
import type { Grant } from '../../../core/token.ts'
import { words } from '../../../messages/words.ts'
import { meaningOf } from '../../replies/refusal-codes.ts'
import { warn } from '../../replies/warnings.ts'
import { refusalIn } from '../replies/library-errors.ts'
import { personalScopes, requested } from '../flows/grant-parameters.ts'
import { connect, type Connection } from '../server/connect.ts'
import { splitList } from '../settings/in-force.ts'
import { readRegistered, removeOrWarn } from './manage.ts'
import { register, type Wanted } from './register.ts'
import { registers, type Registered } from './registered.ts'

/**
 * The connection as a client that the server knows: where the profile has none of its own, the one
 * registered before, or one that is registered now. Throws what `register` throws.
 */
async function asKnownClient(
  connection: Connection,
  grant: Grant,
  redirectUri?: string,
): Promise<Connection> {
  const { settings, registered: kept } = connection
  if (!registers(settings)) {
    tellOfDocument(connection)
    return connection
  }
  const scope = requested(connection, grant, personalScopes(connection)).get('scope') ?? undefined
  const wanted = { redirectUri, scope }
  const usable = kept !== undefined && fits(connection, kept, wanted) ? kept : undefined
  const now = usable && (await readRegistered(connection, usable))
  if (now !== undefined) {
    const client = await connectAs(connection, now)
    if (!(await isForgotten(client, now))) return client
  }
  const made = await register(connection, wanted)
  try {
    return await connectAs(connection, made)
  } catch (error) {
    await removeOrWarn(connection, made)
    throw error
  }
}

/**
 * Whether the server does not know a client that it gave no address for: a person would be sent to a
 * page that says no more than that. A code that nobody was given tells the two apart (RFC 6749
 * section 5.2): the client is looked at first.
 */
async function isForgotten({ openid, config }: Connection, kept: Registered): Promise<boolean> {
  if (kept['registration_client_uri'] !== undefined) return false
  const nobodys = { code: openid.randomState(), code_verifier: openid.randomPKCECodeVerifier() }
  const redirect = { redirect_uri: kept['registered_redirect_uri'] ?? 'http://127.0.0.1/callback' }
  try {
    await openid.genericGrantRequest(config, 'authorization_code', { ...nobodys, ...redirect })
  } catch (error) {
    const refusal = refusalIn(error)
    return refusal !== undefined && meaningOf('login', refusal) === 'client'
  }
  return false
}

/**
 * Runs `logIn` as a known client. A client that was registered for it is removed again, where the login
 * comes to nothing.
 */
export async function withKnownClient<Result>(
  connection: Connection,
  grant: Grant,
  redirectUri: string | undefined,
  logIn: (client: Connection) => Promise<Result>,
): Promise<Result> {
  const client = await asKnownClient(connection, grant, redirectUri)
  const { registered } = client
  const isNew =
    registered !== undefined && registered.client_id !== connection.registered?.client_id
  let result: Result | undefined
  try {
    result = await logIn(client)
    return result
  } finally {
    if (isNew && result === undefined) await removeOrWarn(client, registered)
  }
}

/** Listens where a registered client is expected to, as far as that place is free. */
export async function listenAs(
  { registered }: Connection,
  interaction: Pick<Interaction, 'listen'>,
  options: ListenOptions,
): Promise<Listener> {
  const place = registered?.['registered_redirect_uri']
  const url = place !== undefined && URL.canParse(place) ? new URL(place) : undefined
  const port = Number(url?.port ?? '')
  if (port > 0 && (options.port ?? 0) === 0 && url?.pathname === options.path) {
    try {
      return await interaction.listen({ ...options, port })
    } catch (error) {
      if (!isFailure(error)) throw error
    }
  }
  return await interaction.listen(options)
}

async function connectAs(
  { settings, title, reach, server, issuer, expected, remembered }: Connection,
  client: Registered,
): Promise<Connection> {
  const served = { metadata: { ...server }, issuer, expected, remembered }
  return await connect({ settings, title }, reach, client, served)
}

/** Whether a registration is good for this login, as far as that can be known here. */
function fits({ reach }: Connection, kept: Registered, { redirectUri, scope }: Wanted): boolean {
  const end = Number(kept['client_secret_expires_at'] ?? Infinity) * 1_000
  const known = splitList(kept['registered_scope'])
  const asked = splitList(scope)
  const allowed = known.length === 0 || asked.every((one) => known.includes(one))
  const returns = redirectUri === undefined || redirectUri === kept['registered_redirect_uri']
  return returns && allowed && end > reach.clock.now()
}

/** Some servers take the address of a document for a client id, and most do not. */
function tellOfDocument({ settings, server, reach, title }: Connection): void {
  const id = settings['client_id'] ?? ''
  const isDocument = id.startsWith('https://') && URL.canParse(id) && new URL(id).pathname !== '/'
  if (!isDocument || server['client_id_metadata_document_supported'] === true) return
  warn(reach, words.oauthResource.documentsUnknown(title))
}
