import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { makeHome, program, type Home } from '../support/home.ts'
import { requireParts } from '../support/parts.ts'
import { logInToRenewingApi, startRenewingApi, type RenewingApi } from '../support/renewing-api.ts'
import { run, startCommand, type Ended } from '../support/run.ts'
import {
  bearerOf,
  startSecureServer,
  type Answer,
  type SecureServer,
} from '../support/secure-server.ts'

describe.skipIf(!requireParts('terraform', 'openssl', 'tar'))('terraform', () => {
  let home: Home
  let api: RenewingApi
  let registry: SecureServer
  let foreign: SecureServer

  beforeAll(async () => {
    api = await startRenewingApi()
    const answer = serve(packModule(), () => api)
    registry = await startSecureServer(answer)
    foreign = await startSecureServer(answer, registry.authority)
  })
  afterAll(async () => {
    for (const server of [registry, foreign, api]) await server?.close()
  })
  beforeEach(() => {
    home = makeHome()
    // Where terraform looks for it, as the documents say: a link to the program of that name.
    const plugins = join(home.environment['HOME'] ?? '', '.terraform.d', 'plugins')
    mkdirSync(plugins, { recursive: true })
    const helper = join(dirname(program), 'terraform-credentials-tokn.js')
    symlinkSync(helper, join(plugins, 'terraform-credentials-tokn'))
    writeFileSync(join(home.path, 'terraformrc'), 'credentials_helper "tokn" {\n  args = []\n}\n')
  })
  afterEach(() => home.remove())

  const login = async (life?: number) =>
    await logInToRenewingApi(home, api, 'registry', { life, flags: ['--api-url', registry.origin] })

  async function terraform(...args: readonly string[]): Promise<Ended> {
    const cwd = args[0] === 'init' ? mkdtempSync(join(home.work, 'tf-')) : home.work
    const [command = '', host = '', ...flags] = args
    if (command === 'init') {
      const source = `module "shop" {\n  source  = "${host}/ada/shop/local"\n  version = "1.0.0"\n}\n`
      writeFileSync(join(cwd, 'main.tf'), source)
    }
    const env = {
      SSL_CERT_FILE: registry.authority.certPath,
      TF_CLI_CONFIG_FILE: join(home.path, 'terraformrc'),
      CHECKPOINT_DISABLE: '1',
      // Why a helper gave nothing is told nowhere else.
      TF_LOG: 'warn',
    }
    const line = ['terraform', command, ...flags, ...(command === 'init' ? ['-no-color'] : [host])]
    return await startCommand(line, { home, env, cwd }).ended
  }

  it('fetches a module of a registry that wants a token', async () => {
    await login()
    const { status, out, err } = await terraform('init', registry.host)
    expect(status, err).toBe(0)
    expect(out).toContain('Terraform has been successfully initialized')
    const carried = registry.seen.filter(([, header]) => header === `Bearer ${api.given.at(-1)}`)
    expect(carried.map(([line]) => line)).toContain('GET /v1/modules/ada/shop/local/versions')
  })

  it('gets a new token where the one held has ended, in its first command', async () => {
    await login(1)
    await api.untilExpired()
    const before = api.refreshes()
    const { status, err } = await terraform('init', registry.host)
    expect(status, err).toBe(0)
    expect(api.refreshes() - before).toBe(1)
  })

  it('has twenty of its commands do with one refresh', async () => {
    await login(1)
    await api.untilExpired()
    const before = api.refreshes()
    const all = Array.from({ length: 20 }, () => terraform('init', registry.host))
    const ended = await Promise.all(all)
    expect(ended.filter(({ status }) => status !== 0)).toEqual([])
    expect(api.refreshes() - before).toBe(1)
  })

  it('gets nothing for another registry', async () => {
    await login()
    const { status, err } = await terraform('init', foreign.host)
    expect(status).not.toBe(0)
    expect(err).toContain('401')
    expect(foreign.seen.length).toBeGreaterThan(0)
    expect(foreign.seen.filter(([, authorization]) => authorization !== undefined)).toEqual([])
  })

  it('is told what to do where nobody is logged in', async () => {
    await login()
    await run(['logout', 'registry', '--local-only'], { home })
    const before = registry.seen.length
    const { status, err } = await terraform('init', registry.host)
    expect(status).not.toBe(0)
    expect(registry.seen.slice(before).filter(([, header]) => header !== undefined)).toEqual([])
    expect(err).toContain('tokn login registry')
  })

  it('does not end the session of the profile with its own logout', async () => {
    await login()
    const { status, err } = await terraform('logout', registry.host)
    expect(status).not.toBe(0)
    expect(err.replaceAll(/[\s│]+/g, ' ')).toContain('tokn logout PROFILE')
    expect((await run(['token', 'registry'], { home })).out).toBe(`${api.given.at(-1)}\n`)
  })
})

/** The archive of a module that needs nothing. */
function packModule(): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'tokn-module-'))
  writeFileSync(join(folder, 'main.tf'), 'output "name" {\n  value = "shop"\n}\n')
  const archive = execFileSync('tar', ['-cz', '-C', folder, '.'])
  rmSync(folder, { recursive: true })
  return archive
}

/** A registry of modules (modules.v1) with one of them, closed to whoever has no token. */
function serve(archive: Buffer, api: () => RenewingApi): Answer {
  return (request, response) => {
    response.setHeader('content-type', 'application/json')
    if (request.url === '/.well-known/terraform.json') {
      return void response.end('{"modules.v1":"/v1/modules/"}')
    }
    // It is fetched by an address that the registry has given out, without a token.
    if (request.url === '/archive.tar.gz') return void response.end(archive)
    if (!api().isLive(bearerOf(request))) return void response.writeHead(401).end('{}')
    if (request.url?.endsWith('/versions') === true) {
      return void response.end('{"modules":[{"versions":[{"version":"1.0.0"}]}]}')
    }
    response.setHeader('X-Terraform-Get', '/archive.tar.gz')
    response.writeHead(204).end()
  }
}
