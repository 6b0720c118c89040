import { isLost } from '../../../src/core/retry.ts'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { readBody } from '../../../src/providers/replies/body.ts'
import { createHttp } from '../../../src/io/http/http.ts'

// Tokens that have arrived whole are not given up for what is wrong with the message around them.

let stop: (() => void) | undefined
afterEach(() => stop?.())

const tokens = JSON.stringify({ access_token: 'a', refresh_token: 'b' })
const head = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n'
const chunk = (text: string) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`
const padded = JSON.stringify({ pad: 'x'.repeat(400_000), access_token: 'a', refresh_token: 'b' })

type Whole = readonly [name: string, text: string, closes: boolean, body?: string]

const whole: readonly Whole[] = [
  ['a length that is too great', `${head}content-length: 9999\r\n\r\n${tokens}`, true],
  [
    'a length that is a little too great',
    `${head}content-length: ${tokens.length + 10}\r\n\r\n${tokens}`,
    true,
  ],
  ['no last chunk', `${head}transfer-encoding: chunked\r\n\r\n${chunk(tokens)}`, true],
  [
    'a broken chunk behind it',
    `${head}transfer-encoding: chunked\r\n\r\n${chunk(tokens)}zz\r\n`,
    true,
  ],
  [
    'blanks for ever behind it',
    `${head}transfer-encoding: chunked\r\n\r\n${chunk(tokens)}${chunk('   ')}`,
    false,
  ],
  ['no end', `${head}content-length: ${tokens.length + 1}\r\n\r\n${tokens}`, false],
  ['no length and no end', `${head}\r\n${tokens}`, false],
  [
    'a great length of its own',
    `${head}content-length: ${padded.length}\r\n\r\n${padded}`,
    true,
    padded,
  ],
]

function unfold([name, text, closes, body = tokens]: Whole) {
  return [name, text, closes, body] as const
}

async function ask(text: string, closes: boolean, grants: boolean) {
  const sockets: Socket[] = []
  const server = createServer((socket) => {
    sockets.push(socket)
    socket.on('error', () => undefined)
    socket.once('data', () => (closes ? socket.end(text) : socket.write(text)))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  stop = () => {
    for (const socket of sockets) socket.destroy()
    server.close()
  }
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/token`)
  const http = createHttp({ environment: {} })
  return await http({ method: 'POST', url, body: 'x', timeout: 1_500, grants })
}

it.each(whole.map(unfold))('tokens with %s are read', async (_name, text, closes, body) => {
  const reply = await ask(text, closes, true)
  expect([reply.status, reply.body.trim()]).toEqual([200, body])
})

it.each(whole.map(unfold))(
  'what grants nothing is refused with %s',
  async (_name, text, closes) => {
    await expect(ask(text, closes, false)).rejects.toMatchObject({ details: { sent: true } })
  },
)

it.each<readonly [name: string, text: string]>([
  ['half of the tokens', `${head}content-length: 9999\r\n\r\n${tokens.slice(0, 20)}`],
  ['nothing but a head', `${head}content-length: 9999\r\n\r\n`],
])('%s is an answer that was lost', async (_name, text) => {
  const error = await ask(text, true, true).catch((reason: unknown) => reason)
  expect(isLost(error)).toBe(true)
})

it('what is longer than anything that is read is an answer all the same, cut off', async () => {
  const reply = await ask(`${head}\r\n{"pad":"${'x'.repeat(2_000_000)}`, true, true)
  expect([reply.status, reply.body.length, reply.cut]).toEqual([200, 1_048_576, 1_048_576])
  expect(readBody(reply).instead()).toBe('more than 1024 KiB, and was cut off there')
})
