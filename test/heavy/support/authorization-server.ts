import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

interface Redirect {
  readonly status: number
  readonly to: string
}

/** An OAuth 2.0 server that takes every client, and redirects where it is told to. */
export interface AuthorizationServer {
  readonly issuer: string
  /** Paths asked for, in order. */
  readonly log: string[]
  redirect: ((path: string) => Redirect | undefined) | undefined
  /** How many of the next refreshes are done, and then get no answer. */
  losses: number
  /** Whether a refresh token works once more after it was used. */
  lenient: boolean
  /** Refreshes that were done. */
  readonly refreshes: () => number
  readonly close: () => Promise<void>
}

const endpoints = ['token', 'revocation', 'introspection', 'userinfo'] as const

export async function startAuthorizationServer(): Promise<AuthorizationServer> {
  let count = 0
  let refreshes = 0
  let live = ''
  let before = ''
  const log: string[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (text: string) => (body += text))
    request.on('end', () => answer(request, new URLSearchParams(body), response))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const running: AuthorizationServer = {
    issuer,
    log,
    redirect: undefined,
    losses: 0,
    lenient: false,
    refreshes: () => refreshes,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
  return running

  function answer(request: IncomingMessage, body: URLSearchParams, response: ServerResponse): void {
    const path = request.url ?? '/'
    log.push(path)
    const redirect = running.redirect?.(path)
    if (redirect !== undefined) {
      response.writeHead(redirect.status, { location: redirect.to }).end()
      return
    }
    const known = path.startsWith('/.well-known/') ? metadata() : replies(path, body)
    if (body.get('grant_type') === 'refresh_token' && running.losses > 0) {
      running.losses--
      response.destroy()
      return
    }
    const status = known === undefined ? 404 : 'error' in known ? 400 : 200
    response
      .writeHead(status, { 'content-type': 'application/json' })
      .end(JSON.stringify(known ?? { error: 'not_found' }))
  }

  function metadata() {
    return {
      issuer,
      response_types_supported: ['code'],
      grant_types_supported: ['client_credentials', 'refresh_token'],
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
      authorization_endpoint: `${issuer}/authorize`,
      jwks_uri: `${issuer}/jwks`,
      ...Object.fromEntries(endpoints.map((name) => [`${name}_endpoint`, `${issuer}/${name}`])),
    }
  }

  function replies(path: string, body: URLSearchParams): object | undefined {
    if (path === '/token') return makeTokens(body.get('refresh_token'))
    if (path === '/introspection') return { active: true }
    if (path === '/userinfo') return { sub: 'somebody' }
    return path === '/revocation' ? {} : undefined
  }

  function makeTokens(refresh: string | null): object {
    if (refresh !== null) {
      const good = refresh === live || (running.lenient && refresh === before)
      if (!good) return { error: 'invalid_grant' }
      refreshes++
    }
    count++
    before = live
    live = `refresh-${count}-canary`
    return {
      access_token: `access-${count}-canary`,
      refresh_token: live,
      token_type: 'Bearer',
      expires_in: 3_600,
    }
  }
}
