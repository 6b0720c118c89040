import { mkdtempSync, rmSync } from 'node:fs'
import { createServer as createTlsServer } from 'node:https'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ToknError } from '../../../src/core/errors.ts'
import { createHttp, type HttpOptions } from '../../../src/io/http/http.ts'
import { checkProfileProxy } from '../../../src/io/http/proxy-url.ts'
import { proxyFor, readProxySettings } from '../../../src/io/http/proxy.ts'
import { canCertify, certify, type Certificate } from './certificates.ts'
import { listen, reply, replying } from './raw-server.ts'

describe('which proxy', () => {
  const proxy = 'http://proxy.example:3128'

  it.each([
    ['https://api.example.com/', undefined, true],
    ['https://api.example.com/', '', true],
    ['https://api.example.com/', '*', false],
    ['https://api.example.com/', 'example.com', false],
    ['https://api.example.com/', '.example.com', false],
    ['https://api.example.com/', '*.example.com', false],
    ['https://example.com/', 'example.com', false],
    ['https://badexample.com/', 'example.com', true],
    ['https://example.com.evil.example/', 'example.com', true],
    ['https://api.example.com/', 'a.example, EXAMPLE.com', false],
    ['https://api.example.com/', 'example.com:443', false],
    ['https://api.example.com:8443/', 'example.com:443', true],
    ['https://api.example.com:8443/', 'example.com:8443', false],
    ['https://10.1.2.3/', '10.0.0.0/8', false],
    ['https://11.1.2.3/', '10.0.0.0/8', true],
    ['https://10.1.2.3/', '10.1.2.3', false],
    ['https://210.1.2.3/', '10.1.2.3', true],
    ['https://[2001:db8::1]/', '2001:db8::/32', false],
    ['https://[2001:db8::1]/', '2001:db8::1', false],
    ['https://[2001:db8::1]/', '[2001:db8::1]:443', false],
    ['https://10.1.2.3/', '10.0.0.0/99', true],
    ['https://127.0.0.1/', undefined, false],
    ['http://localhost:8080/', undefined, false],
    ['https://[::1]/', undefined, false],
  ])('%s with NO_PROXY=%s: %s', (url, noProxy, expected) => {
    expect(proxyFor(new URL(url), { proxy, noProxy }) !== undefined).toBe(expected)
  })

  it('reads the variables, the lower-case ones first, empty as unset', () => {
    expect(readProxySettings({ HTTPS_PROXY: 'a', https_proxy: 'b', NO_PROXY: 'c' })).toEqual({
      proxy: 'b',
      from: 'https_proxy',
      noProxy: 'c',
    })
    expect(readProxySettings({ https_proxy: ' ', HTTP_PROXY: 'x' })).toEqual({})
  })

  it.each([
    [{ ALL_PROXY: 'a' }, 'a', 'ALL_PROXY'],
    [{ all_proxy: 'a' }, 'a', 'all_proxy'],
    [{ ALL_PROXY: 'a', all_proxy: 'b' }, 'b', 'all_proxy'],
    [{ ALL_PROXY: 'a', HTTPS_PROXY: 'b' }, 'b', 'HTTPS_PROXY'],
    [{ all_proxy: 'a', https_proxy: 'b' }, 'b', 'https_proxy'],
    [{ all_proxy: 'a', HTTPS_PROXY: 'b' }, 'b', 'HTTPS_PROXY'],
    [{ ALL_PROXY: 'a', HTTPS_PROXY: '' }, 'a', 'ALL_PROXY'],
    [{ HTTP_PROXY: 'a', http_proxy: 'b' }, undefined, undefined],
  ])('of %j it takes %s, as curl does', (environment, proxy, from) => {
    expect(readProxySettings(environment)).toEqual({ proxy, from })
  })

  it.each(['socks5://p:1', 'socks5h://p:1', 'SOCKS4://p', 'socks4a://u:CANARY@p:1', 'ftp://p'])(
    'says that %s of ALL_PROXY is not supported, and where it is from',
    (proxy) => {
      const settings = readProxySettings({ ALL_PROXY: proxy })
      const kind = proxy.replace(/:.*/, '').toLowerCase()
      expect(() => proxyFor(new URL('https://a.example'), settings)).toThrow(
        expect.objectContaining({
          code: 'usage',
          message: `the proxy in ALL_PROXY is a ${kind} proxy, which is not supported`,
          hint: expect.stringContaining('HTTPS_PROXY wins over it'),
        }),
      )
      const exempt = { ...settings, noProxy: 'a.example' }
      expect(proxyFor(new URL('https://a.example'), exempt)).toBeUndefined()
      expect(proxyFor(new URL('http://127.0.0.1:1'), settings)).toBeUndefined()
    },
  )

  it.each(['socks5://proxy:1080', 'http://', 'http://a b', 'ftp://x'])('refuses %s', (text) => {
    expect(() => proxyFor(new URL('https://a.example'), { proxy: text })).toThrow(
      expect.objectContaining({ code: 'usage' }),
    )
  })

  it('lets no password into a profile', () => {
    expect(checkProfileProxy('http://proxy:1')).toBe('http://proxy:1')
    expect(() => checkProfileProxy('http://u:CANARY@proxy:1')).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('CANARY') }),
    )
  })
})

describe.skipIf(!canCertify())('C23: through a proxy', () => {
  const directory = mkdtempSync(join(tmpdir(), 'tokn-proxy-'))
  // Anything but loopback; only the proxy knows where it is.
  const target = new URL('https://api.example.test/x?y=1')
  let authority: Certificate
  let port = 0
  const seen: string[] = []
  let server: ReturnType<typeof createTlsServer>

  beforeAll(async () => {
    authority = certify(directory, 'authority', { authority: true })
    const names = { issuer: authority, names: 'DNS:api.example.test' }
    server = createTlsServer(certify(directory, 'server', names), (request, response) => {
      seen.push(JSON.stringify([request.method, request.url, request.headers]))
      response.end('ok')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    port = (server.address() as AddressInfo).port
  })
  afterAll(() => {
    server.close()
    rmSync(directory, { recursive: true })
  })

  function tunnel(socket: Socket): void {
    socket.removeAllListeners('data')
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
    const upstream = connect(port, '127.0.0.1')
    upstream.on('error', () => socket.destroy())
    socket.pipe(upstream).pipe(socket)
  }

  function open(options: Partial<HttpOptions>) {
    return createHttp({ environment: {}, ca: authority.certPath, timeout: 3_000, ...options })
  }

  async function failure(options: Partial<HttpOptions>): Promise<ToknError> {
    return (await open(options)({ method: 'POST', url: target, body: 'x' }).then(
      () => undefined,
      (error: unknown) => error,
    )) as ToknError
  }

  it('asks it for a tunnel, and speaks TLS with the target inside', async () => {
    const proxy = await listen(tunnel)
    const url = `http://us%40er:CANARY@127.0.0.1:${proxy.port}`
    const answer = await open({ environment: { https_proxy: url } })({
      method: 'POST',
      url: target,
      headers: [['access-token', 'SECRET']],
      body: 'x',
    })
    expect(answer.body).toBe('ok')
    expect(proxy.received[0]).toContain('CONNECT api.example.test:443 HTTP/1.1\r\n')
    expect(proxy.received[0]).toContain('host: api.example.test:443\r\n')
    const basic = Buffer.from('us@er:CANARY').toString('base64')
    expect(proxy.received[0]).toContain(`proxy-authorization: Basic ${basic}\r\n`)
    expect(proxy.received[0]).not.toContain('SECRET')
    expect(seen.at(-1)).toContain('"POST","/x?y=1"')
    expect(seen.at(-1)).not.toMatch(/proxy-authorization|CANARY/)
  })

  it('speaks with this machine itself, whatever the proxy', async () => {
    const proxy = await listen(tunnel)
    const own = await listen(replying(reply('200 OK', [], 'own')))
    const http = open({ proxy: `http://127.0.0.1:${proxy.port}` })
    expect((await http({ method: 'GET', url: own.url })).body).toBe('own')
    expect(proxy.received).toEqual([])
  })

  it.each([
    [407, 'HTTPS_PROXY'],
    [403, '--proxy'],
    [502, '--proxy'],
    [302, '--proxy'],
  ])('says that it answered %i', async (status, hint) => {
    const proxy = await listen(replying(reply(`${status} No`, ['location: http://evil.example/'])))
    const error = await failure({ proxy: `http://u:CANARY@127.0.0.1:${proxy.port}` })
    expect(error).toMatchObject({ code: 'network', details: { sent: false } })
    expect(error.message).toContain(`the proxy answered ${status} and made no connection`)
    expect(error.hint).toContain(hint)
    expect(`${error.message}${error.hint}`).not.toContain('CANARY')
  })

  it.each<readonly [string, (socket: Socket) => void]>([
    ['closes', (socket) => void socket.end()],
    ['resets', (socket) => void socket.resetAndDestroy()],
    ['is silent', () => {}],
    ['speaks something else', (socket) => void socket.end('SSH-2.0-x\r\n')],
    [
      'opens a tunnel to nowhere',
      (socket) => void socket.end('HTTP/1.1 200 OK\r\n\r\nSSH-2.0-x\r\n'),
    ],
    ['opens a tunnel and is silent', (socket) => void socket.write('HTTP/1.1 200 OK\r\n\r\n')],
  ])('ends when it %s', async (_name, answer) => {
    const proxy = await listen(answer)
    const error = await failure({ proxy: `http://u:CANARY@127.0.0.1:${proxy.port}`, timeout: 500 })
    expect(['network', 'provider_nonsense']).toContain(error.code)
    expect(error.details.sent).toBe(false)
    expect(`${error.message}${error.hint}`).not.toContain('CANARY')
  })

  it('ends when there is none', async () => {
    const proxy = await listen(() => {})
    await proxy.close()
    const error = await failure({ proxy: `http://127.0.0.1:${proxy.port}` })
    expect(error.message).toBe('cannot reach the proxy: it refused the connection')
    expect(error.details.sent).toBe(false)
  })

  it('checks the certificate of the target', async () => {
    const proxy = await listen(tunnel)
    const error = await failure({ ca: undefined, proxy: `http://127.0.0.1:${proxy.port}` })
    expect(error.message).toBe('the certificate of api.example.test has an unknown issuer')
    const wrong = open({ proxy: `http://127.0.0.1:${proxy.port}` })
    await expect(
      wrong({ method: 'GET', url: new URL('https://other.test/') }),
    ).rejects.toMatchObject({
      message: 'the certificate of other.test is for another host',
      details: { sent: false },
    })
  })
})
