import { randomBytes } from 'node:crypto'
import { serve, type Answer, type Call, type Served } from './serve.ts'

export const dockerUser = { username: 'ada', password: 'pw:docker' }

export interface DockerRegistry extends Served {
  /** The scopes that a token is good for; absent for a token that is none. */
  scopesOf(token: string): readonly string[] | undefined
}

/**
 * A token service, as the documents describe it:
 * https://distribution.github.io/distribution/spec/auth/token/ and .../oauth/
 */
export async function startDockerRegistry(): Promise<DockerRegistry> {
  const issued = new Map<string, readonly string[]>()
  const refreshTokens = new Set<string>()

  function issue(scopes: readonly string[]): string {
    const token = randomBytes(40).toString('base64url')
    issued.set(token, scopes)
    return token
  }

  function answer({ method, path, query, form, basic }: Call): Answer {
    if (path !== '/token') return { status: 404 }
    if (method === 'GET') {
      const [user, password] = basic ?? []
      if (user !== dockerUser.username || password !== dockerUser.password) {
        return { status: 401, json: { details: 'incorrect username or password' } }
      }
      const token = issue(query.getAll('scope'))
      const refresh = `rt-${randomBytes(20).toString('hex')}`
      if (query.get('offline_token') === 'true') refreshTokens.add(refresh)
      // Nothing of how long it lives: "if this value is omitted, 60 seconds".
      const times = { issued_at: new Date().toISOString() }
      return { status: 200, json: { token, ...times, refresh_token: refresh } }
    }
    const known = refreshTokens.has(form.get('refresh_token') ?? '')
    if (form.get('grant_type') !== 'refresh_token' || !known || !form.has('client_id')) {
      return { status: 401, json: { error: 'invalid_grant', error_description: 'unknown token' } }
    }
    const scope = form.get('scope') ?? ''
    const access_token = issue(scope === '' ? [] : scope.split(' '))
    return { status: 200, json: { access_token, scope, expires_in: 300, issued_at: 'now' } }
  }

  return { ...(await serve(answer)), scopesOf: (token) => issued.get(token) }
}
