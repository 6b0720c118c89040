import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { systemCode, ToknError } from '../../core/errors.ts'
import type { Listener, ListenOptions } from '../../core/callback.ts'
import { words } from '../../messages/words.ts'
import { renderPage, type PageKind } from './callback-page.ts'

/**
 * Listens on loopback for the browser to come back from an authorization server. Whatever is not
 * the one expected callback is refused, and the wait goes on: other programs of this machine and
 * pages open in the browser can reach the port as well. Throws `reauth_required` when the port is
 * taken.
 */
export async function listenForCallback(options: ListenOptions): Promise<Listener> {
  const host = options.host ?? '127.0.0.1'
  const callback = new Callback(options)
  const servers = await openServers(host, options.port ?? 0, callback)
  const port = portOf(servers[0])
  const redirectUri = new URL(`http://${host}:${port}${options.path}`)
  // A browser leaves out port 80, in the Host header as in the URL.
  callback.authority = redirectUri.host
  return {
    redirectUri: redirectUri.href,
    wait: () => callback.wait(),
    close: async () => {
      callback.close()
      await Promise.all(servers.map(closeServer))
    },
  }
}

/** Signals by which the user, or whoever started this program, ends it. */
const ending = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

class Callback {
  authority = ''
  readonly #options: ListenOptions
  readonly #arrived: Promise<URL>
  #resolve: (url: URL) => void = () => undefined
  #reject: (error: ToknError) => void = () => undefined
  #timer: NodeJS.Timeout | undefined
  #taken = false
  #refused = 0
  #posted = false
  /** What was set up for the login is taken back first. */
  readonly #interrupt = () =>
    this.#reject(new ToknError('interrupted', words.terminal.stoppedWaiting()))

  constructor(options: ListenOptions) {
    this.#options = options
    this.#arrived = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    // Who raced it against something else may have stopped waiting.
    this.#arrived.catch(() => undefined)
  }

  async wait(): Promise<URL> {
    if (this.#timer === undefined) {
      this.#timer = setTimeout(() => this.#giveUp(), this.#options.timeout)
      // Once: whoever is in a hurry does it again.
      for (const signal of ending) process.once(signal, this.#interrupt)
    }
    return await this.#arrived
  }

  close(): void {
    clearTimeout(this.#timer)
    for (const signal of ending) process.off(signal, this.#interrupt)
  }

  answer(request: IncomingMessage, response: ServerResponse): void {
    const url = this.#readUrl(request)
    if (url === undefined) return this.#show(response, 400, 'refused')
    if (url.pathname !== this.#options.path) return this.#show(response, 404, 'unknown')
    if (request.method !== 'GET') {
      response.setHeader('allow', 'GET')
      this.#posted ||= request.method === 'POST'
      return this.#show(response, 405, request.method === 'POST' ? 'posted' : 'refused')
    }
    if (this.#taken) return this.#show(response, 200, 'over')
    if (!isNavigation(request) || !this.#options.accepts(url)) {
      this.#refused++
      return this.#show(response, 400, 'refused')
    }
    this.#taken = true
    clearTimeout(this.#timer)
    response.once('close', () => this.#resolve(url))
    this.#show(response, 200, url.searchParams.has('error') ? 'denied' : 'done')
  }

  /** Only under our own name, not under one that somebody else points at 127.0.0.1. */
  #readUrl(request: IncomingMessage): URL | undefined {
    const target = request.url ?? ''
    if (request.headers.host !== this.authority || !target.startsWith('/')) return undefined
    const whole = `http://${this.authority}${target}`
    return URL.canParse(whole) && new URL(whole).host === this.authority
      ? new URL(whole)
      : undefined
  }

  #giveUp(): void {
    const said = words.terminal.noCallback(
      words.times.duration(this.#options.timeout),
      this.#refused,
      this.#posted,
    )
    this.#reject(new ToknError('reauth_required', said))
  }

  #show(response: ServerResponse, status: number, kind: PageKind): void {
    const { body, headers } = renderPage(kind, this.#options.title)
    response.writeHead(status, headers).end(body)
  }
}

/**
 * A page of another site can make requests to us, but only the browser itself can navigate here.
 */
function isNavigation({ headers }: IncomingMessage): boolean {
  if (headers.origin !== undefined) return false
  const mode = headers['sec-fetch-mode']
  return mode === undefined || mode === 'navigate'
}

/** `localhost` is two addresses: whoever listens on the other one could catch the browser. */
async function openServers(
  host: string,
  port: number,
  callback: Callback,
): Promise<readonly [Server, ...Server[]]> {
  if (host !== 'localhost') {
    return [await openServer(host.replace(/^\[|\]$/g, ''), port, callback)]
  }
  for (let tries = 0; ; tries++) {
    const first = await openServer('127.0.0.1', port, callback)
    const chosen = portOf(first)
    try {
      return [first, await openServer('::1', chosen, callback)]
    } catch (error) {
      const code = error instanceof ToknError ? systemCode(error.cause) : undefined
      if (code !== 'EADDRINUSE') return [first]
      await closeServer(first)
      if (port !== 0 || tries === 9) throw error
    }
  }
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port
}

async function openServer(address: string, port: number, callback: Callback): Promise<Server> {
  const limits = { maxHeaderSize: 16_384, headersTimeout: 5_000, requestTimeout: 10_000 }
  const server = createServer({ ...limits, connectionsCheckingInterval: 1_000 }, (...exchange) =>
    callback.answer(...exchange),
  )
  server.maxConnections = 64
  return await new Promise((resolve, reject) => {
    server.once('error', (cause) => reject(explain(cause, port)))
    server.listen({ host: address, port, exclusive: true }, () => resolve(server))
  })
}

function explain(cause: Error, port: number): ToknError {
  const inUse = systemCode(cause) === 'EADDRINUSE'
  const said = port === 0 ? words.terminal.noFreePort() : words.terminal.portNotOpened(port, inUse)
  return new ToknError('reauth_required', said, { cause })
}

async function closeServer(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
