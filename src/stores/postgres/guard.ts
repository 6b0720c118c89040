import type PgClient from 'pg/lib/client.js'
import { ToknError } from '../../core/errors.ts'
import { words } from '../../messages/words.ts'

/** Bytes of one answer: a page has 500 rows, and each may have four parts of 100 KiB. */
const longest = 268_435_456
/** Messages that are read up to a zero of their own, for ever where there is none: errors and notices. */
const listed: ReadonlySet<number> = new Set([69, 78])
/** Ways to say who one is that pg does not know, by the number of their request. */
const methods: ReadonlyMap<string, string> = new Map([
  ['2', 'krb5'],
  ['7', 'gss'],
  ['9', 'sspi'],
])

/**
 * What cannot be read, and an answer without end, are the end of this connection: pg throws over the
 * one where nobody can catch it, and keeps all of the other.
 */
export function guard({ connection }: PgClient, where: () => string): void {
  const attach = connection.attachListeners.bind(connection)
  let length = 0
  connection.on('readyForQuery', () => (length = 0))
  connection.attachListeners = (stream) => {
    const check = openFrames()
    const read = (take: (chunk: Buffer) => void) => (chunk: Buffer) => {
      try {
        length += chunk.length
        if (length > longest) throw new Error('an answer without end')
        check(chunk)
        take(chunk)
      } catch (error) {
        stream.destroy(explain(error, where()))
      }
    }
    attach({
      on: (event, take) => stream.on(event, event === 'data' ? read(take) : take),
      destroy: (error) => stream.destroy(error),
    })
  }
}

/** Throws where a message has a length that is none, or does not end. */
function openFrames(): (chunk: Buffer) => void {
  const head = Buffer.alloc(5)
  // Bytes of the head that are there, bytes of the body that are not, and its last two.
  let [known, left, tail] = [0, 0, 0]
  return (chunk) => {
    for (let at = 0; at < chunk.length;) {
      if (left === 0) {
        head[known++] = chunk[at++] ?? 0
        if (known < head.length) continue
        ;[known, left, tail] = [0, head.readInt32BE(1) - 4, 0]
        if (left < 0 || left > longest || (left === 0 && listed.has(head[0] ?? 0)))
          throw new Error('no such length')
        continue
      }
      const end = Math.min(chunk.length, at + left)
      tail = end - at > 1 ? chunk.readUInt16BE(end - 2) : ((tail & 0xff) << 8) | (chunk[at] ?? 0)
      left -= end - at
      at = end
      if (left === 0 && tail !== 0 && listed.has(head[0] ?? 0)) throw new Error('no end')
    }
  }
}

function explain(error: unknown, where: string): ToknError {
  const message = error instanceof Error ? error.message : ''
  const kind = /^Unknown authenticationOk message type (\d+)$/.exec(message)?.[1] ?? ''
  const method = methods.get(kind)
  return method === undefined
    ? new ToknError('network', words.postgres.nonsense(where), { cause: error, lasting: true })
    : new ToknError('store', words.postgres.unknownMethod(where, method), { cause: error })
}
