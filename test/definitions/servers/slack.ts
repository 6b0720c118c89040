import { randomBytes } from 'node:crypto'
import { serve, type Answer, type Call, type Served } from './serve.ts'

export interface Slack extends Served {
  /** A refresh token that was made on a page, not used yet. */
  readonly refreshToken: string
}

/** https://docs.slack.dev/reference/methods/tooling.tokens.rotate , auth.test and auth.revoke. */
export async function startSlack(): Promise<Slack> {
  const access = new Set<string>()
  let refreshToken = makeRefreshToken()

  function rotate(form: URLSearchParams): Answer {
    if (form.get('refresh_token') !== refreshToken) return no('invalid_refresh_token')
    refreshToken = makeRefreshToken()
    const token = `xoxe.xoxp-1-${randomBytes(30).toString('base64url')}`
    access.add(token)
    const iat = Math.floor(Date.now() / 1_000)
    const who = { team_id: 'T0', user_id: 'U0', iat, exp: iat + 43_200 }
    return { status: 200, json: { ok: true, token, refresh_token: refreshToken, ...who } }
  }

  function answer({ path, headers, form }: Call): Answer {
    if (path === '/api/tooling.tokens.rotate') return rotate(form)
    const token = headers['authorization']?.replace('Bearer ', '')
    if (token === undefined) return no('not_authed')
    if (!access.has(token)) return no('invalid_auth')
    if (path === '/api/auth.test') {
      const who = { team: 'Lab', user: 'ada', team_id: 'T0', user_id: 'U0' }
      const scopes = { 'x-oauth-scopes': 'app_configurations:read,app_configurations:write' }
      return { status: 200, json: { ok: true, ...who }, headers: scopes }
    }
    if (path !== '/api/auth.revoke') return no('unknown_method')
    access.delete(token)
    return { status: 200, json: { ok: true, revoked: true } }
  }

  return { ...(await serve(answer)), refreshToken }
}

function makeRefreshToken(): string {
  return `xoxe-1-${randomBytes(30).toString('base64url')}`
}

// Slack says no with 200.
function no(error: string): Answer {
  return { status: 200, json: { ok: false, error } }
}
