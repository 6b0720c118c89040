import { listen, load, noteRequest, secret, serve, user } from './serve.mjs'

const { default: express } = await load('express')
const { betterAuth } = await load('better-auth')
const { toNodeHandler } = await load('better-auth/node')
const { jwt } = await load('better-auth/plugins')
const { oauthDeviceAuthorization, oauthProvider } = await load('@better-auth/oauth-provider')

const place = await listen()
const ids = []
const auth = betterAuth({
  baseURL: place.origin,
  secret: 'only for tests, and forgotten with them',
  emailAndPassword: { enabled: true },
  rateLimit: { enabled: false },
  telemetry: { enabled: false },
  logger: { disabled: true },
  plugins: [
    jwt(),
    oauthProvider({
      loginPage: '/login',
      consentPage: '/consent',
      scopes: ['openid', 'profile', 'email', 'offline_access', 'read'],
      allowDynamicClientRegistration: true,
      allowUnauthenticatedClientRegistration: true,
      clientPrivileges: () => true,
      generateClientId: () => ids.shift(),
      generateClientSecret: () => secret,
      silenceWarnings: { oauthAuthServerConfig: true, openidConfig: true },
    }),
    oauthDeviceAuthorization({ interval: '1s', verificationUri: '/device' }),
  ],
})

const email = `${user.id}@example.com`
const person = { email, password: user.password, name: user.id }
const { headers: given } = await auth.api.signUpEmail({ body: person, returnHeaders: true })
const cookie = given.getSetCookie().map((line) => line.split(';')[0])
const headers = new Headers({ cookie: cookie.join('; ') })

const device = 'urn:ietf:params:oauth:grant-type:device_code'
for (const [id, metadata] of [
  [
    'native',
    {
      application_type: 'native',
      token_endpoint_auth_method: 'none',
      redirect_uris: ['http://127.0.0.1/callback'],
      grant_types: ['authorization_code', 'refresh_token', device],
    },
  ],
  [
    'private_key_jwt',
    {
      token_endpoint_auth_method: 'private_key_jwt',
      jwks: JSON.parse(process.env.CLIENT_KEYS),
      grant_types: ['client_credentials'],
      client_credentials_scopes: ['read'],
    },
  ],
  ...['client_secret_basic', 'client_secret_post'].map((method) => [
    method,
    {
      token_endpoint_auth_method: method,
      grant_types: ['client_credentials'],
      client_credentials_scopes: ['read'],
    },
  ]),
]) {
  ids.push(id)
  await auth.api.adminCreateOAuthClient({ headers, body: metadata })
}

/** A page whose form is sent to the API as JSON, as its own client for browsers does. */
const showForm = (fields, script) => (_, response) =>
  response.type('html').send(`<!DOCTYPE html><title>Test</title><form>${fields}</form><script>
    const form = document.forms[0]
    const call = async (path, body) => {
      const answer = await fetch('/api/auth' + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ oauth_query: location.search.slice(1), ...body }),
      })
      const said = await answer.json()
      if (!answer.ok) document.body.textContent = JSON.stringify(said)
      return said
    }
    form.onsubmit = (event) => { event.preventDefault(); submit() }
    ${script}</script>`)

const button = '<button type="submit">Continue</button>'
const login = '<input type="text" name="login"><input type="password" name="password">'
const logIn = `const logIn = (more) => call('/sign-in/email', {
  email: form.login.value + '@example.com', password: form.password.value, ...more })`

const app = express()
app.get(
  '/login',
  showForm(
    login + button,
    `${logIn}; const submit = async () => { location = (await logIn()).url }`,
  ),
)
app.get(
  '/consent',
  showForm(
    '<button type="submit" name="accept">Agree</button>',
    `const submit = async () => { location = (await call('/oauth2/consent', { accept: true })).url }`,
  ),
)
app.get(
  '/device',
  showForm(
    `${login}<input type="text" name="user_code">${button}`,
    `${logIn}; const submit = async () => {
      await logIn({ oauth_query: undefined })
      await fetch('/api/auth/device?user_code=' + form.user_code.value)
      const said = await call('/device/approve', {
        oauth_query: undefined, userCode: form.user_code.value })
      if (said.success) document.body.innerHTML = '<main>The device is logged in</main>'
    }`,
  ),
)
app.post('/api/auth/oauth2/token', (request, response, next) => {
  // Its body is read by the package alone: what comes of it is what is noted.
  const chunks = []
  request.on('data', (chunk) => chunks.push(chunk))
  response.once('finish', () => {
    request.body = Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString()))
  })
  noteRequest(request, response, next)
})
app.all('/api/auth/*', toNodeHandler(auth))
serve(place, app)
