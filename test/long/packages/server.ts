import { createHash, randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { packTar, packZip } from '../../support/archive.ts'
import type { Home } from '../../support/home.ts'
import { run } from '../../support/run.ts'

/** A request for a package, or of one. */
export interface Asked {
  readonly method: string
  readonly target: string
  readonly authorization: string | undefined
  readonly status: number
}

/** Registries for cargo, pip and pnpm, all private, with one live token, which has to be refreshed. */
export interface PackageServer {
  readonly origin: string
  readonly asked: Asked[]
  /** The only access token that works. */
  access(): string
  refreshes(): number
  /** Waits until the first token has ended; the next one is for an hour. */
  expire(): Promise<void>
  close(): Promise<void>
}

const name = 'trial'
const file = 'trial-1.0-py3-none-any.whl'

/** The package of each kind. */
const crate = packTar({
  'trial-1.0.0/Cargo.toml': '[package]\nname = "trial"\nversion = "1.0.0"\nedition = "2021"\n',
  'trial-1.0.0/src/lib.rs': 'pub fn answer() -> u32 {\n    42\n}\n',
})
const wheel = packZip({
  'trial.py': 'ANSWER = 42\n',
  'trial-1.0.dist-info/METADATA': 'Metadata-Version: 2.1\nName: trial\nVersion: 1.0\n',
  'trial-1.0.dist-info/WHEEL': 'Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
  'trial-1.0.dist-info/RECORD': '',
})
const tarball = packTar({
  'package/package.json': JSON.stringify({ name, version: '1.0.0', main: 'index.js' }),
  'package/index.js': 'module.exports = 42\n',
})

/** A line of the index of a registry for cargo. */
function indexed(crateName: string, cksum: string): string {
  const line = { name: crateName, vers: '1.0.0', deps: [], cksum, features: {}, yanked: false }
  return `${JSON.stringify(line)}\n`
}

/** Its first token lives for a second. */
export async function startPackageServer(): Promise<PackageServer> {
  const asked: Asked[] = []
  let [access, refresh, life, refreshes] = ['', '', 1, 0]
  let [published, givenAt] = [false, 0]
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => answer(request, Buffer.concat(chunks), response))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    origin,
    asked,
    access: () => access,
    refreshes: () => refreshes,
    expire: async () => {
      ;[access, life] = ['', 3_600]
      await delay(Math.max(0, givenAt + 1_000 - Date.now()))
    },
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }

  function answer(request: IncomingMessage, body: Buffer, response: ServerResponse): void {
    const { method = '', url: target = '', headers } = request
    if (target === '/login') return give(response)
    if (target === '/refresh') {
      const { refresh: given } = JSON.parse(body.toString()) as { refresh: string }
      if (given !== refresh) return void response.writeHead(400).end('{}')
      refreshes++
      life = 3_600
      return give(response)
    }
    const { authorization } = headers
    const found = isGood(authorization) ? find(method, target) : 401
    const status = typeof found === 'number' ? found : 200
    asked.push({ method, target, authorization, status })
    if (typeof found === 'number') {
      response.setHeader('www-authenticate', 'Basic realm="packages"')
      return void response.writeHead(status).end()
    }
    const isText = typeof found === 'string' && found.startsWith('<')
    response.setHeader('content-type', isText ? 'text/html' : 'application/json')
    response.end(found)
  }

  function isGood(authorization: string | undefined): boolean {
    const [scheme, value = ''] = authorization?.split(' ') ?? []
    const token = scheme === 'Basic' ? atob(value).split(':')[1] : value
    return access !== '' && token === access
  }

  /** What stands at `target`; a status where nothing does. */
  function find(method: string, target: string): string | Buffer | number {
    published ||= method === 'PUT'
    const tarballUrl = `${origin}/npm/trial/-/trial-1.0.0.tgz`
    const integrity = `sha512-${createHash('sha512').update(tarball).digest('base64')}`
    const version = { name, version: '1.0.0', dist: { tarball: tarballUrl, integrity } }
    const found: Readonly<Record<string, string | Buffer>> = {
      'GET /cargo/config.json': JSON.stringify({
        dl: `${origin}/crates`,
        api: `${origin}/api`,
        'auth-required': true,
      }),
      'GET /cargo/tr/ia/trial': indexed(name, createHash('sha256').update(crate).digest('hex')),
      // cargo looks whether it is there before, and again until it is.
      ...(published && { 'GET /cargo/as/ke/asker': indexed('asker', '0'.repeat(64)) }),
      'GET /crates/trial/1.0.0/download': crate,
      'PUT /api/api/v1/crates/new': '{}',
      'GET /simple/trial/': `<!doctype html><a href="/files/${file}">${file}</a>`,
      [`GET /files/${file}`]: wheel,
      'GET /npm/trial': JSON.stringify({
        name,
        'dist-tags': { latest: '1.0.0' },
        versions: { '1.0.0': version },
      }),
      'GET /npm/trial/-/trial-1.0.0.tgz': tarball,
    }
    return found[`${method} ${target}`] ?? 404
  }

  function give(response: ServerResponse): void {
    access = randomBytes(16).toString('hex')
    refresh = randomBytes(16).toString('hex')
    givenAt = Date.now()
    response.end(JSON.stringify({ access, refresh, life }))
  }
}

const pair = {
  access: 'access',
  refresh: 'refresh',
  expiry: { from: 'life', as: 'seconds' },
} as const

/** Adds a provider of such servers for the user of `home`, whose tokens travel as `headers` say. */
export async function addProvider(
  home: Home,
  id = 'packages',
  headers: Readonly<Record<string, string>> = { Authorization: 'Bearer {access}' },
): Promise<void> {
  const file = join(home.path, `${id}.json`)
  const definition = {
    id,
    title: 'Packages',
    docs: 'https://packages.example/docs',
    fields: [],
    attach: { headers },
    login: { request: { method: 'POST', path: '/login', json: {} }, reply: pair },
    refresh: {
      request: { method: 'POST', path: '/refresh', json: { refresh: '{refresh}' } },
      reply: pair,
    },
    rotation: 'always',
  }
  writeFileSync(file, JSON.stringify(definition))
  await must(home, ['provider', 'add', file])
}

/** Has the user of `home` log in there as `profile`; the token may be sent to api.example as well. */
export async function logIn(
  home: Home,
  { origin }: PackageServer,
  profile = 'web',
  provider = 'packages',
): Promise<void> {
  const where = ['--base-url', origin, '--api-url', 'https://api.example']
  await must(home, ['login', profile, '--provider', provider, ...where])
}

async function must(home: Home, line: readonly string[]): Promise<void> {
  const { status, err } = await run(line, { home })
  if (status !== 0) throw new Error(`${line.join(' ')}: ${err}`)
}
