import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TlsOptions, TLSSocket } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { ToknError } from '../../../src/core/errors.ts'
import { createHttp, type HttpOptions } from '../../../src/io/http/http.ts'
import { canCertify, certify, type Certificate } from './certificates.ts'
import { listen, replying } from './raw-server.ts'

async function failure(url: URL, options: Partial<HttpOptions> = {}): Promise<ToknError> {
  const error = await createHttp({ environment: {}, ...options })({
    method: 'POST',
    url,
    body: 'x',
  })
    .then((answer) => new Error(`answered ${answer.status}`))
    .catch((error: unknown) => error as ToknError)
  return error as ToknError
}

describe.skipIf(!canCertify())('C19: TLS', () => {
  const directory = mkdtempSync(join(tmpdir(), 'tokn-tls-'))
  const servers: Server[] = []
  let authority: Certificate
  let good: Certificate
  let sessions = 0

  beforeAll(() => {
    authority = certify(directory, 'authority', { authority: true })
    good = certify(directory, 'good', { issuer: authority })
  })
  afterAll(async () => {
    await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
    rmSync(directory, { recursive: true })
  })

  async function serve(certificate: Certificate, options: TlsOptions = {}): Promise<URL> {
    const { cert, key } = certificate
    const server = createServer({ cert, key, ...options }, (request, response) => {
      if ((request.socket as TLSSocket).isSessionReused()) sessions++
      response.end('{"ok":true}')
    })
    server.on('tlsClientError', () => {})
    servers.push(server)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return new URL(`https://127.0.0.1:${(server.address() as AddressInfo).port}/`)
  }

  it('believes an authority that was added, and still those of Node', async () => {
    const url = await serve(good)
    const http = createHttp({ environment: {}, ca: authority.certPath })
    for (let i = 0; i < 3; i++)
      expect((await http({ method: 'GET', url })).body).toBe('{"ok":true}')
    expect(sessions).toBeGreaterThan(0)
  })

  it('adds what NODE_EXTRA_CA_CERTS says to --ca', async () => {
    const other = certify(directory, 'other', { authority: true })
    const url = await serve(good)
    const environment = { NODE_EXTRA_CA_CERTS: authority.certPath }
    const http = createHttp({ environment, ca: other.certPath })
    expect((await http({ method: 'GET', url })).status).toBe(200)
  })

  const bad: ReadonlyArray<readonly [string, () => Certificate, string, string | undefined]> = [
    ['self-signed', () => certify(directory, 'lonely'), 'is self-signed', '--ca FILE'],
    ['of an unknown issuer', () => good, 'has an unknown issuer', '--ca FILE'],
    [
      'expired',
      () => certify(directory, 'old', { issuer: authority, to: '20210101000000Z' }),
      'has expired',
      'clock',
    ],
    [
      'not valid yet',
      () => certify(directory, 'early', { issuer: authority, from: '20480101000000Z' }),
      'is not valid yet',
      'clock',
    ],
    [
      'for another host',
      () => certify(directory, 'wrong', { issuer: authority, names: 'DNS:example.com' }),
      'is for another host',
      'base URL',
    ],
  ]
  it.each(bad)('refuses a certificate that is %s', async (name, make, words, hint) => {
    const url = await serve(make())
    const trusted = !['self-signed', 'of an unknown issuer'].includes(name)
    const error = await failure(url, trusted ? { ca: authority.certPath } : {})
    expect(error).toMatchObject({ code: 'network', details: { sent: false } })
    expect(error.message).toBe(`the certificate of ${url.host} ${words}`)
    expect(error.hint).toContain(hint)
    expect(error.hint).not.toMatch(/-k\b|insecure/)
  })

  it('B18: checks though the environment says not to', async () => {
    const url = await serve(good)
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0'
    // Node warns of it, once in a process, and nobody has to read that here.
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
    try {
      expect((await failure(url)).message).toContain('has an unknown issuer')
      expect(warn).toHaveBeenCalledWith(expect.stringContaining('NODE_TLS_REJECT_UNAUTHORIZED'))
    } finally {
      warn.mockRestore()
      delete process.env['NODE_TLS_REJECT_UNAUTHORIZED']
    }
  })

  it('refuses TLS 1.1 and less', async () => {
    const ciphers = 'DEFAULT@SECLEVEL=0'
    const url = await serve(good, { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers })
    const error = await failure(url, { ca: authority.certPath })
    expect(error).toMatchObject({ code: 'network', details: { sent: false } })
    expect(error.message).toContain('it only speaks TLS older than 1.2')
  })

  it('says that a server wants a client certificate, and sends one', async () => {
    // Not Node's own server: that closes the connection without the alert that others send.
    const files = ['-cert', good.certPath, '-key', good.keyPath, '-CAfile', authority.certPath]
    const strict = ['-Verify', '1', '-verify_return_error', '-no_ign_eof', '-www']
    const server = spawn('openssl', ['s_server', '-accept', '0', ...files, ...strict])
    try {
      const port = await new Promise((resolve) => {
        server.stdout.on('data', (chunk: Buffer) => {
          const match = /ACCEPT .*:(\d+)/.exec(chunk.toString())
          if (match) resolve(match[1])
        })
      })
      const url = new URL(`https://127.0.0.1:${port}/`)
      const error = await failure(url, { ca: authority.certPath })
      expect(error.code).toBe('network')
      expect(error.message).toContain('it asks for a client certificate')
      expect(error.hint).toContain('--cert FILE')
      const client = certify(directory, 'client', { issuer: authority })
      const http = createHttp({
        environment: {},
        ca: authority.certPath,
        certificate: client.certPath,
        key: client.keyPath,
      })
      expect((await http({ method: 'GET', url })).status).toBe(200)
    } finally {
      server.kill()
    }
  })

  it.each([
    ['plain HTTP', 'HTTP/1.1 400 Bad\r\n\r\n'],
    ['garbage', 'SSH-2.0-OpenSSH_9\r\n'],
  ])('says that the port speaks %s', async (_name, text) => {
    const server = await listen(() => {}, replying(text))
    const error = await failure(new URL(`https://127.0.0.1:${server.port}/`))
    expect(error).toMatchObject({ code: 'network', details: { sent: false } })
    expect(error.message).toContain('it does not speak TLS on this port')
  })

  it.each([
    ['missing', undefined, 'cannot read'],
    ['empty', '', 'there is no certificate in'],
    ['a key', '-----BEGIN PRIVATE KEY-----\nCANARY\n', 'there is no certificate in'],
    ['broken', '-----BEGIN CERTIFICATE-----\nCANARY\n-----END CERTIFICATE-----\n', 'is damaged'],
  ])('refuses a file of authorities that is %s', async (name, text, words) => {
    const path = join(directory, `${name}.pem`)
    if (text !== undefined) writeFileSync(path, text)
    const url = await serve(good)
    const error = await failure(url, { ca: path })
    expect(error.code).toBe('usage')
    expect(error.message).toContain(words)
    expect(error.message).not.toContain('CANARY')
  })

  it('wants certificate and key together', async () => {
    const error = await failure(await serve(good), { certificate: good.certPath })
    expect(error.code).toBe('usage')
  })
})
