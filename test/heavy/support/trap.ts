import { createServer, type Server } from 'node:net'
import type { AddressInfo } from 'node:net'

/** A server that nobody should ever reach. */
export interface Trap {
  readonly port: number
  readonly connections: () => number
  readonly bytes: () => number
  readonly close: () => Promise<void>
}

export async function setTrap(host: string): Promise<Trap> {
  let connections = 0
  let bytes = 0
  const server: Server = createServer((socket) => {
    connections++
    socket.on('data', (chunk) => (bytes += chunk.length))
    socket.on('error', () => undefined)
    socket.end('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}')
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, host, resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => connections,
    bytes: () => bytes,
    close: () => new Promise((resolve) => void server.close(() => resolve())),
  }
}
