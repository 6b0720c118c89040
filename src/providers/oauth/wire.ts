import type { CustomFetch, ServerMetadata } from 'openid-client'
import { ToknError } from '../../core/errors.ts'
import type { Clock, HttpReply, HttpRequest } from '../../core/ports.ts'
import type { Reach } from '../../core/provider.ts'
import { readAnswer } from '../answer.ts'
import { retryAfterOf } from '../refusal.ts'
import { sendWithRetry } from '../retry.ts'
import { readDialect, type Purpose } from './dialect.ts'

/** Our way out, in the shape that openid-client wants. */
export interface Wire {
  readonly fetch: CustomFetch
  /** Tells which endpoint is which, once that is known. */
  learn(server: ServerMetadata): void
  /** One request of our own, with the same rules. */
  send(request: HttpRequest, purpose: Purpose): Promise<HttpReply>
  /** How far the server's clock is ahead of ours, in seconds; 0 within a minute. */
  skew(): number
}

// Reading again changes nothing; anything else may be repeated only if it was certainly not sent.
const repeatable = new Set<Purpose>([
  'discovery',
  'keys',
  'userinfo',
  'introspection',
  'revocation',
])

/** A wire to one server. Every request goes through `reach.http`: limits, TLS rules, no redirects. */
export function openWire(reach: Reach): Wire {
  const purposes = new Map<string, Purpose>()
  let ahead = 0

  async function send(request: HttpRequest, purpose: Purpose): Promise<HttpReply> {
    const kind = repeatable.has(purpose) ? 'safe' : 'unsent'
    const { reply } = await sendWithRetry(reach, request, { kind, afterHaste: true })
    const date = Date.parse(reply.headers.find(([name]) => name === 'date')?.[1] ?? '')
    if (!Number.isNaN(date)) ahead = Math.round((date - Date.now()) / 1_000)
    return reply
  }

  return {
    send,
    skew: () => (Math.abs(ahead) > 60 ? ahead : 0),
    learn: (server) => {
      for (const [name, purpose] of endpointPurposes) {
        for (const url of [server[name], server.mtls_endpoint_aliases?.[name]]) {
          if (typeof url === 'string') purposes.set(new URL(url).href, purpose)
        }
      }
    },
    fetch: async (url, { method, headers, body }) => {
      const purpose = purposes.get(url) ?? 'discovery'
      const sent = Object.entries(headers).filter(([name]) => name !== 'user-agent')
      const request: HttpRequest = { method, url: new URL(url), headers: sent, body: textOf(body) }
      return toResponse(await send(request, purpose), purpose, request.url, reach.clock)
    },
  }
}

const endpointPurposes = [
  ['token_endpoint', 'token'],
  ['device_authorization_endpoint', 'device'],
  ['pushed_authorization_request_endpoint', 'authorization'],
  ['revocation_endpoint', 'revocation'],
  ['introspection_endpoint', 'introspection'],
  ['userinfo_endpoint', 'userinfo'],
  ['jwks_uri', 'keys'],
] as const

function textOf(body: unknown): string | undefined {
  if (body === undefined || body === null) return undefined
  if (typeof body === 'string') return body
  if (body instanceof URLSearchParams) return body.toString()
  throw new TypeError('openid-client sent a body that is neither text nor a form')
}

function toResponse(reply: HttpReply, purpose: Purpose, url: URL, clock: Clock): Response {
  const { status, type, body } = readDialect(reply, purpose)
  if (status === 429 && body === '') {
    const retryAfter = retryAfterOf(readAnswer(reply, { format: 'text' }, url, 0, clock), clock)
    throw new ToknError('rate_limited', `${url.host} is asked too often`, {
      http: { status },
      retryAfter,
      sent: true,
    })
  }
  if (status < 200 || status > 599) {
    throw new ToknError('provider_nonsense', `the server answered with status ${status}`, {
      sent: true,
    })
  }
  const headers = new Headers()
  for (const [name, value] of reply.headers) {
    // A challenge beside an error in the body says less than the body does.
    const spoken = name === 'www-authenticate' && body !== ''
    if (name !== 'content-type' && name !== 'set-cookie' && !spoken) headers.append(name, value)
  }
  if (type !== '') headers.set('content-type', type)
  const empty = status === 204 || status === 205 || status === 304
  return new Response(empty ? null : body, { status, headers })
}
