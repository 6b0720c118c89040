import { isToknError, ToknError } from '../../../core/errors.ts'
import type { ChooseServer, Located } from '../../../core/located.ts'
import type { Reach } from '../../../core/provider.ts'
import { display } from '../../../core/text.ts'
import { words } from '../../../messages/words.ts'
import { connect, type ConfiguredServer, type Connection } from '../server/connect.ts'
import { checkPkce } from '../server/pkce.ts'
import { openRequestShape } from '../server/request-shape.ts'
import { openTransport } from '../server/transport.ts'
import { needsPerson } from '../settings/flow.ts'
import { registrationEndpoint } from '../registration/register.ts'
import { findProtectedResource } from './find-metadata.ts'
import { checkResource } from './resource-url.ts'

/**
 * Finds out from a protected resource where and how to log in for it (RFC 9728; the authorization of
 * MCP). Nothing secret is sent. Throws as `findProtectedResource` and `connect` do, `usage` where only
 * the user knows the client, and what `choose` throws.
 */
export async function locateServer(
  { settings, title }: ConfiguredServer,
  reach: Reach,
  address: string,
  choose: ChooseServer,
): Promise<Located> {
  const url = checkResource(address)
  const found = await findProtectedResource(
    openTransport(reach, openRequestShape({}, undefined, {})),
    url,
  )
  const [first = '', ...others] = found.servers
  const issuer = others.length === 0 ? first : await choose(found.servers)
  const connection = await connectTo({ settings, title }, reach, issuer, url)
  checkPkce(connection)
  const client = connection.settings['client_id']
  const registers = client === undefined && canRegister(connection)
  if (client === undefined && !registers) lackClient(connection, reach, issuer)
  const scope = scopesFor(connection, found.scopes).join(' ')
  return {
    resource: found.resource,
    server: issuer,
    origin: url.origin,
    scopes: found.scopes,
    settings: {
      issuer,
      resource: found.resource,
      resource_metadata: found.metadata.href,
      ...(scope === '' ? {} : { scope }),
      ...(registers ? { register: 'true' } : {}),
      ...(found.bound ? { dpop: 'true' } : {}),
    },
  }
}

async function connectTo(
  { settings, title }: ConfiguredServer,
  reach: Reach,
  issuer: string,
  resource: URL,
): Promise<Connection> {
  const known = { register: 'true', ...settings, issuer }
  try {
    return await connect({ settings: known, title, registering: true }, reach)
  } catch (error) {
    if (!isToknError(error, 'provider_refused')) throw error
    const said = words.oauthResource.serverNotThere(error.message, display(resource.href, 200))
    throw new ToknError(error.code, said, { http: error.details.http, sent: false })
  }
}

/** A person is asked for the client, and told why; nobody else can say it any more. */
function lackClient({ server, settings }: Connection, { interaction }: Reach, issuer: string) {
  // One is made for a person to agree to.
  if (!needsPerson(settings)) throw new ToknError('usage', words.oauth.noClientId())
  const documents = server['client_id_metadata_document_supported'] === true
  const said = words.oauthResource.noRegistration(display(issuer, 200), documents)
  if (interaction === undefined) throw new ToknError('usage', said)
  interaction.tell(said.message)
}

function canRegister(connection: Connection): boolean {
  return needsPerson(connection.settings) && registrationEndpoint(connection) !== undefined
}

/** What to ask for: what the resource names and, to be renewed without a person, offline access. */
function scopesFor({ server }: Connection, named: readonly string[]): readonly string[] {
  const offline = server.scopes_supported?.includes('offline_access') === true
  if (named.length === 0 || !offline || named.includes('offline_access')) return named
  return [...named, 'offline_access']
}
