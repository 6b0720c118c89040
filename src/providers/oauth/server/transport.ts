import type { CustomFetch, ServerMetadata } from 'openid-client'
import { isToknError, ToknError } from '../../../core/errors.ts'
import type { Clock, HttpReply, HttpRequest } from '../../../core/ports.ts'
import type { Reach } from '../../../core/provider.ts'
import { headerOf, readBody } from '../../replies/body.ts'
import { namesError } from '../../replies/refusal-text.ts'
import { words } from '../../../messages/words.ts'
import { retryPolicies, type RetryPolicy } from '../../../core/retry.ts'
import { sendWithRetry } from '../../send-with-retry.ts'
import type { RequestShape } from './request-shape.ts'
import { openServerClock, type ServerClock } from './server-clock.ts'
import { forLibrary, type ExpectedIssuer } from '../replies/id-token-issuer.ts'
import { normalizeReply, type EndpointKind } from '../replies/normalize-reply.ts'
import { followWithinOrigin, isPublic } from './redirects.ts'
import { readTokenResponse, type TokenResponse } from '../replies/token-response.ts'
import { readRefusal, RefusedError } from '../replies/refusal-reply.ts'

/** Our HTTP client, in the shape that openid-client expects. */
export interface Transport {
  readonly fetch: CustomFetch
  /** Learns which endpoint is which, and whose ID tokens are to come. */
  learn(server: ServerMetadata, expected: ExpectedIssuer): void
  /** One request of our own, with the same rules. */
  send(request: HttpRequest, endpoint: EndpointKind): Promise<HttpReply>
  /** The last response of the token endpoint, if it had a token. */
  tokenResponse(): TokenResponse | undefined
  readonly time: ServerClock
  readonly shape: RequestShape
}

const policies: Readonly<Partial<Record<EndpointKind, RetryPolicy>>> = {
  discovery: retryPolicies.read,
  keys: retryPolicies.read,
  userinfo: retryPolicies.read,
  introspection: retryPolicies.read,
  revocation: retryPolicies.removal,
}

/** Requests to one server. All go through `reach.http`: limits, TLS rules, redirects of documents only. */
export function openTransport(reach: Reach, shape: RequestShape): Transport {
  const endpoints = new Map<string, readonly EndpointKind[]>()
  const time = openServerClock(reach.clock)
  let tokenResponse: TokenResponse | undefined
  let rewrite: ((idToken: string) => string) | undefined

  async function send(request: HttpRequest, endpoint: EndpointKind): Promise<HttpReply> {
    const isDocument = endpoint === 'discovery' || endpoint === 'keys'
    if (!isDocument || !isPublic(request)) return await sendOnce(request, endpoint)
    return await followWithinOrigin((next) => sendOnce(next, endpoint), request)
  }

  async function sendOnce(request: HttpRequest, endpoint: EndpointKind): Promise<HttpReply> {
    // A question that has a time of its own can do without an answer.
    const isQuick = request.timeout !== undefined
    const policy = (isQuick ? undefined : policies[endpoint]) ?? retryPolicies.change
    const named = { ...request, purpose: request.purpose ?? endpoint }
    const outgoing = endpoint === 'token' ? { ...named, grants: true } : named
    const { reply, sentAt } = await sendWithRetry(reach, outgoing, policy).catch(
      (error: unknown) => {
        throw isRedirect(error) ? redirected(error, endpoint) : error
      },
    )
    // Public documents, which caches keep.
    const mayBeKept = endpoint === 'discovery' || endpoint === 'keys'
    time.learn(reply.headers, { sentAt, receivedAt: reach.clock.now() }, mayBeKept)
    return reply
  }

  return {
    send,
    tokenResponse: () => tokenResponse,
    time,
    shape,
    learn: (server, expected) => {
      rewrite = (token) => forLibrary(token, expected, server.issuer)
      for (const [name, endpoint] of endpointPurposes) {
        for (const url of [server[name], server.mtls_endpoint_aliases?.[name]]) {
          if (typeof url !== 'string') continue
          const { href } = new URL(url)
          endpoints.set(href, [...(endpoints.get(href) ?? []), endpoint])
        }
      }
    },
    fetch: async (url, { method, headers, body }) => {
      const form = textOf(body)
      const endpoint = kindOf(endpoints.get(url), form)
      const sent = Object.entries(headers).filter(([name]) => name !== 'user-agent')
      const request: HttpRequest = { method, url: new URL(url), headers: sent, body: form }
      tokenResponse = undefined
      const reply = await send(shape.apply(request, endpoint), endpoint)
      const { status } = reply
      if (status < 200 || status >= 300) return passOn(reply, reach.clock)
      if (endpoint === 'revocation' && namesError(readBody(reply).value)) {
        throw new RefusedError(readRefusal(reply, reach.clock))
      }
      if (endpoint !== 'token') return toResponse(reply, endpoint)
      tokenResponse = await readTokenResponse(reply, reach.clock, time.ahead())
      const { id_token: token } = tokenResponse.body
      const shown =
        typeof token === 'string'
          ? { ...tokenResponse.body, id_token: rewrite?.(token) ?? token }
          : tokenResponse.body
      return respond(reply, 200, 'application/json', JSON.stringify(shown))
    },
  }
}

/** Whether a server answered with the address of another place, which is not gone to. */
export function isRedirect(error: unknown): error is ToknError {
  const status = isToknError(error) ? error.details.http?.status : undefined
  return status !== undefined && status >= 300 && status < 400
}

/** What a profile of OAuth has in place of one base URL. */
function redirected({ code, message, details }: ToknError, kind: EndpointKind): ToknError {
  const endpoint = endpointPurposes.find(([, one]) => one === kind)?.[0]
  const hint = endpoint === undefined ? undefined : words.oauthServer.endpointMoved(endpoint)
  return new ToknError(code, message, { ...details, hint })
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

/** Some servers have several endpoints at one address: only a token is asked for by a grant. */
function kindOf(kinds: readonly EndpointKind[] = ['discovery'], form = ''): EndpointKind {
  const grants = new URLSearchParams(form).has('grant_type')
  const fitting = kinds.find((kind) => (kind === 'token') === grants)
  return fitting ?? kinds[0] ?? 'discovery'
}

function textOf(body: unknown): string | undefined {
  if (body === undefined || body === null) return undefined
  if (typeof body === 'string') return body
  if (body instanceof URLSearchParams) return body.toString()
  throw new TypeError('openid-client sent a body that is neither text nor a form')
}

/** A refusal is ours to explain, except the one that openid-client handles (RFC 9449 section 8). */
function passOn(reply: HttpReply, clock: Clock): Response {
  const refusal = readRefusal(reply, clock)
  if (!refusal.codes.includes('use_dpop_nonce')) throw new RefusedError(refusal)
  const headers = headersFor(reply, 'application/json')
  const body = JSON.stringify({ error: 'use_dpop_nonce' })
  const challenge = headerOf(reply.headers, 'www-authenticate')
  // Openid-client reads the body of a token endpoint, and the DPoP challenge of a resource.
  if (challenge?.trimStart().toLowerCase().startsWith('dpop') === true) {
    headers.set('www-authenticate', challenge)
  }
  return new Response(body, { status: reply.status, headers })
}

function toResponse(reply: HttpReply, endpoint: EndpointKind): Response {
  const { type, body } = normalizeReply(reply, endpoint)
  // Openid-client expects 201 for a pushed request (RFC 9126) and 200 for the rest.
  return respond(reply, endpoint === 'authorization' ? 201 : 200, type, body)
}

function respond(reply: HttpReply, status: number, type: string, body: string): Response {
  return new Response(body, { status, headers: headersFor(reply, type) })
}

/** The headers that openid-client reads. */
function headersFor(reply: HttpReply, type: string): Headers {
  const headers = new Headers(type === '' ? {} : { 'content-type': type })
  const nonce = headerOf(reply.headers, 'dpop-nonce')
  if (nonce !== undefined) headers.set('dpop-nonce', nonce)
  return headers
}
