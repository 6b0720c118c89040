import { setTimeout as pause } from 'node:timers/promises'
import type { Socket } from 'node:net'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { ToknError } from '../../../src/core/errors.ts'
import type { HttpRequest } from '../../../src/core/ports.ts'
import { Secret } from '../../../src/core/secret.ts'
import { createHttp, showUrl, type Exchanged, type HttpOptions } from '../../../src/io/http/http.ts'
import { hasPart } from '../../support/parts.ts'
import { listen, reply, replying } from './raw-server.ts'

const canary = 'CANARY-7f3d9a'

function open(options: Partial<HttpOptions> = {}) {
  return createHttp({ environment: {}, ...options })
}

async function failure(
  request: Omit<HttpRequest, 'method'> & { method?: string },
  options: Partial<HttpOptions> = {},
): Promise<ToknError> {
  const error = await open(options)({ method: 'GET', ...request }).then(
    (answer) => new Error(`answered ${answer.status}`),
    (error: unknown) => error,
  )
  expect(error).toBeInstanceOf(ToknError)
  const tokn = error as ToknError
  expect(`${tokn.message} ${tokn.hint} ${JSON.stringify(tokn.details)}`).not.toContain(canary)
  expect(tokn.details.cause).toBeUndefined()
  return tokn
}

function drip(socket: Socket, text: string, first = ''): void {
  socket.write(first)
  let position = 0
  const timer = setInterval(() => {
    if (socket.destroyed) clearInterval(timer)
    else socket.write(text[position++ % text.length]!)
  }, 50)
  socket.on('close', () => clearInterval(timer))
}

describe('what may no longer be sent', () => {
  it.each([false, true])('D3: is not sent, though it is connected (plain: %s)', async (plain) => {
    const server = await listen(replying(reply('200 OK', [], '{}')))
    let asked = 0
    const error = await failure({
      method: 'POST',
      url: server.url,
      body: `{"refresh_token":"${canary}"}`,
      plain,
      mayStillSend: () => ++asked > 1,
    })
    expect(error).toMatchObject({ code: 'busy', details: { sent: false } })
    expect([asked, server.received.join('')]).toEqual([1, ''])
    const http = open()
    const answer = await http({ method: 'POST', url: server.url, mayStillSend: () => ++asked > 1 })
    expect([answer.status, asked, server.received.length]).toEqual([200, 2, 2])
  })
})

describe('a plain exchange', () => {
  it('sends what it was given, on a connection of its own, and gives back all of the reply', async () => {
    const server = await listen(
      replying(reply('201 Created', ['Set-Cookie: a=1', 'set-cookie: b=2', 'X-A: ü'], '{"a":"ö"}')),
    )
    const http = open()
    const request: HttpRequest = {
      method: 'POST',
      url: new URL('/a%2Fb?x=1%202', server.url),
      headers: [
        ['X-Forensic-Access-Token', 'tok'],
        ['X-Twice', '1'],
        ['X-Twice', '2'],
      ],
      body: '{"ü":1}',
    }
    const answers = [await http(request), await http(request)]
    for (const answer of answers) {
      expect(answer.status).toBe(201)
      expect(answer.body).toBe('{"a":"ö"}')
      expect(answer.headers).toEqual([
        ['content-length', '10'],
        ['set-cookie', 'a=1'],
        ['set-cookie', 'b=2'],
        ['x-a', 'ü'],
      ])
    }
    expect(server.received).toHaveLength(2)
    const [head, body] = server.received[0]!.split('\r\n\r\n')
    expect(head!.split('\r\n')).toEqual([
      'POST /a%2Fb?x=1%202 HTTP/1.1',
      `host: 127.0.0.1:${server.port}`,
      'connection: close',
      // A body that comes as it is needs no unpacking.
      'accept-encoding: identity',
      'user-agent: tokn',
      'X-Forensic-Access-Token: tok',
      'X-Twice: 1',
      'X-Twice: 2',
      'content-length: 8',
    ])
    expect(Buffer.from(body!, 'latin1').toString()).toBe('{"ü":1}')
  })

  it.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])('takes %s without a body', async (method) => {
    const server = await listen(replying(reply('204 No Content', [])))
    expect(await open()({ method, url: server.url })).toMatchObject({ status: 204, body: '' })
    expect(server.received[0]).toMatch(new RegExp(`^${method} / HTTP/1.1`))
  })

  it('reads chunks, and a body that ends with the connection', async () => {
    const head = 'HTTP/1.1 200 OK\r\n'
    const chunked = await listen(
      replying(
        `${head}transfer-encoding: chunked\r\n\r\n2\r\n{"\r\n3\r\na":\r\n2\r\n1}\r\n0\r\n\r\n`,
      ),
    )
    const closed = await listen(replying(`${head}\r\n{"a":1}`))
    for (const { url } of [chunked, closed]) {
      expect((await open()({ method: 'GET', url })).body).toBe('{"a":1}')
    }
  })

  it('returns error statuses, 429 and 5xx among them, as replies', async () => {
    for (const status of ['400 Bad', '401 No', '404 Where', '429 Slow', '500 Oh', '503 Later']) {
      const server = await listen(replying(reply(status, ['retry-after: 2'], 'x')))
      const answer = await open()({ method: 'GET', url: server.url })
      expect(answer.status).toBe(Number.parseInt(status, 10))
      expect(answer.headers).toContainEqual(['retry-after', '2'])
    }
  })

  it('passes 103 by and waits for the answer', async () => {
    const early = 'HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n'
    const server = await listen(replying(early + early + reply('200 OK', [], 'ok')))
    expect(await open()({ method: 'GET', url: server.url })).toMatchObject({ body: 'ok' })
  })

  it.each([
    ['once', ['HTTP/1.1 100 Continue\r\n\r\n']],
    ['twice', ['HTTP/1.1 100 Continue\r\n\r\n', 'HTTP/1.1 100 Continue\r\n\r\n']],
    ['with headers', ['HTTP/1.1 100 Continue\r\nx: HTTP/1.1 100\r\ny: z\r\n\r\n']],
    ['without words', ['HTTP/1.1 100\r\n\r\n']],
    ['after 102', ['HTTP/1.1 102 Processing\r\n\r\n', 'HTTP/1.1 100 Continue\r\n\r\n']],
    ['before 103', ['HTTP/1.1 100 Continue\r\n\r\n', 'HTTP/1.1 103 E\r\nlink: x\r\n\r\n']],
    ['byte by byte', [...'HTTP/1.1 100 Continue\r\nx: y\r\n\r\n']],
    ['cut in its number', ['HTTP/1.1 1', '00 Continue\r\n\r', '\n']],
  ])('passes 100 by, %s', async (_name, parts) => {
    const body = 'HTTP/1.1 100 Continue\r\n\r\n'
    const server = await listen(async (socket) => {
      for (const part of parts) {
        socket.setNoDelay().write(part)
        await pause(5)
      }
      socket.end(reply('200 OK', [], body))
    })
    const answer = await open()({ method: 'POST', url: server.url, body: '{}' })
    expect(answer).toMatchObject({ status: 200, body })
  })

  it('tells what it did without header, body or value of the query', async () => {
    const server = await listen(replying(reply('200 OK', [], canary)))
    const told: Exchanged[] = []
    const secret = new Secret(`${canary}-path`)
    const url = new URL(`/x/${secret.reveal()}?oauth_token=${canary}&b=${canary}`, server.url)
    const headers = [['authorization', canary]] as const
    await open({ onExchange: (one) => told.push(one) })({ method: 'GET', url, headers })
    expect(told).toHaveLength(1)
    expect(told[0]).toMatchObject({ method: 'GET', outcome: 200 })
    expect(told[0]!.url).toBe(`http://127.0.0.1:${server.port}/x/[secret]?oauth_token=…&b=…`)
    expect(JSON.stringify(told)).not.toContain(canary)
  })

  it('shows a URL without the values of its query', () => {
    expect(showUrl(new URL('https://a.example/b?c=d&c=%1b#e'))).toBe('https://a.example/b?c=…&c=…')
  })
})

describe('C7: redirects', () => {
  const targets = [
    ['http://127.0.0.2:1/x', 'to http://127.0.0.2:1;'],
    ['https://evil.example/x?canary=1', 'to https://evil.example;'],
    ['//evil.example', 'to http://evil.example;'],
    ['\\\\evil.example', 'to http://evil.example;'],
    ['file:///etc/passwd', 'to file:;'],
    ['/elsewhere?canary=1', 'to /elsewhere;'],
    ['http://[', 'elsewhere;'],
    [undefined, 'elsewhere;'],
    ['https://user:pass@evil.example/', 'to https://evil.example;'],
  ] as const
  const codes = [300, 301, 302, 303, 304, 305, 307, 308]

  it.each(codes)('%i is never followed, whatever the method and the target', async (code) => {
    for (const method of ['GET', 'POST', 'PATCH', 'DELETE']) {
      for (const [location, words] of targets) {
        const lines = location === undefined ? [] : [`location: ${location}`]
        const server = await listen(replying(reply(`${code} Away`, lines)))
        const error = await failure({
          method,
          url: server.url,
          headers: [['access-token', canary]],
        })
        expect(error.code).toBe('provider_nonsense')
        expect(error.message).toContain(`redirected ${words}`)
        expect(error.details).toMatchObject({ sent: true, http: { status: code } })
        expect(server.received).toHaveLength(1)
      }
    }
  })

  it('connects to nobody else', async () => {
    const trap = await listen(
      () => {},
      () => {},
    )
    const location = `location: http://127.0.0.1:${trap.port}/`
    const server = await listen(replying(reply('307 Away', [location])))
    await failure({ method: 'POST', url: server.url, body: canary })
    expect(trap.received).toEqual([])
  })
})

describe('C5: bodies that are too much', () => {
  const limits = { limit: 4_096, timeout: 5_000 }

  it('refuses a long one, announced or not', async () => {
    const announced = await listen(replying(reply('200 OK', [], canary.repeat(400))))
    const silent = await listen(replying(`HTTP/1.1 200 OK\r\n\r\n${canary.repeat(400)}`))
    for (const { url } of [announced, silent]) {
      const error = await failure({ url, ...limits })
      expect(error.code).toBe('provider_nonsense')
      expect(error.message).toBe(`the answer of ${url.host} is longer than 4 KiB`)
    }
  })

  it('stops reading an endless one', async () => {
    const before = process.memoryUsage().rss
    const server = await listen((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n')
      const chunk = `10000\r\n${'x'.repeat(65_536)}\r\n`
      const pump = () => {
        while (!socket.destroyed && socket.write(chunk)) continue
      }
      socket.on('drain', pump)
      pump()
    })
    expect((await failure({ url: server.url, timeout: 5_000 })).code).toBe('provider_nonsense')
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1_048_576)
  })

  const packed = (encoding: string, bytes: Buffer) => {
    const head = `HTTP/1.1 200 OK\r\n${encoding === '' ? '' : `content-encoding: ${encoding}\r\n`}`
    return `${head}content-length: ${bytes.length}\r\n\r\n${bytes.toString('latin1')}`
  }
  const text = `{"access_token":"${'t'.repeat(200)}"}`

  // A server that packs its answers whatever it is asked for has spent the old tokens all the same.
  it.each([
    ['gzip', gzipSync(text)],
    ['GZIP', gzipSync(text)],
    ['x-gzip', gzipSync(text)],
    ['', gzipSync(text)],
    ['identity', gzipSync(text)],
    ['deflate', deflateSync(text)],
    ['deflate', deflateRawSync(text)],
    ['br', brotliCompressSync(text)],
    ['gzip', Buffer.from(text)],
    ['deflate', Buffer.from(text)],
    ['br', Buffer.from(text)],
    ['zstd', Buffer.from(text)],
    ['gzip, gzip', Buffer.from(text)],
    ['gzip', gzipSync(text).subarray(0, -8)],
  ])('unpacks what is called "%s", case %#', async (encoding, bytes) => {
    const server = await listen(replying(packed(encoding, bytes)))
    const answer = await open()({ method: 'POST', url: server.url, body: '' })
    expect(answer.body).toBe(text)
    expect(answer.headers.map(([name]) => name)).not.toContain('content-encoding')
  })

  it.each([
    ['gzip', gzipSync(Buffer.alloc(50_000_000))],
    ['deflate', deflateSync(Buffer.alloc(50_000_000))],
    ['deflate', deflateRawSync(Buffer.alloc(50_000_000))],
    ['br', brotliCompressSync(Buffer.alloc(50_000_000))],
    ['', gzipSync(Buffer.alloc(50_000_000))],
  ])('refuses a bomb called "%s", case %#', async (encoding, bytes) => {
    const before = process.memoryUsage().rss
    const server = await listen(replying(packed(encoding, bytes)))
    const error = await failure({ url: server.url })
    expect(error).toMatchObject({
      code: 'provider_nonsense',
      details: { sent: true, http: { status: 200 } },
    })
    expect(error.message).toContain('longer than 256 KiB')
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1_048_576)
  })

  it.each([
    ['gzip, gzip', gzipSync(gzipSync(text))],
    ['gzip', gzipSync(gzipSync(text))],
    ['gzip', gzipSync(gzipSync(Buffer.alloc(50_000_000)))],
    ['zstd', Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0, 0])],
    ['compress', Buffer.from([0x1f, 0x9d, 0x90, 0])],
    ['br', Buffer.from([0xff, 0xff, 0xff, 0xff])],
  ])('does not undo "%s", case %#, and keeps what may hold tokens', async (encoding, bytes) => {
    const server = await listen(replying(packed(encoding, bytes)))
    const error = await failure({ url: server.url })
    expect(error).toMatchObject({
      code: 'provider_nonsense',
      details: { sent: true, http: { status: 200 } },
    })
    const kept = await open()({ method: 'POST', url: server.url, grants: true })
    expect(Buffer.from(kept.body, 'latin1').equals(bytes)).toBe(true)
    expect(kept.headers).toContainEqual(['content-encoding', encoding])
  })

  it('takes "identity" for what it is', async () => {
    const server = await listen(replying(reply('200 OK', ['content-encoding: identity'], 'ok')))
    expect((await open()({ method: 'GET', url: server.url })).body).toBe('ok')
  })

  it.each([
    ['short of its length', 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"a'],
    ['cut within a chunk', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nff\r\n{"a'],
    [
      'cut before the last chunk',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\n{\r\n',
    ],
  ])('notices a body %s', async (_name, text) => {
    const server = await listen(replying(text))
    const error = await failure({ url: server.url })
    expect(error.code).toBe('network')
    expect(error.details.sent).toBe(true)
  })

  it('takes no more than a length that is too short says', async () => {
    const server = await listen(replying('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}extra'))
    const outcome = await open()({ method: 'GET', url: server.url }).catch(
      (error: unknown) => error,
    )
    const told = outcome instanceof ToknError ? outcome.code : (outcome as { body: string }).body
    expect(['network', 'provider_nonsense', '{}']).toContain(told)
  })
})

describe('an error is an answer, however its body ends', () => {
  it.each([
    ['too long', `HTTP/1.1 503 Oh\r\nretry-after: 7\r\n\r\n${'x'.repeat(600_000)}`],
    ['announced as too long', 'HTTP/1.1 429 Slow\r\ncontent-length: 999999999\r\n\r\nx'],
    ['cut short', 'HTTP/1.1 400 No\r\ncontent-length: 100\r\n\r\n{"a'],
    ['cut within a chunk', 'HTTP/1.1 502 Oh\r\ntransfer-encoding: chunked\r\n\r\nff\r\n{"a'],
    ['packed twice', 'HTTP/1.1 500 Oh\r\ncontent-encoding: gzip, br\r\n\r\n\x1f\x8b'],
  ])('%s', async (_, reply) => {
    const server = await listen(replying(reply))
    const answer = await open()({ method: 'POST', url: server.url, body: 'x' })
    expect(answer.status).toBe(Number(reply.slice(9, 12)))
    expect(answer.body.length).toBeLessThanOrEqual(262_144)
  })

  it('never comes to its end', async () => {
    const server = await listen((socket) => void socket.write('HTTP/1.1 503 Oh\r\na: b\r\n\r\n'))
    const request = { method: 'POST', url: server.url, timeout: 400 }
    expect(await open()(request)).toMatchObject({ status: 503, headers: [['a', 'b']] })
  })
})

describe('C1: text', () => {
  // A token is ASCII: what else is damaged beside it is no reason to lose it.
  it.each([
    ['application/json; charset=utf-16', `{"t":"${canary}"}`],
    ['application/json; charset=utf-32', `{"t":"${canary}\xff"}`],
    ['application/json; charset="windows-1251"', `{"t":"${canary}\xff\xfe"}`],
    ['application/json', `{"t":"${canary}\xff"}`],
    ['application/json; charset=nonsense', `{"t":"${canary}\xff"}`],
  ])('reads %s with bytes of another kind', async (type, body) => {
    const server = await listen(replying(`HTTP/1.1 200 OK\r\ncontent-type: ${type}\r\n\r\n${body}`))
    const read = JSON.parse((await open()({ method: 'GET', url: server.url })).body) as {
      t: string
    }
    expect(read.t).toContain(canary)
  })

  it.each([
    ['utf-8 with a mark', Buffer.from('\ufeff{"a":"ü"}')],
    ['utf-16 with a mark', Buffer.from('\ufeff{"a":"ü"}', 'utf16le')],
    ['utf-16 without one', Buffer.from('{"a":"ü"}', 'utf16le')],
    ['utf-16 the other way round', Buffer.from('\ufeff{"a":"ü"}', 'utf16le').swap16()],
    ['that without a mark', Buffer.from('{"a":"ü"}', 'utf16le').swap16()],
  ])('knows %s by its bytes', async (_, bytes) => {
    const server = await listen((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-type: application/json; charset=utf-8\r\n\r\n')
      socket.end(bytes)
    })
    expect((await open()({ method: 'GET', url: server.url })).body).toBe('{"a":"ü"}')
  })

  it('reads Latin-1 that says so, drops a byte order mark, lets the text of an error be damaged', async () => {
    const latin = Buffer.from(
      'HTTP/1.1 200 OK\r\ncontent-type: a/b; charset=ISO-8859-1\r\n\r\n\xfc',
      'latin1',
    )
    const marked = Buffer.from('HTTP/1.1 200 OK\r\n\r\n\ufeff{}')
    const broken = Buffer.from(
      'HTTP/1.1 500 Oh\r\ncontent-type: a/b; charset=utf-8\r\n\r\n\xff!',
      'latin1',
    )
    const bodies: string[] = []
    for (const bytes of [latin, marked, broken]) {
      const server = await listen((socket) => void socket.end(bytes))
      bodies.push((await open()({ method: 'GET', url: server.url })).body)
    }
    expect(bodies).toEqual(['ü', '{}', '\ufffd!'])
  })
})

describe('C6: one deadline for everything', () => {
  const slow = { timeout: 400 }
  const cases: ReadonlyArray<readonly [string, Parameters<typeof listen>[0]]> = [
    ['silence', () => {}],
    ['a head that drips', (socket) => drip(socket, `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(999)}`)],
    ['a body that drips', (socket) => drip(socket, 'x'.repeat(999), 'HTTP/1.1 200 OK\r\n\r\n')],
    [
      'a body that never comes',
      (socket) => void socket.write('HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n'),
    ],
    [
      '1xx for ever',
      (socket) => drip(socket, '\r\n'.repeat(999), 'HTTP/1.1 103 E\r\na:b\r\n\r\nHTTP/1.1 103 E'),
    ],
  ]

  it.each(cases)('ends %s', async (_name, answer) => {
    const server = await listen(answer)
    const startedAt = performance.now()
    const error = await failure({ url: server.url, ...slow })
    expect(performance.now() - startedAt).toBeLessThan(5_000)
    expect(error).toMatchObject({ code: 'network', details: { sent: true } })
    expect(error.message).toContain('did not answer within 0.4 s')
  })

  it('ends a TLS handshake that stalls, and says that nothing was sent', async () => {
    const server = await listen(() => {})
    const url = new URL(`https://127.0.0.1:${server.port}/`)
    const error = await failure({ url, ...slow })
    expect(error).toMatchObject({ code: 'network', details: { sent: false } })
    expect(error.message).toContain('accepted the connection and did not answer within 0.4 s')
  })
})

describe('C8: things that are not HTTP', () => {
  it.each([
    ['no status line', '{"access_token":"CANARY-7f3d9a"}'],
    ['HTTP/0.9', '<html>CANARY-7f3d9a</html>\r\n'],
    ['a status that is no number', 'HTTP/1.1 abc OK\r\n\r\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab'],
    [
      'length and chunks',
      'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    // The line is drawn at 64 KiB.
    ['a head of 70 kB', `HTTP/1.1 200 OK\r\nx: ${'CANARY-7f3d9a'.repeat(5_400)}\r\n\r\n`],
    ['100 a hundred times', 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(100)],
    ['100 and no more', 'HTTP/1.1 100 Continue\r\n\r\n'],
    ['101', 'HTTP/1.1 101 Switching\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'],
    [
      'a chunk size that is no number',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n',
    ],
    ['a NUL in a header', 'HTTP/1.1 200 OK\r\nx: a\0b\r\n\r\n'],
    ['103 a hundred times', 'HTTP/1.1 103 E\r\nx: y\r\n\r\n'.repeat(100)],
    ['TLS', '\x15\x03\x01\x00\x02\x02\x16'],
  ])('survives %s', async (_name, text) => {
    const server = await listen(replying(text))
    const error = await failure({ url: server.url, timeout: 3_000 })
    expect(['network', 'provider_nonsense']).toContain(error.code)
    expect(error.details.sent).toBe(true)
  })
})

describe('C8: a head of 60 kB', () => {
  it('is read, and one of more than 64 KiB is told by its size', async () => {
    const head = (size: number) => `HTTP/1.1 200 OK\r\n${`x: ${'y'.repeat(990)}\r\n`.repeat(size)}`
    const large = await listen(replying(`${head(60)}content-length: 2\r\n\r\n{}`))
    const answer = await open()({ method: 'GET', url: large.url })
    expect(answer.headers).toHaveLength(61)
    const larger = await listen(replying(`${head(70)}content-length: 2\r\n\r\n{}`))
    const error = await failure({ url: larger.url })
    expect(error).toMatchObject({ code: 'provider_nonsense', details: { sent: true } })
    expect(error.message).toContain('headers too large')
  })
})

describe('C8: a reason phrase of 1 MB', () => {
  it('is not kept', async () => {
    const text = `HTTP/1.1 200 ${canary.repeat(80_000)}\r\ncontent-length: 0\r\n\r\n`
    const server = await listen(replying(text))
    const answer = await open()({ method: 'GET', url: server.url })
    expect(answer).toEqual({ status: 200, headers: [['content-length', '0']], body: '' })
  })
})

describe('C17, C18: connections that fail', () => {
  it('knows that nothing was sent to a host that refuses, or that does not exist', async () => {
    const server = await listen(() => {})
    await server.close()
    const refused = await failure({ url: server.url })
    expect(refused).toMatchObject({ code: 'network', details: { sent: false } })
    expect(refused.message).toBe(`cannot reach ${server.url.host}: it refused the connection`)
    const nowhere = await failure({
      url: new URL('https://no-such-host.invalid/x?token=CANARY-7f3d9a'),
    })
    expect(nowhere).toMatchObject({ code: 'network', details: { sent: false } })
    expect(nowhere.message).toContain('cannot reach no-such-host.invalid: ')
  })

  it.each([
    ['resets before the answer', (socket: Socket) => void socket.resetAndDestroy()],
    ['closes before the answer', (socket: Socket) => void socket.end()],
    [
      'resets within the body',
      (socket: Socket) => {
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\nab', () =>
          socket.resetAndDestroy(),
        )
      },
    ],
    [
      'resets within a body without a length',
      (socket: Socket) => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n{"a":1}', () => {
          setTimeout(() => socket.resetAndDestroy(), 50)
        })
      },
    ],
  ])('knows that it was sent when the host %s', async (_name, answer) => {
    const server = await listen(answer)
    const error = await failure({ method: 'POST', url: server.url, body: canary })
    expect(error).toMatchObject({ code: 'network', details: { sent: true } })
    expect(server.received).toHaveLength(1)
  })

  it('C31: does not try again, and does not use a connection twice', async () => {
    const server = await listen((socket) => {
      socket.write(reply('200 OK', ['connection: keep-alive'], 'ok'))
    })
    const http = open()
    for (let i = 0; i < 5; i++) await http({ method: 'POST', url: server.url, body: 'x' })
    expect(server.received).toHaveLength(5)
  })
})

describe('C20: requests that are never made', () => {
  it.each([
    'http://example.com/',
    'http://localhost.evil.example/',
    'http://127.0.0.1.evil.example/',
    'http://[::ffff:127.0.0.1]/',
    'http://0.0.0.0/',
    'http://169.254.169.254/',
    'ftp://127.0.0.1/',
    'file:///etc/passwd',
    'https://user:pass@example.com/',
    'https://example.com/#x',
  ])('refuses %s', async (url) => {
    expect((await failure({ url: new URL(url) })).code).toBe('usage')
  })

  it('takes what normalises to this machine', async () => {
    const server = await listen(replying(reply('200 OK', [])))
    const named = hasPart('localhost') ? ['localhost'] : []
    for (const host of [...named, '0x7f.1', '2130706433', '127.1']) {
      const url = new URL(`http://${host}:${server.port}/`)
      expect((await open()({ method: 'GET', url })).status).toBe(200)
    }
  })

  it.each([
    ['x', 'a\r\nb: c'],
    ['x', 'a\0b'],
    ['x', 'a\u001bb'],
    ['x', 'Токен'],
    ['x', '\u{1f600}'],
    ['x\r\ny', 'a'],
    ['Х-User-Id', 'a'],
    ['', 'a'],
    ['Host', 'evil.example'],
    ['Content-Length', '1'],
    ['Transfer-Encoding', 'chunked'],
    ['Connection', 'upgrade'],
    ['Accept-Encoding', 'gzip'],
    ['Expect', '100-continue'],
    ['Proxy-Authorization', 'x'],
  ])('refuses the header %j: %j', async (name, value) => {
    const server = await listen(replying(reply('200 OK', [])))
    const error = await failure({ url: server.url, headers: [[name, value]] })
    expect(error.code).toBe('usage')
    expect(server.received).toEqual([])
  })

  it('B18: refuses an environment in which servers are not checked', () => {
    const name = 'NODE_TLS_REJECT_UNAUTHORIZED'
    expect(() => open({ environment: { [name]: '0' } })).toThrow(
      expect.objectContaining({ code: 'usage', message: expect.stringContaining(name) }),
    )
  })

  it.each([
    {},
    // What Node prints then is covered elsewhere.
    { NODE_DEBUG: 'undici' },
    { NODE_TLS_REJECT_UNAUTHORIZED: '1' },
  ])('takes the environment %j', (environment) => {
    expect(open({ environment })).toBeTypeOf('function')
  })
})
