import { generateKeyPairSync, randomBytes, type KeyObject } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { jwtVerify } from 'jose'
import { createMemoryAdapter } from 'oidc-provider/lib/adapters/memory_adapter.js'
import { Provider } from 'oidc-provider/lib/provider.js'
import { devicePages, interactionPath, visit } from './oidc-pages.ts'

const exchangeGrant = 'urn:ietf:params:oauth:grant-type:token-exchange'
const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code'

// Seconds.
const day = 86_400

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
export const clientKey = generateKeyPairSync('ec', { namedCurve: 'P-256' })
export const api = 'https://api.example.com'

export interface OidcServer {
  readonly issuer: string
  /** Names of the server's own events: what it saw, independently of what we think we sent. */
  readonly events: string[]
  /** Ends one access token, and nothing of what it was granted with. */
  endAccess(token: string): Promise<void>
  stop(): Promise<void>
}

export interface OidcOptions {
  readonly dpopNonce?: boolean
  readonly requirePar?: boolean
  /** Seconds. */
  readonly accessLifetime?: number
  /** Whose ID tokens are taken for tokens of ours: those of a CI service. */
  readonly trusted?: KeyObject
}

/** A certified OpenID provider, in this process. */
export async function startOidc(options: OidcOptions = {}): Promise<OidcServer> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const provider = new Provider(issuer, configuration(options))
  const events: string[] = []
  for (const event of [
    'grant.success',
    'grant.error',
    'grant.revoked',
    'refresh_token.consumed',
    'access_token.destroyed',
    'pushed_authorization_request.saved',
  ]) {
    provider.on(event, () => events.push(event))
  }
  registerExchange(provider, issuer, options.trusted)
  const callback = provider.callback()
  server.on('request', (request, response) => {
    if (!request.url?.startsWith(interactionPath)) return callback(request, response)
    // Whatever goes wrong there is a page that does not come, and a test that fails on it.
    visit(provider, request, response).catch((error: unknown) => {
      response.statusCode = 500
      response.end(String(error))
    })
  })
  return {
    issuer,
    events,
    endAccess: async (token) => await (await provider.AccessToken.find(token))?.destroy(),
    stop: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function configuration({
  dpopNonce = false,
  requirePar = false,
  accessLifetime = 600,
}: OidcOptions) {
  const native = {
    application_type: 'native',
    redirect_uris: ['http://127.0.0.1/callback'],
    grant_types: ['authorization_code', 'refresh_token', deviceGrant, exchangeGrant],
    response_types: ['code'],
  }
  const service = {
    redirect_uris: [],
    response_types: [],
    grant_types: ['client_credentials', exchangeGrant],
    scope: 'read write',
  }
  const clientSecret = 'a secret & more: ~-_.+/=%20 '.padEnd(40, 'x')
  return {
    clients: [
      { client_id: 'native', token_endpoint_auth_method: 'none', ...native },
      {
        client_id: 'localhost',
        token_endpoint_auth_method: 'none',
        ...native,
        redirect_uris: ['http://localhost/callback'],
      },
      {
        client_id: 'pasted',
        token_endpoint_auth_method: 'none',
        ...native,
        redirect_uris: ['https://app.example.com/cb', 'com.example.app:/cb'],
      },
      {
        client_id: 'confidential',
        client_secret: clientSecret,
        token_endpoint_auth_method: 'client_secret_basic',
        ...native,
      },
      ...['client_secret_basic', 'client_secret_post', 'client_secret_jwt'].map((method) => ({
        client_id: method,
        client_secret: clientSecret,
        token_endpoint_auth_method: method,
        ...service,
      })),
      {
        client_id: 'private_key_jwt',
        token_endpoint_auth_method: 'private_key_jwt',
        jwks: { keys: [{ ...clientKey.publicKey.export({ format: 'jwk' }), kid: 'first' }] },
        ...service,
      },
    ],
    jwks: { keys: [{ ...rsa.privateKey.export({ format: 'jwk' }), kid: 'signing', use: 'sig' }] },
    cookies: { keys: ['only for tests'] },
    scopes: ['openid', 'offline_access', 'read', 'write'],
    clientAuthMethods: [
      'none',
      'client_secret_basic',
      'client_secret_post',
      'client_secret_jwt',
      'private_key_jwt',
    ],
    features: {
      devInteractions: { enabled: false },
      deviceFlow: { enabled: true, ...devicePages },
      clientCredentials: { enabled: true },
      introspection: { enabled: true, allowedPolicy: () => true },
      revocation: { enabled: true, allowedPolicy: () => true },
      pushedAuthorizationRequests: {
        enabled: true,
        requirePushedAuthorizationRequests: requirePar,
      },
      dPoP: { enabled: true, nonceSecret: randomBytes(32), requireNonce: () => dpopNonce },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => undefined,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: 'read write',
          audience: api,
          accessTokenFormat: 'jwt',
          accessTokenTTL: accessLifetime,
        }),
      },
    },
    // Everything that has a default which the provider would rather not be asked for.
    adapter: createMemoryAdapter(),
    ttl: {
      AccessToken: accessLifetime,
      ClientCredentials: accessLifetime,
      DeviceCode: 600,
      IdToken: 3_600,
      Interaction: 3_600,
      Grant: day,
      RefreshToken: day,
      Session: day,
    },
    rotateRefreshToken: () => true,
    findAccount: (_: unknown, id: string) => ({
      accountId: id,
      claims: () => ({ sub: id, email: `${id}@example.com` }),
    }),
  }
}

/** RFC 8693 in its simplest form: an access token of this server for another with fewer scopes. */
function registerExchange(provider: Provider, issuer: string, trusted?: KeyObject): void {
  provider.registerGrantType(
    exchangeGrant,
    async (ctx) => {
      const { params, client, provider: kit } = ctx.oidc
      if (trusted !== undefined && params.subject_token_type?.endsWith(':jwt') === true) {
        await jwtVerify(params.subject_token ?? '', trusted, { audience: issuer })
        const token = new kit.ClientCredentials({ client, scope: params.scope ?? 'read' })
        ctx.body = {
          access_token: await token.save(),
          token_type: 'Bearer',
          expires_in: token.expiration,
          scope: token.scope,
        }
        return
      }
      const subject = await kit.AccessToken.find(params.subject_token)
      if (subject === undefined) {
        ctx.status = 400
        ctx.body = { error: 'invalid_grant', error_description: 'no such subject token' }
        return
      }
      const token = new kit.AccessToken({
        client,
        accountId: subject.accountId,
        grantId: subject.grantId,
        scope: params.scope ?? subject.scope,
        gty: exchangeGrant,
      })
      ctx.body = {
        access_token: await token.save(),
        issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
        token_type: 'Bearer',
        expires_in: token.expiration,
        scope: token.scope,
      }
    },
    ['subject_token', 'subject_token_type', 'requested_token_type', 'audience', 'scope'],
  )
}

export const clientSecret = 'a secret & more: ~-_.+/=%20 '.padEnd(40, 'x')
