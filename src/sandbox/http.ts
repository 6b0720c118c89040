import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Call, Reply } from './api.ts'
import type { SandboxClock } from './clock.ts'
import type { FaultList } from './faults.ts'
import { misbehave } from './misbehave.ts'
import { answerJson } from './reply.ts'

/** A request that a fake API received, whether or not it was answered. */
export interface RequestLogEntry {
  /** Empty when the request could not be parsed. */
  readonly method: string
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  /** Names and values in the order and spelling received; one character per byte. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: string
  /** Epoch milliseconds of the server's own clock. */
  readonly time: number
  /** Which listener got it: the token host, or the resource host of an API that has two. */
  readonly listener: 'token' | 'resource'
  /** The status answered; absent while, and when, there was no answer. */
  status?: number
  /** The fault that struck. */
  fault?: string
}

/** What a listener is made from. */
export interface ListenerOptions {
  readonly host: string
  /** 0 for any free port. */
  readonly port: number
  readonly listener: 'token' | 'resource'
  readonly clock: SandboxClock
  readonly faults: FaultList
  readonly log: RequestLogEntry[]
  readonly handle: (call: Call) => Reply
  /** Answers requests under `controlPrefix`; they are neither logged nor struck by faults. */
  readonly control: (call: Call) => Reply
}

/** An open listener. */
export interface Listener {
  /** Origin without a trailing slash. */
  readonly url: string
  readonly close: () => Promise<void>
}

/** The path prefix reserved for test control. */
export const controlPrefix = '/__sandbox/'

const bodyLimit = 8 * 1024 * 1024

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    // The rest is read and thrown away, so that the client gets to see the answer.
    if (size <= bodyLimit) chunks.push(chunk)
  }
  return size > bodyLimit ? undefined : Buffer.concat(chunks).toString('utf8')
}

function readCall(request: IncomingMessage, body: string): Call {
  const target = request.url?.startsWith('/') ? request.url : '/'
  const mark = target.indexOf('?')
  const headers = Object.entries(request.headersDistinct).map(
    ([name, values]) => [name, (values ?? []).join(', ')] as const,
  )
  return {
    method: request.method ?? '',
    path: mark < 0 ? target : target.slice(0, mark),
    query: new URLSearchParams(mark < 0 ? '' : target.slice(mark)),
    headers: new Map(headers),
    body,
  }
}

function pairHeaders(raw: readonly string[]): readonly (readonly [string, string])[] {
  return raw.flatMap((name, at) => (at % 2 === 0 ? [[name, raw[at + 1] ?? ''] as const] : []))
}

async function serve(
  options: ListenerOptions,
  request: IncomingMessage,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  const { clock, listener, log } = options
  const body = await readBody(request)
  const call = readCall(request, body ?? '')
  const entry: RequestLogEntry = {
    method: call.method,
    path: call.path,
    query: Object.fromEntries(call.query),
    headers: pairHeaders(request.rawHeaders),
    body: call.body,
    time: clock.now(),
    listener,
  }

  function sendHead(status: number, headers: Readonly<Record<string, string>>): void {
    entry.status = status
    // Clients may measure their clock's skew by it, so it must tell the server's own time.
    response.writeHead(status, { date: new Date(clock.now()).toUTCString(), ...headers })
  }
  function send(reply: Reply): void {
    const length = String(Buffer.byteLength(reply.body))
    const size = reply.status === 204 ? {} : { 'content-length': length }
    sendHead(reply.status, { ...reply.headers, ...size })
    response.end(reply.body)
  }

  if (call.path.startsWith(controlPrefix)) return send(options.control(call))
  log.push(entry)
  if (body === undefined) return send(answerJson(413, { error: 'body too large' }))
  const { delayMs, fault } = options.faults.take(call.method, call.path)
  const names = [...(delayMs > 0 ? ['delay'] : []), ...(fault === undefined ? [] : [fault.do])]
  if (names.length > 0) entry.fault = names.join(', ')
  if (delayMs > 0) await sleep(delayMs, undefined, { signal })
  const process = (): Reply =>
    options.handle(fault?.do === 'repeat-id' ? { ...call, fault: fault.do } : call)
  if (fault === undefined) return send(process())
  return misbehave(fault, { response, process, send, sendHead, signal })
}

/**
 * Opens a listener.
 * @throws Error of node:net when the port cannot be had
 */
export async function listen(options: ListenerOptions): Promise<Listener> {
  const { clock, listener } = options
  const closing = new AbortController()
  const server = createServer((request, response) => {
    // What fails here is the connection: the client has gone, or the listener is closing.
    serve(options, request, response, closing.signal).catch(() => response.destroy())
  })
  server.on('clientError', (_error, socket) => {
    const unread = { method: '', path: '', query: {}, headers: [], body: '' }
    options.log.push({ ...unread, time: clock.now(), listener, status: 400 })
    socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, options.host, resolve)
  })
  const { port } = server.address() as AddressInfo

  function close(): Promise<void> {
    closing.abort()
    server.closeAllConnections()
    return new Promise((resolve) => {
      server.close(() => resolve())
    })
  }
  return { url: `http://${options.host}:${port}`, close }
}
