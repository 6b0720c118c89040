import { createServer, type Server, type Socket } from 'node:net'
import type { Server as HttpServer } from 'node:http'

/**
 * A server that loads what answers (`open`) with its first connection: most of those that a command
 * makes for its child are never asked. Where that fails (no file handles, a program that was replaced),
 * `failed` is told, and the next connection tries again.
 */
export function createLazyServer(
  open: () => Promise<HttpServer>,
  failed: (error: unknown) => void = () => undefined,
): Server {
  let opened: Promise<HttpServer> | undefined
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true }, (socket) => {
    const own = (opened ??= open().then(withLimits))
    own.then(
      (http) => handOver(http, socket),
      (error: unknown) => {
        if (opened === own) opened = undefined
        socket.destroy()
        failed(error)
      },
    )
  })
  return server
}

/** It listens nowhere, but watches over its connections as one that does. */
function withLimits(http: HttpServer): HttpServer {
  http.emit('listening')
  return http
}

function handOver(http: HttpServer, socket: Socket): void {
  http.emit('connection', socket)
  socket.resume()
}
