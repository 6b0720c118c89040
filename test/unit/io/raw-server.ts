import { createServer, type AddressInfo, type Socket } from 'node:net'
import { afterEach } from 'vitest'

export interface RawServer {
  readonly url: URL
  readonly port: number
  /** What each connection sent, as text. */
  readonly received: string[]
  close(): Promise<void>
}

const open: RawServer[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()))
})

/** A server without manners: `answer` gets the socket when the head of a request has arrived. */
export async function listen(
  answer: (socket: Socket, head: string) => void,
  onConnection?: (socket: Socket) => void,
): Promise<RawServer> {
  const received: string[] = []
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    const index = received.push('') - 1
    let answered = false
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
    socket.on('data', (chunk) => {
      received[index] += chunk.toString('latin1')
      if (answered || !received[index]!.includes('\r\n\r\n')) return
      answered = true
      answer(socket, received[index]!)
    })
    onConnection?.(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const running: RawServer = {
    url: new URL(`http://127.0.0.1:${port}/`),
    port,
    received,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy()
        server.close(() => resolve())
      }),
  }
  open.push(running)
  return running
}

/** Answers with `text`, byte for byte, and ends. */
export function replying(text: string): (socket: Socket) => void {
  return (socket) => void socket.end(Buffer.from(text, 'latin1'))
}

/** A plain reply with a body. */
export function reply(status: string, headers: readonly string[], body = ''): string {
  const lines = [`HTTP/1.1 ${status}`, `content-length: ${Buffer.byteLength(body)}`, ...headers]
  // The text stands for bytes, one character each.
  return `${lines.join('\r\n')}\r\n\r\n${Buffer.from(body).toString('latin1')}`
}
