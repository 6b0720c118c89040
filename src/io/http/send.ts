import type { Socket } from 'node:net'
import type { Dispatcher } from 'undici'
import { systemCode, ToknError } from '../../core/errors.ts'
import { readJsonText } from '../../core/json-text.ts'
import type { HttpReply, HttpRequest } from '../../core/ports.ts'
import { words } from '../../messages/words.ts'
import { connectThrough, headLimit, ProxyError, type Connector } from './connector.ts'
import { translateNetworkError } from './network-error.ts'
import { checkReplyHead, openReply, readHeaders, tooLong } from './reply.ts'

const mostInterim = 20

/** How far a connection has come: to the target itself, or to and through a proxy. */
type Stage = 'direct' | 'proxy' | 'tunnel'

/** A checked request. */
export type Outgoing = HttpRequest & {
  readonly headers: ReadonlyArray<readonly [name: string, value: string]>
  readonly timeout: number
  readonly limit: number
  readonly proxy: URL | undefined
}

/**
 * One exchange on a connection of its own: a connection that was kept open may be half dead, and
 * then nobody knows whether the request arrived. A single deadline bounds it from the look-up of
 * the name to the last byte of the body.
 */
export function send(connector: Connector, request: Outgoing): Promise<HttpReply> {
  const { url, limit, grants = false } = request
  const sockets = new Set<Socket>()
  let settled = false
  let sent = false
  let stage: Stage = request.proxy === undefined ? 'direct' : 'proxy'
  let connected = false
  let broken: Error | undefined
  const client = new connector.Client(url.origin, {
    pipelining: 0,
    maxHeaderSize: headLimit,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect:
      request.proxy === undefined
        ? (options, callback) => track(connector.direct(options, callback))
        : connectThrough(connector, request.proxy, track, () => (stage = 'tunnel')),
  })
  return new Promise<HttpReply>((resolve, reject) => {
    const deadline = setTimeout(expire, request.timeout)
    const chunks: Uint8Array[] = []
    let length = 0
    let ended = false
    let interim = 0
    let status = 0
    let headers: HttpReply['headers'] = []

    const handler: Dispatcher.DispatchHandler = {
      onRequestStart(controller) {
        // Called once the connection is open, just before the first byte is written.
        if (request.mayStillSend?.() === false) controller.abort(tooLateToSend())
        else sent = true
      },
      onResponseStart(controller, code) {
        if (code < 200) {
          if (++interim > mostInterim) fail(endless(url.host))
          return
        }
        status = code
        headers = readHeaders(controller.rawHeaders)
        // Of an answer that may grant tokens, as much is kept as the limit allows.
        const most = grants ? Number.POSITIVE_INFINITY : limit
        attempt(() => checkReplyHead(status, headers, request, most))
      },
      onResponseData(_controller, chunk) {
        if (ended) return
        chunks.push(chunk)
        length += chunk.length
        if (request.until?.(Buffer.concat(chunks).toString()) === true) return finish()
        if (length <= limit) return
        if (grants) finish()
        else fail(tooLong(url.host, limit, status))
      },
      onResponseEnd() {
        if (broken === undefined) finish()
        else fail(broken)
      },
      onResponseError(_controller, error) {
        fail(broken ?? error)
      },
    }

    request.signal?.addEventListener('abort', expire)
    if (request.signal?.aborted === true) expire()
    client.dispatch(
      {
        method: request.method,
        path: url.pathname + url.search,
        headers: request.headers.flat(),
        body: request.body ?? null,
        reset: true,
      },
      handler,
    )

    /** What has no end is complete then, once it has begun. */
    function expire(): void {
      if (request.until !== undefined && status !== 0) finish()
      else fail(late())
    }

    function attempt(action: () => void): void {
      try {
        action()
      } catch (error) {
        fail(error)
      }
    }

    function fail(error: unknown): void {
      // The body of an error is only shown, so a part of it is enough. And tokens that arrived
      // completely are not given up because the end of the message is missing.
      if (status >= 400 || (grants && isWhole(status, chunks))) finish()
      else settle(() => reject(translateNetworkError(error, url.host, sent)))
    }

    function finish(): void {
      if (ended || settled) return
      ended = true
      const bytes = Buffer.concat(chunks).subarray(0, limit)
      const raw = { status, headers, bytes, url, limit, grants, cut: length > limit }
      openReply(raw).then(
        (reply) => settle(() => resolve(reply)),
        (error: unknown) => settle(() => reject(translateNetworkError(error, url.host, sent))),
      )
    }

    function settle(end: () => void): void {
      if (settled) return
      settled = true
      clearTimeout(deadline)
      request.signal?.removeEventListener('abort', expire)
      end()
      client.destroy().catch(() => {})
      for (const socket of sockets) socket.destroy()
    }
  })

  function track(socket: Socket): void {
    sockets.add(socket)
    // undici only reports the end that follows a TLS alert, and takes a body without a length for
    // complete when the connection is reset.
    socket.once('error', (error) => {
      const code = systemCode(error) ?? ''
      if (code !== 'ECONNRESET' && !code.startsWith('ERR_SSL_')) return
      broken ??= stage === 'proxy' ? new ProxyError(error) : error
    })
    socket.once('connect', () => (connected = true))
    if (settled) socket.destroy()
  }

  function late(): ToknError {
    const { host } = url
    if (sent) return timedOut(request, host, 'answer', true)
    if (stage === 'tunnel') return timedOut(request, host, 'answerThroughProxy')
    const where = stage === 'proxy' ? words.network.theProxy() : host
    return timedOut(request, where, connected ? 'answerToConnection' : 'connection')
  }
}

/**
 * Whether what arrived of a success is a complete JSON document, however the message was to end.
 */
function isWhole(status: number, chunks: readonly Uint8Array[]): boolean {
  if (status < 200 || status >= 300 || chunks.length === 0) return false
  try {
    readJsonText(Buffer.concat(chunks).toString())
    return true
  } catch {
    return false
  }
}

function timedOut(
  { timeout }: Outgoing,
  host: string,
  silence: Parameters<(typeof words)['network']['timedOut']>[1],
  sent = false,
): ToknError {
  const seconds = Number((timeout / 1_000).toFixed(1))
  return new ToknError('network', words.network.timedOut(host, silence, seconds), { sent })
}

/** What allowed it to be sent has ended while the connection was made. */
function tooLateToSend(): ToknError {
  return new ToknError('busy', words.refresh.lockLost(), { sent: false })
}

function endless(host: string): ToknError {
  return new ToknError('provider_nonsense', words.network.onlyInterim(host), { sent: true })
}
