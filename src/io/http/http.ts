import { isConfidential } from '../../core/base-url.ts'
import { isToknError, ToknError } from '../../core/errors.ts'
import type { Http, HttpReply, HttpRequest } from '../../core/ports.ts'
import { redactForeign } from '../../core/secret.ts'
import { display } from '../../core/text.ts'
import { words } from '../../messages/words.ts'
import { elapsed } from '../files/elapsed.ts'
import type { SecureContext } from 'node:tls'
import { openConnector, type Connector } from './connector.ts'
import { refuseUnsafeEnvironment } from '../process/environment.ts'
import type { Environment } from '../files/paths.ts'
import { chooseProxySettings, proxyFor } from './proxy.ts'
import { send, type Outgoing } from './send.ts'
import { openTrust, type TrustOptions } from './trust.ts'

export interface HttpOptions extends Omit<TrustOptions, 'extraCa'> {
  /** The variables that HTTPS_PROXY, NO_PROXY and those of Node are read from. */
  readonly environment: Environment
  /** Wins over HTTPS_PROXY. */
  readonly proxy?: string | undefined
  /** Wins over NO_PROXY. */
  readonly noProxy?: string | undefined
  /** Milliseconds for a whole exchange whose request does not say. Default 30 000. */
  readonly timeout?: number | undefined
  readonly userAgent?: string | undefined
  /** Whether this process goes on for long, and may have many requests to make. */
  readonly lasting?: boolean | undefined
  /** Called when an exchange has ended. */
  readonly onExchange?: ((exchange: Exchanged) => void) | undefined
}

/** What can be shown of an exchange: no header, no body, no value of the query. */
export interface Exchanged {
  readonly method: string
  readonly url: string
  /** HTTP status, or the code of the error. */
  readonly outcome: number | string
  /** Milliseconds. */
  readonly duration: number
}

// Ours to set, or a way to make two readers see two different requests.
const reserved = new Set(
  `host connection content-length transfer-encoding accept-encoding expect keep-alive te trailer
  upgrade proxy-authorization proxy-connection`.split(/\s+/),
)
const headerName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/
const headerValue = /^[\t\x20-\x7e\x80-\xff]*$/

/**
 * The only way to make a request. Loads undici with the first one. Throws `usage` at once for an
 * environment in which secrets are not safe, and later for a request that must not be made.
 */
export function createHttp(options: HttpOptions): Http {
  refuseUnsafeEnvironment(options.environment)
  const settings = chooseProxySettings(options.environment, options)
  const extraCa = options.environment['NODE_EXTRA_CA_CERTS']
  let connector: Promise<Connector> | undefined
  let trust: SecureContext | undefined

  return async (request) => {
    const { redirectIsReply, headers = [], body } = request
    if (redirectIsReply === true && (body ?? headers.find(([name]) => name !== 'accept'))) {
      throw new Error('a redirect would answer more than a question for a document')
    }
    const outgoing: Outgoing = {
      ...request,
      headers: prepareHeaders(request, options.userAgent ?? 'tokn'),
      timeout: request.timeout ?? options.timeout ?? 30_000,
      limit: request.limit ?? (request.grants === true ? 1_048_576 : 262_144),
      proxy: proxyFor(checkUrl(request.url), settings),
    }
    const startedAt = elapsed()
    const tell = (outcome: number | string) =>
      options.onExchange?.({
        method: request.method,
        url: showUrl(request.url),
        outcome,
        duration: Math.round(elapsed() - startedAt),
      })
    try {
      const reply = await exchange(outgoing)
      tell(reply.status)
      return reply
    } catch (error) {
      tell(isToknError(error) ? error.code : 'internal')
      throw error
    }
  }

  async function exchange(request: Outgoing): Promise<HttpReply> {
    const trusting = () => (trust ??= openTrust({ ...options, extraCa }))
    const { plain = false, mayStillSend, proxy } = request
    if (plain && mayStillSend === undefined && proxy === undefined) {
      const { sendPlainly } = await import('./send-plainly.ts')
      return await sendPlainly(request, trusting)
    }
    connector ??= openConnector(trusting, options.lasting)
    return await send(await connector, request)
  }
}

/** A URL for people: the query without its values, and no secret in the path. */
export function showUrl(url: URL): string {
  const keys = [...url.searchParams.keys()].map((key) => `${encodeURIComponent(key)}=…`)
  const query = keys.length === 0 ? '' : `?${keys.join('&')}`
  return display(url.origin + redactForeign(url.pathname) + query, 500)
}

function checkUrl(url: URL): URL {
  if (!isConfidential(url)) {
    throw new ToknError('usage', words.network.notHttps(display(url.origin, 120)))
  }
  if (url.username !== '' || url.password !== '' || url.hash !== '') {
    throw new ToknError('usage', words.network.userInUrl(url.host))
  }
  return url
}

function prepareHeaders(request: HttpRequest, userAgent: string): Outgoing['headers'] {
  const headers = request.headers ?? []
  for (const [name, value] of headers) {
    if (!headerName.test(name) || reserved.has(name.toLowerCase())) {
      throw new ToknError('usage', words.network.forbiddenHeader(display(name, 60)))
    }
    if (!headerValue.test(value)) {
      throw new ToknError('usage', words.network.badHeaderValue(name))
    }
  }
  const named = headers.some(([name]) => name.toLowerCase() === 'user-agent')
  const agent = named ? [] : ([['user-agent', userAgent]] as const)
  // Compressed replies are decompressed (unpack.ts); better to get them plain.
  return [['accept-encoding', 'identity'], ...agent, ...headers]
}
