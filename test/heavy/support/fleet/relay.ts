import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'

/** What goes between a machine and a server: `to` the server, or `from` it. */
export interface Passing {
  readonly machine: number
  readonly server: string
  readonly way: 'to' | 'from'
  readonly bytes: Buffer
}

/** Asked for each piece; it goes on when this resolves to `true`, and is dropped where it does not. */
export type Gate = (passing: Passing) => boolean | Promise<boolean>

export interface RelayOptions {
  readonly machine: number
  readonly server: string
  /** The address and port to listen at. */
  readonly at: readonly [address: string, port: number]
  /** The port of this computer that it leads to. */
  readonly port: number
  readonly gate: Gate
}

export interface Relay {
  /** Connections that stand now. */
  readonly open: () => number
  /** Ends all connections, as the loss of a router would: with a reset. */
  readonly cut: () => void
  readonly close: () => Promise<void>
}

/** Passes pieces on, one after the other, as its gate says: what is dropped stays a gap. */
export async function openRelay(options: RelayOptions): Promise<Relay> {
  const { machine, server, at, port, gate } = options
  const sockets = new Set<Socket>()
  const listener: Server = createServer((client) => {
    const target = connect(port, '127.0.0.1')
    const pass = (from: Socket, to: Socket, way: Passing['way']) => {
      sockets.add(from)
      let last: Promise<unknown> = Promise.resolve()
      let broken = false
      const passOn = async (before: Promise<unknown>, bytes: Buffer) => {
        await before
        // After a gap nothing of a stream makes sense: the rest is dropped as well.
        const goes = !broken && (await gate({ machine, server, way, bytes }))
        if (goes) to.write(bytes)
        else broken = true
        from.resume()
      }
      from.on('data', (bytes: Buffer) => {
        from.pause()
        last = passOn(last, bytes)
      })
      const end = async (how: 'end' | 'destroy') => {
        await last
        if (!broken) to[how]()
      }
      from.on('end', () => void end('end'))
      from.on('error', () => to.destroy())
      from.on('close', () => {
        sockets.delete(from)
        void end('destroy')
      })
    }
    pass(client, target, 'to')
    pass(target, client, 'from')
  })
  const [address, own] = at
  await new Promise<void>((resolve, reject) => {
    listener.once('error', reject)
    listener.listen(own, address, resolve)
  })
  const cut = () => sockets.forEach((socket) => socket.resetAndDestroy())
  return {
    open: () => sockets.size / 2,
    cut,
    close: async () => {
      cut()
      await new Promise((resolve) => listener.close(resolve))
    },
  }
}

/** A port of this computer that nobody listens at. */
export async function unusedPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
