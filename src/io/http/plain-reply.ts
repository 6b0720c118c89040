import { ToknError } from '../../core/errors.ts'
import type { HttpReply } from '../../core/ports.ts'
import { words } from '../../messages/words.ts'
import { headLimit } from './connector.ts'

/** How far a reply has come. */
export interface PlainReply {
  readonly status: number
  readonly headers: HttpReply['headers']
  /** What there is of its body. */
  readonly body: Uint8Array
  /** Whether all of it is here; that of a reply without a length is with the end of the connection. */
  readonly isWhole: boolean
  readonly hasLength: boolean
  /** Bytes of the whole reply with its head, where that is known before they are here. */
  readonly needed?: number | undefined
}

const mostInterim = 20
const line = '\r\n'

/**
 * Reads what has come of a reply (RFC 9112): its head, and a body with a length, in chunks, or up to the end of
 * the connection. `undefined` while the head is not complete. Throws `provider_nonsense`, with the name
 * of the peer, for what is no HTTP/1.1.
 */
export function readPlainReply(bytes: Buffer, host: string): PlainReply | undefined {
  let start = 0
  for (let interim = 0; interim <= mostInterim; interim++) {
    const end = bytes.indexOf(line + line, start)
    if (end === -1 ? bytes.length - start > headLimit : end - start > headLimit) {
      throw nonsense(words.network.hugeHeaders(host, headLimit >> 10, false))
    }
    const head = bytes.subarray(start, end === -1 ? bytes.length : end).toString('latin1')
    const [first = '', ...rest] = head.split(line)
    const status = Number(/^HTTP\/1\.[01] (\d{3})(?: |$)/.exec(first)?.[1])
    const isBegun = end !== -1 || first.length >= 'HTTP/1.1 200'.length
    if (isBegun && !(status >= 100))
      throw nonsense(words.network.otherProtocol(host, 'other', false))
    if (end === -1) return undefined
    start = end + 2 * line.length
    // 101 would be another protocol.
    if (status === 101) throw nonsense(words.network.switchedProtocol(host, false))
    if (status < 200) continue
    const read = readBody(readHeaders(rest, host), bytes.subarray(start), status, host)
    return { status, ...read, needed: read.needed === undefined ? undefined : start + read.needed }
  }
  throw nonsense(words.network.onlyInterim(host))
}

function readHeaders(lines: readonly string[], host: string): HttpReply['headers'] {
  return lines.map((text) => {
    const [, name, value] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*$/.exec(text) ?? []
    if (name === undefined || value === undefined) {
      throw nonsense(words.network.otherProtocol(host, 'invalid', false))
    }
    return [name.toLowerCase(), value]
  })
}

function readBody(
  headers: HttpReply['headers'],
  bytes: Buffer,
  status: number,
  host: string,
): Omit<PlainReply, 'status'> {
  const valuesOf = (wanted: string) =>
    headers.filter(([name]) => name === wanted).map(([, value]) => value)
  if (status === 204 || status === 304) {
    return { headers, body: Buffer.alloc(0), isWhole: true, hasLength: true }
  }
  const [coding] = valuesOf('transfer-encoding')
  if (coding !== undefined) {
    if (coding.toLowerCase() !== 'chunked') {
      throw nonsense(words.network.otherProtocol(host, 'invalid', false))
    }
    return { headers, hasLength: true, ...joinChunks(bytes, host) }
  }
  const lengths = new Set(valuesOf('content-length'))
  if (lengths.size === 0) return { headers, body: bytes, isWhole: false, hasLength: false }
  const [length = ''] = lengths
  if (lengths.size > 1 || !/^\d{1,15}$/.test(length)) {
    throw nonsense(words.network.otherProtocol(host, 'invalid', false))
  }
  const body = bytes.subarray(0, Number(length))
  const needed = Number(length)
  return { headers, body, isWhole: body.length === needed, hasLength: true, needed }
}

function joinChunks(bytes: Buffer, host: string): Pick<PlainReply, 'body' | 'isWhole'> {
  const chunks: Buffer[] = []
  let at = 0
  for (;;) {
    const end = bytes.indexOf(line, at)
    if (end === -1) break
    const size = /^([0-9a-f]{1,8})[ \t]*(?:;.*)?$/i.exec(bytes.toString('latin1', at, end))?.[1]
    if (size === undefined) throw nonsense(words.network.otherProtocol(host, 'invalid', false))
    const from = end + line.length
    const length = Number.parseInt(size, 16)
    // What may follow the last one says nothing that is read.
    if (length === 0) return { body: Buffer.concat(chunks), isWhole: true }
    const chunk = bytes.subarray(from, from + length)
    chunks.push(chunk)
    if (chunk.length < length) break
    at = from + length + line.length
  }
  return { body: Buffer.concat(chunks), isWhole: false }
}

function nonsense(said: ConstructorParameters<typeof ToknError>[1]): ToknError {
  return new ToknError('provider_nonsense', said, { sent: true })
}
