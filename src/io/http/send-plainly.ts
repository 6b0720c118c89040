import type { SecureContext } from 'node:tls'
import { ToknError } from '../../core/errors.ts'
import type { HttpReply } from '../../core/ports.ts'
import { words } from '../../messages/words.ts'
import { translateNetworkError } from './network-error.ts'
import { readPlainReply, type PlainReply } from './plain-reply.ts'
import { checkReplyHead, openReply, tooLong } from './reply.ts'
import type { Outgoing } from './send.ts'

/**
 * As `send`, without undici, which takes longer to load than a question to a server that is near. For
 * requests that may be made twice, to a server whose answers are known, and not through a proxy.
 */
export function sendPlainly(request: Outgoing, trust: () => SecureContext): Promise<HttpReply> {
  const { url, limit } = request
  const socket = connect(url, trust)
  const pieces: Buffer[] = []
  let total = 0
  let [connected, sent, settled] = [false, false, false]
  let reply: PlainReply | undefined
  return new Promise<HttpReply>((resolve, reject) => {
    // What has come while this process got no processor is heard first.
    const deadline = setTimeout(() => setImmediate(expire), request.timeout)
    socket.once('connect', () => (connected = true))
    socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', () => {
      sent = true
      socket.write(textOf(request))
    })
    socket.on('data', (piece: Buffer) => {
      pieces.push(piece)
      total += piece.length
      if (mayBeWhole(piece)) attempt(hear)
      else if (total > 2 * limit) fail(tooLong(url.host, limit, reply?.status ?? 0))
    })
    socket.once('error', fail)
    socket.once('close', () => {
      if (settled) return
      attempt(hear)
      if (reply !== undefined && !reply.hasLength) finish(reply)
      else fail(Object.assign(new Error('closed'), { code: cutOf(reply) }))
    })
    request.signal?.addEventListener('abort', expire)
    if (request.signal?.aborted === true) expire()

    /** A long one is not put together again for each piece of it: chunks end with a line. */
    function mayBeWhole(piece: Buffer): boolean {
      if (reply?.needed !== undefined) return total >= reply.needed
      return reply === undefined || request.until !== undefined || piece.at(-1) === 0x0a
    }

    function hear(): void {
      reply = readPlainReply(Buffer.concat(pieces), url.host)
      if (reply === undefined) return
      checkReplyHead(reply.status, reply.headers, request, limit)
      const { body, isWhole, status } = reply
      if (isWhole || request.until?.(Buffer.from(body).toString()) === true) finish(reply)
      else if (body.length > limit) fail(tooLong(url.host, limit, status))
    }

    function expire(): void {
      // What has no end is complete then, once it has begun.
      if (request.until !== undefined && reply !== undefined) finish(reply)
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
      if (reply !== undefined && reply.status >= 400) finish(reply)
      else settle(() => reject(translateNetworkError(error, url.host, sent)))
    }

    function finish({ status, headers, body }: PlainReply): void {
      const cut = body.length > limit
      const bytes = body.subarray(0, limit)
      settle(() => {
        openReply({ status, headers, bytes, url, limit, grants: false, cut }).then(
          resolve,
          (error: unknown) => reject(translateNetworkError(error, url.host, sent)),
        )
      })
    }

    function settle(end: () => void): void {
      if (settled) return
      settled = true
      clearTimeout(deadline)
      request.signal?.removeEventListener('abort', expire)
      end()
      socket.destroy()
    }
  })

  function late(): ToknError {
    const seconds = Number((request.timeout / 1_000).toFixed(1))
    const silence = sent ? 'answer' : connected ? 'answerToConnection' : 'connection'
    return new ToknError('network', words.network.timedOut(url.host, silence, seconds), { sent })
  }
}

function connect(url: URL, trust: () => SecureContext) {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const secure = url.protocol === 'https:'
  const place = {
    ...{ host, port: url.port === '' ? (secure ? 443 : 80) : Number(url.port) },
    ...{ autoSelectFamily: true, autoSelectFamilyAttemptTimeout: 1_000 },
  }
  const { isIP, connect: open } = process.getBuiltinModule('node:net')
  if (!secure) return open(place)
  const name = isIP(host) === 0 ? { servername: host } : {}
  return process.getBuiltinModule('node:tls').connect({
    ...place,
    ...name,
    secureContext: trust(),
    // The environment can change the default.
    rejectUnauthorized: true,
    ALPNProtocols: ['http/1.1'],
  })
}

/** Headers were checked before. */
function textOf({ method, url, headers, body = '' }: Outgoing): string {
  const lines = [
    `${method} ${url.pathname}${url.search} HTTP/1.1`,
    `host: ${url.host}`,
    'connection: close',
    ...headers.map(([name, value]) => `${name}: ${value}`),
    ...(method === 'GET' ? [] : [`content-length: ${Buffer.byteLength(body)}`]),
  ]
  return `${lines.join('\r\n')}\r\n\r\n${body}`
}

function cutOf(reply: PlainReply | undefined): string {
  return reply === undefined ? 'UND_ERR_SOCKET' : 'HPE_INVALID_EOF_STATE'
}
