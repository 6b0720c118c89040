import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** One spending of a refresh token, whatever came of it. */
export interface Spending {
  readonly refresh: string
  readonly at: number
  /** Whether it was taken: for the first of each token, while its login lives. */
  readonly taken: boolean
}

/** An authorization server that takes each refresh token once: a second use ends all tokens of the login. */
export interface StrictServer {
  readonly port: number
  readonly spendings: readonly Spending[]
  /** Tokens that were spent more than once. */
  spentTwice(): readonly string[]
  /** Logins that ended because a token was spent twice. */
  readonly ended: () => number
  isLive(access: string): boolean
  /** The refresh token that would be taken now, of the login made last. */
  readonly live: () => string
  /** All access tokens and refresh tokens that it has given. */
  readonly given: readonly string[]
  /** Seconds that access tokens live from now on. */
  life: number
  /** Milliseconds that a refresh takes. */
  slow: number
  /** Awaited when a refresh has been done, before it is answered. */
  done: ((spending: Spending) => void | Promise<void>) | undefined
  readonly close: () => Promise<void>
}

interface Login {
  live: boolean
  refresh: string
  access: string
  end: number
}

export async function startStrictServer(): Promise<StrictServer> {
  const spendings: Spending[] = []
  const given: string[] = []
  const logins = new Map<string, Login>()
  let [ended, latest] = [0, '']
  const server = createServer((request, response) => void answer(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const issuer = `http://127.0.0.1:${port}`
  const running: StrictServer = {
    port,
    spendings,
    given,
    life: 3_600,
    slow: 0,
    done: undefined,
    ended: () => ended,
    live: () => logins.get(latest)?.refresh ?? '',
    isLive: (access) =>
      [...logins.values()].some((one) => one.live && one.access === access && one.end > Date.now()),
    spentTwice: () => {
      const seen = new Set<string>()
      return spendings
        .map(({ refresh }) => refresh)
        .filter((one) => seen.size === seen.add(one).size)
    },
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return running

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = new URLSearchParams(Buffer.concat(chunks).toString())
    const path = request.url ?? '/'
    response.on('error', () => undefined)
    if (path.startsWith('/.well-known/')) return send(response, 200, metadata())
    if (path !== '/token') return send(response, 404, { error: 'not_found' })
    if (body.get('grant_type') !== 'refresh_token') return send(response, 200, logIn())
    const [status, reply] = await refresh(body.get('refresh_token') ?? '')
    send(response, status, reply)
  }

  async function refresh(token: string): Promise<readonly [number, object]> {
    const login = logins.get(token)
    const taken = login?.live === true && login.refresh === token
    if (login !== undefined && !taken && login.live) {
      login.live = false
      ended++
    }
    const spending = { refresh: token, at: Date.now(), taken }
    spendings.push(spending)
    const reply = taken && login !== undefined ? give(login) : undefined
    if (running.slow > 0) await new Promise((resolve) => setTimeout(resolve, running.slow))
    await running.done?.(spending)
    return reply === undefined ? [400, { error: 'invalid_grant' }] : [200, reply]
  }

  function logIn(): object {
    return give({ live: true, refresh: '', access: '', end: 0 })
  }

  function give(login: Login): object {
    const make = (what: string) => `${what}-canary-${randomBytes(16).toString('hex')}`
    login.refresh = make('refresh')
    login.access = make('access')
    login.end = Date.now() + running.life * 1_000
    latest = login.refresh
    logins.set(login.refresh, login)
    given.push(login.access, login.refresh)
    return {
      access_token: login.access,
      refresh_token: login.refresh,
      token_type: 'Bearer',
      expires_in: running.life,
    }
  }

  function metadata(): object {
    return {
      issuer,
      response_types_supported: ['code'],
      grant_types_supported: ['client_credentials', 'refresh_token'],
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      jwks_uri: `${issuer}/jwks`,
    }
  }

  function send(response: ServerResponse, status: number, value: object): void {
    const text = JSON.stringify(value)
    response.writeHead(status, { 'content-type': 'application/json' }).end(text)
  }
}
