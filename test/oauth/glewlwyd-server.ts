import { execFileSync, spawn } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import { describeGlewlwyd } from '../support/glewlwyd.ts'
import { tryPart } from '../support/parts.ts'
import { UserAgent } from './user-agent.ts'

const program = '/usr/bin/glewlwyd'
const schema = '/usr/share/doc/glewlwyd/database/init.sqlite3.sql.gz'

export const clientSecret = 'a-secret_with.marks~and+more/=%20'

export interface Glewlwyd {
  readonly issuer: string
  /** The only port that its clients may come back to: it compares redirect URIs letter by letter. */
  readonly redirectPort: number
  /** Follows an authorization URL as alice, who has agreed to everything. */
  browse(url: string): Promise<void>
  stop(): Promise<void>
}

/** Whether it is installed and starts; says so loudly where it does not. */
export function hasGlewlwyd(): boolean {
  return works
}

/** A second OAuth server, in C and by other people, with a database of its own. */
export async function startGlewlwyd(): Promise<Glewlwyd> {
  const directory = mkdtempSync(join(tmpdir(), 'tokn-glewlwyd-'))
  const [port, redirectPort] = [await freePort(), await freePort()]
  const base = `http://127.0.0.1:${port}/api`
  const database = join(directory, 'glewlwyd.db')
  execFileSync('/usr/bin/sqlite3', [database], { input: gunzipSync(readFileSync(schema)) })
  const configuration = join(directory, 'glewlwyd.conf')
  writeFileSync(configuration, describeGlewlwyd(port, database))
  const child = spawn(program, ['-c', configuration, '-m', 'file', '-f', join(directory, 'log')], {
    stdio: 'ignore',
  })
  const stop = async () => {
    const ended = new Promise((resolve) => child.once('close', resolve))
    if (child.exitCode === null && child.kill('SIGKILL')) await ended
    rmSync(directory, { recursive: true, force: true })
  }
  try {
    await waitUntilUp(base)
    await setUp(base, redirectPort)
  } catch (error) {
    await stop()
    throw error
  }
  const alice = new Api(base)
  await alice.call('POST', '/auth/', { username: 'alice', password: 'correct horse' })
  for (const client of ['public', 'confidential']) {
    await alice.call('PUT', `/auth/grant/${client}`, { scope: 'openid api' })
  }
  return { issuer: `${base}/oidc`, redirectPort, browse: (url) => alice.browse(url), stop }
}

class Api {
  readonly #agent = new UserAgent()
  readonly #base: string

  constructor(base: string) {
    this.#base = base
  }

  async call(method: string, path: string, body: unknown): Promise<void> {
    const page = await this.#agent.send(this.#base + path, { method, json: JSON.stringify(body) })
    if (page.status !== 200) throw new Error(`${method} ${path}: ${page.status} ${page.text}`)
  }

  /** `g_continue` is how its own login page says that the user has logged in already. */
  async browse(url: string): Promise<void> {
    const page = await this.#agent.send(`${url}&g_continue`)
    if (page.location === undefined) throw new Error(`${page.status} ${page.text}`)
    if (!page.location.includes('prompt=')) await this.#agent.send(page.location)
  }
}

async function setUp(base: string, redirectPort: number): Promise<void> {
  const admin = new Api(base)
  await admin.call('POST', '/auth/', { username: 'admin', password: 'password' })
  await admin.call('POST', '/scope/', {
    name: 'api',
    display_name: 'api',
    password_required: true,
    password_max_age: 0,
    scheme: {},
  })
  await admin.call('POST', '/user/', {
    username: 'alice',
    password: 'correct horse',
    scope: ['openid', 'api', 'g_profile'],
    enabled: true,
  })
  const client = {
    enabled: true,
    redirect_uri: [`http://127.0.0.1:${redirectPort}/callback`],
    authorization_type: [
      'code',
      'refresh_token',
      'client_credentials',
      'device_authorization',
      'password',
    ],
    scope: ['api'],
  }
  await admin.call('POST', '/client/', { ...client, client_id: 'public', confidential: false })
  await admin.call('POST', '/client/', {
    ...client,
    client_id: 'confidential',
    confidential: true,
    client_secret: clientSecret,
    token_endpoint_auth_method: ['client_secret_basic', 'client_secret_post', 'client_secret_jwt'],
  })
  const key = generateKeyPairSync('rsa', { modulusLength: 2048 })
  await admin.call('POST', '/mod/plugin/', {
    module: 'oidc',
    name: 'oidc',
    display_name: 'oidc',
    enabled: true,
    parameters: {
      iss: `${base}/oidc`,
      'jwt-type': 'rsa',
      'jwt-key-size': '256',
      key: key.privateKey.export({ type: 'pkcs8', format: 'pem' }),
      cert: key.publicKey.export({ type: 'spki', format: 'pem' }),
      'access-token-duration': 3600,
      'refresh-token-duration': 1_209_600,
      'code-duration': 600,
      'refresh-token-rolling': true,
      'refresh-token-one-use': 'always',
      'allow-non-oidc': true,
      'auth-type-code-enabled': true,
      'auth-type-token-enabled': false,
      'auth-type-id-token-enabled': true,
      'auth-type-implicit-enabled': false,
      'auth-type-password-enabled': true,
      'auth-type-client-enabled': true,
      'auth-type-device-enabled': true,
      'auth-type-refresh-enabled': true,
      'device-authorization-interval': 6,
      'device-authorization-expiration': 600,
      'jwks-show': true,
      'pkce-allowed': true,
      'pkce-required': true,
      'secret-type': 'public',
      'oauth-as-iss-id': true,
      'introspection-revocation-allowed': true,
      'introspection-revocation-allow-target-client': true,
      'allowed-scope': ['openid', 'api'],
      'request-parameter-allow': true,
    },
  })
}

async function waitUntilUp(base: string): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    try {
      await new UserAgent().send(`${base}/`)
      return
    } catch {
      await delay(50)
    }
  }
  throw new Error('glewlwyd did not start')
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

const files = [program, schema, '/usr/bin/sqlite3']
const works = await tryPart('glewlwyd', async () => {
  const missing = files.filter((path) => !existsSync(path))
  if (missing.length > 0) throw new Error('apt-get install glewlwyd sqlite3')
  await (await startGlewlwyd()).stop()
})
