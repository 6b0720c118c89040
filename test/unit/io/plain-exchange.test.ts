import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { createHttp } from '../../../src/io/http/http.ts'
import { startSecureServer } from '../../support/secure-server.ts'
import { canCertify, certify } from './certificates.ts'

const open: Server[] = []
afterEach(async () => {
  for (const one of open.splice(0)) await new Promise((done) => one.close(done))
})

/** A server that answers with `pieces`, one after another, and then ends the connection, unless not told. */
async function serve(pieces: readonly (string | Buffer)[], ends = true) {
  const seen: string[] = []
  const server = createServer((socket: Socket) => {
    socket.on('error', () => socket.destroy())
    socket.once('data', async (chunk) => {
      seen.push(chunk.toString())
      for (const piece of pieces) {
        socket.write(piece)
        await new Promise((resolve) => setTimeout(resolve, 15))
      }
      if (ends) socket.end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  open.push(server)
  return { url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v3/x?y`), seen }
}

const http = createHttp({ environment: {} })
const post = { method: 'POST', body: '{"é":1}', plain: true, timeout: 2_000 } as const

describe('a plain exchange', () => {
  test.each([
    ['with a length', ['HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}'], false],
    ['byte by byte', [...'HTTP/1.1 200 OK\r\ncontent-length:2\r\n\r\n{}'], false],
    [
      'in chunks',
      [
        'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n',
        '1;x=y\r\n}\r\n0\r\n\r\n',
      ],
      false,
    ],
    [
      'in chunks that are cut anywhere',
      [
        'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r',
        '\n{\r\n1\r\n}',
        '\r\n0',
        '\r\n\r\n',
      ],
      false,
    ],
    [
      'in chunks, with a trailer',
      ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nA: b\r\n\r\n'],
      false,
    ],
    ['up to the end', ['HTTP/1.0 200 OK\r\n\r\n{', '}'], true],
    [
      'after interim ones',
      [
        'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: x\r\n\r\n',
        'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}',
      ],
      false,
    ],
  ])('reads a reply %s', async (_, pieces, ends) => {
    const { url, seen } = await serve(pieces, ends)
    const reply = await http({ ...post, url, headers: [['authorization', 'x']] })
    expect(reply).toMatchObject({ status: 200, body: '{}' })
    expect(seen[0]).toBe(
      `POST /v3/x?y HTTP/1.1\r\nhost: ${url.host}\r\nconnection: close\r\naccept-encoding: identity\r\nuser-agent: tokn\r\nauthorization: x\r\ncontent-length: 8\r\n\r\n${post.body}`,
    )
  })

  test('reads a long one in many pieces', async () => {
    const text = JSON.stringify('x'.repeat(300_000))
    const chunk = `${text.length.toString(16)}\r\n${text}\r\n0\r\n\r\n`
    const { url } = await serve(
      [
        'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n',
        chunk.slice(0, 99_999),
        chunk.slice(99_999),
      ],
      false,
    )
    expect((await http({ ...post, url, limit: 400_000 })).body).toBe(text)
    await expect(http({ ...post, url, limit: 100_000 })).rejects.toMatchObject({
      code: 'provider_nonsense',
      message: expect.stringContaining('longer than'),
    })
  })

  test.each([
    ['SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n', 'provider_nonsense', 'something that is not HTTP'],
    ['HTTP/1.1 200 OK\r\nno colon\r\n\r\n', 'provider_nonsense', 'breaks its own rules'],
    [
      'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}',
      'provider_nonsense',
      'breaks its own rules',
    ],
    [
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n',
      'provider_nonsense',
      'breaks its own rules',
    ],
    ['HTTP/1.1 101 Switching\r\n\r\n', 'provider_nonsense', 'status 101'],
    [`HTTP/1.1 200 OK\r\nA: ${'x'.repeat(70_000)}`, 'provider_nonsense', 'headers too large'],
    [
      'HTTP/1.1 302 Found\r\nLocation: http://x.example/\r\nContent-Length: 0\r\n\r\n',
      'provider_nonsense',
      'redirected',
    ],
    ['HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}', 'network', 'cut short'],
    ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{}', 'network', 'cut short'],
    ['', 'network', 'closed the connection'],
  ])('refuses %j', async (text, code, message) => {
    const { url } = await serve([text])
    const error = await http({ ...post, url }).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({
      code,
      details: { sent: true },
      message: expect.stringContaining(message),
    })
  })

  test('ends with its time, and says whether anything was sent', async () => {
    const { url } = await serve([], false)
    await expect(http({ ...post, url, timeout: 100 })).rejects.toMatchObject({
      code: 'network',
      details: { sent: true },
    })
    const gone = new URL(url)
    for (const one of open.splice(0)) await new Promise((done) => one.close(done))
    await expect(http({ ...post, url: gone })).rejects.toMatchObject({
      code: 'network',
      details: { sent: false },
      message: expect.stringContaining('refused the connection'),
    })
  })

  test.each([true, false])(
    'has as much of a reply without end as is enough (plain: %s)',
    async (plain) => {
      const lines = [
        'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n',
        '2\r\na\n\r\n',
        '2\r\nb\n\r\n',
      ]
      const { url } = await serve(lines, false)
      const until = (body: string) => body.includes('b')
      expect((await http({ ...post, plain, url, until })).body).toBe('a\nb\n')
      const never = await http({ ...post, plain, url, timeout: 300, until: () => false })
      expect(never.body).toBe('a\nb\n')
      const stopped = new AbortController()
      setTimeout(() => stopped.abort(), 100)
      const startedAt = performance.now()
      await http({ ...post, plain, url, until: () => false, signal: stopped.signal })
      expect(performance.now() - startedAt).toBeLessThan(1_500)
      await expect(http({ ...post, plain, url, signal: stopped.signal })).rejects.toMatchObject({
        code: 'network',
      })
    },
  )

  test.runIf(canCertify())('checks the server', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tokn-plain-'))
    try {
      const server = await startSecureServer((_, response) => response.end('{}'))
      const url = new URL(`${server.origin}/x`)
      await expect(http({ ...post, url })).rejects.toMatchObject({
        code: 'network',
        message: expect.stringContaining('unknown issuer'),
        details: { sent: false, lasting: true },
      })
      const trusting = createHttp({ environment: {}, ca: server.authority.certPath })
      expect(await trusting({ ...post, url })).toMatchObject({ status: 200, body: '{}' })
      const other = certify(folder, 'other', { authority: true })
      await expect(
        createHttp({ environment: {}, ca: other.certPath })({ ...post, url }),
      ).rejects.toMatchObject({ code: 'network' })
      await server.close()
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
