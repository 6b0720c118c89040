import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openReplyReader, type ReplyState } from '../../../src/io/agent/reply.ts'

/** What has been read when all of `text` has come, in pieces of `size` bytes. */
function read(text: string | Buffer, size = Number.POSITIVE_INFINITY): ReplyState {
  const bytes = Buffer.from(text)
  const reader = openReplyReader()
  let state: ReplyState = 'nothing'
  for (let at = 0; at < bytes.length; at += size) {
    state = reader.read(bytes.subarray(at, Math.min(bytes.length, at + size)))
  }
  return state
}

const whole = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhellö'.replace('5', '6')

describe('a reply', () => {
  it.each([
    [whole, { status: 200, body: 'hellö' }],
    ['HTTP/1.1 404 \r\ncontent-length:0\r\n\r\n', { status: 404, body: '' }],
    ['HTTP/1.1 404\r\nContent-Length: 0\r\n\r\n', { status: 404, body: '' }],
    ['HTTP/1.1 204 No Content\r\n\r\n', { status: 204, body: '' }],
    [`HTTP/1.1 102 Processing\r\n\r\n${whole}`, { status: 200, body: 'hellö' }],
    [
      `HTTP/1.1 100 Continue\r\nA: b\r\n\r\nHTTP/1.1 103 x\r\n\r\n${whole}`,
      { status: 200, body: 'hellö' },
    ],
    ['', 'nothing'],
    ['HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r', 'nothing'],
    ['HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell', 'part'],
    ['HTTP/1.1 102 Processing\r\n\r\n', 'promised'],
    ['HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 200 OK\r\nContent', 'part'],
  ] as const)('%j', (text, state) => {
    for (const size of [1, 2, 7, 1_000]) expect(read(text, size)).toEqual(state)
  })

  it.each([
    ['another protocol', 'SSH-2.0-OpenSSH_9.2\r\n\r\n'],
    ['an older one', 'HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n'],
    ['no status', 'HTTP/1.1 OK\r\nContent-Length: 0\r\n\r\n'],
    ['a status of four digits', 'HTTP/1.1 2000 OK\r\nContent-Length: 0\r\n\r\n'],
    ['a status beyond all', 'HTTP/1.1 700 OK\r\nContent-Length: 0\r\n\r\n'],
    ['no length', 'HTTP/1.1 200 OK\r\n\r\nhello'],
    ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello'],
    ['a list of lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\nhello'],
    ['a negative length', 'HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n'],
    ['a length in hexadecimal', 'HTTP/1.1 200 OK\r\nContent-Length: 0x5\r\n\r\nhello'],
    ['a length with a sign', 'HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\nhello'],
    ['a length beyond the limit', 'HTTP/1.1 200 OK\r\nContent-Length: 1048577\r\n\r\n'],
    ['a length beyond numbers', `HTTP/1.1 200 OK\r\nContent-Length: ${'9'.repeat(40)}\r\n\r\n`],
    ['chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n'],
    [
      'chunks and a length',
      'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nhello',
    ],
    ['a blank before the colon', 'HTTP/1.1 200 OK\r\nContent-Length : 5\r\n\r\nhello'],
    ['a folded line', 'HTTP/1.1 200 OK\r\nA: b\r\n c\r\nContent-Length: 5\r\n\r\nhello'],
    ['a line without a colon', 'HTTP/1.1 200 OK\r\nnothing\r\nContent-Length: 5\r\n\r\nhello'],
    ['a NUL', 'HTTP/1.1 200 OK\r\nA: \0\r\nContent-Length: 5\r\n\r\nhello'],
    ['line feeds alone', 'HTTP/1.1 200 OK\nContent-Length: 5\n\nhello\r\n\r\n'],
    ['more than its length', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello!'],
    ['a second answer', `${whole}${whole}`],
    ['a switch of protocols', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n'],
    ['an interim answer with a body', 'HTTP/1.1 102 x\r\nContent-Length: 5\r\n\r\nhello'],
    ['interim answers without end', 'HTTP/1.1 102 x\r\n\r\n'.repeat(17)],
    ['a head without end', `HTTP/1.1 200 OK\r\nA: ${'b'.repeat(20_000)}`],
    ['a long head', `HTTP/1.1 200 OK\r\nA: ${'b'.repeat(20_000)}\r\nContent-Length: 0\r\n\r\n`],
  ])('that cannot be read: %s', (_, text) => {
    for (const size of [1, 1_000_000]) expect(read(text, size)).toBe('unreadable')
  })

  it('stays what it is, whatever comes behind it', () => {
    const reader = openReplyReader()
    expect(reader.read(Buffer.from(whole))).toEqual({ status: 200, body: 'hellö' })
    expect(reader.read(Buffer.alloc(0))).toEqual({ status: 200, body: 'hellö' })
    expect(reader.read(Buffer.from('x'))).toBe('unreadable')
    expect(reader.read(Buffer.from(whole))).toBe('unreadable')
  })

  it('of the greatest length is read in small pieces', () => {
    const body = 'x'.repeat(1_048_576)
    const text = `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`
    expect(read(text, 64)).toEqual({ status: 200, body })
  })

  it('reads the same in whatever pieces it comes, and never throws', () => {
    const part = fc.constantFrom(
      'HTTP/1.1 200 OK\r\n',
      'HTTP/1.1 102 x\r\n',
      'Content-Length: 3\r\n',
      'Content-Length: 0\r\n',
      'A: b\r\n',
      '\r\n',
      '\n',
      'abc',
      ':',
    )
    const text = fc
      .array(fc.oneof(part, fc.string({ unit: 'binary', maxLength: 12 })), { maxLength: 12 })
      .map((parts) => Buffer.from(parts.join(''), 'latin1'))
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 40 }), (bytes, size) => {
        const [pieces, once] = [read(bytes, size), read(bytes)]
        expect(pieces).toEqual(once)
      }),
      { numRuns: 100 },
    )
  })

  it('that was cut anywhere, or has one byte changed, is never taken for another one', () => {
    const bytes = Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n{"a":"b"}    ')
    for (let end = 0; end < bytes.length - 1; end++) {
      expect(read(bytes.subarray(0, end))).toBeTypeOf('string')
    }
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 0, max: 255 }), (at, byte) => {
        const changed = Buffer.from(bytes)
        changed[at] = byte
        const state = read(changed)
        const status = typeof state === 'object' ? state.status : 200
        expect(String(status)).toMatch(/^[2-5]\d\d$/)
      }),
    )
  })
})
