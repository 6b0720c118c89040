import type * as Openid from 'openid-client'
import { ToknError } from '../../core/errors.ts'
import type { Reach } from '../../core/provider.ts'
import type { Secret } from '../../core/secret.ts'
import type { TokenSet } from '../../core/token.ts'
import { words } from '../../messages/words.ts'
import { authenticateClient } from './client-auth.ts'
import { discover } from './discovery.ts'
import { openDpopKey, type DpopKey } from './dpop-key.ts'
import { checkEndpoint, checkIssuer, checkMetadata, trustedOrigins } from './origins.ts'
import type { Preset } from './presets.ts'
import { endpointNames, secretOf, settingsInForce, type Settings } from './settings.ts'
import { openTransport, type Transport } from './transport.ts'

/** A server as the profile has it: not yet found. */
export interface ConfiguredServer {
  readonly preset?: Preset | undefined
  readonly settings: Settings
  readonly title: string
}

/** A server, found and checked, with a client that can speak to it. */
export interface Connection {
  readonly openid: typeof Openid
  readonly config: Openid.Configuration
  readonly server: Openid.ServerMetadata
  /** Absent for a server known by its endpoints alone: then its ID tokens cannot be checked. */
  readonly issuer: URL | undefined
  readonly settings: Settings
  readonly title: string
  readonly reach: Reach
  readonly transport: Transport
  readonly dpop: DpopKey | undefined
  /** A secret of this login, or one that the login left with the session. */
  secret(name: string): Secret | undefined
}

/**
 * Finds the server and prepares a client. Throws `usage` for a profile that names none,
 * `provider_nonsense` for metadata with endpoints at other origins, and what a request throws:
 * `network` with `sent: false`, because nothing but the discovery request was sent.
 */
export async function connect(
  configured: ConfiguredServer,
  reach: Reach,
  context: TokenSet['context'] = {},
): Promise<Connection> {
  const settings = settingsInForce(configured.preset, configured.settings, reach.answers)
  const openid = await import('openid-client')
  const transport = openTransport(reach)
  const issuer = settings['issuer'] === undefined ? undefined : checkIssuer(settings['issuer'])
  const secret = (name: string) => secretOf(reach.answers, name, context)
  const metadata: Partial<Openid.ClientMetadata> = {
    use_mtls_endpoint_aliases: settings['client_auth'] === 'tls_client_auth',
    // The library uses the clock of the machine; we use that of the server (`clock-skew.ts`).
    [openid.clockTolerance]: Number.MAX_SAFE_INTEGER,
  }
  const credentials = { secret: secret('client_secret'), privateKey: secret('private_key') }
  const auth = authenticateClient(openid, settings, credentials, transport.time)
  const found = await findServer(openid, { issuer, settings, transport, metadata, auth })
  const config = complete(openid, found, settings, metadata, auth)
  const server = config.serverMetadata()
  checkMetadata({ ...server }, trustedOrigins(issuer, settings))
  transport.learn(server)
  config[openid.customFetch] = transport.fetch
  if (endpointNames.some((name) => server[name]?.startsWith('http:'))) {
    openid.allowInsecureRequests(config)
  }
  const dpop =
    settings['dpop'] === 'true' || context['dpop_key'] !== undefined
      ? await openDpopKey(openid, config, transport.time, context['dpop_key'])
      : undefined
  const { title } = configured
  return { openid, config, server, issuer, settings, title, reach, transport, dpop, secret }
}

interface Search {
  readonly issuer: URL | undefined
  readonly settings: Settings
  readonly transport: Transport
  readonly metadata: Partial<Openid.ClientMetadata>
  readonly auth: Openid.ClientAuth
}

async function findServer(
  openid: typeof Openid,
  { issuer, settings, transport, metadata, auth }: Search,
): Promise<Openid.Configuration> {
  const clientId = settings['client_id']
  if (clientId === undefined) {
    throw new ToknError('usage', words.oauth.noClientId())
  }
  const endpoint = settings['token_endpoint']
  if (issuer !== undefined) {
    const found = await discover(openid, transport, issuer, (options) =>
      openid.discovery(issuer, clientId, metadata, auth, options),
    )
    if (found.config !== undefined) return found.config
    if (endpoint === undefined) throw found.error
  }
  if (endpoint === undefined) {
    throw new ToknError('usage', words.oauth.noEndpoint())
  }
  const origin = checkEndpoint(endpoint, 'token_endpoint').origin
  return new openid.Configuration(
    { issuer: settings['issuer'] ?? origin },
    clientId,
    metadata,
    auth,
  )
}

/** The configuration with the endpoints that the profile names itself. */
function complete(
  openid: typeof Openid,
  found: Openid.Configuration,
  settings: Settings,
  metadata: Partial<Openid.ClientMetadata>,
  auth: Openid.ClientAuth,
): Openid.Configuration {
  const own = Object.fromEntries(
    endpointNames.flatMap((name) => {
      const endpoint = settings[name]
      return endpoint === undefined ? [] : [[name, checkEndpoint(endpoint, name).href]]
    }),
  )
  if (Object.keys(own).length === 0) return found
  const server = { ...found.serverMetadata(), ...own }
  return new openid.Configuration(server, found.clientMetadata().client_id, metadata, auth)
}
