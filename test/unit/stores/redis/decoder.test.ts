import type { Decoder as Whole } from 'ioredis/built/resp/decoder.js'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, expect, test } from 'vitest'

const { trimDecoder } = (await import(
  new URL('../../../../.config/trimmed-decoder.mjs', import.meta.url).href
)) as { trimDecoder(code: string, changed: () => Error): string }
const load = createRequire(import.meta.url)
const whole = load.resolve('ioredis/built/resp/decoder.js')
const folder = mkdtempSync(join(tmpdir(), 'tokn-decoder-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** What the program is built with. */
function trimmed(): string {
  const path = join(folder, 'decoder.cjs')
  const failed = () => new Error('another version: look again at what is cut')
  const written = trimDecoder(readFileSync(whole, 'utf8'), failed)
  const errors = JSON.stringify(join(dirname(whole), 'errors.js'))
  writeFileSync(path, written.replace('"./errors"', errors))
  return path
}

type Heard = readonly unknown[]

function read(path: string, chunks: readonly Buffer[]): Heard {
  const heard: unknown[] = []
  const { Decoder } = load(path) as { Decoder: typeof Whole }
  const decoder = new Decoder({
    getTypeMapping: () => ({}),
    onReply: (reply) => heard.push(reply),
    onErrorReply: (error) => heard.push(`${error.name}: ${error.message}`),
    onPush: (reply) => heard.push(['push', reply]),
  })
  for (const chunk of chunks) decoder.write(chunk)
  return heard
}

const answers = Buffer.from(
  [
    '+OK\r\n-NOSCRIPT none of that name\r\n:0\r\n:-17\r\n:+5\r\n$-1\r\n$0\r\n\r\n*-1\r\n*0\r\n',
    '$5\r\nñ\r\nx\r\n*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$2\r\nid\r\n',
    '*4\r\n:1\r\n*2\r\n$2\r\nid\r\n$3\r\none\r\n$10\r\n1700000000\r\n-ERR within\r\n+\r\n',
  ].join(''),
)

test('of RESP2 everything is read as by the whole of it, wherever it is divided', () => {
  const path = trimmed()
  const expected = read(whole, [answers])
  expect(expected.length).toBeGreaterThan(12)
  for (let first = 0; first <= answers.length; first++) {
    for (const length of [0, 1, 2, 7]) {
      const ends = [0, first, Math.min(answers.length, first + length), answers.length]
      const chunks = ends.slice(1).map((end, at) => answers.subarray(ends[at], end))
      const given = chunks.filter((chunk) => chunk.length > 0)
      expect(read(path, given)).toEqual(expected)
    }
  }
})

test('what is not of RESP2 is no answer', () => {
  const path = trimmed()
  for (const odd of ['_\r\n', '#t\r\n', '(1\r\n', ',1.5\r\n', '=5\r\ntxt:a\r\n', '!3\r\nERR\r\n']) {
    expect(() => read(path, [Buffer.from(odd)])).toThrow('Unknown RESP type')
    expect(() => read(path, [Buffer.from(`*1\r\n${odd}`)])).toThrow('Unknown RESP type')
  }
  for (const odd of ['~0\r\n', '%0\r\n', '>0\r\n', 'HTTP/1.1 400\r\n']) {
    expect(() => read(path, [Buffer.from(odd)])).toThrow('Unknown RESP type')
  }
})
