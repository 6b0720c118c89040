/** An answer over HTTP/1.1, whole. */
export interface Reply {
  readonly status: number
  readonly body: string
}

/**
 * What has been read of an answer so far: nothing, that one is being made, a part of it, nonsense, or
 * all of it.
 */
export type ReplyState = 'nothing' | 'promised' | 'part' | 'unreadable' | Reply

/** Bytes; no head that is meant for us comes near to it. */
const longestHead = 16_384

/** Bytes: more than the longest record with all that JSON may do to it, and than 8 000 profiles in use. */
const longestBody = 1_048_576

/** Answers that only say that another one is to come. */
const mostInterim = 16

const statusLine = /^HTTP\/1\.1 ([1-5]\d\d)(?: [^\r\n]*)?$/
const headerLine = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\r\n\0]*?)[ \t]*$/
const emptyLine = '\r\n\r\n'

/**
 * Reads one answer from pieces of it. Hand-made, since the reader of Node costs more than all else
 * that asks for a token, and strict, since nobody knows who answers: one status line, whole header
 * lines, one Content-Length and as many bytes, within limits; anything else is unreadable.
 */
export function openReplyReader(): { read(piece: Buffer): ReplyState } {
  let pieces: Buffer[] = []
  let length = 0
  let interim = 0
  let head: { readonly status: number; readonly bodyAt: number; readonly end: number } | undefined
  let state: ReplyState = 'nothing'
  return {
    read: (piece) => {
      // Whatever comes behind a whole answer was not asked for.
      if (typeof state === 'object' && piece.length > 0) state = 'unreadable'
      if (state === 'unreadable' || typeof state === 'object') return state
      pieces.push(piece)
      length += piece.length
      return (state = readOn())
    },
  }

  function readOn(): ReplyState {
    while (head === undefined) {
      const whole = join()
      const end = whole.subarray(0, longestHead).indexOf(emptyLine)
      if (end < 0) return length > longestHead ? 'unreadable' : notYet()
      const read = readHead(whole.toString('latin1', 0, end))
      if (read === undefined) return 'unreadable'
      const bodyAt = end + emptyLine.length
      if (read.status >= 200) head = { status: read.status, bodyAt, end: bodyAt + read.length }
      else if (read.length > 0 || read.status === 101 || ++interim > mostInterim) {
        return 'unreadable'
      } else {
        pieces = [whole.subarray(bodyAt)]
        length -= bodyAt
      }
    }
    if (length < head.end) return 'part'
    if (length > head.end) return 'unreadable'
    return { status: head.status, body: join().toString('utf8', head.bodyAt) }
  }

  function notYet(): ReplyState {
    if (interim === 0) return 'nothing'
    return length === 0 ? 'promised' : 'part'
  }

  function join(): Buffer {
    const [first] = pieces
    const whole = pieces.length === 1 && first !== undefined ? first : Buffer.concat(pieces)
    pieces = [whole]
    return whole
  }
}

/** The status of a head, and how many bytes follow it; `undefined` for what is not plainly a head. */
function readHead(text: string): { readonly status: number; readonly length: number } | undefined {
  const [first = '', ...lines] = text.split('\r\n')
  const status = Number(statusLine.exec(first)?.[1])
  if (Number.isNaN(status)) return undefined
  let length: number | undefined
  for (const line of lines) {
    const [, name = '', value = ''] = headerLine.exec(line) ?? []
    if (name === '') return undefined
    switch (name.toLowerCase()) {
      case 'transfer-encoding':
        return undefined
      case 'content-length':
        if (length !== undefined || !/^\d{1,7}$/.test(value)) return undefined
        length = Number(value)
        break
      default:
    }
  }
  const none = status < 200 || status === 204 || status === 304
  if (length === undefined && !none) return undefined
  return length !== undefined && length > longestBody ? undefined : { status, length: length ?? 0 }
}
