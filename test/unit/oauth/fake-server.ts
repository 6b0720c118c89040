import { generateKeyPairSync, sign } from 'node:crypto'
import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import { createServer as createTlsServer, type ServerOptions } from 'node:https'
import type { AddressInfo } from 'node:net'

export interface Seen {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly form: URLSearchParams
  /** The body as it came. */
  readonly text: string
}

export interface Said {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** Text and bytes are sent as they are, all else as JSON. */
  readonly body?: unknown
}

type Answer = Said | ((seen: Seen, origin: string) => Said | undefined)

export interface FakeServer {
  readonly origin: string
  readonly seen: Seen[]
  /** What is said at each path; `undefined` cuts the connection. Absent: 404. */
  answers: Record<string, Answer>
  stop(): Promise<void>
}

/** A server that says whatever a test wants it to say. */
export async function startFake(
  answers: Record<string, Answer> = {},
  tls?: ServerOptions,
): Promise<FakeServer> {
  const listener: RequestListener = async (request, response) => {
    let text = ''
    for await (const chunk of request.setEncoding('utf8')) text += String(chunk)
    const { method = '', url = '', headers } = request
    const seen = { method, url, headers, form: new URLSearchParams(text), text }
    fake.seen.push(seen)
    const answer = fake.answers[url.split('?')[0] ?? ''] ?? { status: 404 }
    const said = typeof answer === 'function' ? answer(seen, fake.origin) : answer
    if (said === undefined) return request.socket.destroy()
    const raw =
      typeof said.body === 'string' || Buffer.isBuffer(said.body) || said.body === undefined
    const type = raw ? {} : { 'content-type': 'application/json' }
    response.writeHead(said.status ?? 200, { ...type, ...said.headers })
    return response.end(raw ? said.body : JSON.stringify(said.body))
  }
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const fake: FakeServer = {
    origin: `http${tls === undefined ? '' : 's'}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen: [],
    answers,
    stop: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return fake
}

export const discoveryPath = '/.well-known/openid-configuration'

/** A discovery document with everything at `origin`, and `changes` to it. */
export function metadata(changes: Readonly<Record<string, unknown>> = {}): Answer {
  return (_, origin) => ({
    body: {
      issuer: origin,
      authorization_endpoint: `${origin}/authorize`,
      token_endpoint: `${origin}/token`,
      device_authorization_endpoint: `${origin}/device`,
      revocation_endpoint: `${origin}/revoke`,
      introspection_endpoint: `${origin}/introspect`,
      userinfo_endpoint: `${origin}/userinfo`,
      jwks_uri: `${origin}/keys`,
      ...changes,
    },
  })
}

const key = generateKeyPairSync('ec', { namedCurve: 'P-256' })
export const publicKey = { ...key.publicKey.export({ format: 'jwk' }), kid: 'one', alg: 'ES256' }

/** A JWT of the fake server. */
export function signJwt(claims: unknown, header: Readonly<Record<string, unknown>> = {}): string {
  const input = `${encode({ alg: 'ES256', kid: 'one', ...header })}.${encode(claims)}`
  const options = { key: key.privateKey, dsaEncoding: 'ieee-p1363' } as const
  return `${input}.${sign('sha256', Buffer.from(input), options).toString('base64url')}`
}

export function idToken(origin: string, changes: Readonly<Record<string, unknown>> = {}): string {
  const now = Math.floor(Date.now() / 1_000)
  return signJwt({ iss: origin, aud: 'app', sub: 'alice', iat: now, exp: now + 300, ...changes })
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
