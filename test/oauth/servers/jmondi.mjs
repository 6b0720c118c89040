import { randomBytes, randomUUID } from 'node:crypto'
import { listen, load, noteRequest, secret, serve, showLogin, user } from './serve.mjs'

const { default: express } = await load('express')
const { AuthorizationServer, DateInterval, OAuthException } = await load('@jmondi/oauth2-server')
const { handleExpressError, handleExpressResponse } = await load('@jmondi/oauth2-server/express')

const exchange = 'urn:ietf:params:oauth:grant-type:token-exchange'
const day = 86_400_000

const codes = new Map()
const tokens = new Set()
const revoked = new WeakSet()

const personal = ['authorization_code', 'refresh_token']
const redirectUris = ['http://127.0.0.1/callback']
const clients = [
  { id: 'native', name: 'native', redirectUris, allowedGrants: personal, scopes: [] },
  {
    id: 'svc',
    name: 'svc',
    secret,
    redirectUris,
    allowedGrants: [...personal, 'client_credentials', 'password', exchange],
    scopes: [],
  },
]

// What the package leaves to whoever uses it; here all is in memory.

const clientRepository = {
  getByIdentifier: async (id) => clients.find((client) => client.id === id),
  isClientValid: async (grant, client, given) =>
    client.allowedGrants.includes(grant) && (client.secret ?? '') === (given ?? ''),
}

const scopeRepository = {
  getAllByIdentifiers: async (names) =>
    names.filter((name) => ['read', 'write'].includes(name)).map((name) => ({ name })),
  finalize: async (scopes) => scopes,
}

const userRepository = {
  getUserByCredentials: async (id, given, grant) =>
    id === user.id && (grant !== 'password' || given === user.password) ? user : undefined,
}

const authCodeRepository = {
  getByIdentifier: async (code) => codes.get(code),
  issueAuthCode: async (client, owner, scopes) => {
    const expiresAt = new Date(Date.now() + 60_000)
    return { code: randomUUID(), client, user: owner, scopes, expiresAt }
  },
  persist: async (code) => void codes.set(code.code, code),
  isRevoked: async (code) => !codes.has(code),
  revoke: async (code) => void codes.delete(code),
}

const find = (field, value) => [...tokens].find((token) => token[field] === value)

const tokenRepository = {
  issueToken: async (client, scopes, owner) => ({
    ...{ accessToken: randomUUID(), accessTokenExpiresAt: new Date(Date.now() + 3_600_000) },
    ...{ client, scopes, user: owner },
  }),
  issueRefreshToken: async (token) =>
    Object.assign(token, {
      refreshToken: randomUUID(),
      refreshTokenExpiresAt: new Date(Date.now() + day),
    }),
  persist: async (token) => void tokens.add(token),
  revoke: async (token) => {
    revoked.add(token)
    Object.assign(token, { accessTokenExpiresAt: new Date(0), refreshTokenExpiresAt: new Date(0) })
  },
  isRefreshTokenRevoked: async (token) => {
    const spent = revoked.has(token)
    // One that comes twice was stolen by somebody: nobody goes on with what came of it.
    if (spent) tokens.forEach((one) => revoked.add(one))
    return spent
  },
  getByRefreshToken: async (token) => find('refreshToken', token),
  getByAccessToken: async (token) => find('accessToken', token),
}

const place = await listen()
const oauth = new AuthorizationServer(
  clientRepository,
  tokenRepository,
  scopeRepository,
  randomBytes(32).toString('hex'),
  { issuer: place.origin },
)
const hour = new DateInterval('1h')
oauth.enableGrantTypes(
  ['client_credentials', hour],
  ['refresh_token', hour],
  [{ grant: 'authorization_code', authCodeRepository, userRepository }, hour],
  [{ grant: 'password', userRepository }, hour],
  [{ grant: exchange, processTokenExchange: exchangeToken }, hour],
)

async function exchangeToken({ subjectToken }) {
  try {
    const { jti } = JSON.parse(Buffer.from(subjectToken.split('.')[1] ?? '', 'base64url'))
    return find('accessToken', jti).user
  } catch {
    throw OAuthException.invalidGrant('no such subject token')
  }
}

const answer = (handle) => async (request, response) => {
  try {
    handleExpressResponse(response, await handle(request))
  } catch (error) {
    handleExpressError(error, response)
  }
}

const app = express()
app.use(express.urlencoded({ extended: false }))
// The package has none: whoever uses it writes this document, if anybody.
app.get('/.well-known/oauth-authorization-server', (_, response) =>
  response.json({
    issuer: place.origin,
    authorization_endpoint: `${place.origin}/authorize`,
    token_endpoint: `${place.origin}/token`,
    introspection_endpoint: `${place.origin}/introspect`,
    revocation_endpoint: `${place.origin}/revoke`,
    response_types_supported: ['code'],
    grant_types_supported: [...personal, 'client_credentials', 'password', exchange],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'none'],
    code_challenge_methods_supported: ['S256'],
  }),
)
app.get('/authorize', showLogin)
app.post(
  '/authorize',
  answer(async (request) => {
    const { login, password, prompt: _, ...query } = request.body
    const asked = await oauth.validateAuthorizationRequest({ ...request, headers: {}, query })
    asked.user = login === user.id && password === user.password ? user : undefined
    asked.isAuthorizationApproved = asked.user !== undefined
    return await oauth.completeAuthorizationRequest(asked)
  }),
)
app.post(
  '/token',
  noteRequest,
  answer((request) => oauth.respondToAccessTokenRequest(request)),
)
app.post(
  '/introspect',
  answer((request) => oauth.introspect(request)),
)
app.post(
  '/revoke',
  answer((request) => oauth.revoke(request)),
)
serve(place, app)
