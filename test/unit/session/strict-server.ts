import { startFake, metadata, idToken, discoveryPath, type Said } from '../oauth/fake-server.ts'

/** A reply as it goes out, before anything in it is made odd. */
export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Readonly<Record<string, unknown>>
}

export interface StrictServer {
  readonly origin: string
  /** Makes odd what the next refreshes are answered with; `undefined` cuts the connection. */
  twist: ((reply: Reply) => Said | undefined) | undefined
  /** Says something without doing anything. */
  instead: Said | undefined
  /** The refresh token and the access token that work now; neither does after a reuse. */
  readonly live: () => { readonly access: string; readonly refresh: string } | undefined
  /** Refresh tokens presented, in order. */
  readonly presented: string[]
  readonly logins: () => number
  /** Whether the credentials of a login are taken. */
  welcome: boolean
  stop(): Promise<void>
}

/**
 * A server that replaces both tokens at each refresh and ends the session when one is presented
 * twice (RFC 9700 section 4.14.2); by OAuth at /token, and in a dialect of its own at /renew.
 */
export async function startStrictServer(): Promise<StrictServer> {
  let count = 0
  let logins = 0
  let live: { access: string; refresh: string } | undefined
  const presented: string[] = []

  const next = () => {
    count++
    live = { access: `access-${count}-canary`, refresh: `refresh-${count}-canary` }
    return live
  }
  const renew = (
    refresh: string,
    refused: Said,
    reply: (tokens: NonNullable<typeof live>) => Reply,
  ) => {
    presented.push(refresh)
    if (server.instead !== undefined) return server.instead
    if (live?.refresh !== refresh) {
      live = undefined
      return refused
    }
    const good = reply(next())
    return server.twist === undefined ? good : server.twist(good)
  }
  const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' }

  const fake = await startFake({
    [discoveryPath]: metadata(),
    '/token': ({ form }, origin) => {
      const refresh = form.get('refresh_token')
      if (refresh === null) {
        logins++
        if (!server.welcome) return { status: 401, body: { error: 'invalid_client' } }
        const tokens = next()
        return {
          body: {
            access_token: tokens.access,
            refresh_token: tokens.refresh,
            token_type: 'Bearer',
            expires_in: 3_600,
          },
        }
      }
      return renew(refresh, { status: 400, body: { error: 'invalid_grant' } }, (tokens) => ({
        status: 200,
        headers,
        body: {
          access_token: tokens.access,
          token_type: 'Bearer',
          expires_in: 3_600,
          refresh_token: tokens.refresh,
          scope: 'read write',
          id_token: idToken(origin),
        },
      }))
    },
    '/login': () => {
      logins++
      if (!server.welcome) return { status: 401, body: { code: 'bad_password' } }
      const tokens = next()
      return {
        headers,
        body: { data: { token: tokens.access, renewal: tokens.refresh, seconds: 3_600, user: 7 } },
      }
    },
    '/renew': ({ form }) =>
      renew(
        form.get('renewal') ?? '',
        { status: 401, body: { code: 'renewal_gone' } },
        (tokens) => ({
          status: 200,
          headers,
          body: {
            data: {
              token: tokens.access,
              renewal: tokens.refresh,
              seconds: 3_600,
              user: 7,
              id: 'session-1',
            },
          },
        }),
      ),
  })
  const server: StrictServer = {
    origin: fake.origin,
    twist: undefined,
    instead: undefined,
    live: () => live,
    presented,
    logins: () => logins,
    welcome: true,
    stop: fake.stop,
  }
  return server
}

/** The dialect of /renew as a definition. */
export function dialect(origin: string, changes: Readonly<Record<string, unknown>> = {}) {
  const reply = {
    unwrap: ['data'],
    access: 'token',
    refresh: 'renewal',
    userId: 'user',
    id: 'id',
    expiry: { from: 'seconds', as: 'seconds' },
  }
  return {
    id: 'strict',
    title: 'The strict API',
    docs: 'https://example.com/docs',
    baseUrl: origin,
    fields: [{ name: 'password', label: 'Password', secret: true }],
    attach: { headers: { Authorization: 'Bearer {access}' } },
    login: {
      request: { method: 'POST', path: '/login', form: { password: '{fields.password}' } },
      reply,
    },
    refresh: {
      request: { method: 'POST', path: '/renew', form: { renewal: '{refresh}' } },
      reply,
    },
    rotation: 'always',
    errors: { code: 'code' },
    ...changes,
  }
}
