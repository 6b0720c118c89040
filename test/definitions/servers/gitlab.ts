import { randomBytes } from 'node:crypto'
import { serve, type Answer, type Call, type Served } from './serve.ts'

interface Token {
  readonly id: number
  readonly value: string
  readonly name: string
  readonly scopes: readonly string[]
  readonly expires: string
  lastUsed: string | null
  revoked: boolean
}

export interface GitLab extends Served {
  /** The token that a user made on the page for that. */
  readonly firstToken: string
}

const day = 86_400_000
const limited = new Set(['k8s_proxy', 'self_rotate'])

/**
 * Personal access tokens, as the documents describe them:
 * https://docs.gitlab.com/api/personal_access_tokens/ , https://docs.gitlab.com/api/user_tokens/ and
 * https://docs.gitlab.com/api/rest/#pagination . The account holds 120 tokens from the start.
 */
export async function startGitLab(): Promise<GitLab> {
  const tokens: Token[] = []
  for (let count = 0; count < 119; count++) make(`old ${count}`, ['read_api'], 30)
  const first = make('laptop', ['api'], 30)

  function make(name: string, scopes: readonly string[], days: number): Token {
    const value = `glpat-${randomBytes(15).toString('base64url')}`
    const expires = new Date(Date.now() + days * day).toISOString().slice(0, 10)
    const id = tokens.length + 40
    const token = { id, value, name, scopes, expires, lastUsed: null, revoked: false }
    tokens.push(token)
    return token
  }

  function answer(call: Call): Answer {
    const own = tokens.find(({ value }) => value === call.headers['private-token'])
    if (own === undefined) return { status: 401, json: { message: '401 Unauthorized' } }
    if (own.revoked) {
      const error_description = 'Token was revoked. You have to re-authorize from the user.'
      return { status: 401, json: { error: 'invalid_token', error_description } }
    }
    own.lastUsed = new Date().toISOString()
    const { method, path } = call
    const route = `${method} ${path.replace(/\/[0-9]+$/, '/:id')}`
    const mayApi = own.scopes.includes('api')
    switch (route) {
      case 'GET /api/v4/personal_access_tokens/self':
        return { status: 200, json: describe(own) }
      case 'POST /api/v4/personal_access_tokens/self/rotate': {
        if (!mayApi && !own.scopes.includes('self_rotate')) return insufficient()
        own.revoked = true
        const next = make(own.name, own.scopes, 7)
        return { status: 200, json: { ...describe(next), token: next.value } }
      }
      case 'DELETE /api/v4/personal_access_tokens/self':
        own.revoked = true
        return { status: 204 }
    }
    if (!mayApi) return insufficient()
    if (route === 'GET /api/v4/personal_access_tokens') return list(call)
    if (route === 'POST /api/v4/user/personal_access_tokens') return create(call)
    if (route === 'DELETE /api/v4/personal_access_tokens/:id') {
      const found = tokens.find(({ id }) => path.endsWith(`/${id}`))
      if (found === undefined) return { status: 404, json: { message: '404 Not found' } }
      found.revoked = true
      return { status: 204 }
    }
    return { status: 404, json: { error: '404 Not Found' } }
  }

  function create({ form }: Call): Answer {
    const scopes = form.getAll('scopes[]')
    const odd = scopes.filter((scope) => !limited.has(scope))
    if (!form.has('name') || scopes.length === 0 || odd.length > 0) {
      return { status: 400, json: { error: 'scopes does not have a valid value' } }
    }
    const asked = form.get('expires_at')
    const days = asked === null ? 30 : Math.ceil((Date.parse(asked) - Date.now()) / day)
    const token = make(form.get('name') ?? '', scopes, days)
    return { status: 201, json: { ...describe(token), token: token.value } }
  }

  function list({ query, headers }: Call): Answer {
    const size = Math.min(Number(query.get('per_page') ?? 20), 100)
    const page = Number(query.get('page') ?? 1)
    const rows = tokens.slice((page - 1) * size, page * size).map(describe)
    if (page * size >= tokens.length) return { status: 200, json: rows }
    const at = `http://${headers['host']}/api/v4/personal_access_tokens?per_page=${size}&page=`
    const link = `<${at}${page + 1}>; rel="next", <${at}1>; rel="first"`
    return { status: 200, json: rows, headers: { link } }
  }

  return { ...(await serve(answer)), firstToken: first.value }
}

function describe({ id, name, scopes, expires, lastUsed, revoked }: Token) {
  return {
    id,
    name,
    revoked,
    created_at: '2026-06-20T08:41:32.123Z',
    description: 'made by a test',
    scopes,
    user_id: 2,
    last_used_at: lastUsed,
    active: !revoked,
    expires_at: expires,
  }
}

function insufficient(): Answer {
  const error_description = 'The request requires higher privileges than provided.'
  return { status: 403, json: { error: 'insufficient_scope', error_description, scope: 'api' } }
}
