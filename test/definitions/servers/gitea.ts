import { randomBytes } from 'node:crypto'
import { serve, type Answer, type Call, type Served } from './serve.ts'

interface Token {
  readonly id: number
  readonly name: string
  readonly value: string
  readonly scopes: readonly string[]
}

export const giteaUser = { username: 'ada', password: 'pw gitea', otp: '123456' }

/**
 * Access tokens of a user with a second factor, as the document describes them:
 * https://docs.gitea.com/development/api-usage and the OpenAPI document of an installation.
 */
export async function startGitea(): Promise<Served> {
  const tokens: Token[] = []
  let last = 0
  const own = `/api/v1/users/${giteaUser.username}/tokens`

  function make(name: string, scopes: readonly string[]): Token {
    const token = { id: ++last, name, value: randomBytes(20).toString('hex'), scopes }
    tokens.push(token)
    return token
  }
  for (let count = 0; count < 52; count++) make(`old-${count}`, ['read:misc'])

  function answer(call: Call): Answer {
    const { method, path, headers, query } = call
    if (method === 'GET' && path === '/api/v1/user') {
      const token = tokens.find(({ value }) => headers['authorization'] === `token ${value}`)
      if (token === undefined) return no(401, 'user does not exist [uid: 0, name: ]')
      if (!token.scopes.some((scope) => scope === 'all' || scope.endsWith(':user'))) {
        return no(403, 'token does not have at least one of required scope(s): [read:user]')
      }
      return { status: 200, json: { id: 1, login: 'ada', full_name: 'Ada', is_admin: false } }
    }
    if (!path.startsWith(own)) return no(404, 'not found')
    // None of these takes a token: the password every time, and the second factor with it.
    const [user, password] = call.basic ?? []
    if (user !== giteaUser.username || password !== giteaUser.password) {
      return no(401, 'auth required')
    }
    if (headers['x-gitea-otp'] !== giteaUser.otp) {
      return no(401, 'Only signed in user is allowed to call APIs.')
    }
    if (method === 'POST' && path === own) return create(call)
    if (method === 'GET' && path === own) {
      const limit = Math.min(Number(query.get('limit') ?? 30), 50)
      const from = (Number(query.get('page') ?? 1) - 1) * limit
      return { status: 200, json: tokens.slice(from, from + limit).map((one) => describe(one)) }
    }
    if (method === 'DELETE') {
      const index = tokens.findIndex(({ id }) => path === `${own}/${id}`)
      if (index < 0) return no(404, 'not found')
      tokens.splice(index, 1)
      return { status: 204 }
    }
    return no(405, 'method not allowed')
  }

  function create({ json }: Call): Answer {
    const { name, scopes } = json
    if (typeof name !== 'string' || name === '') return no(422, '[Name]: Required')
    if (tokens.some((token) => token.name === name)) {
      return no(400, 'access token name has been used already')
    }
    if (!Array.isArray(scopes) || scopes.length === 0) {
      return no(400, 'access token must have a scope')
    }
    const token = make(name, scopes.map(String))
    return { status: 201, json: describe(token, token.value) }
  }

  return await serve(answer)
}

function describe({ id, name, value, scopes }: Token, sha1 = '') {
  const times = { created_at: '2026-01-02T03:04:05+01:00', last_used_at: '2026-02-03T04:05:06Z' }
  return { id, name, sha1, token_last_eight: value.slice(-8), scopes, ...times }
}

function no(status: number, message: string): Answer {
  return { status, json: { message, url: 'https://gitea.example/api/swagger' } }
}
