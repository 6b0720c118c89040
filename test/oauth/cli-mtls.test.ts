import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { TLSSocket } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeHome, type Home } from '../support/home.ts'
import { requirePart } from '../support/parts.ts'
import { run, startCommand } from '../support/run.ts'
import { certify, type Certificate } from '../unit/io/certificates.ts'
import { discoveryPath, metadata, startFake, type FakeServer } from '../unit/oauth/fake-server.ts'

/** RFC 8705 with real TLS: the client is known by its certificate, and its tokens are bound to it. */
describe.skipIf(!requirePart('openssl'))('a client that is known by its certificate', () => {
  let home: Home
  let authority: Certificate
  let client: Certificate
  let server: FakeServer
  let api: Server
  let apiOrigin: string
  beforeAll(async () => {
    home = makeHome()
    authority = certify(home.work, 'authority', { authority: true })
    const { cert, key } = certify(home.work, 'server', { issuer: authority })
    client = certify(home.work, 'client', { issuer: authority })
    const strict = { cert, key, ca: authority.cert, requestCert: true, rejectUnauthorized: true }
    const token = { access_token: 'bound', token_type: 'Bearer', expires_in: 600 }
    server = await startFake({ [discoveryPath]: metadata(), '/token': { body: token } }, strict)
    api = createServer(strict, (request, response) => {
      const peer = (request.socket as TLSSocket).getPeerCertificate()
      response.end(`${peer.subject.CN} ${request.headers.authorization}\n`)
    })
    await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve))
    apiOrigin = `https://127.0.0.1:${(api.address() as AddressInfo).port}`
  })
  afterAll(async () => {
    await server?.stop()
    api?.close()
    home?.remove()
  })

  const login = (...flags: readonly string[]) => [
    ...['login', 'svc', '--issuer', server.origin, '--client-id', 'app', '--flow', 'client'],
    ...['--client-auth', 'tls_client_auth', '--ca', authority.certPath, '--remember'],
    ...['--api-url', apiOrigin, ...flags],
  ]

  it('logs in with it, and with nothing else', async () => {
    // Relative, as people write them: kept as absolute ones.
    const { status, err } = await run(login('--cert', 'client.crt', '--key', 'client.key'), {
      home,
    })
    expect(status, err).toBe(0)
    const { form, headers } = server.seen.at(-1)!
    expect(Object.fromEntries(form)).toEqual({ client_id: 'app', grant_type: 'client_credentials' })
    expect(headers.authorization).toBeUndefined()
    const { out } = await run(['profile', 'show', 'svc', '--json'], { home, cwd: home.path })
    const shown = { certificate: client.certPath, key: client.keyPath }
    expect(JSON.stringify(JSON.parse(out))).toContain(JSON.stringify(shown).slice(1, -1))
    expect(readFileSync(join(home.config, 'config.json'), 'utf8')).not.toContain('PRIVATE KEY')
  })

  it('shows it again when the session is renewed, and to the API', async () => {
    home.shiftClock(3_600_000)
    const asked = server.seen.length
    const renewed = await startCommand(['tokn', 'token', 'svc'], { home, cwd: home.path }).ended
    expect(renewed).toEqual({ status: 0, out: 'bound\n', err: '' })
    expect(server.seen.length).toBeGreaterThan(asked)
  })

  it.skipIf(!requirePart('curl'))('goes along with tokn curl', async () => {
    const words = ['curl', 'svc', '--', '-sS', `${apiOrigin}/x`]
    const { status, out, err } = await startCommand(['tokn', ...words], { home }).ended
    expect({ status, out, err }).toEqual({ status: 0, out: 'client Bearer bound\n', err: '' })
  })

  it('is part of what the session is bound to', async () => {
    const other = join(home.work, 'other.crt')
    copyFileSync(client.certPath, other)
    const config = join(home.config, 'config.json')
    const edited = readFileSync(config, 'utf8').replace(client.certPath, other)
    writeFileSync(config, edited)
    const { status, out, err } = await run(['token', 'svc'], { home })
    expect({ status, out }).toEqual({ status: 4, out: '' })
    expect(err).toContain('client certificate')
  })

  for (const [name, flags, expected] of [
    ['without it', [], 7],
    ['with half of it', ['--cert', 'client.crt'], 2],
    ['with the key of another', ['--cert', 'client.crt', '--key', 'server.key'], 2],
    ['with a file that is not there', ['--cert', 'none.crt', '--key', 'client.key'], 2],
    ['with a file that is none', ['--cert', 'client.conf', '--key', 'client.key'], 2],
  ] as const) {
    it(`is refused ${name}`, async () => {
      const words = login(...flags).map((word) => (word === 'svc' ? 'other' : word))
      const { status, out, err } = await run(words, { home })
      expect({ status, out }, err).toEqual({ status: expected, out: '' })
      expect(await run(['token', 'other'], { home })).toMatchObject({ status: 3 })
    })
  }
})
