import type * as Openid from 'openid-client'
import { ToknError } from '../../../core/errors.ts'
import type { Reach } from '../../../core/provider.ts'
import type { Secret } from '../../../core/secret.ts'
import type { TokenSet } from '../../../core/token.ts'
import { words } from '../../../messages/words.ts'
import { openClient, type Client } from '../client/client.ts'
import { memoryIn, proofsFor } from '../client/proofs.ts'
import type { ExpectedIssuer } from '../replies/id-token-issuer.ts'
import { findServer, type FoundServer } from './find-server.ts'
import { openDpopKey, type DpopKey } from '../client/dpop-key.ts'
import type { Preset } from '../presets.ts'
import { endpointNames } from '../settings/fields.ts'
import { secretOf, settingsInForce, type Settings } from '../settings/in-force.ts'
import { openRequestShape } from './request-shape.ts'
import { openTransport, type Transport } from './transport.ts'
import { isOfServer, registeredIn, registers, type Registered } from '../registration/registered.ts'

/** A server as the profile has it: not yet found. */
export interface ConfiguredServer {
  readonly preset?: Preset | undefined
  readonly settings: Settings
  readonly title: string
  /** Whether connections show a certificate of the client (RFC 8705). */
  readonly certified?: boolean | undefined
  /** Whether the server may be asked before it has made the client. */
  readonly registering?: boolean | undefined
}

/** A server, found and checked, with a client that can speak to it. */
export interface Connection {
  readonly openid: typeof Openid
  readonly config: Openid.Configuration
  readonly server: Openid.ServerMetadata
  /** Absent for a server known by its endpoints alone: see `expected`. */
  readonly issuer: URL | undefined
  readonly settings: Settings
  readonly title: string
  readonly reach: Reach
  readonly transport: Transport
  readonly client: Client
  readonly dpop: DpopKey | undefined
  /** Whom ID tokens have to name. */
  readonly expected: ExpectedIssuer
  /** What later commands have to know of how the server was found: for the context of its tokens. */
  readonly remembered: TokenSet['context']
  /** The client, where it is one that the server has made for us. */
  readonly registered: Registered | undefined
  /** A secret of this login, or one that the login left with the session. */
  secret(name: string): Secret | undefined
}

/**
 * Finds the server and prepares a client. Throws `usage` for a profile that names none,
 * `provider_nonsense` for metadata with endpoints at other origins, and what a request throws:
 * `network` with `sent: false`, because nothing but the discovery request was sent. With `served`,
 * a server that was found before, nothing is sent.
 */
export async function connect(
  configured: ConfiguredServer,
  reach: Reach,
  context: TokenSet['context'] = {},
  served?: FoundServer,
): Promise<Connection> {
  const settings = settingsInForce(configured.preset, configured.settings, reach.answers)
  const openid = await import('openid-client')
  const kept = registeredIn(settings, context)
  const standIn = configured.registering === true && registers(settings) ? unregistered : undefined
  if ((settings['client_id'] ?? kept?.client_id ?? standIn) === undefined) throw withoutClient()
  const secretParameters = secretOf(reach.answers, 'secret_token_parameters', context)
  const transport = openTransport(reach, openRequestShape(settings, secretParameters, context))
  const found = served ?? (await findServer({ settings, transport, reach, context }))
  const { issuer, remembered, expected } = found
  const server = found.metadata as Openid.ServerMetadata
  // Which server it is a document may say that is read only now.
  const registered = kept !== undefined && isOfServer(kept, server.issuer) ? kept : undefined
  const clientId = settings['client_id'] ?? registered?.client_id ?? standIn
  if (clientId === undefined) throw withoutClient()
  // A client that the server has made has its own secret, or none: not one that is meant for others.
  const held = (name: string) =>
    registered !== undefined && name === 'client_secret'
      ? secretOf({}, name, registered)
      : secretOf(reach.answers, name, context)
  const known = {
    settings,
    credentials: {
      secret: held('client_secret'),
      privateKey: held('private_key'),
      certificate: held('certificate'),
      tls: configured.certified === true,
    },
    memory: memoryIn(context),
  }
  const client = openClient(openid, known, transport.time)
  const secret = (name: string) =>
    (name === 'client_secret' ? client.given() : undefined) ?? held(name)
  const auth = client.authenticate
  const [first] = proofsFor(server, known)
  const metadata: Partial<Openid.ClientMetadata> = {
    use_mtls_endpoint_aliases: first?.method === 'tls_client_auth',
    // The library uses the clock of the machine; we use that of the server (`clock-skew.ts`).
    [openid.clockTolerance]: Number.MAX_SAFE_INTEGER,
  }
  const config = new openid.Configuration(withAlgorithms(server), clientId, metadata, auth)
  transport.learn(server, expected)
  config[openid.customFetch] = transport.fetch
  if (endpointNames.some((name) => server[name]?.startsWith('http:'))) {
    openid.allowInsecureRequests(config)
  }
  const dpop =
    settings['dpop'] === 'true' || context['dpop_key'] !== undefined
      ? await openDpopKey(openid, config, transport.time, context['dpop_key'])
      : undefined
  const { title } = configured
  return {
    ...{ openid, config, server, issuer, settings, title, reach, transport, client, dpop, secret },
    ...{ expected, remembered, registered },
  }
}

// The library takes nothing but RS256 where a server does not say how it signs ID tokens, as one
// without a document cannot. RFC 7518 section 3.1, RFC 9864; none that anybody else could sign with.
const signatures = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
]

function withAlgorithms(server: Openid.ServerMetadata): Openid.ServerMetadata {
  return { id_token_signing_alg_values_supported: signatures, ...server }
}

function withoutClient(): ToknError {
  return new ToknError('usage', words.oauth.noClientId())
}

/** Stands for a client that is yet to be registered: nothing is sent in its name. */
const unregistered = 'unregistered'
