import { generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK } from 'jose'
import { createMemoryAdapter } from 'oidc-provider/lib/adapters/memory_adapter.js'
import { Provider, type OidcAccessToken } from 'oidc-provider/lib/provider.js'
import { devicePages, interactionPath, visit } from '../oidc-pages.ts'

export const scopes = ['tools:list', 'tools:call'] as const

/** The address of a client id metadata document, which the server below can read. */
export const clientDocument = 'https://clients.example.com/tokn.json'

export interface AuthorizationServer {
  readonly issuer: string
  /** Method and path of each request. */
  readonly requests: string[]
  /** What clients were given that is secret. */
  readonly secrets: string[]
  /** Where the clients that were made are managed (RFC 7592), removed ones too, and with what. */
  readonly registrations: Array<{ readonly url: string; readonly token: string }>
  /** What each refresh that gave tokens was for (RFC 8707). */
  readonly refreshedFor: unknown[]
  /** Ids of the clients that were made and not removed. */
  readonly clients: string[]
  /** What is known of an access token for `audience`. Throws for any other. */
  verify(token: string, audience: string): Promise<OidcAccessToken>
  /** Loses a client, as servers do that clear up. */
  forget(id: string): Promise<void>
  stop(): Promise<void>
}

export interface AuthorizationServerOptions {
  /** Seconds. */
  readonly accessLifetime?: number
  /** Whether it makes clients (RFC 7591), and what one has to show for that. */
  readonly registration?: boolean | string
  readonly documents?: boolean
}

/** A certified OpenID provider that makes clients, manages them (RFC 7592), and reads their documents. */
export async function startAuthorizationServer({
  accessLifetime = 600,
  registration = true,
  documents = true,
}: AuthorizationServerOptions = {}): Promise<AuthorizationServer> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const jwk = { ...(await exportJWK(keys.privateKey)), kid: 'signing', use: 'sig', alg: 'ES256' }
  const ttl = { AccessToken: accessLifetime, DeviceCode: 600, IdToken: 600, Interaction: 600 }
  const provider = new Provider(issuer, {
    jwks: { keys: [jwk] },
    cookies: { keys: ['only for tests'] },
    scopes: ['openid', 'offline_access'],
    clientAuthMethods: ['none', 'client_secret_basic', 'client_secret_post'],
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    enabledJWA: { idTokenSigningAlgValues: ['ES256'] },
    adapter: createMemoryAdapter(),
    ttl: { ...ttl, Grant: 86_400, RefreshToken: 86_400, Session: 86_400 },
    fetch: readClientDocument,
    features: {
      devInteractions: { enabled: false },
      deviceFlow: { enabled: true, ...devicePages },
      revocation: { enabled: true, allowedPolicy: () => true },
      introspection: { enabled: true, allowedPolicy: () => true },
      registration: {
        enabled: registration !== false,
        initialAccessToken: typeof registration === 'string' ? registration : false,
      },
      registrationManagement: { enabled: registration !== false },
      clientIdMetadataDocument: { enabled: documents, ack: 'draft-02' },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => undefined,
        useGrantedResource: () => true,
        getResourceServerInfo: (_: unknown, audience: string) => ({
          scope: scopes.join(' '),
          audience,
          accessTokenFormat: 'opaque',
          accessTokenTTL: accessLifetime,
        }),
      },
    },
    findAccount: (_: unknown, id: string) => ({ accountId: id, claims: () => ({ sub: id }) }),
  })
  const requests: string[] = []
  const secrets: string[] = []
  const clients: string[] = []
  const registrations: Array<{ readonly url: string; readonly token: string }> = []
  const refreshedFor: unknown[] = []
  provider.on('registration_create.success', (context, client) => {
    const { body } = context as { body: Readonly<Record<string, string>> }
    secrets.push(
      ...[body['registration_access_token'], body['client_secret']].flatMap((one) => one ?? []),
    )
    const { registration_client_uri: url = '', registration_access_token: token = '' } = body
    registrations.push({ url, token })
    clients.push((client as { clientId: string }).clientId)
  })
  provider.on('grant.success', (context) => {
    const { params } = (context as { oidc: { params: Readonly<Record<string, unknown>> } }).oidc
    if (params['grant_type'] === 'refresh_token') refreshedFor.push(params['resource'])
  })
  provider.on('registration_delete.success', (_, client) => {
    clients.splice(clients.indexOf((client as { clientId: string }).clientId), 1)
  })
  const callback = provider.callback()
  server.on('request', (request, response) => {
    requests.push(`${request.method} ${new URL(request.url ?? '', issuer).pathname}`)
    if (!request.url?.startsWith(interactionPath)) return callback(request, response)
    visit(provider, request, response).catch((error: unknown) => {
      response.statusCode = 500
      response.end(String(error))
    })
  })
  return {
    issuer,
    requests,
    secrets,
    registrations,
    refreshedFor,
    clients,
    verify: async (token, audience) => {
      const found = await provider.AccessToken.find(token)
      if (found?.aud === audience && found.exp * 1_000 > Date.now()) return found
      throw new Error('no such token')
    },
    forget: async (id) => provider.Client.adapter.destroy(id),
    stop: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Stands for the web: the one document that there is. */
async function readClientDocument(url: string | URL): Promise<Response> {
  if (String(url) !== clientDocument) return new Response('', { status: 404 })
  const document = {
    client_id: clientDocument,
    client_name: 'tokn',
    application_type: 'native',
    redirect_uris: ['http://127.0.0.1/callback'],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
    id_token_signed_response_alg: 'ES256',
  }
  const headers = { 'content-type': 'application/json' }
  return new Response(JSON.stringify(document), { headers })
}
