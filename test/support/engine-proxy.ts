import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/**
 * `pass`: as if nothing stood between. `mute`: what is asked arrives, and no answer comes back.
 * `deaf`: nothing arrives (a black hole: connections stand). `closed`: connections end at once.
 */
export type ProxyMode = 'pass' | 'mute' | 'deaf' | 'closed'

/** In bytes, of each direction. */
export interface EngineTraffic {
  readonly connections: number
  readonly turns: number
  readonly asked: number
  readonly answered: number
}

/** Stands between a client and an engine, and does what networks do. */
export interface EngineProxy {
  readonly host: string
  readonly port: number
  /** The url of the engine, by this way. */
  through(url: string): string
  /** From now on, also for connections that stand. */
  mode(mode: ProxyMode): void
  /** Ends all connections. */
  cut(): void
  /** Connections that have come so far, and those that stand. */
  accepted(): number
  standing(): number
  /** What has gone through since the last question; turns: how often the engine was asked, and waited for. */
  traffic(): EngineTraffic
  close(): Promise<void>
}

export async function startProxy(
  target: { readonly address: string; readonly port: number },
  host = '127.0.0.1',
): Promise<EngineProxy> {
  let [mode, accepted]: [ProxyMode, number] = ['pass', 0]
  let seen = { connections: 0, turns: 0, asked: 0, answered: 0 }
  const sockets = new Set<Socket>()
  const keep = (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => sockets.delete(socket))
  }
  const clients = new Set<Socket>()
  const server = createServer((client) => {
    accepted++
    keep(client)
    if (mode === 'closed') {
      client.destroy()
      return
    }
    clients.add(client)
    seen.connections++
    let isAsking = false
    client.on('data', ({ length }) => {
      if (!isAsking) seen.turns++
      isAsking = true
      seen.asked += length
    })
    const engine = connect(target.port, target.address)
    keep(engine)
    engine.on('data', ({ length }) => {
      isAsking = false
      seen.answered += length
    })
    client.on('data', (chunk) => mode !== 'deaf' && engine.write(chunk))
    engine.on('data', (chunk) => mode === 'pass' && client.write(chunk))
    client.on('close', () => {
      clients.delete(client)
      engine.destroy()
    })
    engine.on('close', () => client.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  const { port } = server.address() as AddressInfo
  const cut = () => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    host,
    port,
    through: (url) => {
      const other = new URL(url)
      other.host = `${host}:${port}`
      return other.href
    },
    mode: (next) => {
      mode = next
      if (next === 'closed') cut()
    },
    cut,
    accepted: () => accepted,
    standing: () => clients.size,
    traffic: () => {
      const before = seen
      seen = { connections: 0, turns: 0, asked: 0, answered: 0 }
      return before
    },
    close: async () => {
      cut()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
