import {
  metadata,
  startFake,
  type FakeServer,
  type Said,
  type Seen,
} from '../unit/oauth/fake-server.ts'

/** An authorization server without token exchange, whose refresh tokens give narrower tokens too. */
export interface NarrowServer extends FakeServer {
  /** Whether each refresh replaces the refresh token, and one that is sent again ends all of them. */
  rotates: boolean
  /** Whether it gives all scopes whatever it is asked for. */
  gives: 'asked' | 'all' | 'unsaid'
  /** Scopes of every access token that it made, and whose family is alive. */
  readonly tokens: Map<string, string>
  /** Refresh tokens that it takes. */
  readonly alive: Set<string>
  /** Refreshes with a token that was spent before. */
  reuses: number
  /** Whether a refresh ends the access tokens before it. */
  endsBefore: boolean
  /** Access tokens, in seconds. */
  lifetime: number
  /** Called before an answer goes out; `undefined` cuts the connection. */
  beforeAnswer: (said: Said) => Said | undefined
}

const all = 'openid read write'

/** Scopes of a login are `openid read write`. Its user is alice, with any password. */
export async function startNarrowServer(): Promise<NarrowServer> {
  let count = 0
  let spent = new Set<string>()
  const fake = await startFake({
    '/.well-known/oauth-authorization-server': metadata({
      id_token_signing_alg_values_supported: undefined,
    }),
  })
  const server: NarrowServer = Object.assign(fake, {
    rotates: true,
    gives: 'asked' as const,
    tokens: new Map<string, string>(),
    alive: new Set<string>(),
    reuses: 0,
    endsBefore: false,
    lifetime: 3_600,
    beforeAnswer: (said: Said) => said,
  })

  function grant(scope: string, refresh: string | undefined): Said {
    const access = `access-${++count}-canary`
    server.tokens.set(access, scope)
    const lasting = refresh ?? `refresh-${count}-canary`
    server.alive.add(lasting)
    return {
      body: {
        access_token: access,
        token_type: 'Bearer',
        expires_in: server.lifetime,
        ...(refresh === undefined ? { refresh_token: lasting } : {}),
        ...(server.gives === 'unsaid' ? {} : { scope }),
      },
    }
  }

  function answer({ form }: Seen): Said {
    if (form.get('grant_type') === 'password') return grant(all, undefined)
    const token = form.get('refresh_token') ?? ''
    if (spent.has(token)) {
      server.reuses++
      server.alive.clear()
      server.tokens.clear()
    }
    if (!server.alive.has(token)) return { status: 400, body: { error: 'invalid_grant' } }
    const asked = form.get('scope') ?? all
    if (!asked.split(' ').every((one) => all.split(' ').includes(one))) {
      return { status: 400, body: { error: 'invalid_scope' } }
    }
    if (server.endsBefore) server.tokens.clear()
    if (server.rotates) {
      spent = spent.add(token)
      server.alive.delete(token)
    }
    return grant(server.gives === 'all' ? all : asked, server.rotates ? undefined : token)
  }

  fake.answers['/token'] = (seen) => server.beforeAnswer(answer(seen)) as Said
  fake.answers['/introspect'] = ({ form }) => {
    const token = form.get('token') ?? ''
    const scope = server.tokens.get(token)
    const active = scope !== undefined || server.alive.has(token)
    return { body: active ? { active, scope } : { active } }
  }
  return server
}

/** The words of a login at it as alice; the password is in `TOKN_PASSWORD`. */
export function loginAt(server: NarrowServer, profile: string): readonly string[] {
  return [
    ...['login', profile, '--issuer', server.origin, '--client-id', 'app', '--flow', 'password'],
    ...['--username', 'alice', '--client-auth', 'none'],
  ]
}
