import { mkdtempSync, rmSync } from 'node:fs'
import { createServer as createPlainHttp2, createSecureServer } from 'node:http2'
import { createServer as createHttps } from 'node:https'
import { connect, type AddressInfo, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { exitStatus, type ToknError } from '../../../src/core/errors.ts'
import type { Reach } from '../../../src/core/provider.ts'
import { retryPolicies } from '../../../src/core/retry.ts'
import { createHttp, type HttpOptions } from '../../../src/io/http/http.ts'
import { sendWithRetry } from '../../../src/providers/send-with-retry.ts'
import { canCertify, certify, type Certificate } from './certificates.ts'
import { listen, reply, replying } from './raw-server.ts'

/** What a person is told, and what a script sees. */
interface Told {
  readonly words: string
  readonly exit: number
  readonly hint?: string | undefined
  /** How often a request that may be repeated goes out. */
  readonly tries: number
}

async function tell(url: URL, options: Partial<HttpOptions> = {}): Promise<Told> {
  const http = createHttp({ environment: {}, timeout: 2_000, ...options })
  let tries = 0
  const reach: Reach = {
    http: async (request) => {
      tries++
      return await http(request)
    },
    clock: { now: () => Date.now(), wait: async () => undefined },
    answers: {},
    warn: () => undefined,
  }
  const error = (await sendWithRetry(reach, { method: 'GET', url }, retryPolicies.read).then(
    ({ reply: { status } }) => new Error(`answered ${status}`),
    (failed: unknown) => failed,
  )) as ToknError
  const words = error.message.replaceAll(url.host, 'HOST')
  return { words, exit: exitStatus[error.code], hint: error.hint, tries }
}

const baseUrl = 'check the base URL of the profile'
const notHttp = 'HOST answered with something that is not HTTP'
const broken = 'HOST answered with HTTP that breaks its own rules'
const head = (kibibytes: number) => `x: ${'a'.repeat(kibibytes * 1_024)}\r\n`
const settings = '\0\0\0\x04\0\0\0\0\0'

describe('what is said of a server that speaks something else', () => {
  const rows: ReadonlyArray<
    readonly [name: string, answer: string, words: string, hint: string | undefined]
  > = [
    ['HTML alone', '<html>hello</html>\n', notHttp, baseUrl],
    ['JSON alone', '{"access_token":"CANARY"}', notHttp, baseUrl],
    ['a mail server', '220 mail.example ESMTP\r\n', notHttp, baseUrl],
    ['a database', 'J\0\0\0\x0a8.0.36\0', notHttp, baseUrl],
    ['zeros and ones', '\x01\x02\xff\xfe', notHttp, baseUrl],
    [
      'SSH',
      'SSH-2.0-OpenSSH_9.6\r\n',
      'HOST answered with the banner of an SSH server, not HTTP',
      baseUrl,
    ],
    ['HTTP/2', settings, 'HOST answered with HTTP/2, which tokn does not speak', baseUrl],
    [
      'TLS',
      '\x15\x03\x01\0\x02\x02\x46',
      'HOST answered with TLS, where it was asked in plain HTTP',
      baseUrl,
    ],
    ['a wrong status', 'HTTP/1.1 abc OK\r\n\r\n', broken, baseUrl],
    ['a wrong header', 'HTTP/1.1 200 OK\r\nCANARY here\r\n\r\n', broken, baseUrl],
    ['a wrong length', 'HTTP/1.1 200 OK\r\ncontent-length: x\r\n\r\n', broken, baseUrl],
    [
      'a wrong chunk',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nCANARY',
      broken,
      baseUrl,
    ],
    [
      'an upgrade',
      'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n',
      'HOST answered with a protocol other than HTTP/1.1 (status 101)',
      undefined,
    ],
    [
      '70 KiB of headers',
      `HTTP/1.1 200 OK\r\n${head(70)}\r\n`,
      'HOST answered with headers too large to read: more than 64 KiB',
      undefined,
    ],
    [
      '70 KiB in many headers',
      `HTTP/1.1 200 OK\r\n${head(1).repeat(70)}\r\n`,
      'HOST answered with headers too large to read: more than 64 KiB',
      undefined,
    ],
  ]
  it.each(rows)('%s', async (_name, answer, words, hint) => {
    const { url } = await listen(replying(answer))
    expect(await tell(url)).toEqual({ words, hint, exit: 6, tries: 1 })
  })

  it.each([17, 40, 60])('headers of %i KiB are read', async (size) => {
    const text = `HTTP/1.1 200 OK\r\n${head(size)}content-length: 0\r\n\r\n`
    const { url } = await listen(replying(text))
    expect((await tell(url)).words).toBe('answered 200')
  })
})

describe('what is said of a connection that comes to nothing', () => {
  const none = 'no complete answer came from HOST'
  const rows: ReadonlyArray<readonly [string, (socket: Socket) => void, string]> = [
    ['closed', (socket) => void socket.end(), `${none}: it closed the connection`],
    ['reset', (socket) => void socket.resetAndDestroy(), `${none}: it cut the connection`],
    ['begun', replying('HTTP/1.1 2'), `${none}: it closed the connection`],
    [
      'reset in the body',
      (socket) => {
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc')
        setTimeout(() => socket.resetAndDestroy(), 30)
      },
      `${none}: it cut the connection`,
    ],
    [
      'closed in the body',
      replying('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc'),
      `${none}: it closed the connection`,
    ],
    [
      'closed in a chunk',
      replying('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nabc'),
      `${none}: it closed the connection`,
    ],
    [
      'closed in a chunk, after which it was to close',
      replying(
        'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n5\r\nabc',
      ),
      `${none}: its answer was cut short`,
    ],
    [
      'closed between chunks, after which it was to close',
      replying(
        'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n3\r\nabc\r\n',
      ),
      `${none}: its answer was cut short`,
    ],
    [
      'of two lengths',
      replying('HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab'),
      `${none}: its answer is not as long as it says`,
    ],
  ]
  it.each(rows)('%s', async (_name, answer, words) => {
    const { url } = await listen(answer)
    expect(await tell(url)).toEqual({ words, hint: undefined, exit: 7, tries: 3 })
  })

  it('refused, and a name that is not there', async () => {
    const server = await listen(() => {})
    await server.close()
    const refused = { words: 'cannot reach HOST: it refused the connection', exit: 7, tries: 3 }
    expect(await tell(server.url)).toMatchObject(refused)
    const nowhere = await tell(new URL('https://no-such-host.invalid/'))
    expect(nowhere).toMatchObject({ exit: 7, tries: 3 })
    expect(nowhere.words).toMatch(
      /^cannot reach HOST: (there is no such host|its name could not be looked up)$/,
    )
  })
})

describe.skipIf(!canCertify())('what is said of TLS', () => {
  const directory = mkdtempSync(join(tmpdir(), 'tokn-words-'))
  const target = new URL('https://api.example.test/x')
  const servers: Server[] = []
  let authority: Certificate
  let good: Certificate
  let ca = ''
  let securePort = 0
  beforeAll(async () => {
    authority = certify(directory, 'authority', { authority: true })
    good = certify(directory, 'good', { issuer: authority })
    ca = authority.certPath
    securePort = Number((await serve(createHttps(good, (_, answer) => answer.end('ok')))).port)
  })
  afterAll(() => {
    for (const server of servers) server.close()
    rmSync(directory, { recursive: true })
  })

  async function serve(server: Server, scheme = 'https'): Promise<URL> {
    servers.push(server)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return new URL(`${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}/`)
  }

  async function secure(wanted: Parameters<typeof certify>[2], name: string): Promise<URL> {
    const certificate = certify(directory, name, wanted)
    return await serve(createHttps(certificate, (_, answer) => answer.end('ok')))
  }

  it('a certificate that is not to be believed is not tried again', async () => {
    const lasting = { exit: 7, tries: 1 }
    const issuer = authority
    const old = await secure({ issuer, to: '20210101000000Z' }, 'old')
    expect(await tell(old, { ca })).toMatchObject({
      ...lasting,
      words: 'the certificate of HOST has expired',
    })
    const wrong = await secure({ issuer, names: 'DNS:other.example' }, 'wrong')
    expect(await tell(wrong, { ca })).toMatchObject({
      ...lasting,
      words: 'the certificate of HOST is for another host',
    })
    const lonely = await secure({}, 'lonely')
    expect(await tell(lonely)).toMatchObject({
      ...lasting,
      words: 'the certificate of HOST is self-signed',
    })
    const known = new URL(`https://127.0.0.1:${securePort}/`)
    expect(await tell(known)).toMatchObject({
      ...lasting,
      words: 'the certificate of HOST has an unknown issuer',
    })
  })

  it('nor is another protocol', async () => {
    const banner = await listen(() => {}, replying('SSH-2.0-x\r\n'))
    expect(await tell(new URL(`https://127.0.0.1:${banner.port}/`))).toEqual({
      words: 'cannot reach HOST: it does not speak TLS on this port',
      hint: undefined,
      exit: 7,
      tries: 1,
    })
    const later = await serve(createSecureServer({ ...good, allowHTTP1: false }))
    expect(await tell(later, { ca })).toEqual({
      words: 'cannot reach HOST: it only speaks HTTP/2, and tokn only HTTP/1.1',
      hint: undefined,
      exit: 7,
      tries: 1,
    })
    const plain = await serve(createPlainHttp2(), 'http')
    expect(await tell(plain)).toMatchObject({
      words: 'HOST answered with HTTP/2, which tokn does not speak',
      exit: 6,
      tries: 1,
    })
  })

  it('one that takes the connection and says nothing was reached', async () => {
    const silent = await listen(() => {})
    expect(await tell(new URL(`https://127.0.0.1:${silent.port}/`), { timeout: 200 })).toEqual({
      words: 'HOST accepted the connection and did not answer within 0.2 s',
      hint: 'try again, or wait longer with --timeout',
      exit: 7,
      tries: 3,
    })
  })

  function tunnel(socket: Socket): void {
    socket.removeAllListeners('data')
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
    const upstream = connect(securePort, '127.0.0.1')
    upstream.on('error', () => socket.destroy())
    socket.pipe(upstream).pipe(socket)
  }

  const checkProxy = 'check --proxy and HTTPS_PROXY'
  const password = 'put its user and password into HTTPS_PROXY: http://USER:PASSWORD@HOST:PORT'
  const rows: ReadonlyArray<
    readonly [
      name: string,
      answer: (socket: Socket) => void,
      told: Partial<Told>,
      options?: Partial<HttpOptions>,
    ]
  > = [
    [
      'a file of authorities that is missing is our own error',
      tunnel,
      { words: 'cannot read /no/such: no such file or directory', exit: 2, tries: 1 },
      { ca: '/no/such' },
    ],
    [
      'a certificate without a key is our own error',
      tunnel,
      { words: 'a client certificate and its key belong together', exit: 2, tries: 1 },
      { certificate: '/x' },
    ],
    [
      'a certificate of the target for another host',
      tunnel,
      { words: 'the certificate of HOST is for another host', exit: 7, tries: 1 },
    ],
    [
      'a tunnel to what speaks no TLS',
      replying('HTTP/1.1 200 OK\r\n\r\nSSH-2.0-x\r\n'),
      { words: 'cannot reach HOST: it does not speak TLS on this port', exit: 7, tries: 1 },
    ],
    [
      'a tunnel that is closed',
      replying('HTTP/1.1 200 OK\r\n\r\n'),
      { words: 'cannot reach HOST: it cut the connection', exit: 7, tries: 3 },
    ],
    [
      'a tunnel that is silent',
      (socket) => void socket.write('HTTP/1.1 200 OK\r\n\r\n'),
      { words: 'HOST did not answer through the proxy within 0.3 s', exit: 7, tries: 3 },
      { timeout: 300 },
    ],
    [
      'a wrong password',
      replying(reply('407 No', ['proxy-authenticate: Basic realm="x"'], '<html>')),
      {
        words:
          'the proxy answered 407 and made no connection: it rejects the user and password given',
        hint: password,
        exit: 7,
        tries: 1,
      },
    ],
    [
      'another way to log in',
      replying(reply('407 No', ['proxy-authenticate: Negotiate', 'proxy-authenticate: NTLM'])),
      {
        words: 'the proxy answered 407: it requires an authentication that tokn does not support',
        exit: 7,
        tries: 1,
      },
    ],
    [
      'a gateway that fails',
      replying(reply('502 Bad', [], '<html>')),
      {
        words: 'the proxy answered 502 and made no connection',
        hint: 'try again; or check --proxy and NO_PROXY',
        exit: 7,
        tries: 3,
      },
    ],
    [
      'a portal',
      replying(reply('302 Found', ['location: http://portal.example/'])),
      { words: 'the proxy answered 302 and made no connection', exit: 7, tries: 1 },
    ],
    [
      'no HTTP',
      replying('<html>CANARY</html>'),
      {
        words: 'the proxy answered with something that is not HTTP',
        hint: checkProxy,
        exit: 7,
        tries: 1,
      },
    ],
    [
      'SOCKS',
      replying('\x05\xff'),
      {
        words: 'the proxy answered with the greeting of a SOCKS proxy, not HTTP',
        hint: checkProxy,
        exit: 7,
        tries: 1,
      },
    ],
    [
      'closes',
      (socket) => void socket.end(),
      {
        words: 'no complete answer came from the proxy: it closed the connection',
        exit: 7,
        tries: 3,
      },
    ],
    [
      'resets',
      (socket) => void socket.resetAndDestroy(),
      { words: 'no complete answer came from the proxy: it cut the connection', exit: 7, tries: 3 },
    ],
    [
      'is silent',
      () => {},
      {
        words: 'the proxy accepted the connection and did not answer within 0.3 s',
        exit: 7,
        tries: 3,
      },
      { timeout: 300 },
    ],
    [
      'a head of 20 KiB',
      replying(`HTTP/1.1 502 Bad\r\n${head(20)}\r\n`),
      { words: 'the proxy answered 502 and made no connection', exit: 7, tries: 3 },
    ],
  ]
  it.each(rows.map(([name, answer, told, options = {}]) => ({ name, answer, told, options })))(
    'a proxy: $name',
    async ({ answer, told, options }) => {
      const { port } = await listen(answer)
      const proxy = `http://u:CANARY@127.0.0.1:${port}`
      expect(await tell(target, { ca, proxy, ...options })).toMatchObject(told)
    },
  )

  it('a proxy that is not there, wants no TLS, or is not to be believed', async () => {
    expect(await tell(target, { proxy: 'http://no-such-host.invalid:3128' })).toMatchObject({
      exit: 7,
      tries: 3,
    })
    expect(await tell(target, { proxy: `https://127.0.0.1:${securePort}` })).toMatchObject({
      words: 'the certificate of the proxy has an unknown issuer',
      exit: 7,
      tries: 1,
    })
    const banner = await listen(() => {}, replying('SSH-2.0-x\r\n'))
    expect(await tell(target, { proxy: `https://127.0.0.1:${banner.port}` })).toMatchObject({
      words: 'cannot reach the proxy: it does not speak TLS on this port',
      exit: 7,
      tries: 1,
    })
  })
})
