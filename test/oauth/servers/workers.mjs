import { register } from 'node:module'
import { listen, load, note, serve, user } from './serve.mjs'

// The package asks the runtime of Cloudflare for a base class that is not used here, and for a flag.
globalThis.Cloudflare = { compatibilityFlags: { global_fetch_strictly_public: true } }
const code = (text) => `data:text/javascript,${encodeURIComponent(text)}`
const runtime = code('export class WorkerEntrypoint {}')
register(
  code(`export async function resolve(name, context, next) {
    if (name !== 'cloudflare:workers') return await next(name, context)
    return { url: ${JSON.stringify(runtime)}, shortCircuit: true }
  }`),
)

const { OAuthProvider } = await load('@cloudflare/workers-oauth-provider')
const { default: express } = await load('express')

/** What the package keeps everything in; here it is forgotten with the process. */
const values = new Map()
const store = {
  get: async (key, { type } = {}) => {
    const value = values.get(key) ?? null
    return type === 'json' && value !== null ? JSON.parse(value) : value
  },
  put: async (key, value) => void values.set(key, value),
  delete: async (key) => void values.delete(key),
  list: async ({ prefix = '' } = {}) => ({
    keys: [...values.keys()].filter((key) => key.startsWith(prefix)).map((name) => ({ name })),
    list_complete: true,
  }),
}

const page = `<!DOCTYPE html><title>Log in</title><form method="post">
  <input type="text" name="login"><input type="password" name="password">
  <button type="submit">Continue</button></form>`

/** The page of whoever uses the package: it is no part of it. */
async function authorize(request, { OAUTH_PROVIDER: oauth }) {
  if (!new URL(request.url).pathname.startsWith('/authorize'))
    return new Response('', { status: 404 })
  const asked = await oauth.parseAuthRequest(new Request(request.url))
  const form = request.method === 'POST' ? await request.formData() : undefined
  if (form?.get('login') !== user.id || form.get('password') !== user.password) {
    return new Response(page, { headers: { 'content-type': 'text/html' } })
  }
  const { redirectTo } = await oauth.completeAuthorization({
    request: asked,
    userId: user.id,
    metadata: {},
    scope: asked.scope,
    props: { user: user.id },
  })
  return Response.redirect(redirectTo, 302)
}

const place = await listen()
const provider = new OAuthProvider({
  apiRoute: '/mcp',
  apiHandler: { fetch: async (_request, _env, context) => Response.json(context.props) },
  defaultHandler: { fetch: authorize },
  authorizeEndpoint: '/authorize',
  tokenEndpoint: '/token',
  clientRegistrationEndpoint: '/register',
  allowTokenExchangeGrant: true,
  scopesSupported: ['read', 'write'],
  requiredScopes: ['read'],
  resourceMetadata: { resource: `${place.origin}/mcp` },
})

const app = express()
app.use(express.raw({ type: () => true }))
app.all('*', async (request, response) => {
  const { method, body, headers } = request
  const url = place.origin + request.originalUrl
  const sent = new Request(url, { method, headers, ...(method === 'POST' ? { body } : {}) })
  const context = { waitUntil: () => {}, passThroughOnException: () => {}, props: {} }
  const answer = await provider
    .fetch(sent, { OAUTH_KV: store }, context)
    .catch((error) => new Response(error.message, { status: 400 }))
  response.status(answer.status).set(Object.fromEntries(answer.headers))
  if (request.path === '/token') {
    note(Object.fromEntries(new URLSearchParams(String(body))), answer.status)
  }
  response.end(Buffer.from(await answer.arrayBuffer()))
})
serve(place, app)
