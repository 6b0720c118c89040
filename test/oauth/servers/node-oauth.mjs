import { listen, load, noteRequest, secret, serve, showLogin, user } from './serve.mjs'

const { default: express } = await load('express')
const { default: OAuth2Server } = await load('@node-oauth/oauth2-server')
const { Request, Response } = OAuth2Server

const codes = new Map()
const sessions = new Map()
const spent = new Set()

const redirectUris = [process.env.REDIRECT_URI]
const clients = [
  { id: 'native', redirectUris, grants: ['authorization_code', 'refresh_token'] },
  {
    id: 'svc',
    secret,
    redirectUris,
    grants: ['authorization_code', 'refresh_token', 'password', 'client_credentials'],
  },
]

/** What the package leaves to whoever uses it; here all is in memory. */
const model = {
  // Without a secret it is only looked for, or it is one that has none.
  getClient: (id, given) =>
    clients.find((client) => client.id === id && (given || undefined) === client.secret) ??
    (given === null ? clients.find((client) => client.id === id) : undefined),
  getUser: (name, password) => name === user.id && password === user.password && user,
  getUserFromClient: ({ id }) => ({ id }),
  validateScope: (_user, _client, scope) =>
    (scope ?? []).every((one) => ['read', 'write'].includes(one)) && (scope ?? ['read']),
  saveAuthorizationCode: (code, client, owner) => {
    const kept = { ...code, client, user: owner }
    codes.set(code.authorizationCode, kept)
    return kept
  },
  getAuthorizationCode: (code) => codes.get(code),
  revokeAuthorizationCode: ({ authorizationCode }) => codes.delete(authorizationCode),
  saveToken: (token, client, owner) => {
    const kept = { ...token, client, user: owner }
    if (client.grants.length > 0) sessions.set(token.refreshToken ?? token.accessToken, kept)
    return kept
  },
  getAccessToken: (token) => [...sessions.values()].find((one) => one.accessToken === token),
  getRefreshToken: (token) => {
    // One that comes twice was stolen by somebody: nobody goes on with what came of it.
    if (spent.has(token)) sessions.clear()
    return sessions.get(token)
  },
  revokeToken: ({ refreshToken }) => {
    spent.add(refreshToken)
    return sessions.delete(refreshToken)
  },
  verifyScope: () => true,
}

const oauth = new OAuth2Server({
  model,
  accessTokenLifetime: 3_600,
  // A client without a secret has nothing to prove.
  requireClientAuthentication: { refresh_token: false },
})

const run = (handle) => async (request, response) => {
  const answer = new Response(response)
  try {
    await handle(new Request(request), answer)
  } catch (error) {
    if (answer.body === undefined || !('error' in answer.body)) {
      answer.body = { error: error.name, error_description: error.message }
      answer.status = error.code ?? 500
    }
  }
  response.set(answer.headers).status(answer.status)
  if (answer.status === 302) response.end()
  else response.send(answer.body)
}

const place = await listen()
const app = express()
app.use(express.urlencoded({ extended: false }))
app.get('/authorize', showLogin)
app.post(
  '/authorize',
  run(async (request, answer) => {
    const { login, password } = request.body
    const handle = () => (login === user.id && password === user.password ? user : undefined)
    await oauth.authorize(request, answer, { authenticateHandler: { handle } })
  }),
)
app.post(
  '/token',
  noteRequest,
  run(async (request, answer) => await oauth.token(request, answer)),
)
app.get(
  '/me',
  run(async (request, answer) => {
    const { user: owner } = await oauth.authenticate(request, answer)
    answer.body = { user: owner.id }
  }),
)
serve(place, app)
