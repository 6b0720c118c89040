import { Decoder } from 'ioredis/built/resp/decoder.js'
import type { Socket } from 'node:net'

/** What Redis answers, in RESP2. */
export type Reply = string | number | null | readonly Reply[]

/** One connection, until it is lost: it is not opened again, and nothing waits in it for that. */
export interface Link {
  isOpen(): boolean
  /** In the order of calls. Rejects with a `ReplyError`, or with what ended the connection. */
  send(command: readonly string[]): Promise<Reply>
  /** Messages of channels that are subscribed to. */
  hear(heard: (text: string) => void): void
  /** Calls `lost` once when it has ended, whoever ended it. */
  lost(lost: () => void): void
  end(): void
}

interface Question {
  resolve(reply: Reply): void
  reject(error: Error): void
}

/** `idle`: the process may end while nothing is asked. */
export function openLink(socket: Socket, idle: boolean): Link {
  const waiting: Question[] = []
  let heard: ((text: string) => void) | undefined
  let failure: Error | undefined
  // Of ioredis what reads answers: loading the rest takes longer than a question to a server nearby, it
  // sends again what must not be sent twice, and prints commands where DEBUG says so.
  const decoder = new Decoder({
    getTypeMapping: () => ({}),
    onReply: (reply: Reply) => {
      const [kind, , text] = Array.isArray(reply) ? (reply as readonly Reply[]) : []
      if (heard !== undefined && kind === 'message') heard(String(text))
      else next()?.resolve(reply)
    },
    onErrorReply: (error) => {
      const question = next()
      // What it says where nothing was asked, and ends: that it has no room for another connection.
      if (question === undefined) failure ??= error
      else question.reject(error)
    },
    onPush: () => undefined,
  })
  const next = () => {
    const question = waiting.shift()
    if (idle && waiting.length === 0) socket.unref()
    return question
  }
  socket.setNoDelay(true)
  socket.on('data', (chunk) => {
    try {
      decoder.write(chunk)
    } catch (error) {
      socket.destroy(error instanceof Error ? error : undefined)
    }
  })
  socket.on('error', (error) => (failure ??= error))
  socket.once('close', () => {
    failure ??= new Error('closed')
    for (const { reject } of waiting.splice(0)) reject(failure)
  })
  if (idle) socket.unref()
  return {
    isOpen: () => failure === undefined && socket.writable,
    send: (command) =>
      new Promise((resolve, reject) => {
        if (failure !== undefined || socket.destroyed) return reject(failure ?? new Error('closed'))
        waiting.push({ resolve, reject })
        socket.ref()
        socket.write(encode(command))
      }),
    hear: (listener) => void (heard = listener),
    lost: (lost) => void (socket.destroyed ? lost() : socket.once('close', lost)),
    end: () => void socket.destroy(),
  }
}

function encode(command: readonly string[]): string {
  const parts = command.map((part) => `$${Buffer.byteLength(part)}\r\n${part}\r\n`)
  return `*${command.length}\r\n${parts.join('')}`
}

export function listOf(reply: Reply | undefined): readonly Reply[] {
  return Array.isArray(reply) ? (reply as readonly Reply[]) : []
}
