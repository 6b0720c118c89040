import { Decoder } from 'ioredis/built/resp/decoder.js'
import type { Socket } from 'node:net'

/** What Redis answers, in RESP2. */
export type Reply = string | number | null | readonly Reply[]

/** What a connection ends with over an answer that cannot be read. */
const nonsense = 'protocol error'

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

/** Bytes of one answer: a page has 500 rows, and each may have four parts of 100 KiB. */
const longest = 268_435_456

interface Question {
  resolve(reply: Reply): void
  reject(error: Error): void
}

/** `idle`: the process may end while nothing is asked. */
export function openLink(socket: Socket, idle: boolean): Link {
  const waiting: Question[] = []
  let heard: ((text: string) => void) | undefined
  let failure: Error | undefined
  let length = 0
  // Of ioredis what reads answers: loading the rest takes longer than a question to a server nearby, it
  // sends again what must not be sent twice, and prints commands where DEBUG says so.
  const decoder = new Decoder({
    getTypeMapping: () => ({}),
    onReply: (reply: Reply) => {
      length = 0
      if (!isReply(reply, 4)) throw new Error(nonsense)
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
      length += chunk.length
      if (length > longest) throw new Error(nonsense)
      decoder.write(chunk)
    } catch (error) {
      // Lists that are too long, or too deep, are a RangeError, as a mistake of ours would be.
      socket.destroy(new Error(nonsense, { cause: error }))
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

function isReply(value: unknown, depth: number): boolean {
  if (!Array.isArray(value)) return value === null || /^(string|number)$/.test(typeof value)
  return depth > 0 && value.every((one) => isReply(one, depth - 1))
}

function encode(command: readonly string[]): string {
  const parts = command.map((part) => `$${Buffer.byteLength(part)}\r\n${part}\r\n`)
  return `*${command.length}\r\n${parts.join('')}`
}

export function listOf(reply: Reply | undefined): readonly Reply[] {
  return Array.isArray(reply) ? (reply as readonly Reply[]) : []
}
