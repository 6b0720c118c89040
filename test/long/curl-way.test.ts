import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { connect, type AddressInfo, type Server as RawServer, type Socket } from 'node:net'
import { delimiter, join } from 'node:path'
import type { TLSSocket } from 'node:tls'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { setRecordingTrap, type RecordingTrap } from '../support/curl-world.ts'
import { makeHome, type Environment, type Home } from '../support/home.ts'
import { requirePart } from '../support/parts.ts'
import { run } from '../support/run.ts'
import { startWitness } from '../support/witness.ts'
import { certify, type Certificate } from '../unit/io/certificates.ts'

const token = 'canary-of-the-way'
const definition = {
  ...{ id: 'own', title: 'Own', docs: 'https://api.example/docs', fields: [], rotation: 'none' },
  ...{ attach: { headers: { Authorization: 'Bearer {access}' } }, pasted: { expiry: 'never' } },
}

describe.skipIf(!requirePart('curl') || !requirePart('openssl') || !requirePart('linux'))(
  'tokn curl takes the way that tokn itself takes',
  () => {
    let home: Home
    let authority: Certificate
    let client: Certificate
    let api: RawServer
    let proxy: Server
    let secureProxy: RawServer
    let trap: RecordingTrap
    let near: string
    let far: string
    const peers: string[] = []
    const asked: IncomingMessage[] = []

    beforeAll(async () => {
      home = makeHome()
      authority = certify(home.path, 'authority', { authority: true })
      client = certify(home.path, 'client', { issuer: authority })
      const names = 'IP:127.0.0.1,DNS:api.example,DNS:localhost'
      const { cert, key } = certify(home.path, 'server', { issuer: authority, names })
      const open = { cert, key, ca: authority.cert, requestCert: true, rejectUnauthorized: false }
      api = createSecureServer(open, (request, response) => {
        const peer = (request.socket as TLSSocket).getPeerCertificate()
        peers.push(`${request.headers.authorization} ${peer.subject?.CN ?? 'nobody'}`)
        response.end('seen\n')
      })
      proxy = tunnel(createServer())
      secureProxy = tunnel(createSecureServer({ cert, key }) as unknown as Server)
      const port = await listen(api)
      await Promise.all([listen(proxy), listen(secureProxy)])
      trap = await setRecordingTrap()
      near = `https://127.0.0.1:${port}`
      far = `https://api.example:${port}`
      const file = join(home.path, 'own.json')
      writeFileSync(file, JSON.stringify(definition))
      await succeed(['provider', 'add', file])
      for (const [name, flags] of [
        ['near', ['--base-url', near]],
        ['near-ca', ['--base-url', near, '--ca', authority.certPath]],
        ['far-ca', ['--base-url', far, '--api-url', near, '--ca', authority.certPath]],
      ] as const) {
        await succeed(['login', name, '-p', 'own', '--with-token', ...flags], token)
      }
    })
    afterAll(async () => {
      for (const server of [api, proxy, secureProxy]) server?.close()
      await trap?.close()
      home?.remove()
    })

    /** A proxy that takes every place for the API, and keeps what it was asked. */
    function tunnel(server: Server): Server {
      return server.on('connect', (request: IncomingMessage, socket: Socket) => {
        asked.push(request)
        const target = connect((api.address() as AddressInfo).port, '127.0.0.1', () => {
          socket.write('HTTP/1.1 200 Connected\r\nX-Of: the-proxy\r\n\r\n')
          target.pipe(socket).pipe(target)
        })
        for (const end of [socket, target]) end.on('error', () => undefined)
      })
    }

    async function succeed(args: readonly string[], input?: string): Promise<void> {
      const { status, err } = await run(args, { home, input })
      expect(status, err).toBe(0)
    }

    const place = (server: RawServer) => `127.0.0.1:${(server.address() as AddressInfo).port}`
    const everyProxy = (to: string): Environment =>
      Object.fromEntries(
        ['http_proxy', 'https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'].map((name) => [
          name,
          to,
        ]),
      )

    async function call(
      profile: string,
      {
        flags = [],
        words = [],
        env = {},
        url = near,
      }: {
        flags?: readonly string[]
        words?: readonly string[]
        env?: Environment
        url?: string
      } = {},
    ) {
      const [before, calls] = [peers.length, asked.length]
      const args = ['curl', profile, ...flags, '--', '-sS', ...words, `${url}/x`]
      const ended = await run(args, {
        home,
        env: { TOKN_STORE_KEY: home.environment['TOKN_STORE_KEY'], ...env },
      })
      return { ...ended, peers: peers.slice(before), asked: asked.slice(calls) }
    }
    const seen = { status: 0, out: 'seen\n', err: '', peers: [`Bearer ${token} nobody`] }

    test('trusts the authority of the profile', async () => {
      expect(await call('near-ca')).toMatchObject({ ...seen, asked: [] })
      expect(await call('near')).toMatchObject({ status: 60, peers: [] })
    })

    test('trusts what --ca and NODE_EXTRA_CA_CERTS name', async () => {
      expect(await call('near', { flags: ['--ca', authority.certPath] })).toMatchObject(seen)
      const env = { NODE_EXTRA_CA_CERTS: authority.certPath }
      expect(await call('near', { env })).toMatchObject(seen)
      const words = ['--cacert', authority.certPath]
      expect(await call('near', { words })).toMatchObject(seen)
    })

    test('trusts nothing that only variables of curl name', async () => {
      const env = {
        CURL_CA_BUNDLE: authority.certPath,
        SSL_CERT_FILE: authority.certPath,
        SSL_CERT_DIR: home.path,
        SSLKEYLOGFILE: join(home.work, 'keys.log'),
      }
      expect(await call('near', { env })).toMatchObject({ status: 60, peers: [] })
      expect(await call('near-ca', { env })).toMatchObject(seen)
      expect(readdirSync(home.work)).toEqual([])
    })

    test('says what is wrong with an authority, as for its own requests', async () => {
      const file = join(home.path, 'none.pem')
      writeFileSync(file, 'nothing')
      const { status, out, err } = await call('near', { flags: ['--ca', file] })
      expect({ status, out }).toEqual({ status: 2, out: '' })
      expect(err).toContain('there is no certificate in')
    })

    test('goes through no proxy on this machine, whatever variables and flags say', async () => {
      const env = everyProxy(`http://${trap.place}/`)
      expect(await call('near-ca', { env })).toMatchObject({ ...seen, asked: [] })
      const flags = ['--proxy', `http://${trap.place}/`]
      expect(await call('near-ca', { flags })).toMatchObject({ ...seen, asked: [] })
      expect(trap.connections()).toBe(0)
    })

    test('goes through HTTPS_PROXY with its credentials, which no process list shows', async () => {
      const password = 'p@ss:w"rd'
      const encoded = encodeURIComponent(password)
      const witness = startWitness(() => [password, encoded, token], [], 5)
      const env = { HTTPS_PROXY: `http://me:${encoded}@${place(proxy)}` }
      const called = await call('far-ca', { env, url: far, words: ['-i'] })
      witness.stop()
      expect(called).toMatchObject({ status: 0, err: '', peers: seen.peers })
      // The head of the answer is the API's; what the proxy says is between it and tokn.
      expect(called.out).toMatch(/^HTTP\/1.1 200 OK\r\n[\s\S]*\r\n\r\nseen\n$/)
      expect(called.out).not.toContain('the-proxy')
      const [request] = called.asked
      expect(request?.url).toBe(far.replace('https://', ''))
      const credentials = Buffer.from(`me:${password}`).toString('base64')
      expect(request?.headers['proxy-authorization']).toBe(`Basic ${credentials}`)
      expect(JSON.stringify(request?.rawHeaders)).not.toContain(token)
      expect(witness.looks()).toBeGreaterThan(3)
      expect([...witness.sightings]).toEqual([])
    })

    test('goes through what --proxy names before HTTPS_PROXY', async () => {
      const env = everyProxy(`http://${trap.place}/`)
      const flags = ['--proxy', `http://${place(proxy)}`]
      const called = await call('far-ca', { env, flags, url: far })
      expect(called).toMatchObject(seen)
      expect(called.asked.length).toBe(1)
      expect(trap.connections()).toBe(0)
    })

    test('goes through a proxy that is spoken to by TLS, and proves itself', async () => {
      const port = (secureProxy.address() as AddressInfo).port
      const flags = ['--proxy', `https://localhost:${port}`]
      const called = await call('far-ca', { flags, url: far })
      expect(called).toMatchObject(seen)
      expect(called.asked.length).toBe(1)
    })

    test('goes through what ALL_PROXY names where nothing else is named', async () => {
      const env = { ALL_PROXY: `http://${place(proxy)}` }
      const called = await call('far-ca', { env, url: far })
      expect(called).toMatchObject(seen)
      expect(called.asked.length).toBe(1)
    })

    test('goes straight where NO_PROXY says so, and by no proxy that tokn does not read', async () => {
      const straight = [
        { HTTPS_PROXY: `http://${trap.place}`, NO_PROXY: 'api.example' },
        { https_proxy: `http://${trap.place}`, no_proxy: '*' },
        { HTTPS_PROXY: `http://${trap.place}`, NO_PROXY: new URL(far).host },
        { http_proxy: `http://${trap.place}`, HTTP_PROXY: `http://${trap.place}` },
        { ALL_PROXY: `http://${trap.place}`, NO_PROXY: 'api.example' },
        { all_proxy: `socks5h://${trap.place}`, no_proxy: '*' },
      ]
      for (const env of straight) {
        // There is no such host: to be asked for by nobody but this machine's own resolver.
        expect(await call('far-ca', { env, url: far })).toMatchObject({ status: 6, peers: [] })
      }
      expect(trap.connections()).toBe(0)
    })

    test('goes one way in one call', async () => {
      const env = { HTTPS_PROXY: `http://${place(proxy)}` }
      const called = await call('far-ca', { env, words: [`${far}/y`] })
      expect(called).toMatchObject({ status: 2, out: '', peers: [], asked: [] })
      expect(called.err).toContain('tokn: hint: run it once for each\n')
    })

    test('refuses a kind of proxy that tokn does not speak', async () => {
      const env = { HTTPS_PROXY: `socks5://${trap.place}` }
      expect(await call('far-ca', { env, url: far })).toMatchObject({ status: 2, out: '' })
    })

    test('shows the certificate of the profile, whatever its file is called', async () => {
      const [cert, key] = ['a:b "c"\\d.crt', 'a:b.key'].map((name) => join(home.path, name))
      copyFileSync(client.certPath, cert ?? '')
      copyFileSync(client.keyPath, key ?? '')
      const flags = [
        '--base-url',
        near,
        '--ca',
        authority.certPath,
        '--cert',
        cert ?? '',
        '--key',
        key ?? '',
      ]
      const login = ['login', 'known', '-p', 'own', '--with-token', ...flags]
      await succeed(login, token)
      expect(await call('known')).toMatchObject({ ...seen, peers: [`Bearer ${token} client`] })
    })

    test('leaves nothing in the folder for temporary files', () => {
      expect(readdirSync(join(home.path, 'tmp'))).toEqual([])
    })

    describe('and gives curl', () => {
      /** What a program called curl finds: its variables, arguments and configuration. */
      async function spy(env: Environment = {}, flags: readonly string[] = []) {
        const bin = join(home.path, 'spy')
        mkdirSync(bin, { recursive: true })
        const script =
          `#!/bin/sh\nenv > '${bin}/env'\nprintf '%s\\n' "$@" > '${bin}/args'\ncat > '${bin}/config'\n` +
          `file=$(sed -n 's/^cacert = "\\(.*\\)"$/\\1/p' '${bin}/config')\n` +
          `[ -z "$file" ] || cat "$file" > '${bin}/authorities'\n`
        writeFileSync(join(bin, 'curl'), script)
        chmodSync(join(bin, 'curl'), 0o755)
        const PATH = `${bin}${delimiter}${home.environment['PATH']}`
        const args = ['curl', 'near', ...flags, '--', '-sS', `${near}/x?a=b`]
        const { status, err } = await run(args, { home, env: { ...env, PATH } })
        expect(status, err).toBe(0)
        const read = (name: string) => readFileSync(join(bin, name), 'utf8')
        return {
          variables: read('env')
            .split('\n')
            .map((line) => line.split('=')[0] ?? ''),
          args: read('args').split('\n'),
          config: read('config'),
          authorities: flags.length > 0 ? read('authorities') : '',
        }
      }

      test('nothing of its surroundings but what any program needs', async () => {
        const env = {
          ...everyProxy('http://proxy.example'),
          ...{ CURL_CA_BUNDLE: 'x', SSL_CERT_FILE: 'x', SSL_CERT_DIR: 'x', SSLKEYLOGFILE: 'x' },
          ...{ CURL_HOME: 'x', CURL_SSL_BACKEND: 'x', NETRC: 'x', NO_PROXY: 'x', no_proxy: 'x' },
          ...{
            HOSTALIASES: 'x',
            LOCALDOMAIN: 'x',
            RES_OPTIONS: 'x',
            LD_PRELOAD: '',
            OPENSSL_CONF: '',
          },
          ...{
            TOKN_PASSWORD: 'x',
            AWS_SECRET_ACCESS_KEY: 'x',
            NODE_OPTIONS: '',
            LANG: 'C',
            TERM: 'dumb',
          },
        }
        const { variables } = await spy(env)
        // What the shell adds is its own.
        const own = new Set([
          'PATH',
          'HOME',
          'LANG',
          'TERM',
          'TMPDIR',
          'PWD',
          'OLDPWD',
          'SHLVL',
          '_',
          '',
        ])
        expect(variables.filter((name) => !own.has(name))).toEqual([])
        expect(variables).toEqual(expect.arrayContaining(['PATH', 'HOME', 'LANG', 'TERM']))
      })

      test('the token and the address by its configuration, and neither as an argument', async () => {
        const { args, config } = await spy()
        expect(args.slice(0, 3)).toEqual(['--disable', '--config', '-'])
        expect(args.join('\n')).not.toMatch(/canary|127\.0\.0\.1/)
        expect(config.split('\n')).toEqual([
          `header = "Authorization: Bearer ${token}"`,
          `url = "${near}/x?a=b"`,
          '',
        ])
      })

      test('the authorities of this machine besides those that are named', async () => {
        const { authorities } = await spy({}, ['--ca', authority.certPath])
        expect(authorities).toContain(authority.cert.trim())
        expect(authorities.split('-----BEGIN CERTIFICATE-----').length).toBeGreaterThan(20)
      })
    })
  },
)

async function listen(server: RawServer): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}
