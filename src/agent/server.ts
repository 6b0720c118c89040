import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Answer } from './answers.ts'
import { readRequest, type Asked } from './requests.ts'
import { WaitingConnections, type MostConnections } from './waiting-connections.ts'

/** What answers. Never throws, and its promises are never rejected. */
export type AnswerTo = (asked: Asked, request: IncomingMessage) => Answer | Promise<Answer>

/** Longest head of a request, in bytes. */
const longestHead = 8_192

/** Milliseconds that an answer may take before it is said that one is to come. */
const patience = 200

/** Most first lines that are remembered: programs ask for the same again and again. */
const mostRemembered = 256

/** To a CONNECT, which names a method as any other that is not there. */
const noTunnel = [
  'HTTP/1.1 405 Method Not Allowed',
  'Cache-Control: no-store',
  'Content-Length: 0',
  'Connection: close',
  '\r\n',
].join('\r\n')

const never: readonly string[] = []

/** The protocol over a connection, without any place to listen at: see `http.Server.listen`. */
export function createAgentServer(answerTo: AnswerTo, most: MostConnections): Server {
  const remembered = new Map<string, Asked>()
  const waiting = new WaitingConnections(most)
  const server = createServer(
    {
      maxHeaderSize: longestHead,
      headersTimeout: 2_000,
      requestTimeout: 5_000,
      connectionsCheckingInterval: 500,
      keepAliveTimeout: 30_000,
      // A name that a client makes up for a socket is of no meaning, and so is none at all.
      requireHostHeader: false,
    },
    (request, response) => {
      waiting.take(request.socket)
      const answer = respond(request)
      if (!(answer instanceof Promise)) return send(request, response, answer)
      void sendLate(answer, request, response)
    },
  )
  // No request as far as Node is concerned: unheard, the connection would end without an answer.
  server.on('connect', (_, socket: Duplex) => socket.end(noTunnel))
  server.on('connection', (socket: IncomingMessage['socket']) => waiting.add(socket))
  return server

  function respond(request: IncomingMessage): Answer | Promise<Answer> {
    const { headers, method = '', url = '' } = request
    if (isOfBrowser(headers) || method === 'OPTIONS') return { status: 403 }
    if (hasBody(headers)) return { status: 413, headers: ['Connection', 'close'] }
    const line = `${method} ${url}`
    const known = remembered.get(line)
    const asked = known ?? readRequest(method, url)
    if (known === undefined && remembered.size < mostRemembered) remembered.set(line, asked)
    return answerTo(asked, request)
  }

  async function sendLate(
    answer: Promise<Answer>,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const begun = sayLater(request, response)
    const late = await answer
    clearTimeout(begun)
    send(request, response, late)
  }

  function send(
    { socket }: IncomingMessage,
    response: ServerResponse,
    { status, headers = never, body = '' }: Answer,
  ): void {
    if (response.destroyed) return
    response.sendDate = false
    const length = String(Buffer.byteLength(body))
    const all = ['Cache-Control', 'no-store', 'Content-Length', length, ...headers]
    try {
      // An array of names and values is what it takes as it is.
      response.writeHead(status, all as unknown as Record<string, string>)
      response.end(body)
    } catch {
      // A token, or what travels with it, is no text of a header.
      response.writeHead(500, { 'Content-Length': '0', 'X-Tokn-Error': 'provider_nonsense' }).end()
    }
    waiting.putBack(socket)
  }
}

/**
 * Another process of this program is told that it has been heard where its answer takes longer. Other
 * clients may not know such an answer before the answer.
 */
function sayLater({ url = '' }: IncomingMessage, response: ServerResponse) {
  if (!url.startsWith('/session')) return undefined
  return setTimeout(() => {
    if (!response.destroyed) response.writeProcessing()
  }, patience)
}

/** A page in a browser is no client of ours, whatever made it possible to get here. */
function isOfBrowser(headers: IncomingMessage['headers']): boolean {
  if (headers.origin !== undefined || headers.upgrade !== undefined) return true
  for (const name in headers) if (name.startsWith('sec-fetch-')) return true
  return false
}

function hasBody(headers: IncomingMessage['headers']): boolean {
  if (headers['transfer-encoding'] !== undefined) return true
  const length = headers['content-length']
  return length !== undefined && Number(length) !== 0
}
