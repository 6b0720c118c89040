import { AbstractConnector, Redis, ReplyError } from 'ioredis'
import type { Socket } from 'node:net'

/** What Redis answers, in RESP2. */
export type Reply = string | number | null | readonly Reply[]

/** One connection, until it is lost: it is not opened again, and nothing waits in it for that. */
export interface Link {
  isOpen(): boolean
  /** In the order of calls. Rejects with errors of ioredis, which name the command and its arguments. */
  send(command: readonly string[]): Promise<Reply>
  /** Messages of channels that are subscribed to. */
  hear(heard: (text: string) => void): void
  /** Calls `lost` once when it has ended, whoever ended it. */
  lost(lost: () => void): void
  end(): void
}

/** `idle`: the process may end while nothing is asked. */
export async function openLink(socket: Socket, idle: boolean): Promise<Link> {
  const redis = new Redis({
    Connector: connectorOf(socket),
    lazyConnect: true,
    protocol: 2,
    // Each of these would do something by itself: wait, ask further questions, send a write again.
    retryStrategy: () => null,
    enableOfflineQueue: false,
    enableReadyCheck: false,
    disableClientInfo: true,
    autoResubscribe: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: null,
    connectTimeout: 0,
  })
  // What Redis says where nothing was asked, and ends: that it has no room for another connection. Without
  // a listener it is printed.
  let unasked = ''
  redis.on('error', (error) => {
    unasked = / Last error: ([^]*)/.exec(error.message)?.[1] ?? unasked
  })
  await redis.connect()
  let pending = 0
  const settle = () => {
    pending--
    if (idle && pending === 0) socket.unref()
  }
  if (idle) socket.unref()
  return {
    isOpen: () => redis.status === 'ready' && socket.writable,
    send: async ([name = '', ...args]) => {
      pending++
      socket.ref()
      try {
        return (await redis.call(name, args)) as Reply
      } catch (error) {
        throw unasked === '' ? error : new ReplyError(unasked)
      } finally {
        settle()
      }
    },
    hear: (heard) => void redis.on('message', (_channel: string, text: string) => heard(text)),
    lost: (lost) => void socket.once('close', lost),
    end: () => {
      redis.disconnect()
      socket.destroy()
    },
  }
}

/** Hands a socket over that stands already. */
function connectorOf(socket: Socket) {
  return class extends AbstractConnector {
    constructor() {
      super(0)
    }
    override connect(): Promise<Socket> {
      return Promise.resolve(socket)
    }
    override disconnect(): void {
      socket.destroy()
    }
  }
}
